// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/cine_timing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

namespace echo2ecg::echo {

namespace {

constexpr double shortestMs = 1.0, longestMs = 2000.0;
constexpr double assumedFps = 30.0;
// A timer that fires a hair early still shows the frame it was set for.
constexpr double slackMs = 1e-6;

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

CineTiming evenly(double ms, int frames, TimingSource source)
{
    CineTiming timing;
    timing.source = source;
    timing.startMs.reserve(std::size_t(frames));
    for (int i = 0; i < frames; ++i)
        timing.startMs.push_back(i * ms);
    timing.durationMs = frames * ms;
    return timing;
}

// Value i of the vector is the time between frame i - 1 and frame i; what stands first has no meaning and is often 0.
CineTiming fromVector(const std::vector<double>& intervals, int frames)
{
    CineTiming timing;
    timing.source = TimingSource::FrameTimeVector;
    timing.startMs.reserve(std::size_t(frames));
    double at = 0;
    for (int i = 0; i < frames; ++i) {
        at += i > 0 ? intervals[std::size_t(i)] : 0.0;
        timing.startMs.push_back(at);
    }
    timing.durationMs = at + intervals[std::size_t(frames - 1)];
    return timing;
}

// Says why the vector can't be used; empty when it can.
base::Warnings vectorFaults(const std::vector<double>& intervals, int declaredFrames, int frames)
{
    const auto n = int(std::min<std::size_t>(intervals.size(), std::size_t(1) << 30));
    // A clip that lost its last frames still has the vector of the whole clip.
    if (n != frames && (n != declaredFrames || n < frames))
        return {{"frame-time-vector-count",
                 "The Frame Time Vector has " + std::to_string(n) + " values for " + std::to_string(frames) +
                     " frames and is not used.",
                 "(0018,1065)"}};
    for (int i = frames > 1 ? 1 : 0; i < frames; ++i)
        if (!isPlausibleFrameMs(intervals[std::size_t(i)]))
            return {{"frame-time-vector-implausible",
                     "The Frame Time Vector holds " + number(intervals[std::size_t(i)]) +
                         " ms, which can't be right, and is not used.",
                     "(0018,1065) value " + std::to_string(i + 1)}};
    return {};
}

} // namespace

bool isPlausibleFrameMs(double ms) noexcept
{
    return std::isfinite(ms) && ms >= shortestMs && ms <= longestMs;
}

const char* name(TimingSource source) noexcept
{
    switch (source) {
    case TimingSource::FrameTime:
        return "Frame Time";
    case TimingSource::FrameTimeVector:
        return "Frame Time Vector";
    case TimingSource::CineRate:
        return "Cine Rate";
    case TimingSource::Container:
        return "time stamps of the video";
    case TimingSource::Assumed:
        break;
    }
    return "assumed";
}

double CineTiming::meanFps() const
{
    return durationMs > 0 ? 1000.0 * double(startMs.size()) / durationMs : 0.0;
}

int CineTiming::frameAt(double ms) const
{
    if (startMs.size() < 2 || !(durationMs > 0) || !std::isfinite(ms))
        return 0;
    double at = std::fmod(ms + slackMs, durationMs);
    if (at < 0)
        at += durationMs;
    const auto next = std::upper_bound(startMs.begin(), startMs.end(), at);
    return next == startMs.begin() ? 0 : int(std::distance(startMs.begin(), next)) - 1;
}

double CineTiming::untilNextMs(double ms) const
{
    if (startMs.empty() || !(durationMs > 0) || !std::isfinite(ms))
        return 0;
    double at = std::fmod(ms + slackMs, durationMs);
    if (at < 0)
        at += durationMs;
    const auto next = std::upper_bound(startMs.begin(), startMs.end(), at);
    return (next == startMs.end() ? durationMs : *next) - at + slackMs;
}

CineTiming cineTiming(const dicom::ImageHeader& header, int frames, base::Warnings& warnings)
{
    if (frames <= 0)
        return {};
    if (header.frameTimeMs) {
        if (isPlausibleFrameMs(*header.frameTimeMs))
            return evenly(*header.frameTimeMs, frames, TimingSource::FrameTime);
        warnings.push_back(
            {"frame-time-implausible",
             "Frame Time is " + number(*header.frameTimeMs) + " ms, which can't be right, and is not used.",
             "(0018,1063)"});
    }
    if (!header.frameTimeVectorMs.empty()) {
        const base::Warnings faults = vectorFaults(header.frameTimeVectorMs, header.declaredFrames, frames);
        if (faults.empty())
            return fromVector(header.frameTimeVectorMs, frames);
        warnings.insert(warnings.end(), faults.begin(), faults.end());
    }
    if (header.cineRate) {
        if (*header.cineRate > 0 && isPlausibleFrameMs(1000.0 / *header.cineRate))
            return evenly(1000.0 / *header.cineRate, frames, TimingSource::CineRate);
        warnings.push_back(
            {"cine-rate-implausible",
             "Cine Rate is " + number(*header.cineRate) + " per second, which can't be right, and is not used.",
             "(0018,0040)"});
    }
    warnings.push_back({"frame-rate-assumed", "The file gives no usable frame rate; 30 frames per second are assumed.",
                        "(0018,1063), (0018,1065), (0018,0040)"});
    return evenly(1000.0 / assumedFps, frames, TimingSource::Assumed);
}

} // namespace echo2ecg::echo
