// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/geometry.h"
#include "echo/measure/ventricle.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::echo {

namespace {

// A point along and across the axis, from the middle of the annulus.
struct Place
{
    double along, across;
};

// Where the line at `along` crosses the outline, in order. A vertex on the line belongs to the edge above it, so that the count is even.
std::vector<double> crossings(const std::vector<Place>& outline, double along)
{
    std::vector<double> result;
    for (std::size_t i = 0; i < outline.size(); ++i) {
        const Place a = outline[i], b = outline[(i + 1) % outline.size()];
        if ((a.along <= along) != (b.along <= along))
            result.push_back(a.across + (along - a.along) / (b.along - a.along) * (b.across - a.across));
    }
    std::sort(result.begin(), result.end());
    return result;
}

} // namespace

std::optional<DiscCut> cutIntoDiscs(const std::vector<Point>& contour, double cmPerPixelX, double cmPerPixelY)
{
    const auto isScale = [](double v) { return std::isfinite(v) && v > 0 && v < 1e6; };
    if (!isScale(cmPerPixelX) || !isScale(cmPerPixelY) || contour.size() > mostPoints)
        return std::nullopt;
    for (const Point p : contour)
        if (!std::isfinite(p.x) || !std::isfinite(p.y) || std::abs(p.x) > 1e6 || std::abs(p.y) > 1e6)
            return std::nullopt;
    const auto outline = withoutDuplicates(scaled(contour, cmPerPixelX, cmPerPixelY));
    if (outline.size() < 3 || crossesItself(outline))
        return std::nullopt;

    DiscCut cut;
    cut.areaCm2 = polygonArea(outline);
    const Point base{(outline.front().x + outline.back().x) / 2, (outline.front().y + outline.back().y) / 2};
    const Point apex = *std::max_element(outline.begin(), outline.end(), [&](Point a, Point b) { return distance(a, base) < distance(b, base); });
    cut.lengthCm = distance(base, apex);
    if (!(cut.areaCm2 > 1e-9 * cut.lengthCm * cut.lengthCm))
        return std::nullopt;
    const double ux = (apex.x - base.x) / cut.lengthCm, uy = (apex.y - base.y) / cut.lengthCm;
    std::vector<Place> places;
    places.reserve(outline.size());
    for (const Point p : outline)
        places.push_back({(p.x - base.x) * ux + (p.y - base.y) * uy, (p.y - base.y) * ux - (p.x - base.x) * uy});
    const auto inPixels = [&](double along, double across) {
        return Point{(base.x + along * ux - across * uy) / cmPerPixelX, (base.y + along * uy + across * ux) / cmPerPixelY};
    };
    cut.annulus = inPixels(0, 0);
    cut.apex = inPixels(cut.lengthCm, 0);
    for (int i = 0; i < simpsonDiscs; ++i) {
        const double along = (i + 0.5) / simpsonDiscs * cut.lengthCm;
        const auto ends = crossings(places, along);
        double inside = 0;
        for (std::size_t k = 1; k < ends.size(); k += 2)
            inside += ends[k] - ends[k - 1];
        cut.diametersCm[std::size_t(i)] = inside;
        cut.discs[std::size_t(i)] = ends.empty() ? std::pair(inPixels(along, 0), inPixels(along, 0))
                                                 : std::pair(inPixels(along, ends.front()), inPixels(along, ends.back()));
    }
    return cut;
}

double areaLengthVolume(double areaCm2, double lengthCm)
{
    return 8 * areaCm2 * areaCm2 / (3 * std::numbers::pi * lengthCm);
}

double discVolume(const DiscCut& view)
{
    double squares = 0;
    for (const double d : view.diametersCm)
        squares += d * d;
    return std::numbers::pi / 4 * squares * view.lengthCm / simpsonDiscs;
}

double biplaneVolume(const DiscCut& fourChamber, const DiscCut& twoChamber, base::Warnings* warnings)
{
    double products = 0;
    for (std::size_t i = 0; i < fourChamber.diametersCm.size(); ++i)
        products += fourChamber.diametersCm[i] * twoChamber.diametersCm[i];
    const double longer = std::max(fourChamber.lengthCm, twoChamber.lengthCm), shorter = std::min(fourChamber.lengthCm, twoChamber.lengthCm);
    if (warnings && longer - shorter > 0.2 * longer)
        warnings->push_back({"foreshortened", "The long axes of the two views differ by more than 20 %: one view is foreshortened.", {}});
    return std::numbers::pi / 4 * products * longer / simpsonDiscs;
}

double teichholzVolume(double lvidCm)
{
    return 7 * lvidCm * lvidCm * lvidCm / (2.4 + lvidCm);
}

double linearMass(double lviddCm, double ivsdCm, double pwdCm)
{
    const auto cube = [](double v) { return v * v * v; };
    return 0.8 * 1.04 * (cube(lviddCm + ivsdCm + pwdCm) - cube(lviddCm)) + 0.6;
}

} // namespace echo2ecg::echo
