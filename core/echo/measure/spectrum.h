// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/calibration.h"

#include <vector>

namespace echo2ecg::echo {

// A place in a spectrum: seconds from the left edge of the picture, velocity in m/s (or frequency in Hz) above the baseline.
struct SpectrumPoint
{
    double s = 0, v = 0;
};
std::vector<SpectrumPoint> inSpectrum(const std::vector<Point>& points, const Calibration& calibration); // needs a baseline

double gradientMmHg(double metresPerSecond); // 4 v²: simplified Bernoulli (Hatle, Angelsen 1985)

// The envelope of one flow: straight lines between the points, on the side of the baseline where most of it lies; what lies on the other side counts as 0.
// Integrals are exact for such lines, along the way drawn, so that a step back takes away what the step forward added.
struct Envelope
{
    double seconds = 0;
    double vtiCm = 0;
    double peak = 0, mean = 0;          // m/s, without sign
    double meanGradient = 0;            // mmHg: mean over time of 4 v², not of the mean velocity
    bool isAway = false, isOnBothSides = false; // below the baseline; more than a tenth of it on the other side
};
Envelope envelopeOf(std::vector<SpectrumPoint> points);

} // namespace echo2ecg::echo
