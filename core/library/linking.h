// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/sql.h"

namespace echo2ecg::library {

// An ECG belongs to the study of the same patient nearest in time, at most this many days before or after it.
constexpr double linkWindowDays = 7.0;

// Brings the links of one patient's ECGs up to date, inside the caller's transaction.
void relink(const sql::Database& database, std::int64_t patient);

} // namespace echo2ecg::library
