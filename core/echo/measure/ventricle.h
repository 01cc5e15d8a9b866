// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"

#include <array>
#include <functional>
#include <utility>

namespace echo2ecg::echo {

// Left ventricular volumes from contours and dimensions (Lang et al., J Am Soc Echocardiogr 2015;28:1-39). Lengths in cm, areas in cm², volumes in mL.
inline constexpr int simpsonDiscs = 20;

// A contour cut into 20 discs of equal height perpendicular to the long axis, which runs from the middle of the annulus to the apex (the contour's point
// that is furthest from it). A disc's diameter is the length of its middle line inside the contour, the parts summed where the contour is bent inwards;
// lines are cut with the polygon exactly. What lies behind the middle of a slanted annulus has no disc, as in the usual method.
struct DiscCut
{
    double lengthCm = 0;  // of the long axis
    double areaCm2 = 0;
    std::array<double, simpsonDiscs> diametersCm{};
    // For the eyes, in frame pixels: the axis, and both ends of each disc.
    Point annulus, apex;
    std::array<std::pair<Point, Point>, simpsonDiscs> discs{};
};
// Empty with fewer than three points, points or scales that aren't finite, a contour that crosses itself or one without area.
std::optional<DiscCut> cutIntoDiscs(const std::vector<Point>& contour, double cmPerPixelX, double cmPerPixelY);

double areaLengthVolume(double areaCm2, double lengthCm);             // 8 A² / (3 π L)
double discVolume(const DiscCut& view);                                // single plane
// π/4 Σ a·b·L/20 with the longer L. Lengths that differ by more than 20 % are a warning: a view is foreshortened.
double biplaneVolume(const DiscCut& fourChamber, const DiscCut& twoChamber, base::Warnings* warnings = nullptr);
double teichholzVolume(double lvidCm);                                 // 7 D³ / (2.4 + D)
double linearMass(double lviddCm, double ivsdCm, double pwdCm);        // 0.8 · 1.04 · ((D+S+P)³ − D³) + 0.6, in g

// What the measurements of one study add up to.
struct VentricleResult
{
    std::optional<double> edvMl, esvMl, svMl, efPercent, massG;
    std::string volumeMethod; // "biplane", "single plane A4C", "single plane A2C", "Teichholz": the best that both ED and ES allow, else that either does
    std::string massMethod;
    base::Warnings warnings;  // ESV over EDV, foreshortened view, a manual or missing calibration
};
// The newest measurement of each quantity counts. `mapOf` gives the calibration of a clip by its hash.
VentricleResult ventricle(const std::vector<Measurement>& measurements, const std::function<CalibrationMap(const Measurement&)>& mapOf);

} // namespace echo2ecg::echo
