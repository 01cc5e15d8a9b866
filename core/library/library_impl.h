// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "library/file_store.h"
#include "library/library.h"
#include "library/sql.h"

namespace echo2ecg::library {

struct Library::Impl
{
    explicit Impl(const std::filesystem::path& folder_)
        : folder(folder_), database(folder_ / "library.sqlite"), files(folder_ / "files")
    {
    }

    // Deletes files that nothing refers to any more, under the write lock so that no import can begin to rely on them
    // meanwhile.
    void removeUnusedFiles(const std::vector<std::string>& hashes);
    // Removes the patient when nothing is left of it. Inside the caller's transaction.
    void removePatientIfEmpty(Id patient);

    std::filesystem::path folder;
    sql::Database database;
    FileStore files;
};

// The row of a patient: by external id; without one by name and birth date together; else each recording has a patient
// of its own.
std::string patientKey(const std::string& externalId, const std::string& name, const std::string& birthDate,
                       const std::string& ownKey);

} // namespace echo2ecg::library
