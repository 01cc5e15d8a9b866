// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/wfdb_header.h"

namespace echo2ecg::ecg {

// What date, time and comments of a WFDB header say about patient and recording ("#Age: 63", "#Dx: 426783006").
void readWfdbFacts(const WfdbHeader& header, EcgRecord& record);

} // namespace echo2ecg::ecg
