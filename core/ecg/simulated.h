// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <algorithm>

namespace echo2ecg::ecg {

inline constexpr const char* simulatedPatientCode = "simulated-patient"; // of the warning that a reader leaves

inline base::Warning simulatedPatientWarning()
{
    return {simulatedPatientCode, "The file says that its patient is simulated.", {}};
}

// Whether the file said that its patient is simulated. It stays with the record wherever that is kept.
inline bool isSimulated(const EcgRecord& record)
{
    return std::any_of(record.warnings.begin(), record.warnings.end(), [](const base::Warning& w) { return w.code == simulatedPatientCode; });
}

} // namespace echo2ecg::ecg
