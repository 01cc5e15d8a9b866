// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPainterPath>
#include <QRectF>

#include <vector>

namespace echo2ecg::ui {

// Lowest and highest finite value of both traces with a little room, never an empty range.
std::pair<double, double> rangeOf(const std::vector<float>& a, const std::vector<float>& b);

// Where a trace is drawn: the area, what it spans, and the time of the samples.
struct TraceFrame
{
    QRectF area;
    double low = 0, high = 1;            // of the values, bottom and top
    double fromSecond = 0, toSecond = 1; // left and right
    double firstSecond = 0, hz = 1;      // of the samples
};
// At most two points per half pixel, so that a long recording costs no more than a short one; broken where a value
// isn't finite.
QPainterPath tracePath(const std::vector<float>& values, const TraceFrame& frame);

} // namespace echo2ecg::ui
