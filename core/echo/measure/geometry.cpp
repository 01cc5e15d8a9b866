// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/geometry.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

double turn(Point a, Point b, Point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool cross(Point a, Point b, Point c, Point d)
{
    const double abc = turn(a, b, c), abd = turn(a, b, d), cda = turn(c, d, a), cdb = turn(c, d, b);
    return ((abc > 0 && abd < 0) || (abc < 0 && abd > 0)) && ((cda > 0 && cdb < 0) || (cda < 0 && cdb > 0));
}

} // namespace

std::vector<Point> scaled(const std::vector<Point>& points, double perPixelX, double perPixelY)
{
    std::vector<Point> result;
    result.reserve(points.size());
    for (const Point p : points)
        result.push_back({p.x * perPixelX, p.y * perPixelY});
    return result;
}

std::vector<Point> withoutDuplicates(const std::vector<Point>& points)
{
    std::vector<Point> result;
    result.reserve(points.size());
    for (const Point p : points)
        if (result.empty() || !(result.back() == p))
            result.push_back(p);
    while (result.size() > 1 && result.back() == result.front())
        result.pop_back();
    return result;
}

double distance(Point a, Point b)
{
    return std::hypot(a.x - b.x, a.y - b.y);
}

double lineLength(const std::vector<Point>& points, bool isClosed)
{
    double length = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        length += distance(points[i - 1], points[i]);
    return isClosed && points.size() > 1 ? length + distance(points.back(), points.front()) : length;
}

double polygonArea(const std::vector<Point>& points)
{
    // From the first point, so that a far-away origin costs no digits.
    double twice = 0;
    for (std::size_t i = 2; i < points.size(); ++i)
        twice += turn(points[0], points[i - 1], points[i]);
    return std::abs(twice) / 2;
}

bool crossesItself(const std::vector<Point>& polygon)
{
    struct Edge
    {
        Point a, b;
        double left, right;
    };
    std::vector<Edge> edges;
    edges.reserve(polygon.size());
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        edges.push_back({a, b, std::min(a.x, b.x), std::max(a.x, b.x)});
    }
    std::sort(edges.begin(), edges.end(), [](const Edge& a, const Edge& b) { return a.left < b.left; });
    for (std::size_t i = 0; i < edges.size(); ++i)
        for (std::size_t j = i + 1; j < edges.size() && edges[j].left <= edges[i].right; ++j)
            if (cross(edges[i].a, edges[i].b, edges[j].a, edges[j].b))
                return true;
    return false;
}

} // namespace echo2ecg::echo
