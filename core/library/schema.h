// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/sql.h"

namespace echo2ecg::library::schema {

// "E2EL" in the header of the file: tells our library from any other SQLite database.
constexpr std::int32_t applicationId = 0x4532454C;

int presentVersion() noexcept;
int versionOf(const sql::Database& database);
// Applies what is missing, all in one transaction. `upTo` is for tests that need an older library.
void migrate(const sql::Database& database, int upTo = presentVersion());

} // namespace echo2ecg::library::schema
