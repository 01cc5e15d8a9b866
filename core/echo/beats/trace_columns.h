// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"

namespace echo2ecg::echo {

// Where in the picture an ECG trace is drawn, and its colour as a sixth of the hue circle (red, yellow, green, cyan, blue, magenta).
struct TraceBand
{
    int x0 = 0, y0 = 0, x1 = -1, y1 = -1; // inclusive
    int hue = 2;
    bool declared = false;                 // an ultrasound region says so
    std::optional<double> secondsPerPixel; // of that region
    bool isEmpty() const { return x1 < x0 || y1 < y0; }
};

// One column of the band in one frame: the trace's top and bottom row from y0 (−1: nothing drawn), and how many rows in a run belong to a marker.
struct TraceColumn
{
    std::int16_t top = -1, bottom = -1, run = 0;
};

// The band of every frame, reduced to its columns.
struct TraceColumns
{
    TraceBand band;
    std::vector<std::vector<TraceColumn>> frames;
};

// The region of type ECG; else the longest thin line of one colour in the lower half of the picture; else an empty band.
TraceBand traceBand(const EchoClip& clip, const base::RgbImage& picture);
std::vector<TraceColumn> traceColumns(const TraceBand& band, const base::RgbImage& picture);

// R waves of a trace with a marker that runs along it in step with the frames; empty when the clip's picture holds no such thing. Times as in Beats.
std::vector<double> tracedRWaves(const TraceColumns& trace, const std::vector<double>& startMs, double durationMs);

} // namespace echo2ecg::echo
