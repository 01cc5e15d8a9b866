// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/lv_shape.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

double shellVolume(const LvDiscs& discs, const std::array<double, wallCount>& relative, double thickness)
{
    const double height = discs.length / discCount;
    double sum = 0;
    std::array<double, wallCount> w{};
    for (std::size_t k = 0; k < wallCount; ++k)
        w[k] = relative[k] * thickness;
    for (std::size_t i = 0; i < discCount; ++i) {
        const double four = discs.radius[0][i] + discs.radius[2][i], two = discs.radius[1][i] + discs.radius[3][i];
        sum += std::numbers::pi / 4 * height * ((four + w[0] + w[2]) * (two + w[1] + w[3]) - four * two);
    }
    // Half an ellipsoid beyond the apex.
    return sum + std::numbers::pi / 6 * (w[0] + w[2]) * (w[1] + w[3]) * (w[0] + w[1] + w[2] + w[3]) / 4;
}

} // namespace

double bullet(double u)
{
    const double t = (u - widest) / (1 - widest);
    return std::sqrt(std::max(0.0, 1 - t * t));
}

double LvDiscs::volume() const
{
    double sum = 0;
    for (std::size_t i = 0; i < discCount; ++i)
        sum += (radius[0][i] + radius[2][i]) * (radius[1][i] + radius[3][i]);
    return std::numbers::pi / 4 * sum * length / discCount;
}

double LvDiscs::radiusAt(Wall wall, double u) const
{
    if (u >= 1)
        return 0;
    const auto& r = radius[std::size_t(wall)];
    const double at = std::max(0.0, u) * discCount - 0.5;
    const int i = std::clamp(int(std::floor(at)), 0, discCount - 1);
    if (i == discCount - 1) // square root towards the tip
        return r[discCount - 1] * std::sqrt((1 - u) * 2 * discCount);
    return r[std::size_t(i)] + (at - i) * (r[std::size_t(i) + 1] - r[std::size_t(i)]);
}

LvDiscs restingDiscs(double volumeMl, double sphericity, double eccentricity)
{
    LvDiscs discs;
    discs.length = 1;
    for (std::size_t i = 0; i < discCount; ++i) {
        const double r = sphericity / 2 * bullet((double(i) + 0.5) / discCount);
        discs.radius[0][i] = discs.radius[2][i] = r * (1 + eccentricity);
        discs.radius[1][i] = discs.radius[3][i] = r * (1 - eccentricity);
    }
    const double scale = std::cbrt(volumeMl / discs.volume());
    discs.length *= scale;
    for (auto& wall : discs.radius)
        for (double& r : wall)
            r *= scale;
    return discs;
}

double wallThickness(const LvDiscs& discs, const std::array<double, wallCount>& relative, double wallVolumeMl)
{
    double low = 0, high = 8;
    for (int step = 0; step < 48; ++step) {
        const double middle = (low + high) / 2;
        (shellVolume(discs, relative, middle) < wallVolumeMl ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace echo2ecg::simulation
