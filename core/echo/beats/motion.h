// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/reduced_frames.h"

namespace echo2ecg::echo {

// What moves in a clip, as one number per frame.
struct MotionCurve
{
    std::vector<double> value;  // first principal component of the frames, grows with the dark area
    double share = 0;           // of all change that it explains, 0 … 1
    double areaCorrelation = 0; // of its size with the dark area, 0 … 1: how well the sign is known
    bool isEmpty() const { return value.empty(); }
};

// Empty when nothing moves.
MotionCurve motionCurve(const ReducedFrames& frames, const base::JobContext& job);

// Period of the picture's motion in ms, by the lag at which the picture comes back; none when it doesn't, when the clip is shorter than 1½ of them, or when it could as well be
// another. Clips with uneven frames are looked at in even steps.
std::optional<double> motionPeriod(const ReducedFrames& frames, const base::JobContext& job);

// As proposePhases and findBeats, on what is decoded.
std::vector<CardiacPhase> phasesOf(const ReducedFrames& frames, MotionCurve curve, const Beats& beats);
Beats beatsOfMotion(const ReducedFrames& frames, const MotionCurve& curve, const base::JobContext& job);

} // namespace echo2ecg::echo
