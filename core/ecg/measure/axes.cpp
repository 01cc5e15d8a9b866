// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/axes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::ecg {

namespace {

constexpr double levelWidth = 0.008; // s that are averaged for a level
constexpr double leastArea = 0.2;    // µV·s: below, the direction is chance

std::size_t sampleAt(const RepresentativeBeat& beat, double seconds)
{
    const double last = double(beat.samples()) - 1;
    const double at = std::round(seconds * beat.samplingHz);
    return at > 0 ? std::size_t(std::min(at, std::max(last, 0.0))) : 0; // not a number is 0
}

double meanAround(const std::vector<float>& lead, std::size_t at, std::size_t half)
{
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = at > half ? at - half : 0; i <= at + half && i < lead.size(); ++i)
        if (std::isfinite(lead[i])) {
            sum += double(lead[i]);
            ++count;
        }
    return count ? sum / double(count) : NAN;
}

Measured axis(Quantity quantity, const RepresentativeBeat& beat, const WaveBorders& borders,
              const std::optional<double>& from, const std::optional<double>& to, const char* wave, Level level)
{
    Measured result{quantity, {}, {}};
    if (!from || !to || !(*to > *from)) {
        result.whyNot = std::string("no ") + wave + " found";
        return result;
    }
    const auto one = netArea(beat, Lead::I, *from, *to, level, borders),
               foot = netArea(beat, Lead::aVF, *from, *to, level, borders);
    if (!one || !foot) {
        result.whyNot = "lead I or aVF is missing";
        return result;
    }
    const double y = *foot * 2 / std::numbers::sqrt3;
    if (!(std::hypot(*one, y) > leastArea)) {
        result.whyNot = std::string("the ") + wave + " is too small in the limb leads";
        return result;
    }
    result.value = std::atan2(y, *one) * 180 / std::numbers::pi;
    return result;
}

// Height of R and depth of S within the QRS, above the level at its onset.
struct Deflections
{
    double r = 0, s = 0;
};
std::optional<Deflections> deflections(const RepresentativeBeat& beat, Lead lead, double from, double to)
{
    const std::vector<float>& values = beat[lead];
    if (values.empty())
        return {};
    const std::size_t a = sampleAt(beat, from), b = sampleAt(beat, to),
                      half = std::size_t(levelWidth / 2 * beat.samplingHz);
    const double level = meanAround(values, a > half ? a - half : 0, half);
    if (!std::isfinite(level))
        return {};
    Deflections result;
    for (std::size_t i = a; i <= b; ++i)
        if (const double v = double(values[i]) - level; std::isfinite(v)) {
            result.r = std::max(result.r, v);
            result.s = std::max(result.s, -v);
        }
    if (result.r == 0 && result.s == 0) // flat: there is no heart in it to be measured
        return {};
    return result;
}

} // namespace

std::optional<double> netArea(const RepresentativeBeat& beat, Lead lead, double from, double to, Level level,
                              const WaveBorders& borders)
{
    if (lead == Lead::aVF && !beat.has(lead)) {
        const auto one = netArea(beat, Lead::I, from, to, level, borders),
                   two = netArea(beat, Lead::II, from, to, level, borders);
        return one && two ? std::optional(*two - *one / 2) : std::nullopt;
    }
    const std::vector<float>& values = beat[lead];
    if (values.empty())
        return {};
    const std::size_t a = sampleAt(beat, from), b = sampleAt(beat, to),
                      half = std::size_t(levelWidth / 2 * beat.samplingHz);
    double start = 0, end = 0;
    if (level == Level::Line) {
        start = meanAround(values, a, half);
        end = meanAround(values, b, half);
    } else if (borders.qrsOnset) {
        const std::size_t onset = sampleAt(beat, *borders.qrsOnset);
        start = end = meanAround(values, onset > half ? onset - half : 0, half);
    }
    double sum = 0;
    for (std::size_t i = a; i <= b && b > a; ++i)
        if (const double line = start + (end - start) * double(i - a) / double(b - a), v = double(values[i]) - line;
            std::isfinite(v))
            sum += v;
    return std::isfinite(start) && std::isfinite(end) ? std::optional(sum * 1000 / beat.samplingHz) : std::nullopt;
}

Axes axesOf(const RepresentativeBeat& beat, const WaveBorders& b)
{
    return {axis(Quantity::PAxis, beat, b, b.pOnset, b.pOffset, "P wave", Level::Line),
            axis(Quantity::QrsAxis, beat, b, b.qrsOnset, b.qrsOffset, "QRS border", Level::QrsOnset),
            axis(Quantity::TAxis, beat, b, b.tOnset, b.tOffset, "T wave", Level::QrsOnset)};
}

Voltages voltagesOf(const RepresentativeBeat& beat, const WaveBorders& borders)
{
    Voltages result{{Quantity::SokolowLyon, {}, {}}, {Quantity::Cornell, {}, {}}};
    if (!borders.qrsOnset || !borders.qrsOffset) {
        result.sokolowLyon.whyNot = result.cornell.whyNot = "no QRS border found";
        return result;
    }
    const auto of = [&](Lead lead) { return deflections(beat, lead, *borders.qrsOnset, *borders.qrsOffset); };
    const auto v1 = of(Lead::V1), v5 = of(Lead::V5), v6 = of(Lead::V6), aVL = of(Lead::aVL), v3 = of(Lead::V3);
    if (v1 && (v5 || v6))
        result.sokolowLyon.value = v1->s + std::max(v5 ? v5->r : 0, v6 ? v6->r : 0);
    else
        result.sokolowLyon.whyNot = "lead V1, or V5 and V6, are missing or flat";
    if (aVL && v3)
        result.cornell.value = aVL->r + v3->s;
    else
        result.cornell.whyNot = "lead aVL or V3 is missing or flat";
    return result;
}

} // namespace echo2ecg::ecg
