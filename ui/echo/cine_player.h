// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/beat_track.h"

#include "echo/cine_timing.h"

#include <optional>
#include <vector>

namespace echo2ecg::ui {

enum class LoopMode { Loop, Sweep }; // from the end to the start, or back and forth
// How cells move together: since the start of their loops, since their last R wave, or by the share of the beat that has passed.
enum class SyncMode { Off, Time, RWave, Cycle };

// The clock of the grid: which frame of which cell is due. Time comes from the caller, so that a late caller drops frames instead
// of slowing the heart down. Every cell has its own loop: the clip, what lies between its in and out points, or so many of its
// beats. Cells in sync have no time of their own but follow one of them, the leader. No Qt, no threads.
class CinePlayer
{
public:
    static constexpr double kSlowest = 0.1, kFastest = 4.0;

    // A still has one frame. A timing that doesn't fit the number of frames is replaced by 30 frames per second.
    void addCell(echo::CineTiming timing, int frames);
    // The clip turned out to have another number of frames.
    void setFrameCount(int cell, int frames);
    void clear();
    void swap(int one, int other); // cells change places with all that is theirs
    int cellCount() const { return int(m_cells.size()); }

    // What a person has set for one cell, and where it is.
    struct CellState
    {
        double speed = 1;
        LoopMode mode = LoopMode::Loop;
        int in = 0, out = -1; // frames; −1: the last
        int loopBeats = 0;    // 0: not by beats
        bool synced = true;   // takes part when cells are in sync
        double positionMs = 0;
    };
    CellState state(int cell) const { return at(cell).set; }
    void restore(int cell, const CellState& state); // kept within the clip

    bool isPlaying() const; // any cell
    bool isPlaying(int cell) const { return at(cell).playing; }
    void setPlaying(bool playing);
    void setPlaying(int cell, bool playing); // and those in sync with it
    double speed() const { return m_speed; } // that all were given last
    double speed(int cell) const;            // of its leader when it follows
    void setSpeed(double factor);            // clamped
    void setSpeed(int cell, double factor);
    void setLoopMode(LoopMode mode);
    void setLoopMode(int cell, LoopMode mode);
    // Frames, both shown; a pair that isn't in order is put in order. The whole clip: 0, −1.
    void setInOut(int cell, int in, int out);
    int inFrame(int cell) const { return at(cell).set.in; }
    int outFrame(int cell) const;
    bool hasInOut(int cell) const { return inFrame(cell) > 0 || outFrame(cell) < frameCount(cell) - 1; }

    void setBeats(int cell, const std::vector<double>& rWaveMs, std::optional<double> rrMs);
    bool hasBeats(int cell) const { return !at(cell).track.isEmpty(); }
    // Plays `beats` whole beats from the one on display; 0: no longer. Without beats the clip is played.
    void setBeatLoop(int cell, int beats);
    int beatLoop(int cell) const { return at(cell).set.loopBeats; }

    SyncMode syncMode() const { return m_sync; }
    void setSync(SyncMode mode);
    void setSynced(int cell, bool synced);
    bool canSync(int cell, SyncMode mode) const; // moves, and has beats where the mode needs them
    bool isInSync(int cell) const;               // with at least one other
    int leader() const;                          // −1: nobody leads
    // How much faster its own time goes than the leader's, in the beat on display; only by cycle.
    std::optional<double> syncFactor(int cell) const;

    // Time passed on the wall; nothing happens while paused.
    void advance(double wallMs);
    // Pauses. Moves by that many frames, around the loop.
    void step(int frames);
    void step(int cell, int frames);
    // 0: first frame, 1: last frame of every cell's own clip.
    void scrub(double fraction);
    void scrub(int cell, double fraction);
    void goTo(int cell, int frame); // kept within the clip

    int frame(int cell) const;
    int frameCount(int cell) const { return at(cell).frames(); }
    bool isStill(int cell) const { return frameCount(cell) <= 1; }
    double fraction(int cell) const; // of the frame on display, as scrub() takes it
    double positionMs(int cell) const { return at(cell).set.positionMs; }
    const echo::CineTiming& timing(int cell) const { return at(cell).timing; }
    double headerFps(int cell) const;
    double dueFps(int cell) const; // at its speed, and stretched where it follows by cycle
    // How many frames pass while the display refreshes once; at least 1.
    int stride(int cell, double refreshHz) const;
    // Until any cell changes its frame, in wall time; < 0 when none will.
    double untilNextMs() const;
    // The next ones in play order, for decoding ahead: within the loop, back and forth where it sweeps.
    struct Loop
    {
        int first = 0, last = 0;
        bool sweeps = false, backwards = false;
    };
    Loop loop(int cell) const;

private:
    static constexpr double kBeforeEndMs = 1e-6; // before an end, so that its frame is the last one within

    struct Cell
    {
        echo::CineTiming timing;
        CellState set;
        bool playing = false;
        BeatTrack track;
        int firstBeat = 0;   // of a loop of beats
        double direction = 1; // of a sweep
        int frames() const { return int(timing.startMs.size()); }
    };
    struct Span
    {
        double startMs, endMs;
    };
    const Cell& at(int cell) const { return m_cells.at(std::size_t(cell)); }
    Cell& at(int cell) { return m_cells.at(std::size_t(cell)); }
    static echo::CineTiming fitted(echo::CineTiming timing, int frames);
    static int frameAt(const Cell& cell, double ms);
    static double endOf(const Cell& cell, int frame);
    Span spanOf(const Cell& cell) const;
    void advance(Cell& cell, double ms);
    void place(int cell, int frame); // there, and the loop of beats follows
    void chooseBeat(Cell& cell);
    void lead(int cell);
    void follow();
    bool isMember(int cell) const;

    std::vector<Cell> m_cells;
    bool m_playing = false;
    double m_speed = 1.0;
    LoopMode m_mode = LoopMode::Loop;
    SyncMode m_sync = SyncMode::Off;
    int m_leader = -1; // that a person chose by moving it
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
