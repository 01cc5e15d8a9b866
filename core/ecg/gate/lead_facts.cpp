// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"
#include "ecg/measure/signal_tools.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::ecg::gate {

namespace {

constexpr double window = 0.2; // s: whole periods of 50 and of 60 Hz
constexpr double quietShare = 0.2;

void addRange(const std::vector<float>& lead, LeadFacts& facts)
{
    std::vector<float> values;
    values.reserve(lead.size());
    for (const float value : lead)
        if (std::isfinite(value))
            values.push_back(value);
    facts.valid = values.size();
    facts.invalid = lead.size() - values.size();
    if (values.empty())
        return;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    facts.lowest = double(*low);
    facts.highest = double(*high);
    const auto tail = std::ptrdiff_t(values.size() / 200);
    std::nth_element(values.begin(), values.begin() + tail, values.end());
    const double from = double(values[std::size_t(tail)]);
    std::nth_element(values.begin() + tail, values.end() - 1 - tail, values.end());
    facts.range = double(*(values.end() - 1 - tail)) - from;
}

// Stretches at the lowest or highest value; a clipped beat runs steeply into one of at least 12 ms.
void addLimits(const std::vector<float>& lead, double hz, LeadFacts& facts)
{
    const auto before = std::max<std::size_t>(1, std::size_t(0.008 * hz));
    const auto least = std::max<std::size_t>(4, std::size_t(0.012 * hz));
    std::size_t run = 0, longest = 0;
    for (std::size_t i = 0; i <= lead.size(); ++i) {
        const bool at = i < lead.size() && (double(lead[i]) == facts.lowest || double(lead[i]) == facts.highest);
        if (at) {
            ++run;
            continue;
        }
        longest = std::max(longest, run);
        if (run >= least && i - run >= before) {
            const double way = std::abs(double(lead[i - 1]) - double(lead[i - run - before]));
            facts.plateaus += way > 0.1 * facts.range ? 1 : 0;
        }
        run = 0;
    }
    facts.longestAtLimit = double(longest) / hz;
}

void addNoise(const std::vector<float>& lead, double hz, LeadFacts& facts)
{
    const auto width = std::size_t(window * hz);
    if (width < 16 || lead.size() < 5 * width)
        return;
    const bool withMains = hz > 130;
    std::vector<double> sin50(width), cos50(width), sin60(width), cos60(width);
    for (std::size_t i = 0; i < width; ++i) {
        const double t = 2 * std::numbers::pi * double(i) / hz;
        sin50[i] = std::sin(50 * t);
        cos50[i] = std::cos(50 * t);
        sin60[i] = std::sin(60 * t);
        cos60[i] = std::cos(60 * t);
    }
    // What is quicker than some 25 Hz: the sample less the mean of 20 ms, which has a whole period of 50 Hz.
    const auto half = std::max<std::size_t>(1, std::size_t(0.01 * hz));
    std::vector<double> quick(width), muscle, a50, a60;
    double mainsEnergy = 0, energy = 0;
    for (std::size_t from = half; from + width + half < lead.size(); from += width) {
        double sum = 0;
        for (std::size_t k = from - half; k < from + half; ++k)
            sum += double(lead[k]);
        double own = 0, s50 = 0, c50 = 0, s60 = 0, c60 = 0;
        for (std::size_t i = 0; i < width; ++i) {
            sum += double(lead[from + i + half]);
            const double v = double(lead[from + i]) - sum / double(2 * half + 1);
            sum -= double(lead[from + i - half]);
            own += v * v;
            s50 += v * sin50[i];
            c50 += v * cos50[i];
            s60 += v * sin60[i];
            c60 += v * cos60[i];
        }
        if (!std::isfinite(own))
            continue;
        const double n = double(width);
        const double fifty = 2 / n * std::hypot(s50, c50), sixty = 2 / n * std::hypot(s60, c60);
        const double mains = withMains ? std::max(fifty, sixty) : 0;
        a50.push_back(withMains ? fifty : 0);
        a60.push_back(withMains ? sixty : 0);
        muscle.push_back(std::sqrt(std::max(0.0, own / n - mains * mains / 2)));
        energy += own / n;
    }
    if (muscle.empty())
        return;
    const double windows = double(muscle.size());
    facts.mains50 = quantile(a50, quietShare);
    facts.mains60 = quantile(a60, quietShare);
    facts.muscle = quantile(muscle, quietShare);
    const double mains = std::max(facts.mains50, facts.mains60);
    mainsEnergy = mains * mains / 2 * windows;
    facts.shareOfMains = energy > 0 ? std::min(1.0, mainsEnergy / energy) : 0;
}

void addWander(const std::vector<float>& lead, double hz, LeadFacts& facts)
{
    const auto width = std::max<std::size_t>(1, std::size_t(hz));
    std::vector<double> means;
    for (std::size_t from = 0; from + width <= lead.size(); from += (width + 1) / 2) {
        double sum = 0;
        for (std::size_t i = from; i < from + width; ++i)
            sum += double(lead[i]);
        if (std::isfinite(sum))
            means.push_back(sum / double(width));
    }
    if (means.size() >= 3)
        facts.wander = *std::max_element(means.begin(), means.end()) - *std::min_element(means.begin(), means.end());
}

} // namespace

LeadFacts factsOf(const std::vector<float>& lead, double samplingHz)
{
    LeadFacts facts;
    addRange(lead, facts);
    if (!facts.valid || facts.flat() || !(samplingHz > 0 && samplingHz <= 1e6))
        return facts;
    addLimits(lead, samplingHz, facts);
    addNoise(lead, samplingHz, facts);
    addWander(lead, samplingHz, facts);
    return facts;
}

} // namespace echo2ecg::ecg::gate
