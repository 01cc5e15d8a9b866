// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Measurements of a resting ECG. Ours are automatic and unverified; nothing is invented: what isn't there has no value
// and says why.
namespace echo2ecg::ecg {

enum class Quantity
{
    HeartRate, RrMean, RrSdnn, RrRmssd, Pr, PDuration, Qrs, Qt, QtcBazett, QtcFridericia, QtcFramingham, QtcHodges,
    PAxis, QrsAxis, TAxis, SokolowLyon, Cornell
};
constexpr std::size_t quantityCount = std::size_t(Quantity::Cornell) + 1;
// "QTc (Fridericia)", "PR interval"; unit "ms", "/min", "°", "mV".
std::string_view label(Quantity quantity) noexcept;
// For files and scripts: "qtc_fridericia".
std::string_view code(Quantity quantity) noexcept;
std::string_view unit(Quantity quantity) noexcept;

struct Measured
{
    Quantity quantity{};
    std::optional<double> value; // in unit(quantity)
    std::string whyNot;          // "no P wave", when there is no value
};

// What is found in a recording; a person may move `borders`, and remeasure() then follows.
struct Measurements
{
    std::vector<std::size_t> rPeaks;       // samples of the recording, one per QRS, ascending
    std::vector<bool> inMedian;            // per peak: its beat is part of the median (premature and odd beats aren't)
    std::vector<bool> afterGap;            // per peak: no signal somewhere before it, so no RR interval counts
    std::optional<RepresentativeBeat> beat; // per-lead median of the dominant beats
    std::size_t beatRPeak = 0;             // sample of the beat where the R peaks were laid over each other
    WaveBorders borders;                   // in `beat`
    bool borderMoved = false;              // by a person
    bool paced = false;                    // spikes of a pacemaker precede most beats
    bool pDoubtful = false;                // something is before the QRS, but not alike from beat to beat
    std::vector<Measured> values;          // one per Quantity, in order
    std::string whyNot;                    // when nothing could be measured: "No QRS complexes were found."

    const Measured& operator[](Quantity quantity) const { return values[std::size_t(quantity)]; }
};

// The whole chain on one recording, of any length and rate; NaN is taken for absence. Never throws for bad signal.
// Under 30 ms for 10 s. Thread-safe.
Measurements measure(const EcgRecord& record);
// The values again after `borders` changed (a dragged fiducial): microseconds.
void remeasure(Measurements& measurements, double samplingHz);

// What the file states, as the same quantities: "QRS duration 92 ms", "QRSDuration", "QRS Duration" are Qrs. Units are
// converted. A quantity the file doesn't state is absent.
std::vector<Measured> statedByFile(const EcgRecord& record);

} // namespace echo2ecg::ecg
