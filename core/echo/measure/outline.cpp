// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/geometry.h"
#include "echo/measure/measurement.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

constexpr std::size_t mostClicked = 40;
constexpr int stepsBetween = 12;

Point mixed(Point a, Point b, double ta, double tb, double t)
{
    const double share = (t - ta) / (tb - ta);
    return {a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

// The pyramid of Barry and Goldman, with centripetal knots: no loops and no cusps between points of uneven distance.
Point between(const Point (&p)[4], double t)
{
    double knot[4] = {};
    for (int i = 1; i < 4; ++i)
        knot[i] = knot[i - 1] + std::sqrt(std::max(1e-9, distance(p[i - 1], p[i])));
    const double at = knot[1] + (knot[2] - knot[1]) * t;
    const Point a1 = mixed(p[0], p[1], knot[0], knot[1], at), a2 = mixed(p[1], p[2], knot[1], knot[2], at), a3 = mixed(p[2], p[3], knot[2], knot[3], at);
    const Point b1 = mixed(a1, a2, knot[0], knot[2], at), b2 = mixed(a2, a3, knot[1], knot[3], at);
    return mixed(b1, b2, knot[1], knot[2], at);
}

} // namespace

std::vector<Point> outlineOf(const Measurement& measurement)
{
    if (measurement.tool != Tool::LvContour || measurement.points.size() > mostClicked)
        return measurement.points;
    std::vector<Point> clicked;
    for (const Point p : measurement.points)
        if (clicked.empty() || distance(clicked.back(), p) > 1e-6)
            clicked.push_back(p);
    if (clicked.size() < 3 || !std::all_of(clicked.begin(), clicked.end(), [](Point p) { return std::isfinite(p.x) && std::isfinite(p.y); }))
        return clicked;
    const auto beyond = [](Point end, Point next) { return Point{2 * end.x - next.x, 2 * end.y - next.y}; };
    const std::size_t last = clicked.size() - 1;
    std::vector<Point> line{clicked[0]};
    for (std::size_t i = 0; i < last; ++i) {
        const Point four[4] = {i > 0 ? clicked[i - 1] : beyond(clicked[0], clicked[1]), clicked[i], clicked[i + 1],
                               i + 1 < last ? clicked[i + 2] : beyond(clicked[last], clicked[last - 1])};
        for (int step = 1; step <= stepsBetween; ++step)
            line.push_back(step == stepsBetween ? clicked[i + 1] : between(four, double(step) / stepsBetween));
    }
    return line;
}

} // namespace echo2ecg::echo
