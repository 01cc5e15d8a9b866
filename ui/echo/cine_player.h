// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/cine_timing.h"

#include <vector>

namespace echo2ecg::ui {

// The clock of the grid: which frame of which cell is due. Every cell has its own loop. Time comes from the caller, so
// that a late caller drops frames instead of slowing the heart down. No Qt, no threads.
class CinePlayer
{
public:
    static constexpr double kSlowest = 0.1, kFastest = 4.0;

    // A still has one frame. A timing that doesn't fit the number of frames is replaced by 30 frames per second.
    void addCell(echo::CineTiming timing, int frames);
    // The clip turned out to have another number of frames.
    void setFrameCount(int cell, int frames);
    void clear();
    int cellCount() const { return int(m_cells.size()); }

    bool isPlaying() const; // any cell
    bool isPlaying(int cell) const { return m_cells.at(std::size_t(cell)).playing; }
    void setPlaying(bool playing);
    void setPlaying(int cell, bool playing);
    void goTo(int cell, int frame); // kept within the clip
    double speed() const { return m_speed; }
    void setSpeed(double factor); // clamped

    // Time passed on the wall; nothing happens while paused.
    void advance(double wallMs);
    // Pauses. All cells move by that many frames, around their loop.
    void step(int frames);
    // 0: first frame, 1: last frame, of every cell's own loop.
    void scrub(double fraction);

    int frame(int cell) const;
    int frameCount(int cell) const;
    bool isStill(int cell) const { return frameCount(cell) <= 1; }
    double fraction(int cell) const; // of the frame on display, as scrub() takes it
    double headerFps(int cell) const;
    // How many frames pass while the display refreshes once; at least 1.
    int stride(int cell, double refreshHz) const;
    // Until any cell changes its frame, in wall time; < 0 when none will.
    double untilNextMs() const;

private:
    struct Cell
    {
        echo::CineTiming timing;
        double positionMs = 0;
        bool playing = false;
        int frames() const { return int(timing.startMs.size()); }
    };
    static echo::CineTiming fitted(echo::CineTiming timing, int frames);
    static int frameOf(const Cell& cell);
    static void moveTo(Cell& cell, int frame);

    std::vector<Cell> m_cells;
    bool m_playing = false;
    double m_speed = 1.0;
};

// Frames really shown per second, over the last second.
class FpsMeter
{
public:
    void shown(double nowMs);
    void reset() { m_times.clear(); }
    double fps(double nowMs) const;

private:
    std::vector<double> m_times;
};

} // namespace echo2ecg::ui
