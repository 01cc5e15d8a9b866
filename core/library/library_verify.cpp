// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"

#include "base/sha256.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::library {

std::vector<std::string> Library::verify(const base::JobContext& job) const
{
    const sql::Database& database = m_impl->database;
    std::vector<std::string> problems;
    sql::Statement integrity(database, "PRAGMA integrity_check");
    while (integrity.next())
        if (integrity.text(0) != "ok")
            problems.push_back("database: " + integrity.text(0));
    sql::Statement references(database, "PRAGMA foreign_key_check");
    while (references.next())
        problems.push_back("database: a row of " + references.text(0) + " refers to nothing in " + references.text(2));

    // Ids, not file names: those may hold a patient's name.
    struct File
    {
        std::string what, hash;
    };
    std::vector<File> files;
    sql::Statement clips(database, "SELECT id, sha256 FROM clips ORDER BY id");
    while (clips.next())
        files.push_back({"clip " + std::to_string(clips.integer(0)), clips.text(1)});
    sql::Statement ecgs(database, "SELECT id, signal_file FROM ecgs ORDER BY id");
    while (ecgs.next())
        files.push_back({"ECG " + std::to_string(ecgs.integer(0)), ecgs.text(1)});
    for (std::size_t i = 0; i < files.size(); ++i) {
        job.throwIfCancelled();
        job.report({"checking files", std::int64_t(i), std::int64_t(files.size()), "files"});
        try {
            if (!m_impl->files.contains(files[i].hash))
                problems.push_back(files[i].what + ": its file is missing");
            else if (base::sha256OfFile(m_impl->files.pathOf(files[i].hash)) != files[i].hash)
                problems.push_back(files[i].what + ": its file is damaged");
        } catch (const base::Error&) {
            problems.push_back(files[i].what + ": its file can't be read");
        }
    }

    sql::Statement embeddings(database, "SELECT id, width, data FROM embeddings ORDER BY id");
    while (embeddings.next()) {
        job.throwIfCancelled();
        const std::string what = "embedding " + std::to_string(embeddings.integer(0));
        const std::vector<float> values = embeddings.floats(2);
        if (embeddings.bytes(2) != embeddings.integer(1) * std::int64_t(sizeof(float)) || values.empty())
            problems.push_back(what + ": it hasn't the width that it should have");
        else if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
            problems.push_back(what + ": it holds a value that isn't finite");
    }
    return problems;
}

} // namespace echo2ecg::library
