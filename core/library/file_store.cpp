// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/file_store.h"

#include "base/error.h"
#include "base/sha256.h"

#include <QFile>

#include <chrono>
#include <fstream>
#include <random>
#include <vector>

#ifndef _WIN32
#include <unistd.h>
#endif

namespace echo2ecg::library {

namespace fs = std::filesystem;

namespace {

constexpr const char* incomingPrefix = "incoming-";

QString qPath(const fs::path& path)
{
    const auto text = path.u8string();
    return QString::fromUtf8(reinterpret_cast<const char*>(text.data()), qsizetype(text.size()));
}

[[noreturn]] void cannotWrite(const fs::path& file)
{
    throw base::Error(base::ErrorCode::Io, "The library's folder can't be written.", {file, {}});
}

// On disk before its name says so.
bool flushToDisk(QFile& file)
{
    if (!file.flush())
        return false;
#ifndef _WIN32
    return ::fsync(file.handle()) == 0;
#else
    return true;
#endif
}

// Removes the half-written file whatever happens.
struct Temporary
{
    fs::path path;
    ~Temporary()
    {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
};

} // namespace

fs::path FileStore::temporary() const
{
    std::error_code error;
    fs::create_directories(m_folder, error);
    if (error)
        cannotWrite(m_folder);
    static thread_local std::mt19937_64 random{std::random_device{}()};
    return m_folder / (incomingPrefix + std::to_string(random()));
}

fs::path FileStore::pathOf(const std::string& sha256) const
{
    return m_folder / sha256.substr(0, 2) / sha256;
}

bool FileStore::contains(const std::string& sha256) const noexcept
{
    std::error_code ignored;
    return fs::is_regular_file(pathOf(sha256), ignored);
}

std::string FileStore::keep(const fs::path& written, const std::string& sha256) const
{
    const fs::path target = pathOf(sha256);
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    if (error)
        cannotWrite(target.parent_path());
    // Also over a file that is there: it might be damaged. Where that isn't possible because somebody reads it, it
    // stays.
    fs::rename(written, target, error);
    if (error && !contains(sha256))
        cannotWrite(target);
    return sha256;
}

std::string FileStore::add(const fs::path& source) const
{
    const base::ParseError unreadable(base::ErrorCode::Io, "The file can't be read.", {source, {}});
    std::error_code error;
    if (!fs::is_regular_file(source, error))
        throw unreadable;
    QFile in(qPath(source));
    if (!in.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        throw unreadable;

    const Temporary scratch{temporary()};
    QFile out(qPath(scratch.path));
    if (!out.open(QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Unbuffered))
        cannotWrite(scratch.path);
    base::Sha256 hash;
    std::vector<char> buffer(std::size_t(1) << 20);
    for (;;) {
        const qint64 got = in.read(buffer.data(), qint64(buffer.size()));
        if (got < 0)
            throw unreadable;
        if (got == 0)
            break;
        hash.add(buffer.data(), std::size_t(got));
        if (out.write(buffer.data(), got) != got)
            cannotWrite(scratch.path);
    }
    if (!flushToDisk(out))
        cannotWrite(scratch.path);
    out.close();
    return keep(scratch.path, hash.hex());
}

std::string FileStore::addWritten(const std::function<void(const fs::path&)>& write) const
{
    const Temporary scratch{temporary()};
    write(scratch.path);
    QFile file(qPath(scratch.path));
    if (!file.open(QIODevice::ReadWrite) || !flushToDisk(file))
        cannotWrite(scratch.path);
    file.close();
    return keep(scratch.path, base::sha256OfFile(scratch.path));
}

void FileStore::remove(const std::string& sha256) const noexcept
{
    std::error_code ignored;
    fs::remove(pathOf(sha256), ignored);
    fs::remove(pathOf(sha256).parent_path(), ignored); // goes only when it is empty
}

void FileStore::removeLeftovers() const noexcept
{
    std::error_code error;
    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
    for (fs::directory_iterator it(m_folder, error), end; !error && it != end; it.increment(error)) {
        std::error_code ignored;
        if (it->path().filename().string().starts_with(incomingPrefix) && it->last_write_time(ignored) < old && !ignored)
            fs::remove(it->path(), ignored);
    }
}

} // namespace echo2ecg::library
