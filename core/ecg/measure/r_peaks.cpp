// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/r_peaks.h"

#include "ecg/biquad.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double workHz = 250;
constexpr double bandFrom = 8, bandTo = 20; // Hz
constexpr double integration = 0.08;        // s
constexpr double refractory = 0.2;          // s
constexpr double tWaveWithin = 0.36;        // s after a QRS
constexpr double levelWindow = 2.2;         // s: holds a beat at 30/min
constexpr double thresholdShare = 0.25, searchBackShare = 0.12;
constexpr double leastContrast = 2.2;

// The detection signal (energy of all leads) and the slopes that tell a T wave from a QRS.
struct Activity
{
    std::vector<double> level, slope;
    double hz = 0;
    std::size_t factor = 1;
};

// A pop of an electrode becomes no larger than the lead's own range: filtered, it would cover the beats beside it.
void limitPops(std::vector<double>& values)
{
    std::vector<double> sample;
    for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 50000)
        sample.push_back(values[i]);
    const double low = quantile(sample, 0.005), high = quantile(sample, 0.995), range = high - low;
    for (double& value : values)
        value = std::clamp(value, low - range, high + range);
}

Activity activityOf(const EcgRecord& record, std::span<const SampleSpan> bridge, QrsDetection& detection)
{
    Activity activity;
    ZeroPhase filter;
    double best = 0, weights = 0;
    for (std::size_t lead = 0; lead < leadCount; ++lead) { // one lead in memory at a time
        if (record.leads[lead].empty())
            continue;
        Reduced signal = reduced(record.leads[lead], record.samplingHz, workHz, bridge);
        activity.hz = signal.hz;
        activity.factor = signal.factor;
        if (signal.valid < 0.2)
            continue;
        limitPops(signal.values);
        filter.run(signal.values, Biquad::highPass(bandFrom, signal.hz));
        filter.run(signal.values, Biquad::lowPass(bandTo, signal.hz));
        std::vector<double> size;
        const std::size_t stride = 1 + signal.values.size() / 50000;
        for (std::size_t i = 0; i < signal.values.size(); i += stride)
            size.push_back(std::abs(signal.values[i]));
        const double usual = quantile(size, 0.5), qrs = quantile(size, 0.98);
        if (!(qrs > 1e-9) || !std::isfinite(qrs))
            continue;
        const double standing = std::max(0.0, qrs / std::max(usual, 1e-3 * qrs) - 1), weight = standing * standing;
        detection.weight[lead] = weight;
        best = std::max(best, weight);
        weights += weight;
        activity.level.resize(signal.values.size());
        activity.slope.resize(signal.values.size());
        double before = 0;
        for (std::size_t i = 0; i < signal.values.size();
             ++i) { // over the lead's own QRS; a pop counts no more than two
            const double v = std::clamp(signal.values[i] / qrs, -2.0, 2.0), d = i ? v - before : 0;
            activity.level[i] += weight * v * v;
            activity.slope[i] += weight * d * d;
            before = v;
        }
    }
    if (!(best > 0))
        return Activity{};
    for (double& weight : detection.weight)
        weight /= best;
    for (std::size_t i = 0; i < activity.level.size(); ++i) {
        activity.level[i] = std::sqrt(activity.level[i] / weights);
        activity.slope[i] = std::sqrt(activity.slope[i] / weights);
    }
    activity.level = movingAverage(activity.level, std::size_t(integration * activity.hz) | 1);
    return activity;
}

// The usual height of a QRS around each window of the recording: the median of the windows' maxima, not far below that
// of the whole recording, so that a pause doesn't make QRS of its noise.
class Level
{
public:
    Level(const std::vector<double>& signal, double hz)
        : m_window(std::max<std::size_t>(1, std::size_t(levelWindow * hz)))
    {
        std::vector<double> maxima;
        for (std::size_t at = 0; at < signal.size(); at += m_window) {
            const std::size_t to = std::min(signal.size(), at + m_window);
            if (to - at < m_window / 2 && !maxima.empty())
                break;
            maxima.push_back(
                *std::max_element(signal.begin() + std::ptrdiff_t(at), signal.begin() + std::ptrdiff_t(to)));
        }
        m_overall = medianOf(maxima);
        constexpr std::size_t reach = 4;
        for (std::size_t i = 0; i < maxima.size(); ++i) {
            const std::size_t from = i > reach ? i - reach : 0, to = std::min(maxima.size(), i + reach + 1);
            const double local = medianOf({maxima.begin() + std::ptrdiff_t(from), maxima.begin() + std::ptrdiff_t(to)});
            m_levels.push_back(std::max(local, 0.3 * m_overall));
        }
    }
    double overall() const { return m_overall; }
    double at(std::size_t i) const { return m_levels[std::min(i / m_window, m_levels.size() - 1)]; }

private:
    std::size_t m_window;
    double m_overall = 0;
    std::vector<double> m_levels;
};

struct Peak
{
    std::size_t at;
    double height, slope;
};

// Every maximum that is the highest within the refractory time, smaller ones beside it left out.
std::vector<Peak> peaksOf(const Activity& activity, double least)
{
    const auto& level = activity.level;
    const auto reach = std::max<std::size_t>(1, std::size_t(refractory * activity.hz));
    const auto around = std::max<std::size_t>(1, std::size_t(0.05 * activity.hz));
    std::vector<Peak> peaks;
    for (std::size_t i = 0; i < level.size(); ++i) {
        if (level[i] < least || (i && level[i - 1] > level[i]) || (i + 1 < level.size() && level[i + 1] >= level[i]))
            continue;
        const std::size_t from = i > around ? i - around : 0, to = std::min(level.size(), i + around + 1);
        const Peak peak{i, level[i],
                        *std::max_element(activity.slope.begin() + std::ptrdiff_t(from),
                                          activity.slope.begin() + std::ptrdiff_t(to))};
        if (!peaks.empty() && i - peaks.back().at < reach) {
            if (peak.height > peaks.back().height)
                peaks.back() = peak;
        } else {
            peaks.push_back(peak);
        }
    }
    return peaks;
}

bool isTWave(const Peak& peak, const Peak& before, double hz)
{
    return double(peak.at - before.at) < tWaveWithin * hz && peak.height < 0.8 * before.height &&
           peak.slope < 0.5 * before.slope;
}

// The sample where the leads are farthest from their level, within 60 ms of the peak of the smoothed energy; their
// level is the median of 120 ms on both sides. Bridged spans are no place for a peak.
std::size_t refine(const EcgRecord& record, const QrsDetection& detection, std::size_t about,
                   std::span<const SampleSpan> bridge)
{
    const auto reach = std::size_t(0.06 * record.samplingHz), wide = 2 * reach;
    const std::size_t from = about > wide ? about - wide : 0, to = std::min(record.samples(), about + wide + 1);
    const std::size_t stride = std::max<std::size_t>(1, std::size_t(record.samplingHz / 1000));
    std::vector<double> energy((to - from + stride - 1) / stride, 0.0), window, sorted;
    for (std::size_t lead = 0; lead < leadCount; ++lead) {
        if (!(detection.weight[lead] > 0.05))
            continue;
        window.clear();
        sorted.clear();
        for (std::size_t i = from; i < to; i += stride) {
            window.push_back(double(record.leads[lead][i]));
            if (std::isfinite(window.back()))
                sorted.push_back(window.back());
        }
        if (sorted.empty())
            continue;
        const auto [low, high] = std::minmax_element(sorted.begin(), sorted.end());
        const double range = *high - *low;
        if (!(range > 0))
            continue;
        const double middle = quantile(sorted, 0.5);
        for (std::size_t i = 0; i < window.size(); ++i)
            if (const double d = (window[i] - middle) / range; std::isfinite(d))
                energy[i] += detection.weight[lead] * d * d;
    }
    const auto bridged = [&](std::size_t at) {
        const auto after = std::upper_bound(bridge.begin(), bridge.end(), at,
                                            [](std::size_t value, const SampleSpan& span) { return value < span.to; });
        return after != bridge.end() && after->from <= at;
    };
    std::size_t best = about;
    double most = -1;
    for (std::size_t i = 0; i < energy.size(); ++i) {
        const std::size_t at = from + i * stride;
        if (at + reach >= about && at <= about + reach && energy[i] > most && !bridged(at)) {
            most = energy[i];
            best = at;
        }
    }
    return best;
}

} // namespace

QrsDetection findQrs(const EcgRecord& record, std::span<const SampleSpan> bridge)
{
    QrsDetection detection;
    if (!(record.samplingHz >= 50 && record.samplingHz <= 100000))
        return detection;
    const Activity activity = activityOf(record, bridge, detection);
    const double hz = activity.hz;
    if (double(activity.level.size()) < 0.5 * hz)
        return detection;
    std::vector<double> sample;
    for (std::size_t i = 0; i < activity.level.size(); i += 1 + activity.level.size() / 50000)
        sample.push_back(activity.level[i]);
    const double floor = quantile(sample, 0.25);
    const Level level(activity.level, hz);
    detection.contrast = floor > 0 ? level.overall() / floor : level.overall() > 0 ? 1e6 : 0;
    if (detection.contrast < leastContrast)
        return detection;
    const auto threshold = [&](std::size_t at, double share) { return floor + share * (level.at(at) - floor); };

    const std::vector<Peak> peaks = peaksOf(activity, floor + searchBackShare * 0.3 * (level.overall() - floor));
    std::vector<Peak> accepted;
    std::vector<double> distances; // of neighbours, for the search back
    std::size_t searched = 0;      // of `peaks`: those before are settled
    for (std::size_t i = 0; i < peaks.size(); ++i) {
        if (peaks[i].height < threshold(peaks[i].at, thresholdShare))
            continue;
        if (!accepted.empty() && isTWave(peaks[i], accepted.back(), hz))
            continue;
        if (distances.size() >= 3) {
            const std::size_t recent = std::min<std::size_t>(distances.size(), 8);
            const double usual = medianOf({distances.end() - std::ptrdiff_t(recent), distances.end()});
            if (double(peaks[i].at - accepted.back().at) > 1.66 * usual) {
                const Peak* best = nullptr;
                for (std::size_t k = searched; k < i; ++k) {
                    const Peak& missed = peaks[k];
                    if (missed.at <= accepted.back().at || isTWave(missed, accepted.back(), hz) ||
                        double(missed.at - accepted.back().at) < tWaveWithin * hz ||
                        double(peaks[i].at - missed.at) < tWaveWithin * hz)
                        continue;
                    if (missed.height >= threshold(missed.at, searchBackShare) &&
                        missed.slope > 0.4 * accepted.back().slope && (!best || missed.height > best->height))
                        best = &missed;
                }
                if (best)
                    accepted.push_back(*best);
            }
        }
        if (!accepted.empty())
            distances.push_back(double(peaks[i].at - accepted.back().at));
        accepted.push_back(peaks[i]);
        searched = i + 1;
    }
    for (const Peak& peak : accepted) {
        const std::size_t at =
            refine(record, detection, std::min(record.samples() - 1, peak.at * activity.factor), bridge);
        if (detection.peaks.empty() || at > detection.peaks.back())
            detection.peaks.push_back(at);
    }
    return detection;
}

} // namespace echo2ecg::ecg
