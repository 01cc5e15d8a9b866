// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/beat_finder.h"
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
    echo::Beats beats;
    bool beatsSet = false, phasesSet = false; // from outside, or by a person
    std::vector<echo::CardiacPhase> phases;
};

// The inside of the grid, which joins clock, pool, surface and bar. Its parts are in cine_grid.cpp (cells and layout),
// cine_grid_play.cpp (time), cine_grid_words.cpp (what is written), cine_grid_beats.cpp (beats, phases, sync) and
// cine_grid_pictures.cpp (how pictures are looked at).
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
    CineScope scope = CineScope::AllCells;
    bool magnifier = false;
    BeatFinder* finder;
    std::vector<CellPainter*> painters;
    std::atomic<bool> told{false};
    std::unique_ptr<FramePool> pool; // last: its threads end first

    explicit Impl(CineGrid* owner);
    void connectBar();

    double now() const { return double(wall.nsecsElapsed()) * 1e-6; }
    bool has(int cell) const { return cell >= 0 && cell < active; }
    GridCell& at(int cell) { return cells[std::size_t(cell)]; }
    double aspect(int cell);
    QSize frameSize(int cell);

    // Cells and layout
    int capacity() const;
    void load(); // opens what the layout has places for
    void arrange();
    // Takes over what a person has set for the same clip before.
    void takeOver(std::vector<GridCell>& before, const std::vector<CinePlayer::CellState>& states);
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
    template <class Each> void inScope(Each each) // each(cell): the selected one, or all
    {
        for (int i = 0; i < active; ++i)
            if (scope == CineScope::AllCells || i == selected)
                each(i);
    }

    // Beats
    void findBeats(); // of the cells on display, once these show something
    void onFound(const QString& key);
    void giveBeats(int cell, const echo::Beats& beats);

    // Words
    void write(int cell);
    void writeBar();
    ScrubberMarks marksOf(int cell);
    bool beatsAsked = false;

    // Pictures
    void paintMore(QPainter& painter, int cell);
    void pointerMoved();
    void paintAll(QPainter& painter, const CellOnScreen& cell);
    void paintLens(QPainter& painter, const CellOnScreen& cell);
    template <class Change> void changeView(Change change)
    {
        if (!has(selected))
            return;
        CellView view = at(selected).view;
        change(view);
        q->setCellView(selected, view);
    }
};

} // namespace echo2ecg::ui
