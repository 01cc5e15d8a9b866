// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

namespace echo2ecg::ecg {

// Gives the record the beat that its file averaged: leads made equally long (NaN behind the shorter ones), missing limb
// leads derived, borders outside of the beat or ends before their onsets left out with a warning. A beat without a
// sample, without a usable rate or longer than a minute is left out with a warning.
void setFileBeat(EcgRecord& record, RepresentativeBeat beat, const WaveBorders& borders);

// For a beat that can't be read although the rhythm can: one warning instead of an error.
void noteLostBeat(EcgRecord& record, const std::string& where);

} // namespace echo2ecg::ecg
