// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/calliper.h"

#include "ecg/measure/signal_tools.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double onTrace = 1e-6;      // mV: a point that was snapped
constexpr double tangentReach = 0.12; // s to each side of the click
constexpr double slopeSpan = 0.012;   // s to each side over which a slope is taken
constexpr double leastSlope = 0.2;    // mV/s: a T wave of 0.03 mV; less is noise
constexpr double farthestEnd = 0.25;  // s from the steepest point to the end
constexpr std::size_t mostMarchLines = 2000;

std::ptrdiff_t sampleAt(const EcgRecord& record, Lead lead, double seconds)
{
    const auto last = std::ptrdiff_t(record[lead].size()) - 1;
    const double at = std::round(seconds * record.samplingHz);
    return at <= 0 ? 0 : at >= double(last) ? last : std::ptrdiff_t(at);
}

// Least squares over the span: one noisy sample doesn't make a slope. Nothing where a sample is missing.
std::optional<double> slopeAt(const std::vector<float>& y, std::ptrdiff_t at, std::ptrdiff_t half, double rate)
{
    if (at < half || at + half >= std::ptrdiff_t(y.size()))
        return std::nullopt;
    double sum = 0, weight = 0;
    for (std::ptrdiff_t k = -half; k <= half; ++k) {
        const double value = double(y[std::size_t(at + k)]);
        if (!std::isfinite(value))
            return std::nullopt;
        sum += double(k) * value;
        weight += double(k * k);
    }
    return sum / weight * rate;
}

// Nothing where the range has no sample: the last one alone is no baseline.
std::optional<double> medianBetween(const EcgRecord& record, Lead lead, double from, double to)
{
    const auto last = double(record[lead].size()) - 1;
    if (!(std::round(from * record.samplingHz) <= last && std::round(to * record.samplingHz) >= 0))
        return std::nullopt;
    std::vector<double> values;
    for (auto i = sampleAt(record, lead, from); i <= sampleAt(record, lead, to); ++i)
        if (const float value = record[lead][std::size_t(i)]; std::isfinite(value))
            values.push_back(double(value));
    return values.empty() ? std::nullopt : std::optional(medianOf(std::move(values)));
}

} // namespace

double Calliper::milliseconds() const
{
    return std::abs(to.seconds - from.seconds) * 1000;
}

double Calliper::millivolts() const
{
    return to.millivolts - from.millivolts;
}

std::optional<double> Calliper::perMinute() const
{
    return milliseconds() < 1 ? std::nullopt : std::optional(60000 / milliseconds());
}

TracePoint snapped(const EcgRecord& record, Lead lead, const TracePoint& point, double reach)
{
    if (!record.has(lead) || !(record.samplingHz > 0) || !std::isfinite(point.seconds))
        return point;
    const auto i = sampleAt(record, lead, point.seconds);
    TracePoint result{double(i) / record.samplingHz, point.millivolts};
    const double value = double(record[lead][std::size_t(i)]);
    if (std::isfinite(value) && std::abs(value - point.millivolts) <= reach)
        result.millivolts = value;
    return result;
}

TracePoint nudged(const EcgRecord& record, Lead lead, const TracePoint& point, int samples)
{
    if (!record.has(lead) || !(record.samplingHz > 0))
        return point;
    const auto i = sampleAt(record, lead, point.seconds);
    const bool held = std::abs(double(record[lead][std::size_t(i)]) - point.millivolts) <= onTrace;
    const TracePoint moved{point.seconds + samples / record.samplingHz, point.millivolts};
    return snapped(record, lead, moved, held ? 1e9 : 0);
}

std::vector<double> marchTimes(const Calliper& calliper, double first, double last)
{
    std::vector<double> times;
    const double step = std::abs(calliper.to.seconds - calliper.from.seconds);
    if (!(step >= 0.001) || !(last >= first) || (last - first) / step > double(mostMarchLines))
        return times;
    const double origin = std::min(calliper.from.seconds, calliper.to.seconds);
    for (double k = std::ceil((first - origin) / step); origin + k * step <= last; ++k)
        if (k != 0 && k != 1)
            times.push_back(origin + k * step);
    return times;
}

std::optional<double> QtTangent::qtMilliseconds() const
{
    return qrsOnset && tEnd > *qrsOnset ? std::optional((tEnd - *qrsOnset) * 1000) : std::nullopt;
}

std::optional<QtTangent> qtTangent(const EcgRecord& record, Lead lead, double seconds, std::optional<double> qrsOnset)
{
    if (!record.has(lead) || !(record.samplingHz > 0) || !std::isfinite(seconds))
        return std::nullopt;
    const auto& y = record[lead];
    const double rate = record.samplingHz;
    const auto half = std::max<std::ptrdiff_t>(1, std::lround(slopeSpan * rate));
    const auto before = qrsOnset ? medianBetween(record, lead, *qrsOnset - 0.04, *qrsOnset) : std::nullopt;
    const auto level = before ? before : medianBetween(record, lead, seconds + 0.15, seconds + 0.25);
    if (!level)
        return std::nullopt;
    QtTangent best;
    best.lead = lead;
    best.baseline = *level;
    for (auto i = sampleAt(record, lead, seconds - tangentReach); i <= sampleAt(record, lead, seconds + tangentReach);
         ++i)
        if (const auto slope = slopeAt(y, i, half, rate);
            slope && std::abs(*slope) > std::abs(best.slope) && (*level - double(y[std::size_t(i)])) * *slope > 0) {
            best.slope = *slope;
            best.steepest = {double(i) / rate, double(y[std::size_t(i)])};
        }
    if (std::abs(best.slope) < leastSlope)
        return std::nullopt;
    best.tEnd = best.steepest.seconds + (best.baseline - best.steepest.millivolts) / best.slope;
    if (best.tEnd - best.steepest.seconds > farthestEnd)
        return std::nullopt;
    best.qrsOnset = qrsOnset;
    return best;
}

} // namespace echo2ecg::ecg
