// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/motion.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

namespace {

// Of the beat: end of diastole is about the R wave, end of systole about the end of the T wave.
constexpr double kDiastoleFrom = -0.08, kDiastoleTo = 0.10;
constexpr double kSystoleFrom = 0.18, kSystoleTo = 0.60;

struct Window
{
    int first = 0, last = -1; // frames
};

Window framesIn(const std::vector<double>& startMs, double from, double to)
{
    const auto first = std::lower_bound(startMs.begin(), startMs.end(), from);
    const auto last = std::upper_bound(startMs.begin(), startMs.end(), to);
    return {int(first - startMs.begin()), int(last - startMs.begin()) - 1};
}

double mean(const std::vector<double>& values, Window window)
{
    double sum = 0;
    for (int i = window.first; i <= window.last; ++i)
        sum += values[std::size_t(i)];
    return window.last >= window.first ? sum / (window.last - window.first + 1) : 0;
}

std::vector<double> smoothed(const std::vector<double>& values)
{
    std::vector<double> out = values;
    for (std::size_t i = 1; i + 1 < values.size(); ++i)
        out[i] = (values[i - 1] + 2 * values[i] + values[i + 1]) / 4;
    return out;
}

} // namespace

std::vector<CardiacPhase> phasesOf(const ReducedFrames& frames, MotionCurve curve, const Beats& beats)
{
    if (curve.isEmpty() || beats.rWaveMs.empty())
        return {};
    std::vector<std::pair<double, double>> whole;
    for (std::size_t i = 0; i + 1 < beats.rWaveMs.size(); ++i)
        whole.emplace_back(beats.rWaveMs[i], beats.rWaveMs[i + 1]);
    if (beats.rrMs && beats.rWaveMs.back() + *beats.rrMs <= frames.durationMs)
        whole.emplace_back(beats.rWaveMs.back(), beats.rWaveMs.back() + *beats.rrMs);

    curve.value = smoothed(curve.value);
    const auto [least, most] = std::minmax_element(curve.value.begin(), curve.value.end());
    const double range = *most - *least;
    if (!(range > 0))
        return {};
    // An R wave says which end of the curve is diastole; what only repeats leaves that to the dark area.
    double sign = 1, certainty = curve.areaCorrelation;
    if (beats.source != BeatSource::Periodicity) {
        double fall = 0;
        for (const auto& [r, next] : whole) {
            const double rr = next - r;
            const Window diastole = framesIn(frames.startMs, r - 0.05 * rr, r + 0.08 * rr);
            const Window systole = framesIn(frames.startMs, r + 0.25 * rr, r + 0.45 * rr);
            if (diastole.last >= diastole.first && systole.last >= systole.first)
                fall += (mean(curve.value, diastole) - mean(curve.value, systole)) / (range * double(whole.size()));
        }
        sign = fall < 0 ? -1 : 1;
        certainty = std::min(1.0, 2 * std::abs(fall));
    }
    std::vector<CardiacPhase> phases;
    for (const auto& [r, next] : whole) {
        const double rr = next - r;
        const Window diastole = framesIn(frames.startMs, r + kDiastoleFrom * rr, r + kDiastoleTo * rr);
        const Window systole = framesIn(frames.startMs, r + kSystoleFrom * rr, r + kSystoleTo * rr);
        if (diastole.last < diastole.first || systole.last < systole.first)
            continue;
        const auto value = [&](int frame) { return sign * curve.value[std::size_t(frame)]; };
        CardiacPhase phase{diastole.first, systole.first, 0};
        for (int i = diastole.first; i <= diastole.last; ++i)
            if (value(i) > value(phase.edFrame))
                phase.edFrame = i;
        for (int i = systole.first; i <= systole.last; ++i)
            if (value(i) < value(phase.esFrame))
                phase.esFrame = i;
        const double drop = (value(phase.edFrame) - value(phase.esFrame)) / range;
        if (drop <= 0 || phase.esFrame <= phase.edFrame)
            continue;
        // At the window's edge the curve didn't turn.
        const bool turned = phase.esFrame > systole.first && phase.esFrame < systole.last;
        phase.confidence = std::clamp(drop * std::sqrt(curve.share) * (0.5 + 0.5 * certainty) * (turned ? 1.0 : 0.6), 0.0, 1.0);
        phases.push_back(phase);
    }
    return phases;
}

} // namespace echo2ecg::echo
