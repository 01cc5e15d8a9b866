// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/intervals.h"
#include "echo/beats/motion.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

constexpr double kShortestClip = 1.5; // periods

double difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b)
{
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const int d = int(a[i]) - int(b[i]);
        sum += d * d;
    }
    return double(sum);
}

} // namespace

std::optional<double> motionPeriod(const ReducedFrames& frames, const base::JobContext& job)
{
    const std::size_t count = frames.frames.size();
    if (count < 8 || !(frames.durationMs > 0))
        return std::nullopt;
    // Even steps: the frame that is shown at each.
    const double step = frames.durationMs / double(count);
    std::vector<std::size_t> shown;
    for (std::size_t i = 0, at = 0; i < count; ++i) {
        while (at + 1 < count && frames.startMs[at + 1] <= (double(i) + 0.5) * step)
            ++at;
        shown.push_back(at);
    }
    const double shortest = 60000.0 / kHighestRate, longest = std::min(60000.0 / kLowestRate, frames.durationMs / kShortestClip);
    const std::size_t most = std::size_t(std::floor(longest / step)) + 1;
    std::vector<double> change(std::min(most + 2, count - 1));
    if (change.size() < 4)
        return std::nullopt;
    for (std::size_t lag = 1; lag < change.size(); ++lag) {
        job.throwIfCancelled();
        for (std::size_t i = 0; i + lag < count; ++i)
            change[lag] += difference(frames.frames[shown[i]], frames.frames[shown[i + lag]]) / double(count - lag);
    }
    struct Dip
    {
        std::size_t lag;
        double left; // of the change before it
    };
    std::vector<Dip> dips;
    double highest = 0;
    for (std::size_t lag = 1; lag + 1 < change.size(); ++lag) {
        highest = std::max(highest, change[lag]);
        const bool within = double(lag) * step >= shortest && double(lag) * step <= longest;
        if (within && highest > 0 && change[lag] < change[lag - 1] && change[lag] <= change[lag + 1])
            dips.push_back({lag, change[lag] / highest});
    }
    if (dips.empty())
        return std::nullopt;
    const auto deepest = std::min_element(dips.begin(), dips.end(), [](const Dip& a, const Dip& b) { return a.left < b.left; });
    if (deepest->left > 0.7)
        return std::nullopt;
    // Two beats come back as well as one: the shortest lag that is about as good counts. One that is neither a part of the deepest nor clearly
    // worse makes the period a guess.
    const double allowed = deepest->left + 0.25 * (1 - deepest->left);
    const Dip* chosen = &*deepest;
    for (const Dip& dip : dips) {
        if (dip.left > allowed || dip.lag >= deepest->lag)
            continue;
        const double parts = double(deepest->lag) / double(dip.lag);
        if (std::abs(parts - std::round(parts)) > 0.15)
            return std::nullopt;
        chosen = &dip;
        break;
    }
    const double a = change[chosen->lag - 1], b = change[chosen->lag], c = change[chosen->lag + 1];
    const double bend = a - 2 * b + c;
    const double shift = bend > 0 ? std::clamp((a - c) / (2 * bend), -0.5, 0.5) : 0;
    return (double(chosen->lag) + shift) * step;
}

Beats beatsOfMotion(const ReducedFrames& frames, const MotionCurve& curve, const base::JobContext& job)
{
    Beats beats;
    if (curve.isEmpty())
        return beats;
    const auto period = motionPeriod(frames, job);
    if (!period)
        return beats;
    // The phase at which the cavity is largest, over all periods.
    double best = 0, phase = 0;
    bool any = false;
    for (std::size_t i = 0; i < frames.startMs.size() && frames.startMs[i] < *period; ++i) {
        double sum = 0;
        int hits = 0;
        for (double ms = frames.startMs[i]; ms < frames.durationMs; ms += *period, ++hits) {
            const auto after = std::upper_bound(frames.startMs.begin(), frames.startMs.end(), ms);
            sum += curve.value[std::size_t(after - frames.startMs.begin()) - 1];
        }
        if (hits > 0 && (!any || sum / hits > best)) {
            best = sum / hits;
            phase = frames.startMs[i];
            any = true;
        }
    }
    for (double ms = phase; ms < frames.durationMs; ms += *period)
        beats.rWaveMs.push_back(ms);
    beats.rrMs = *period;
    beats.source = BeatSource::Periodicity;
    return beats;
}

} // namespace echo2ecg::echo
