// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/wfdb_header.h"

namespace echo2ecg::ecg {

// Leads, rate, companions and warnings of a record of one part, which may have fewer leads than twelve and doesn't get
// derived ones. `opened` is the file that the user chose, `header` the one that was parsed as `wfdb`.
// Throws base::ParseError.
EcgRecord readWfdbSignals(const std::filesystem::path& opened, const std::filesystem::path& header,
                          const WfdbHeader& wfdb);

} // namespace echo2ecg::ecg
