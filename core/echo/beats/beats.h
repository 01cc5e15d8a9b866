// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "echo/echo_study.h"

#include <optional>

namespace echo2ecg::echo {

// Where the beats of a clip come from, best first.
enum class BeatSource { Header, DrawnTrace, Periodicity, None };
const char* name(BeatSource source) noexcept; // "R waves of the header", "ECG trace in the picture", "periodic motion", "none"

// The beats of one clip. Times in ms from the start of the clip, rising, within its duration.
struct Beats
{
    std::vector<double> rWaveMs;
    BeatSource source = BeatSource::None;
    std::optional<double> rrMs; // median interval, or of the header's heart rate
    base::Warnings warnings;

    std::optional<double> heartRate() const; // per minute
    // Position in normalised cycles: 0 at the first R wave, 1 at the second, linear between, carried on by rrMs before the first and after the
    // last; empty without beats. msAt is its inverse.
    std::optional<double> cycleAt(double ms) const;
    std::optional<double> msAt(double cycle) const;
};

// R waves of the header (0018,6060) that lie within the clip; zero, negative or unsorted ones are left out with a warning. The heart rate
// (0018,1088) gives rrMs where only one R wave or none is known.
Beats headerBeats(const EchoClip& clip);

// The header's, else the QRS found in the trace drawn in the clip's ECG region (or in a coloured trace below the sector where no region is declared), else the period of the picture's motion
// (its phase is that of the proposed end of diastole). Decodes every frame, reduced; asks `job` between frames. Thread-safe for its own ClipFrames.
Beats findBeats(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job = {});

// End of diastole and end of systole of one beat, as frames of the clip.
struct CardiacPhase
{
    int edFrame = 0, esFrame = 0;
    double confidence = 0; // 0 … 1: how clearly the cavity's size turned there
};
// Proposed from the picture: the first principal component of its motion, signed by the dark (blood) area and by the beat, within the beats; one
// entry per whole beat. Empty when the clip has none or nothing moves.
std::vector<CardiacPhase> proposePhases(const EchoClip& clip, ClipFrames& frames, const Beats& beats, const base::JobContext& job = {});

// Both, with every frame decoded once.
struct Rhythm
{
    Beats beats;
    std::vector<CardiacPhase> phases;
};
Rhythm findRhythm(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job = {});

} // namespace echo2ecg::echo
