// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image.h"

namespace echo2ecg::echo {

enum class TimingSource { FrameTime, FrameTimeVector, CineRate, Container, Assumed };
const char* name(TimingSource source) noexcept;

// When each frame is shown. startMs[i] is the time of frame i from the start of the clip; durationMs the time of one loop,
// with the last frame held as long as the one before it.
struct CineTiming
{
    std::vector<double> startMs;
    double durationMs = 0;
    TimingSource source = TimingSource::Assumed;

    double meanFps() const;
    // Frame on display at `ms` since the start of play, looping. Needs at least one frame.
    int frameAt(double ms) const;
    // Milliseconds until the next frame change after `ms`.
    double untilNextMs(double ms) const;
};

// Whether a frame may last so long: 1 ms to 2 s.
bool isPlausibleFrameMs(double ms) noexcept;

// Trust: the element that Frame Increment Pointer means first — Frame Time, then Frame Time Vector, then Cine Rate; values that are zero,
// negative, absurd (outside 1 ms … 2 s) or of the wrong count fall through, with a warning; at last 30 fps, assumed and said so.
CineTiming cineTiming(const dicom::ImageHeader& header, int frames, base::Warnings& warnings);

} // namespace echo2ecg::echo
