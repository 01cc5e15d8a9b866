// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace echo2ecg::ecg {

// Why no reader takes this content, in one sentence: "This is a PDF …; the signal itself is needed." or that it is of no
// known kind.
std::string whyNotRead(const std::filesystem::path& file, std::string_view head);

// The beginning of a text as UTF-8, also when it is stored as UTF-16 with a byte order mark. For searching, not for
// display.
std::string searchableText(std::string_view head);

} // namespace echo2ecg::ecg
