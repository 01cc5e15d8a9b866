// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

#include <filesystem>
#include <memory>

namespace echo2ecg::cli {

// Fails with the exit code of bundles and libraries.
std::unique_ptr<library::Library> openLibrary(const std::filesystem::path& folder);

} // namespace echo2ecg::cli
