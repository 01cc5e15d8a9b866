// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/plugin.h"

#include <filesystem>
#include <vector>

namespace echo2ecg::inference::plugin {

// Opens the plug-in on first use and keeps it until the process ends. Looks in $ECHO2ECG_PLUGIN_DIR, beside the
// executable and in
// ../lib/echo2ecg from there. Thread-safe. Throws base::Error(Missing) when it isn't installed or can't be opened,
// (Mismatch) for another version.
const Functions& functions();

// Where this program lies.
std::filesystem::path executableFolder();

// The folders that are looked in, in order.
std::vector<std::filesystem::path> searchFolders();

// Throws what the outcome says: base::ParseError, base::Cancelled or base::Error.
void raise(const Outcome& outcome);

} // namespace echo2ecg::inference::plugin
