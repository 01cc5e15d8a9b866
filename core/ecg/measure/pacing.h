// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/measure/signal_tools.h"

#include <vector>

// Spikes of a pacemaker that are still to be seen in the recording: events of a few milliseconds that rise out of a
// quiet stretch and return to it, at the same time in two leads or more. A tall R wave has flanks on both sides and
// isn't taken. Below 400 Hz nothing is found: a spike can't be told from noise there. Rationale of the shape: AAMI/IEC
// 60601-2-51 gives pulses of 0.1-2 ms; the recorder's low-pass widens them to some 4-6 ms.
namespace echo2ecg::ecg {

struct PacingSpike
{
    std::size_t at = 0;    // sample
    std::size_t leads = 0; // that show it
    double millivolts = 0; // in the lead where it is highest
};

std::vector<PacingSpike> findPacingSpikes(const EcgRecord& record);
// What to bridge so that the spikes vanish.
std::vector<SampleSpan> spansOf(const std::vector<PacingSpike>& spikes, double samplingHz);

// A spike before most beats, always at about the same distance from it; one every few beats is an artefact.
bool isPaced(const std::vector<PacingSpike>& spikes, const std::vector<std::size_t>& rPeaks, double samplingHz);

} // namespace echo2ecg::ecg
