// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/file_kinds.h"

#include <functional>

namespace echo2ecg::casework {

// Every file named or below a folder named, each once, in a stable order. What doesn't exist is listed as unreadable.
struct FileList
{
    std::vector<std::filesystem::path> files;
    std::vector<ScannedFile> unreadable;
};
FileList listFiles(const std::vector<std::filesystem::path>& paths, const base::CancelToken& cancel = {});

// Reads the files on a small pool and hands them to `take` on the calling thread in their order; only a few wait at any
// time, so that ten thousand ECGs never lie in memory at once. Signal files of WFDB headers that are among the files
// come as skipped. Throws base::Cancelled and what `take` throws.
void readInOrder(const std::vector<std::filesystem::path>& files, const base::JobContext& job,
                 const std::function<void(ReadFile&&)>& take);

} // namespace echo2ecg::casework
