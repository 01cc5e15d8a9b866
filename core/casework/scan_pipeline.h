// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/file_kinds.h"
#include "casework/unpack.h"

#include <functional>
#include <map>
#include <memory>

namespace echo2ecg::casework {

// Every file named or below a folder named, each once, in a stable order; what a DICOMDIR among them refers to; what is in ZIP archives, and in those
// inside them. What doesn't exist or can't be unpacked is listed as unreadable.
struct FileList
{
    std::vector<std::filesystem::path> files;
    std::vector<ScannedFile> unreadable;
    base::Warnings warnings;
    std::vector<std::shared_ptr<Unpacked>> archives; // their files live as long as these
    std::map<std::filesystem::path, std::filesystem::path> shownAs;

    // What a person knows the file as: "archive.zip ▸ entry" for one out of an archive.
    const std::filesystem::path& nameOf(const std::filesystem::path& file) const
    {
        const auto known = shownAs.find(file);
        return known == shownAs.end() ? file : known->second;
    }
};
bool isMediaDirectory(const std::filesystem::path& file); // by its name, DICOMDIR
FileList listFiles(const std::vector<std::filesystem::path>& paths, const base::JobContext& job = {});

// Reads the files on a small pool and hands them to `take` on the calling thread in their order; only a few wait at any
// time, so that ten thousand ECGs never lie in memory at once. Signal files of WFDB headers that are among the files
// come as skipped. Throws base::Cancelled and what `take` throws.
void readInOrder(const std::vector<std::filesystem::path>& files, const base::JobContext& job,
                 const std::function<void(ReadFile&&)>& take);

} // namespace echo2ecg::casework
