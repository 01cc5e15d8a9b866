// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/evaluate_tools.h"

#include "echo/measure/geometry.h"
#include "echo/measure/ventricle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::echo {

namespace {

constexpr double mostPixel = 1e6; // from the origin; far beyond any frame

bool isOnOneScale(const Calibration& c)
{
    return c.kind == RegionKind::Picture || c.kind == RegionKind::None;
}

struct Shape
{
    std::vector<Point> points; // in `unit`, both axes
    std::string unit, squareUnit;
};

Shape shapeOf(const std::vector<Point>& points, const Calibration& c)
{
    const bool isCm = c.isInCentimetres();
    return {scaled(points, c.perPixelX, c.perPixelY), isCm ? "cm" : "px", isCm ? "cm²" : "px²"};
}

void calliper(Evaluation& e, const std::vector<Point>& points)
{
    const Calibration& c = e.calibration;
    const double dx = std::abs(points[1].x - points[0].x) * c.perPixelX, dy = std::abs(points[1].y - points[0].y) * c.perPixelY;
    switch (c.kind) {
    case RegionKind::MMode: e.values = {{"depth", dy, "cm"}, {"time", dx * 1000, "ms"}}; break;
    case RegionKind::Trace: e.values = {{"time", dx * 1000, "ms"}}; break;
    case RegionKind::Spectral:
        if (c.unitY == Unit::CentimetrePerSecond)
            e.values = {{"velocity difference", dy / 100, "m/s"}, {"time", dx * 1000, "ms"}};
        else
            e.values = {{"frequency difference", dy, "Hz"}, {"time", dx * 1000, "ms"}};
        break;
    case RegionKind::Picture:
    case RegionKind::None: e.values = {{"length", std::hypot(dx, dy), shapeOf({}, c).unit}}; break;
    }
}

void angle(Evaluation& e, const Shape& shape)
{
    const Point a = shape.points[0], v = shape.points[1], b = shape.points[2];
    const double ax = a.x - v.x, ay = a.y - v.y, bx = b.x - v.x, by = b.y - v.y;
    if ((ax == 0 && ay == 0) || (bx == 0 && by == 0)) {
        e.refused = "An angle needs two arms: a point lies on the vertex.";
        return;
    }
    e.values = {{"angle", std::atan2(std::abs(ax * by - ay * bx), ax * bx + ay * by) * 180 / std::numbers::pi, "°"}};
}

// Circumference: Ramanujan's second approximation (1914), exact to 1e-4 even for the flattest.
void ellipse(Evaluation& e, const Shape& shape)
{
    const Point p = shape.points[0], q = shape.points[1], r = shape.points[2];
    const double first = distance(p, q);
    if (first <= 0) {
        e.refused = "The two ends of the ellipse's axis are one point.";
        return;
    }
    const double second = 2 * std::abs((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)) / first;
    const double a = std::max(first, second) / 2, b = std::min(first, second) / 2;
    const double h = (a - b) * (a - b) / ((a + b) * (a + b));
    e.values = {{"area", std::numbers::pi * a * b, shape.squareUnit},
                {"circumference", std::numbers::pi * (a + b) * (1 + 3 * h / (10 + std::sqrt(4 - 3 * h))), shape.unit},
                {"long axis", 2 * a, shape.unit},
                {"short axis", 2 * b, shape.unit}};
}

void trace(Evaluation& e, const Shape& shape)
{
    const auto outline = withoutDuplicates(shape.points);
    if (outline.size() < 3)
        return;
    if (crossesItself(outline)) {
        e.refused = "The outline crosses itself: its area has no meaning.";
        return;
    }
    e.values = {{"area", polygonArea(outline), shape.squareUnit}, {"circumference", lineLength(outline, true), shape.unit}};
}

void contour(Evaluation& e, const std::vector<Point>& points)
{
    const Calibration& c = e.calibration;
    const auto outline = withoutDuplicates(points);
    if (outline.size() < 3)
        return;
    if (crossesItself(outline)) {
        e.refused = "The contour crosses itself: it has no volume.";
        return;
    }
    const auto cut = cutIntoDiscs(points, c.perPixelX, c.perPixelY);
    if (!cut) {
        e.refused = "The contour has no area.";
        return;
    }
    if (!c.isInCentimetres()) {
        e.values = {{"area", cut->areaCm2, "px²"}, {"long axis", cut->lengthCm, "px"}};
        return;
    }
    e.values = {{"volume, single-plane discs", discVolume(*cut), "mL"},
                {"volume, area-length", areaLengthVolume(cut->areaCm2, cut->lengthCm), "mL"},
                {"area", cut->areaCm2, "cm²"},
                {"long axis", cut->lengthCm, "cm"}};
}

void pictureTool(Evaluation& e, const Measurement& m)
{
    const Shape shape = shapeOf(m.points, e.calibration);
    switch (m.tool) {
    case Tool::Angle: angle(e, shape); break;
    case Tool::Ellipse: ellipse(e, shape); break;
    case Tool::Trace: trace(e, shape); break;
    case Tool::OpenTrace: e.values = {{"length", lineLength(shape.points, false), shape.unit}}; break;
    case Tool::LvContour: contour(e, m.points); break;
    default: break;
    }
}

} // namespace

Evaluation evaluate(const Measurement& m, const CalibrationMap& map)
{
    Evaluation e;
    const PointCount count = pointsOf(m.tool);
    if (m.points.size() > mostPoints || (count.most > 0 && m.points.size() > std::size_t(count.most))) {
        e.refused = std::string("Too many points for ") + wordsFor(m.tool) + ".";
        return e;
    }
    for (const Point p : m.points)
        if (!std::isfinite(p.x) || !std::isfinite(p.y) || std::abs(p.x) > mostPixel || std::abs(p.y) > mostPixel) {
            e.refused = "A point lies nowhere near the picture.";
            return e;
        }
    const auto calibration = map.of(m.points, &e.refused);
    if (!calibration)
        return e;
    e.calibration = *calibration;
    if (m.points.size() < std::size_t(count.least))
        return e;

    const Calibration& c = e.calibration;
    switch (m.tool) {
    case Tool::Calliper: calliper(e, m.points); break;
    case Tool::Angle:
    case Tool::Trace:
    case Tool::OpenTrace:
    case Tool::Ellipse:
    case Tool::LvContour:
        if (isOnOneScale(c))
            pictureTool(e, m);
        else
            e.refused = std::string(wordsFor(m.tool)) + " needs a two-dimensional picture; this is " + c.badge() + ".";
        break;
    case Tool::MModeInterval: intervalTool(e, m.points); break;
    case Tool::Velocity: velocityTool(e, m.points); break;
    case Tool::Slope: slopeTool(e, m.points); break;
    case Tool::VtiTrace: vtiTool(e, m.points); break;
    }
    if (e.values.empty())
        return e;
    if (c.source == CalibrationSource::None)
        e.warnings.push_back({"not-calibrated", map.hasRegions() ? "The points lie outside every calibrated region: in pixels."
                                                                  : "The picture isn't calibrated: in pixels.", {}});
    if (!c.doubt.empty())
        e.warnings.push_back({"calibration-doubtful", c.doubt, c.badge()});
    if (c.kind == RegionKind::Picture && c.source == CalibrationSource::Region &&
        std::any_of(m.points.begin(), m.points.end(), [&](Point p) {
            const RegionScale& own = map.regions()[std::size_t(c.region)];
            const Calibration here = map.at(p);
            return here.region != c.region && !own.contains(p) && here.kind == RegionKind::Picture;
        }))
        e.warnings.push_back({"spans-two-pictures", "The points lie in two pictures of the same scale.", {}});
    return e;
}

} // namespace echo2ecg::echo
