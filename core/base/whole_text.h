// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace echo2ecg::base {

// Writes beside and renames: the file is there whole, or as it was. Throws base::Error(Io) with the sentence and the file.
void writeWholeText(const std::filesystem::path& file, const std::string& text, const char* sentence = "the file can't be written");

} // namespace echo2ecg::base
