// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/beat_track.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kShortestMs = 150; // 400 per minute; what is shorter isn't a beat
} // namespace

BeatTrack BeatTrack::of(const std::vector<double>& rWaveMs, std::optional<double> rrMs)
{
    BeatTrack track;
    for (std::size_t i = 0; i + 1 < rWaveMs.size(); ++i)
        if (rWaveMs[i + 1] - rWaveMs[i] >= kShortestMs)
            track.beats.push_back({rWaveMs[i], rWaveMs[i + 1]});
    if (rWaveMs.size() == 1 && rrMs && std::isfinite(*rrMs) && *rrMs >= kShortestMs)
        track.beats.push_back({rWaveMs[0], rWaveMs[0] + *rrMs});
    return track;
}

int BeatTrack::beatAt(double ms) const
{
    const auto after = std::upper_bound(beats.begin(), beats.end(), ms, [](double t, const Beat& b) { return t < b.startMs; });
    return std::max(0, int(after - beats.begin()) - 1);
}

} // namespace echo2ecg::ui
