// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/beats.h"
#include "echo/beats/intervals.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

const char* name(BeatSource source) noexcept
{
    switch (source) {
    case BeatSource::Header: return "R waves of the header";
    case BeatSource::DrawnTrace: return "ECG trace in the picture";
    case BeatSource::Periodicity: return "periodic motion";
    case BeatSource::None: break;
    }
    return "none";
}

std::optional<double> Beats::heartRate() const
{
    if (!rrMs || !(*rrMs > 0))
        return std::nullopt;
    return 60000.0 / *rrMs;
}

std::optional<double> Beats::cycleAt(double ms) const
{
    if (rWaveMs.empty() || !std::isfinite(ms))
        return std::nullopt;
    const double last = double(rWaveMs.size() - 1);
    if (ms < rWaveMs.front() || ms >= rWaveMs.back()) {
        if (!rrMs || !(*rrMs > 0))
            return ms == rWaveMs.back() ? std::optional(last) : std::nullopt;
        return ms < rWaveMs.front() ? (ms - rWaveMs.front()) / *rrMs : last + (ms - rWaveMs.back()) / *rrMs;
    }
    const auto next = std::upper_bound(rWaveMs.begin(), rWaveMs.end(), ms);
    const double from = *(next - 1);
    return double(next - rWaveMs.begin() - 1) + (ms - from) / (*next - from);
}

std::optional<double> Beats::msAt(double cycle) const
{
    if (rWaveMs.empty() || !std::isfinite(cycle))
        return std::nullopt;
    const double last = double(rWaveMs.size() - 1);
    if (cycle < 0 || cycle >= last) {
        if (!rrMs || !(*rrMs > 0))
            return cycle == last ? std::optional(rWaveMs.back()) : std::nullopt;
        return cycle < 0 ? rWaveMs.front() + cycle * *rrMs : rWaveMs.back() + (cycle - last) * *rrMs;
    }
    const std::size_t beat = std::size_t(cycle);
    return rWaveMs[beat] + (cycle - double(beat)) * (rWaveMs[beat + 1] - rWaveMs[beat]);
}

std::optional<double> medianInterval(const std::vector<double>& rWaveMs)
{
    std::vector<double> intervals;
    for (std::size_t i = 1; i < rWaveMs.size(); ++i)
        intervals.push_back(rWaveMs[i] - rWaveMs[i - 1]);
    return intervals.empty() ? std::nullopt : std::optional(median(std::move(intervals)));
}

std::optional<double> headerInterval(const EchoClip& clip)
{
    const auto rate = clip.header.heartRate;
    if (!rate || !(*rate >= kLowestRate && *rate <= kHighestRate))
        return std::nullopt;
    return 60000.0 / *rate;
}

Beats headerBeats(const EchoClip& clip)
{
    Beats beats;
    std::size_t outside = 0, unsorted = 0, close = 0;
    for (double ms : clip.header.rWaveTimesMs) {
        // The time of an R wave counts from the first frame (PS3.3 C.8.5.6); one at its very start is 0, which is also what is written
        // where nothing is known.
        if (!std::isfinite(ms) || ms <= 0 || ms >= clip.timing.durationMs)
            ++outside;
        else if (!beats.rWaveMs.empty() && ms <= beats.rWaveMs.back())
            ++unsorted;
        else if (!beats.rWaveMs.empty() && ms - beats.rWaveMs.back() < kShortestRrMs)
            ++close;
        else
            beats.rWaveMs.push_back(ms);
    }
    const auto warn = [&](std::size_t count, const char* code, const std::string& what) {
        if (count > 0)
            beats.warnings.push_back({code, std::to_string(count) + what, "(0018,6060)"});
    };
    warn(outside, "r-wave-outside", " R wave times of the header lie outside the clip or are zero; they were left out.");
    warn(unsorted, "r-wave-order", " R wave times of the header are not later than the one before; they were left out.");
    warn(close, "r-wave-close", " R wave times of the header follow the one before within 200 ms; they were left out.");
    if (!beats.rWaveMs.empty())
        beats.source = BeatSource::Header;
    beats.rrMs = medianInterval(beats.rWaveMs);
    if (!beats.rrMs)
        beats.rrMs = headerInterval(clip);
    return beats;
}

} // namespace echo2ecg::echo
