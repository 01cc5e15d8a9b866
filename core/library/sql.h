// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <QSqlDatabase>
#include <QSqlQuery>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A thin, typed layer over Qt SQL for this folder alone: every failure throws base::Error.
namespace echo2ecg::library::sql {

// Hands each thread its own connection to one file; a thread's connections close when it ends or when the Database
// goes.
class Database
{
public:
    explicit Database(std::filesystem::path file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    const std::filesystem::path& file() const { return m_file; }
    // The calling thread's connection, opened when first asked for.
    QSqlDatabase connection() const;
    std::mutex& writeMutex() const { return m_writeMutex; }

    struct Connection; // shared with the thread that uses it
private:
    std::filesystem::path m_file;
    std::uint64_t m_number;
    mutable std::mutex m_mutex, m_writeMutex;
    mutable std::vector<std::shared_ptr<Connection>> m_connections;
};

// One statement with positional parameters, bound in order.
class Statement
{
public:
    Statement(const Database& database, std::string_view text);

    Statement& bind(std::int64_t value);
    Statement& bind(int value) { return bind(std::int64_t(value)); }
    Statement& bind(bool value) { return bind(std::int64_t(value)); }
    Statement& bind(double value);
    Statement& bind(const std::string& value);
    Statement& bind(const char* value) { return bind(std::string(value)); }
    Statement& bind(const std::vector<float>& values); // as little-endian blob
    template <class T> Statement& bind(const std::optional<T>& value) { return value ? bind(*value) : bindNull(); }
    Statement& bindNull();

    // Runs; binds can then start anew.
    void run();
    // Runs before the first row. False after the last.
    bool next();

    bool isNull(int column) const;
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    std::optional<std::int64_t> integerOrNull(int column) const;
    std::optional<double> realOrNull(int column) const;
    std::vector<float> floats(int column) const;
    std::int64_t bytes(int column) const;

    std::int64_t lastId() const;
    int changes() const;

private:
    [[noreturn]] void fail(const char* doing) const;
    const Database& m_database;
    QSqlQuery m_query;
    int m_position = 0;
    bool m_ran = false;
};

// Runs one statement that gives nothing back.
void execute(const Database& database, std::string_view text);

// Writers of one process queue here, those of other processes at SQLite's own lock. Rolled back unless committed.
class WriteTransaction
{
public:
    explicit WriteTransaction(const Database& database);
    ~WriteTransaction();
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;
    // Content changed: the revision grows with this transaction.
    void touch();
    void commit();

private:
    const Database& m_database;
    std::unique_lock<std::mutex> m_lock;
    bool m_open = true;
};

std::string pathText(const std::filesystem::path& path);

} // namespace echo2ecg::library::sql
