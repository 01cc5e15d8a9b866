// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/import.h"

namespace echo2ecg::cli {

// What a path that was named holds. A folder, a ZIP archive or a DICOMDIR is looked through, and what isn't echo is listed; one file is read as what it
// was called, an echo clip or a structured report, and says itself why not. Throws base::ParseError where nothing of echo comes of it, base::Cancelled.
casework::Scan readEchoInput(const std::filesystem::path& path, const base::JobContext& job);

} // namespace echo2ecg::cli
