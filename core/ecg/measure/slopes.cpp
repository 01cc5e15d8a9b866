// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/slopes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

constexpr std::size_t step = 2; // grid samples on both sides for the slope

double slopeAt(const std::vector<double>& lead, std::size_t i)
{
    const std::size_t a = i >= step ? i - step : 0, b = std::min(lead.size() - 1, i + step);
    return b > a ? (lead[b] - lead[a]) * 1000 / (double(b - a) * 1000 / GridBeat::hz) : 0;
}

} // namespace

GridBeat::GridBeat(const MedianBeat& median)
{
    const double rate = median.beat.samplingHz;
    const std::size_t n = median.beat.samples();
    if (n < 2 || !(rate > 0))
        return;
    size = std::size_t(double(n - 1) * hz / rate) + 1;
    rPeak = std::size_t(std::round(double(median.rPeak) * hz / rate));
    // The median of n normal deviates scatters by 1.25 sigma / sqrt(n); few beats tell their own scatter too small.
    const double beats = double(std::max<std::size_t>(1, median.beats));
    const double left = 1.25 / std::sqrt(beats) * std::sqrt(1 + 6 / beats);
    ZeroPhase filter;
    std::vector<double> quiet;
    for (std::size_t lead = 0; lead < leadCount; ++lead) {
        const auto& samples = median.beat.leads[lead];
        const auto finite = std::count_if(samples.begin(), samples.end(), [](float v) { return std::isfinite(v); });
        if (samples.empty() || double(finite) < 0.8 * double(n))
            continue;
        std::vector<double> values = reduced(samples, rate, 1e9).values; // bridges what is absent
        if (rate > 300)
            filter.run(values, Biquad::lowPass(std::min(120.0, 0.3 * rate), rate));
        std::vector<double> onGrid(size), noiseOnGrid(size);
        for (std::size_t i = 0; i < size; ++i) {
            const double at = double(i) * rate / hz;
            onGrid[i] = cubicAt(values, at);
            const float scatter = median.scatter[lead][std::min(n - 1, std::size_t(at + 0.5))];
            noiseOnGrid[i] = std::isfinite(scatter) ? double(scatter) * left : 0;
        }
        std::vector<double> slopes;
        for (std::size_t i = 0; i < size; ++i)
            slopes.push_back(std::abs(slopeAt(onGrid, i)));
        if (!(*std::max_element(slopes.begin(), slopes.end()) > 0))
            continue; // flat
        quiet.push_back(quantile(slopes, 0.3));
        calm.push_back(movingAverage(onGrid, std::size_t(0.02 * hz) | 1));
        leads.push_back(std::move(onGrid));
        noise.push_back(std::move(noiseOnGrid));
    }
    const double usual = std::max(0.4, medianOf(quiet));
    for (const double each : quiet) {
        const double excess = each / (2.5 * usual);
        weight.push_back(excess > 1 ? 1 / (excess * excess) : 1);
    }
}

std::vector<double> slopesOf(const GridBeat& beat, std::size_t from, std::size_t to, double lowPassHz, bool calm)
{
    if (to <= from + 2 * step || to > beat.size)
        return {};
    std::vector<double> sum(to - from, 0.0), part;
    double weights = 0;
    ZeroPhase filter;
    const Biquad lowPass = Biquad::lowPass(lowPassHz, GridBeat::hz);
    for (std::size_t lead = 0; lead < beat.leads.size(); ++lead) {
        const auto& source = calm ? beat.calm[lead] : beat.leads[lead];
        part.assign(source.begin() + std::ptrdiff_t(from), source.begin() + std::ptrdiff_t(to));
        filter.run(part, lowPass);
        for (std::size_t i = 0; i < part.size(); ++i) {
            const double slope = slopeAt(part, i);
            sum[i] += beat.weight[lead] * slope * slope;
        }
        weights += beat.weight[lead];
    }
    for (double& value : sum)
        value = std::sqrt(value / std::max(weights, 1e-9));
    return sum;
}

std::vector<double> heightsOf(const GridBeat& beat, std::size_t from, std::size_t to)
{
    std::vector<double> sum(to > from ? to - from : 0, 0.0);
    double weights = 0;
    for (std::size_t lead = 0; lead < beat.leads.size(); ++lead) {
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += beat.weight[lead] * beat.leads[lead][from + i] * beat.leads[lead][from + i];
        weights += beat.weight[lead];
    }
    for (double& value : sum)
        value = std::sqrt(value / std::max(weights, 1e-9));
    return sum;
}

Standing standingOf(const GridBeat& beat, std::size_t from, std::size_t to, Reference reference)
{
    Standing result;
    if (to <= from + 2 || to > beat.size)
        return result;
    double energy = 0, noise = 0;
    for (std::size_t lead = 0; lead < beat.leads.size(); ++lead) {
        const auto& values = beat.calm[lead];
        const double b = values[to - 1], a = reference == Reference::Line ? values[from] : b;
        double own = 0;
        for (std::size_t i = from; i < to; ++i) {
            const double rest = values[i] - (a + (b - a) * double(i - from) / double(to - 1 - from));
            energy += beat.weight[lead] * rest * rest;
            noise += beat.weight[lead] * beat.noise[lead][i] * beat.noise[lead][i];
            own = std::max(own, std::abs(rest));
        }
        if (beat.weight[lead] < 0.5)
            continue;
        if (own > result.largest) {
            result.second = result.largest;
            result.largest = own;
        } else {
            result.second = std::max(result.second, own);
        }
    }
    result.ratio = noise > 0 ? energy / noise : energy > 0 ? std::numeric_limits<double>::max() : 0;
    return result;
}

} // namespace echo2ecg::ecg
