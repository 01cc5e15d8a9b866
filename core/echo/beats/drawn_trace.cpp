// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/intervals.h"
#include "echo/beats/trace_columns.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

// A run of frames in which the marker goes from left to right at one speed: x = offset + speed · ms.
struct Sweep
{
    std::size_t first = 0, last = 0;
    double offset = 0, speed = 0;
    double msAt(double x) const { return (x - offset) / speed; }
};

// The middle of the tallest bar, −1 where none stands out from the line and its QRS.
double markerAt(const std::vector<TraceColumn>& columns, int bandRows)
{
    int tallest = 0;
    std::size_t at = 0;
    for (std::size_t x = 0; x < columns.size(); ++x)
        if (columns[x].run > tallest) {
            tallest = columns[x].run;
            at = x;
        }
    if (tallest < std::max(10, bandRows / 2))
        return -1;
    std::size_t left = at, right = at;
    while (left > 0 && columns[left - 1].run * 5 >= tallest * 4)
        --left;
    while (right + 1 < columns.size() && columns[right + 1].run * 5 >= tallest * 4)
        ++right;
    return right - left > columns.size() / 8 ? -1 : double(left + right) / 2;
}

// Pixels per ms of most steps; empty when the marker doesn't keep step with the frames.
std::vector<Sweep> sweeps(const std::vector<double>& marker, const std::vector<double>& startMs)
{
    std::vector<double> speeds;
    for (std::size_t i = 1; i < marker.size(); ++i)
        if (marker[i] >= 0 && marker[i - 1] >= 0 && marker[i] > marker[i - 1])
            speeds.push_back((marker[i] - marker[i - 1]) / (startMs[i] - startMs[i - 1]));
    if (speeds.size() * 10 < (marker.size() - 1) * 7)
        return {};
    const double speed = median(speeds);
    std::vector<Sweep> list;
    std::size_t inStep = 0;
    for (std::size_t i = 0; i < marker.size(); ++i) {
        if (marker[i] < 0)
            continue;
        // From the sweep's first frame, so that a slow drift is seen as well as a jump.
        const bool goesOn = !list.empty() && std::abs(marker[i] - marker[list.back().first] -
                                                      speed * (startMs[i] - startMs[list.back().first])) <
                                                 std::max(8.0, 0.08 * (marker[i] - marker[list.back().first]));
        if (goesOn) {
            list.back().last = i;
            ++inStep;
        } else {
            list.push_back({i, i, 0, speed});
        }
    }
    if (inStep * 10 < (marker.size() - 1) * 8)
        return {};
    std::erase_if(list, [](const Sweep& s) { return s.last - s.first < 3; });
    for (Sweep& sweep : list) {
        // Its own line through all of its frames.
        double n = 0, st = 0, sx = 0, stt = 0, stx = 0;
        for (std::size_t i = sweep.first; i <= sweep.last; ++i) {
            if (marker[i] < 0)
                continue;
            n += 1;
            st += startMs[i];
            sx += marker[i];
            stt += startMs[i] * startMs[i];
            stx += startMs[i] * marker[i];
        }
        const double spread = n * stt - st * st;
        if (spread > 0)
            sweep.speed = (n * stx - st * sx) / spread;
        if (!(sweep.speed > 0.5 * speed && sweep.speed < 2 * speed))
            sweep.speed = speed;
        sweep.offset = (sx - sweep.speed * st) / n;
    }
    return list;
}

struct Sample
{
    double ms = 0, deflection = 0;
};

// How far the trace leaves its baseline where the marker has just passed.
std::vector<Sample> readTrace(const TraceColumns& trace, const std::vector<double>& marker, const std::vector<Sweep>& list,
                              const std::vector<double>& startMs, double durationMs)
{
    constexpr double guard = 5; // columns that the marker hides
    struct Reading
    {
        double ms;
        TraceColumn column;
    };
    std::vector<Reading> readings;
    std::vector<double> middles;
    for (const Sweep& sweep : list) {
        const bool atStart = sweep.first <= 2, whole = trace.band.declared; // in a region of its own the whole trace stands from the beginning
        const double width = double(trace.frames[sweep.last].size()) - 1;
        const double from = std::max(0.0, sweep.offset + sweep.speed * startMs[atStart ? 0 : sweep.first]);
        const double to = std::min(width, whole ? sweep.offset + sweep.speed * durationMs : marker[sweep.last]);
        std::size_t frame = sweep.first;
        for (int x = int(std::ceil(from)); x <= int(to); ++x) {
            while (frame < sweep.last && marker[frame] < x + guard)
                ++frame;
            std::size_t look = frame;
            // After the last frame of this sweep the marker is elsewhere, and the trace stays as it was drawn.
            if (marker[look] < x + guard && look + 1 < marker.size() && (marker[look + 1] < 0 || std::abs(marker[look + 1] - x) > guard))
                ++look;
            if (marker[look] >= 0 && std::abs(marker[look] - x) < guard) {
                if (!whole)
                    continue;
                look = std::abs(marker[sweep.first] - x) > std::abs(marker[sweep.last] - x) ? sweep.first : sweep.last;
            }
            const double ms = sweep.msAt(x);
            if (std::size_t(x) >= trace.frames[look].size() || ms < 0 || ms >= durationMs)
                continue;
            const TraceColumn column = trace.frames[look][std::size_t(x)];
            if (column.top < 0)
                continue;
            readings.push_back({ms, column});
            middles.push_back((column.top + column.bottom) / 2.0);
        }
    }
    std::vector<Sample> samples;
    if (middles.size() < 16)
        return samples;
    const double baseline = median(middles);
    for (const Reading& r : readings)
        samples.push_back({r.ms, std::max(baseline - r.column.top, r.column.bottom - baseline)});
    std::sort(samples.begin(), samples.end(), [](const Sample& a, const Sample& b) { return a.ms < b.ms; });
    return samples;
}

std::vector<double> peaks(const std::vector<Sample>& samples)
{
    std::vector<double> deflections;
    for (const Sample& s : samples)
        deflections.push_back(s.deflection);
    const double most = *std::max_element(deflections.begin(), deflections.end());
    const double rest = median(deflections);
    // A QRS stands far above what the line does most of the time; without that there is none.
    if (most < 6 || most < 4 * std::max(1.0, rest))
        return {};
    const double level = most / 2;
    std::vector<double> found;
    for (std::size_t i = 0; i < samples.size();) {
        if (samples[i].deflection < level) {
            ++i;
            continue;
        }
        std::size_t end = i, top = i;
        for (; end < samples.size() && (samples[end].deflection >= level || samples[end].ms - samples[top].ms < 40); ++end)
            if (samples[end].deflection > samples[top].deflection)
                top = end;
        const bool narrow = samples[end - 1].ms - samples[i].ms < 200;
        if (!narrow)
            return {}; // not an ECG, or not one that can be read
        if (found.empty() || samples[top].ms - found.back() >= kShortestRrMs)
            found.push_back(samples[top].ms);
        i = end;
    }
    return found;
}

} // namespace

std::vector<double> tracedRWaves(const TraceColumns& trace, const std::vector<double>& startMs, double durationMs)
{
    if (trace.band.isEmpty() || trace.frames.size() < 6 || trace.frames.size() != startMs.size())
        return {};
    std::vector<double> marker;
    for (const auto& columns : trace.frames)
        marker.push_back(markerAt(columns, trace.band.y1 - trace.band.y0 + 1));
    const std::vector<Sweep> list = sweeps(marker, startMs);
    if (list.empty())
        return {};
    // The marker's speed against the region's own time scale: a clip that was shot or stored at another rate can't be read.
    if (trace.band.secondsPerPixel) {
        const double rate = list.front().speed * 1000 * *trace.band.secondsPerPixel;
        if (rate < 0.8 || rate > 1.25)
            return {};
    }
    const std::vector<Sample> samples = readTrace(trace, marker, list, startMs, durationMs);
    return samples.empty() ? std::vector<double>() : peaks(samples);
}

} // namespace echo2ecg::echo
