// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/import.h"

#include <optional>

namespace echo2ecg::casework {

// One file with what was read from it.
struct ReadFile
{
    ScannedFile scanned;
    std::optional<echo::EchoClip> clip;
    std::optional<ecg::EcgRecord> ecg;
    std::optional<echo::EchoReport> report;
};

// Decides by content and reads: headers of images, ECGs whole. Never throws but base::Cancelled.
ReadFile readByContent(const std::filesystem::path& file);

// What was said about a file that can't be read, in one line and without the path.
std::string reasonOf(const base::Error& error);

} // namespace echo2ecg::casework
