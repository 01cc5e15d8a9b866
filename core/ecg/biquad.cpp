// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/biquad.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::ecg {

namespace {

// (sqrt(2) - 1)^(1/4): two passes of 1 / (1 + (f/c)^4) fall to one half in power at f = c times this.
const double bothWaysFactor = std::pow(std::numbers::sqrt2 - 1, 0.25);

struct Line
{
    double at0 = 0, slope = 0;
    double operator()(double i) const { return at0 + slope * i; }
};

Line trendOf(std::span<const double> values)
{
    const double n = double(values.size()), middle = (n - 1) / 2;
    double sum = 0, moment = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum += values[i];
        moment += (double(i) - middle) * values[i];
    }
    const double spread = n * (n * n - 1) / 12;
    const double slope = spread > 0 ? moment / spread : 0;
    return {sum / n - slope * middle, slope};
}

void pass(std::span<double> values, const Biquad& f, bool backwards)
{
    const std::size_t n = values.size();
    const double first = backwards ? values[n - 1] : values[0];
    const double gain = (f.b0 + f.b1 + f.b2) / (1 + f.a1 + f.a2);
    double s2 = (f.b2 - f.a2 * gain) * first;
    double s1 = (f.b1 - f.a1 * gain) * first + s2;
    const auto step = [&](double& value) {
        const double in = value, out = f.b0 * in + s1;
        s1 = f.b1 * in - f.a1 * out + s2;
        s2 = f.b2 * in - f.a2 * out;
        value = out;
    };
    if (backwards)
        for (std::size_t i = n; i-- > 0;)
            step(values[i]);
    else
        for (double& value : values)
            step(value);
}

} // namespace

Biquad Biquad::lowPass(double hz, double samplingHz, bool bothWays)
{
    const double k = std::tan(std::numbers::pi * hz / samplingHz) / (bothWays ? bothWaysFactor : 1);
    const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k), b = k * k * norm;
    return {b, 2 * b, b, 2 * (k * k - 1) * norm, (1 - std::numbers::sqrt2 * k + k * k) * norm};
}

Biquad Biquad::highPass(double hz, double samplingHz, bool bothWays)
{
    const double k = std::tan(std::numbers::pi * hz / samplingHz) * (bothWays ? bothWaysFactor : 1);
    const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    return {norm, -2 * norm, norm, 2 * (k * k - 1) * norm, (1 - std::numbers::sqrt2 * k + k * k) * norm};
}

Biquad Biquad::notch(double hz, double samplingHz, double quality)
{
    const double omega = 2 * std::numbers::pi * hz / samplingHz;
    const double alpha = std::sin(omega) / (2 * quality), norm = 1 / (1 + alpha), c = -2 * std::cos(omega) * norm;
    return {norm, c, norm, c, (1 - alpha) * norm};
}

std::size_t Biquad::settling() const
{
    // The slowest pole decides: complex poles have the radius sqrt(a2).
    const double root = a1 * a1 / 4 - a2;
    const double radius = root > 0 ? std::abs(a1) / 2 + std::sqrt(root) : std::sqrt(std::max(a2, 0.0));
    if (!(radius > 1e-9))
        return 3;
    return radius < 1 ? std::size_t(std::min(6.9 / -std::log(radius), 1e8)) + 3 : std::size_t(1e8);
}

void ZeroPhase::run(std::span<double> values, const Biquad& section)
{
    const std::size_t n = values.size();
    if (n == 0)
        return;
    // Whole periods of the mirrored signal beyond a few say nothing new.
    const std::size_t pad = std::min(section.settling(), 8 * n);
    const Line trend = trendOf(values);
    m_extended.resize(n + 2 * pad);
    for (std::size_t i = 0; i < n; ++i)
        m_extended[pad + i] = values[i] - trend(double(i));
    const std::size_t period = n > 1 ? 2 * (n - 1) : 1;
    const auto mirrored = [&](std::size_t i) { // i samples beyond an edge, counted from the edge's sample
        const std::size_t k = i % period;
        return k < n ? k : period - k;
    };
    for (std::size_t i = 1; i <= pad; ++i) {
        m_extended[pad - i] = m_extended[pad + mirrored(i)];
        m_extended[pad + n - 1 + i] = m_extended[pad + n - 1 - mirrored(i)];
    }
    pass(m_extended, section, false);
    pass(m_extended, section, true);
    // A straight line passes a low-pass and a notch as it is, and a second-order high-pass not at all.
    const double gain = (section.b0 + section.b1 + section.b2) / (1 + section.a1 + section.a2);
    const double keep = std::abs(gain) < 0.5 ? 0 : 1;
    for (std::size_t i = 0; i < n; ++i)
        values[i] = m_extended[pad + i] + keep * trend(double(i));
}

} // namespace echo2ecg::ecg
