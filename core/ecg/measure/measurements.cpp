// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/measurements.h"

#include "ecg/measure/axes.h"
#include "ecg/measure/borders.h"
#include "ecg/measure/intervals.h"
#include "ecg/measure/pacing.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

struct Name
{
    std::string_view label, unit, code;
};
constexpr std::array<Name, quantityCount> names{{
    {"Heart rate", "/min", "heart_rate"},
    {"RR interval, mean", "ms", "rr_mean"},
    {"RR interval, SDNN", "ms", "rr_sdnn"},
    {"RR interval, RMSSD", "ms", "rr_rmssd"},
    {"PR interval", "ms", "pr"},
    {"P duration", "ms", "p_duration"},
    {"QRS duration", "ms", "qrs"},
    {"QT interval", "ms", "qt"},
    {"QTc (Bazett)", "ms", "qtc_bazett"},
    {"QTc (Fridericia)", "ms", "qtc_fridericia"},
    {"QTc (Framingham)", "ms", "qtc_framingham"},
    {"QTc (Hodges)", "ms", "qtc_hodges"},
    {"P axis", "°", "p_axis"},
    {"QRS axis", "°", "qrs_axis"},
    {"T axis", "°", "t_axis"},
    {"Sokolow-Lyon voltage", "mV", "sokolow_lyon"},
    {"Cornell voltage", "mV", "cornell"},
}};

constexpr std::size_t leastBeats = 3;
constexpr double gapSeconds = 0.1;    // with no lead at all: a beat may be missed there
constexpr double levelBeforeR = 0.09; // s: where the PQ level is taken until the QRS onset is known
constexpr double levelBeforeQrs = 0.01;
constexpr double clearContrast = 6; // of the QRS detection: beats, even when no two are alike

// Peaks that come after a stretch without any signal.
std::vector<bool> gapsBefore(const EcgRecord& record, const std::vector<std::size_t>& peaks)
{
    std::vector<bool> result(peaks.size(), false);
    const auto least = std::size_t(gapSeconds * record.samplingHz);
    for (std::size_t i = 1; i < peaks.size(); ++i) {
        std::size_t run = 0;
        for (std::size_t at = peaks[i - 1]; at < peaks[i] && run <= least; ++at) {
            const bool any =
                std::any_of(record.leads.begin(), record.leads.end(), [at](const std::vector<float>& lead) {
                    return at < lead.size() && std::isfinite(lead[at]);
                });
            run = any ? 0 : run + 1;
        }
        result[i] = run > least;
    }
    return result;
}

double usualRr(const std::vector<std::size_t>& peaks, double hz)
{
    std::vector<double> intervals;
    for (std::size_t i = 1; i < peaks.size(); ++i)
        intervals.push_back(double(peaks[i] - peaks[i - 1]) / hz);
    return intervals.empty() ? 1 : medianOf(intervals);
}

// All present leads have the same length by contract; a shorter one would be read beyond its end.
bool isSound(const EcgRecord& record)
{
    const std::size_t n = record.samples();
    return n > 0 && record.samplingHz >= 50 && record.samplingHz <= 100000 &&
           std::all_of(record.leads.begin(), record.leads.end(),
                       [n](const std::vector<float>& lead) { return lead.empty() || lead.size() == n; });
}

void measureBeat(const EcgRecord& record, QrsDetection& detection, Measurements& result)
{
    const BeatClasses classes = classify(record, detection);
    result.rPeaks = detection.peaks;
    result.inMedian.assign(detection.peaks.size(), false);
    // Noise has no beats that are alike; what is neither alike nor clear is no rhythm.
    const bool alike = classes.dominantBeats >= leastBeats && classes.dominantBeats * 4 >= detection.peaks.size();
    if (!alike) {
        if (detection.contrast < clearContrast) {
            result.rPeaks.clear();
            result.inMedian.clear();
            result.whyNot = "No QRS complexes were found.";
        }
        return;
    }
    result.inMedian = chooseBeats(detection.peaks, classes);
    if (std::count(result.inMedian.begin(), result.inMedian.end(), true) < std::ptrdiff_t(leastBeats)) {
        result.inMedian.assign(detection.peaks.size(), false);
        return;
    }
    MedianBeat median = medianBeat(record, detection, result.inMedian, levelBeforeR);
    const double rr = usualRr(detection.peaks, record.samplingHz);
    FoundBorders found = findBorders(median, rr);
    if (found.borders.qrsOnset) {
        // Once more with the level where the QRS really begins.
        const double onset = double(median.rPeak) / record.samplingHz - *found.borders.qrsOnset;
        if (std::abs(onset + levelBeforeQrs - levelBeforeR) > 0.01) {
            median = medianBeat(record, detection, result.inMedian, onset + levelBeforeQrs);
            found = findBorders(median, rr);
        }
    }
    result.rPeaks = detection.peaks;
    result.beat = std::move(median.beat);
    result.beatRPeak = median.rPeak;
    result.borders = found.borders;
    result.pDoubtful = found.pDoubtful;
}

} // namespace

std::string_view label(Quantity quantity) noexcept
{
    return names[std::size_t(quantity)].label;
}

std::string_view code(Quantity quantity) noexcept
{
    return names[std::size_t(quantity)].code;
}

std::string_view unit(Quantity quantity) noexcept
{
    return names[std::size_t(quantity)].unit;
}

Measurements measure(const EcgRecord& record)
{
    Measurements result;
    if (!isSound(record)) {
        result.whyNot = "There is no signal with a usable sampling rate.";
    } else {
        const std::vector<PacingSpike> spikes = findPacingSpikes(record);
        QrsDetection detection = findQrs(record, spansOf(spikes, record.samplingHz));
        if (detection.peaks.empty()) {
            result.whyNot = "No QRS complexes were found.";
        } else if (detection.peaks.size() < leastBeats) {
            result.rPeaks = detection.peaks;
            result.inMedian.assign(detection.peaks.size(), false);
            result.whyNot = "Fewer than three QRS complexes were found.";
        } else {
            measureBeat(record, detection, result);
        }
        result.paced = isPaced(spikes, result.rPeaks, record.samplingHz);
        result.afterGap = gapsBefore(record, result.rPeaks);
    }
    remeasure(result, record.samplingHz);
    return result;
}

void remeasure(Measurements& m, double samplingHz)
{
    m.values.assign(quantityCount, {});
    for (std::size_t i = 0; i < quantityCount; ++i)
        m.values[i] = {Quantity(i), {}, m.rPeaks.empty() ? "no QRS found" : "fewer than three beats"};
    if (m.rPeaks.empty() || !(samplingHz > 0))
        return;
    fillIntervals(m, samplingHz);
    const auto put = [&](Measured measured) { m.values[std::size_t(measured.quantity)] = std::move(measured); };
    if (!m.beat) {
        for (const Quantity quantity :
             {Quantity::PAxis, Quantity::QrsAxis, Quantity::TAxis, Quantity::SokolowLyon, Quantity::Cornell})
            put({quantity, {}, m[Quantity::Qrs].whyNot});
        return;
    }
    Axes axes = axesOf(*m.beat, m.borders);
    if (!m.borders.pOnset)
        axes.p.whyNot = m[Quantity::PDuration].whyNot;
    put(std::move(axes.p));
    put(std::move(axes.qrs));
    put(std::move(axes.t));
    Voltages voltages = voltagesOf(*m.beat, m.borders);
    put(std::move(voltages.sokolowLyon));
    put(std::move(voltages.cornell));
}

} // namespace echo2ecg::ecg
