// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/trace_columns.h"

namespace echo2ecg::echo {

// The frames of one clip, small and grey, for what moves in it: at most 64 × 48, the darkest of the three channels, so that flow colours are as
// dark as blood. Only the tissue region (the whole picture where none is declared), without the drawn ECG.
struct ReducedFrames
{
    int rows = 0, columns = 0;
    std::vector<std::vector<std::uint8_t>> frames; // each rows × columns; a damaged frame is as the one before it
    std::vector<double> startMs;                   // of each
    double durationMs = 0;
    TraceColumns trace; // of the same frames

    std::size_t pixels() const { return std::size_t(rows) * std::size_t(columns); }
};

// Decodes every frame once, the first 4096 at most (with a warning). Asks `job` between frames.
ReducedFrames reduceFrames(const EchoClip& clip, ClipFrames& frames, const base::JobContext& job, base::Warnings& warnings);

} // namespace echo2ecg::echo
