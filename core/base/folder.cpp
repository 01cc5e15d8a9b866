// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/folder.h"

#include "base/error.h"

namespace echo2ecg::base {

void makeFolder(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    // A file in the way was no error in the standard before LWG 2935.
    if (std::error_code ignored; failed || !std::filesystem::is_directory(folder, ignored))
        throw Error(ErrorCode::Io, "The folder can't be made.", {folder, {}});
}

} // namespace echo2ecg::base
