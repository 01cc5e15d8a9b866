// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <string>

namespace echo2ecg::ecg {

// A filter for the eyes: zero phase, never applied to what the model gets. Absent: that part is left out.
struct DisplayFilter
{
    std::optional<double> highPassHz, lowPassHz, notchHz;

    bool any() const { return highPassHz || lowPassHz || notchHz; }
    // "0.5–40 Hz, notch 50 Hz, zero phase"; "no filter".
    std::string describe() const;
    bool operator==(const DisplayFilter&) const = default;
};

// The filter without the parts that can't be applied at this rate: a corner must be above 0 and below half the rate.
// What `filtered` does, and what a page may say was done.
DisplayFilter applicable(const DisplayFilter& filter, double samplingHz);

// The record with all leads filtered forwards and backwards (Butterworth, second order each way; notch of quality 30
// with its harmonics left alone), edges extended by reflection. NaN stays NaN and doesn't spread: each stretch between
// is filtered on its own. A corner at or above half the rate is left out, and said in `leftOut` when given.
EcgRecord filtered(const EcgRecord& record, const DisplayFilter& filter, std::string* leftOut = nullptr);

} // namespace echo2ecg::ecg
