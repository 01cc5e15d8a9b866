// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library_impl.h"

#include "base/folder.h"
#include "library/schema.h"

#include <array>
#include <fstream>

namespace echo2ecg::library {

namespace fs = std::filesystem;

namespace {

constexpr const char* databaseName = "library.sqlite";

bool hasSqliteHeader(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::array<char, 16> head{};
    in.read(head.data(), std::streamsize(head.size()));
    return in && std::string_view(head.data(), 15) == "SQLite format 3";
}

std::int64_t pragma(const sql::Database& database, const char* text)
{
    sql::Statement statement(database, text);
    return statement.next() ? statement.integer(0) : 0;
}

// A consistent copy, also while others write. Its name appears when it is whole.
void backUp(const sql::Database& database, int version)
{
    const fs::path target = database.file().string() + ".v" + std::to_string(version) + ".bak";
    const fs::path scratch = target.string() + ".part";
    std::error_code error;
    fs::remove(scratch, error);
    sql::Statement(database, "VACUUM INTO ?").bind(sql::pathText(scratch)).run();
    fs::rename(scratch, target, error);
    if (error)
        throw base::Error(base::ErrorCode::Io, "The copy of the library before its upgrade can't be written.",
                          {target, {}});
}

} // namespace

Library::Library() = default;
Library::~Library() = default;

void Library::create(const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder / databaseName, error))
        throw base::Error(base::ErrorCode::Io, "There is a library in this folder already.", {folder, {}});
    base::makeFolder(folder / "files");
    const sql::Database database(folder / databaseName);
    schema::migrate(database);
}

bool Library::isLibrary(const fs::path& folder) noexcept
{
    try {
        return hasSqliteHeader(folder / databaseName);
    } catch (...) {
        return false;
    }
}

std::unique_ptr<Library> Library::open(const fs::path& folder)
{
    const fs::path file = folder / databaseName;
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        throw base::Error(base::ErrorCode::Io, "There is no library in this folder.", {folder, {}});
    if (!hasSqliteHeader(file))
        throw base::Error(base::ErrorCode::Malformed, "The library's database is damaged.", {file, {}});

    std::unique_ptr<Library> library(new Library);
    library->m_impl = std::make_unique<Impl>(folder);
    const sql::Database& database = library->m_impl->database;
    if (pragma(database, "PRAGMA application_id") != schema::applicationId)
        throw base::Error(base::ErrorCode::Malformed, "The database in this folder isn't an Echo2ECG library.",
                          {file, {}});
    const int version = schema::versionOf(database);
    if (version > schema::presentVersion())
        throw base::Error(base::ErrorCode::Mismatch,
                          "The library was written by a newer version of this program (library version " +
                              std::to_string(version) + ", this program knows " +
                              std::to_string(schema::presentVersion()) + ").",
                          {file, {}});
    sql::execute(database, "PRAGMA journal_mode = WAL");
    if (version < schema::presentVersion()) {
        backUp(database, version);
        schema::migrate(database);
    }
    library->revision(); // a file that opens but can't be read is found out here
    library->m_impl->files.removeLeftovers();
    return library;
}

const fs::path& Library::folder() const
{
    return m_impl->folder;
}

std::uint64_t Library::revision() const
{
    sql::Statement statement(m_impl->database, "SELECT value FROM counters WHERE name = 'revision'");
    if (!statement.next())
        throw base::Error(base::ErrorCode::Malformed, "The library's database is damaged.",
                          {m_impl->database.file(), {}});
    return std::uint64_t(statement.integer(0));
}

void Library::setSetting(const std::string& key, const std::string& value)
{
    sql::WriteTransaction transaction(m_impl->database);
    sql::Statement(m_impl->database, "INSERT INTO settings (key, value) VALUES (?, ?) "
                                     "ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .run();
    transaction.commit();
}

std::string Library::setting(const std::string& key, const std::string& fallback) const
{
    sql::Statement statement(m_impl->database, "SELECT value FROM settings WHERE key = ?");
    statement.bind(key);
    return statement.next() ? statement.text(0) : fallback;
}

} // namespace echo2ecg::library
