// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session.h"

#include <filesystem>

namespace echo2ecg::cli {

// `echo sees PATH --bundle B [--out DIR]`: of each clip of a file or a folder of studies whether it is a view and why not, which frames are taken, what
// the mask was found from, the crop. With `out` (empty: none) pictures of the steps.
int sees(const Session& session, const std::filesystem::path& path, const std::filesystem::path& bundle,
         const std::filesystem::path& out);

} // namespace echo2ecg::cli
