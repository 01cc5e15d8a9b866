// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ecg/ecg_record.h"

namespace echo2ecg::library {

// Everything of a record but its samples, for the column `record`.
base::Json recordToJson(const ecg::EcgRecord& record);
// Leads are left empty. Throws base::ParseError.
ecg::EcgRecord recordFromJson(const base::Json& json);

} // namespace echo2ecg::library
