// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/library.h"

#include <filesystem>
#include <memory>

namespace echo2ecg::cli {

// Where a library remembers the bundle that the window and the command line use with it.
inline constexpr const char* bundleSetting = "shell/bundle";

// Each of these fails with the exit code of bundles and libraries.
std::unique_ptr<library::Library> openLibrary(const std::filesystem::path& folder);
void rememberBundle(library::Library& library, const std::filesystem::path& bundle);
// The one that was named, else the one the library remembers.
std::filesystem::path bundleOf(const library::Library& library, const std::filesystem::path& named);

} // namespace echo2ecg::cli
