// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/spectrum.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

struct Integral
{
    double v = 0, square = 0; // ∫ v dt, ∫ v² dt
};

// Over one straight line, of the part above zero.
void add(Integral& sum, SpectrumPoint a, SpectrumPoint b)
{
    if (a.v <= 0 && b.v <= 0)
        return;
    if (a.v < 0 || b.v < 0) {
        const SpectrumPoint zero{a.s + (b.s - a.s) * (a.v / (a.v - b.v)), 0};
        (a.v < 0 ? a : b) = zero;
    }
    const double dt = b.s - a.s;
    sum.v += (a.v + b.v) / 2 * dt;
    sum.square += (a.v * a.v + a.v * b.v + b.v * b.v) / 3 * dt;
}

Integral integrate(const std::vector<SpectrumPoint>& points)
{
    Integral sum;
    for (std::size_t i = 1; i < points.size(); ++i)
        add(sum, points[i - 1], points[i]);
    return sum;
}

} // namespace

std::vector<SpectrumPoint> inSpectrum(const std::vector<Point>& points, const Calibration& calibration)
{
    const double perPixel = calibration.unitY == Unit::CentimetrePerSecond ? calibration.perPixelY / 100 : calibration.perPixelY;
    std::vector<SpectrumPoint> result;
    result.reserve(points.size());
    for (const Point p : points)
        result.push_back({p.x * calibration.perPixelX, (calibration.baselineY.value_or(0) - p.y) * perPixel});
    return result;
}

double gradientMmHg(double metresPerSecond)
{
    return 4 * metresPerSecond * metresPerSecond;
}

Envelope envelopeOf(std::vector<SpectrumPoint> points)
{
    Envelope envelope;
    if (points.size() < 2)
        return envelope;
    if (points.back().s < points.front().s)
        std::reverse(points.begin(), points.end());
    envelope.seconds = points.back().s - points.front().s;
    const Integral towards = integrate(points);
    for (SpectrumPoint& p : points)
        p.v = -p.v;
    const Integral away = integrate(points);
    envelope.isAway = away.v > towards.v;
    const Integral& flow = envelope.isAway ? away : towards;
    const Integral& other = envelope.isAway ? towards : away;
    for (const SpectrumPoint& p : points)
        envelope.peak = std::max(envelope.peak, envelope.isAway ? p.v : -p.v);
    envelope.vtiCm = flow.v * 100;
    envelope.isOnBothSides = other.v > 0.1 * flow.v;
    if (envelope.seconds > 0) {
        envelope.mean = flow.v / envelope.seconds;
        envelope.meanGradient = 4 * flow.square / envelope.seconds;
    }
    return envelope;
}

} // namespace echo2ecg::echo
