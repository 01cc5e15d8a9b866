// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_mouse.h"
#include "ui/echo/cine_bar.h"
#include "ui/echo/cine_grid.h"
#include "ui/echo/cine_player.h"
#include "ui/echo/cine_surface.h"
#include "ui/echo/frame_pool.h"

#include <QElapsedTimer>
#include <QTimer>

#include <atomic>

namespace echo2ecg::ui {

// One place of the grid with what it shows.
struct GridCell
{
    CineCell info;
    QString badge;
    int shown = -1;                                // frame on the surface
    std::shared_ptr<const base::RgbImage> pixels;  // of that frame; others when it comes again in another size
    bool fresh = false;                            // changed since the last painting
    QString error;
    FpsMeter meter;
    CellView view;
};

// The inside of the grid, which joins clock, pool, surface and bar. Its parts are in cine_grid.cpp (cells and layout),
// cine_grid_play.cpp (time), cine_grid_words.cpp (what is written) and cine_grid_pictures.cpp (how pictures are looked at).
struct CineGrid::Impl
{
    CineGrid* q;
    CineSurface* surface;
    CineBar* bar;
    CellMouse* mouse;
    QTimer timer;
    QElapsedTimer wall;
    double lastMs = 0, wordsMs = -1e9;
    std::vector<GridCell> cells; // all that were given
    int active = 0;              // the first ones, which the layout has places for
    CinePlayer player;           // of the active ones
    int rows = 0, columns = 0;   // 0: chosen
    int selected = -1, maximised = -1;
    bool resumeAfterScrub = false;
    std::vector<CellPainter*> painters;
    std::atomic<bool> told{false};
    std::unique_ptr<FramePool> pool; // last: its threads end first

    explicit Impl(CineGrid* owner);

    double now() const { return double(wall.nsecsElapsed()) * 1e-6; }
    bool has(int cell) const { return cell >= 0 && cell < active; }
    GridCell& at(int cell) { return cells[std::size_t(cell)]; }
    double aspect(int cell);
    QSize frameSize(int cell);

    // Cells and layout
    int capacity() const;
    void load(); // opens what the layout has places for
    void arrange();
    void clearImage(int cell);

    // Time
    bool moves() const;
    void run();
    void tick();
    bool update(int cell);
    void want(int cell, int due);
    void onPainted();
    void refresh(); // after anything a person did: at once, not at the next tick
    void setPlaying(bool playing);

    // Words
    void write(int cell);
    void writeBar();

    // Pictures
    void paintMore(QPainter& painter, int cell);
    void pointerMoved();
};

} // namespace echo2ecg::ui
