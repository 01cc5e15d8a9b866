// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/pacing.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

constexpr double lowestRate = 400;
constexpr double leastMv = 0.15;
constexpr double halfWidth = 0.004; // s: a spike is over this long after its top
constexpr double quietBefore = 0.016, quietAfter = 0.006;
constexpr double fastestPacing = 0.05; // s between spikes that are counted apart
constexpr std::size_t tooMany = 100000;

struct Event
{
    std::size_t at;
    double millivolts;
};

// Candidates of one lead.
void findIn(const std::vector<float>& lead, double hz, std::vector<Event>& events)
{
    const auto w = std::max<std::size_t>(2, std::size_t(std::ceil(halfWidth * hz)));
    const auto before = std::size_t(quietBefore * hz), after = std::size_t(quietAfter * hz);
    if (lead.size() < 2 * w + before + after + 1)
        return;
    const auto bend = [&](std::size_t i) { return double(lead[i]) - (double(lead[i - w]) + double(lead[i + w])) / 2; };
    // What is usual in this lead; every 7th sample tells enough.
    std::vector<double> usual;
    usual.reserve(lead.size() / 7 + 1);
    for (std::size_t i = w; i + w < lead.size(); i += 7)
        if (const double b = std::abs(bend(i)); std::isfinite(b))
            usual.push_back(b);
    const double least = std::max(leastMv, 8 * quantile(usual, 0.5));
    for (std::size_t i = w + before; i + w + after < lead.size() && events.size() < tooMany; ++i) {
        const double height = bend(i), size = std::abs(height);
        if (!(size >= least) || !std::isfinite(height))
            continue;
        if (std::abs(bend(i - 1)) > size || std::abs(bend(i + 1)) >= size)
            continue;
        if (std::abs(double(lead[i + w]) - double(lead[i - w])) > 0.5 * size)
            continue;
        double low = double(lead[i - w]), high = low;
        for (std::size_t k = i - w - before; k < i - w; ++k) {
            low = std::min(low, double(lead[k]));
            high = std::max(high, double(lead[k]));
        }
        if (!(high - low < 0.25 * size))
            continue;
        low = high = double(lead[i + w]);
        for (std::size_t k = i + w; k <= i + w + after; ++k) {
            low = std::min(low, double(lead[k]));
            high = std::max(high, double(lead[k]));
        }
        if (high - low < 0.5 * size)
            events.push_back({i, size});
    }
}

} // namespace

std::vector<PacingSpike> findPacingSpikes(const EcgRecord& record)
{
    std::vector<PacingSpike> spikes;
    const double hz = record.samplingHz;
    if (!(hz >= lowestRate) || !std::isfinite(hz))
        return spikes;
    std::vector<Event> events;
    // III and the augmented leads follow from I and II, and would count a spike of one electrode twice.
    for (const Lead lead : {Lead::I, Lead::II, Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6})
        findIn(record[lead], hz, events);
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
    const auto together = std::size_t(std::ceil(0.003 * hz)), apart = std::size_t(fastestPacing * hz);
    for (std::size_t i = 0; i < events.size();) {
        PacingSpike spike{events[i].at, 0, 0};
        const std::size_t first = events[i].at;
        for (; i < events.size() && events[i].at <= first + together; ++i) {
            ++spike.leads;
            if (events[i].millivolts > spike.millivolts) {
                spike.millivolts = events[i].millivolts;
                spike.at = events[i].at;
            }
        }
        if (spike.leads >= 2 && (spikes.empty() || spike.at > spikes.back().at + apart))
            spikes.push_back(spike);
    }
    return spikes;
}

std::vector<SampleSpan> spansOf(const std::vector<PacingSpike>& spikes, double samplingHz)
{
    std::vector<SampleSpan> spans;
    const auto w = std::max<std::size_t>(2, std::size_t(std::ceil(halfWidth * samplingHz)));
    for (const PacingSpike& spike : spikes)
        spans.push_back({spike.at > w ? spike.at - w : 0, spike.at + w + 1});
    return spans;
}

bool isPaced(const std::vector<PacingSpike>& spikes, const std::vector<std::size_t>& rPeaks, double samplingHz)
{
    constexpr double farthest = 0.4, spread = 0.02; // s
    std::vector<double> distances;
    std::size_t next = 0;
    for (const PacingSpike& spike : spikes) {
        while (next < rPeaks.size() && rPeaks[next] < spike.at)
            ++next;
        if (next < rPeaks.size() && double(rPeaks[next] - spike.at) < farthest * samplingHz)
            distances.push_back(double(rPeaks[next] - spike.at) / samplingHz);
    }
    if (distances.size() < 3 || distances.size() * 2 < rPeaks.size())
        return false;
    // Dual-chamber pacing has two distances: the largest group of equal ones counts.
    std::sort(distances.begin(), distances.end());
    std::size_t most = 0, from = 0;
    for (std::size_t to = 0; to < distances.size(); ++to) {
        while (distances[to] - distances[from] > spread)
            ++from;
        most = std::max(most, to + 1 - from);
    }
    return most >= 3 && most * 2 >= rPeaks.size();
}

} // namespace echo2ecg::ecg
