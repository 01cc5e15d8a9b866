// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

namespace echo2ecg::ecg {

// Writes NAME.hea and NAME.dat (format 16) whichever of the two `out` is. Age and sex go into comments, nothing else
// that concerns the patient. Throws base::Error(Io).
void exportWfdb(const EcgRecord& record, const std::filesystem::path& out);

// The gain (units per mV) with which `values` become 16-bit integers: exact where they are multiples of one step.
struct WfdbGain
{
    double gain = 1000;
    bool exact = true;
};
WfdbGain wfdbGainFor(const std::vector<float>& values);

} // namespace echo2ecg::ecg
