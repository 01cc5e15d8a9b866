// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <optional>
#include <vector>

// What callipers on an ECG know, free of any drawing. Times in seconds of the recording, amplitudes in millivolts.
namespace echo2ecg::ecg {

struct TracePoint
{
    double seconds = 0, millivolts = 0;
    bool operator==(const TracePoint&) const = default;
};

// Two points on one lead. The first is where it was set down.
struct Calliper
{
    Lead lead = Lead::II;
    TracePoint from, to;
    bool march = false; // repeated along the row, to see whether beats keep the interval

    double milliseconds() const;             // never negative
    double millivolts() const;               // to − from, signed
    std::optional<double> perMinute() const; // of the interval; nothing for less than 1 ms
};

// The nearest sample of the lead in time; within `reach` mV of its value also in amplitude. Outside the recording: its
// end.
TracePoint snapped(const EcgRecord& record, Lead lead, const TracePoint& point, double reach);
// `samples` further along, at the trace if `point` was on it.
TracePoint nudged(const EcgRecord& record, Lead lead, const TracePoint& point, int samples);

// The times at which the interval repeats in [first, last], those of the calliper itself left out.
std::vector<double> marchTimes(const Calliper& calliper, double first, double last);

// End of the T wave by the tangent (Lepeschkin & Surawicz 1952): where the steepest line of its last limb meets the
// baseline. The baseline is the median of the 40 ms before `qrsOnset` when that is known, else the level after
// the wave.
struct QtTangent
{
    Lead lead = Lead::II;
    TracePoint steepest;
    double slope = 0;    // mV/s at the steepest point
    double baseline = 0; // mV
    double tEnd = 0;     // seconds
    std::optional<double> qrsOnset;

    std::optional<double> qtMilliseconds() const;
};
// For the T wave whose last limb is near `seconds` (within 120 ms). Nothing where no limb stands out.
std::optional<QtTangent> qtTangent(const EcgRecord& record, Lead lead, double seconds, std::optional<double> qrsOnset);

} // namespace echo2ecg::ecg
