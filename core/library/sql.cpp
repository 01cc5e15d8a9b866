// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/sql.h"

#include <QSqlError>
#include <QVariant>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <unordered_map>

namespace echo2ecg::library::sql {

static_assert(std::endian::native == std::endian::little, "vectors are stored as little-endian blobs");

namespace {

base::ErrorCode codeOf(const QSqlError& error)
{
    switch (error.nativeErrorCode().toInt() & 0xFF) {
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
        return base::ErrorCode::Malformed;
    case 3:  // SQLITE_PERM
    case 5:  // SQLITE_BUSY
    case 6:  // SQLITE_LOCKED
    case 8:  // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 13: // SQLITE_FULL
    case 14: // SQLITE_CANTOPEN
        return base::ErrorCode::Io;
    default:
        return base::ErrorCode::Internal;
    }
}

std::string reasonOf(const QSqlError& error)
{
    switch (codeOf(error)) {
    case base::ErrorCode::Malformed:
        return "The library's database is damaged.";
    case base::ErrorCode::Io:
        return "The library's database can't be read or written: " + error.databaseText().toStdString() + ".";
    default: {
        // SQLite names tables and constraints here, never values.
        const QString text = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
        return "The library's database refused a statement: " + text.toStdString() + ".";
    }
    }
}

std::atomic<std::uint64_t> nextDatabase{1};
std::atomic<std::uint64_t> nextConnection{1};

} // namespace

struct Database::Connection
{
    std::mutex mutex;
    QString name;
    bool open = true;

    void close()
    {
        const std::lock_guard lock(mutex);
        if (std::exchange(open, false))
            QSqlDatabase::removeDatabase(name);
    }
};

namespace {

struct ThreadConnections
{
    std::unordered_map<std::uint64_t, std::shared_ptr<Database::Connection>> byDatabase;
    ~ThreadConnections()
    {
        for (auto& [number, connection] : byDatabase)
            connection->close();
    }
};
thread_local ThreadConnections threadConnections;

} // namespace

Database::Database(std::filesystem::path file) : m_file(std::move(file)), m_number(nextDatabase++) {}

Database::~Database()
{
    for (const auto& connection : m_connections)
        connection->close();
    threadConnections.byDatabase.erase(m_number);
}

QSqlDatabase Database::connection() const
{
    auto& known = threadConnections.byDatabase[m_number];
    if (known)
        return QSqlDatabase::database(known->name, false);

    auto fresh = std::make_shared<Connection>();
    fresh->name = QStringLiteral("echo2ecg-library-%1").arg(nextConnection++);
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), fresh->name);
        database.setDatabaseName(QString::fromStdString(pathText(m_file)));
        database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=20000"));
        const auto refuse = [&](const QSqlError& error) {
            const base::Error failure(codeOf(error) == base::ErrorCode::Internal ? base::ErrorCode::Io : codeOf(error),
                                      reasonOf(error), {m_file, {}});
            database = QSqlDatabase();
            QSqlDatabase::removeDatabase(fresh->name);
            throw failure;
        };
        if (!database.open())
            refuse(database.lastError());
        for (const char* pragma :
             {"PRAGMA foreign_keys = ON", "PRAGMA synchronous = NORMAL", "PRAGMA temp_store = MEMORY"}) {
            QSqlQuery query(database);
            if (!query.exec(QString::fromLatin1(pragma)))
                refuse(query.lastError());
        }
    }
    known = fresh;
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_connections, [](const auto& c) {
            const std::lock_guard inner(c->mutex);
            return !c->open;
        });
        m_connections.push_back(fresh);
    }
    return QSqlDatabase::database(fresh->name, false);
}

Statement::Statement(const Database& database, std::string_view text)
    : m_database(database), m_query(database.connection())
{
    m_query.setForwardOnly(true);
    if (!m_query.prepare(QString::fromUtf8(text.data(), qsizetype(text.size()))))
        fail("preparing");
}

void Statement::fail(const char* doing) const
{
    const QSqlError error = m_query.lastError();
    throw base::Error(codeOf(error), reasonOf(error), {m_database.file(), doing});
}

Statement& Statement::bind(std::int64_t value)
{
    m_query.bindValue(m_position++, QVariant::fromValue(qlonglong(value)));
    return *this;
}

Statement& Statement::bind(double value)
{
    m_query.bindValue(m_position++, value);
    return *this;
}

Statement& Statement::bind(const std::string& value)
{
    // An empty QString could be null, which SQLite would take for NULL.
    QString text = QString::fromUtf8(value.data(), qsizetype(value.size()));
    if (text.isNull())
        text = QStringLiteral("");
    m_query.bindValue(m_position++, text);
    return *this;
}

Statement& Statement::bind(const std::vector<float>& values)
{
    m_query.bindValue(m_position++, QByteArray(reinterpret_cast<const char*>(values.data()),
                                               qsizetype(values.size() * sizeof(float))));
    return *this;
}

Statement& Statement::bindNull()
{
    m_query.bindValue(m_position++, QVariant());
    return *this;
}

void Statement::run()
{
    m_position = 0;
    if (!m_query.exec())
        fail("running");
    m_ran = true;
}

bool Statement::next()
{
    if (!m_ran)
        run();
    const bool more = m_query.next();
    if (!more && m_query.lastError().isValid() && m_query.lastError().type() != QSqlError::NoError)
        fail("reading");
    return more;
}

bool Statement::isNull(int column) const
{
    return m_query.isNull(column);
}

std::int64_t Statement::integer(int column) const
{
    return m_query.value(column).toLongLong();
}

double Statement::real(int column) const
{
    return m_query.value(column).toDouble();
}

std::string Statement::text(int column) const
{
    return m_query.value(column).toString().toStdString();
}

std::optional<std::int64_t> Statement::integerOrNull(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Statement::realOrNull(int column) const
{
    return isNull(column) ? std::nullopt : std::optional(real(column));
}

std::vector<float> Statement::floats(int column) const
{
    const QByteArray blob = m_query.value(column).toByteArray();
    std::vector<float> values(std::size_t(blob.size()) / sizeof(float));
    if (!values.empty())
        std::memcpy(values.data(), blob.constData(), values.size() * sizeof(float));
    return values;
}

std::int64_t Statement::bytes(int column) const
{
    return m_query.value(column).toByteArray().size();
}

std::int64_t Statement::lastId() const
{
    return m_query.lastInsertId().toLongLong();
}

int Statement::changes() const
{
    return m_query.numRowsAffected();
}

void execute(const Database& database, std::string_view text)
{
    Statement(database, text).run();
}

WriteTransaction::WriteTransaction(const Database& database) : m_database(database), m_lock(database.writeMutex())
{
    execute(m_database, "BEGIN IMMEDIATE");
}

WriteTransaction::~WriteTransaction()
{
    if (!m_open)
        return;
    QSqlQuery query(m_database.connection());
    query.exec(QStringLiteral("ROLLBACK")); // fails only where SQLite has rolled back already
}

void WriteTransaction::touch()
{
    execute(m_database, "UPDATE counters SET value = value + 1 WHERE name = 'revision'");
}

void WriteTransaction::commit()
{
    execute(m_database, "COMMIT");
    m_open = false;
    m_lock.unlock();
}

std::string pathText(const std::filesystem::path& path)
{
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

} // namespace echo2ecg::library::sql
