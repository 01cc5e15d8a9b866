// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace echo2ecg::base {

// Makes it with the folders above it; one that is there is left as it is. Throws base::Error(Io) with the folder.
void makeFolder(const std::filesystem::path& folder);

} // namespace echo2ecg::base
