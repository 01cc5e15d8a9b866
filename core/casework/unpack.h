// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "casework/import.h"

#include <memory>

// The only home of libzip.
namespace echo2ecg::casework {

// A ZIP archive by its content and name (.zip); other files with the same signature (checkpoints, office documents) are not.
bool looksLikeZip(const std::filesystem::path& file) noexcept;

// What an archive that a person named, and the archives inside it, may become together. A small file that grows without bounds is an attack or an accident.
struct UnpackBudget
{
    std::int64_t files = 0;
    std::uint64_t bytes = 0;
    static UnpackBudget of(const std::filesystem::path& archive) noexcept; // by its size
};

// The files of an archive, unpacked into a folder that goes with the object.
class Unpacked
{
public:
    // Entry by entry, out of a budget that is shared with the archives inside; names never lead out of the folder. What is encrypted, damaged, too large or
    // oddly named is listed as unreadable, the rest comes. Throws base::ParseError when it is no archive, base::Error(Io) without room, base::Cancelled.
    Unpacked(const std::filesystem::path& archive, UnpackBudget& budget, const base::JobContext& job = {});
    ~Unpacked();
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;

    struct Entry
    {
        std::filesystem::path file; // unpacked
        std::string name;           // inside the archive
    };
    const std::filesystem::path& folder() const { return m_folder; } // for nobody else's eyes
    const std::vector<Entry>& entries() const { return m_entries; }
    // `file`: "archive.zip ▸ entry".
    const std::vector<ScannedFile>& unreadable() const { return m_unreadable; }

private:
    std::filesystem::path m_folder;
    std::vector<Entry> m_entries;
    std::vector<ScannedFile> m_unreadable;
};

// "archive.zip ▸ entry", for lists.
std::filesystem::path entryPath(const std::filesystem::path& archive, const std::string& entry);
// The archive of such a name, or the path itself.
std::filesystem::path archiveOf(const std::filesystem::path& path);

} // namespace echo2ecg::casework
