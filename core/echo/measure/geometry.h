// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/calibration.h"

#include <vector>

namespace echo2ecg::echo {

// Plane geometry of what is drawn, on points that were scaled to one unit in both axes. All points must be finite.
std::vector<Point> scaled(const std::vector<Point>& points, double perPixelX, double perPixelY);
std::vector<Point> withoutDuplicates(const std::vector<Point>& points); // neighbours; of a closed line also the last that repeats the first
double distance(Point a, Point b);
double lineLength(const std::vector<Point>& points, bool isClosed);
double polygonArea(const std::vector<Point>& points); // without sign
bool crossesItself(const std::vector<Point>& polygon); // closed; touching isn't crossing

} // namespace echo2ecg::echo
