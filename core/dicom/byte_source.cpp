// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/byte_source.h"

#include "base/error.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <mutex>

namespace echo2ecg::dicom {

namespace {

constexpr std::size_t windowBytes = 32 * 1024;

class FileSource final : public ByteSource
{
public:
    explicit FileSource(const std::filesystem::path& file)
    {
        std::error_code problem;
        if (std::filesystem::is_directory(file, problem))
            throw base::ParseError(base::ErrorCode::Io, "This is a folder, not a file.", {file, {}});
        m_stream.rdbuf()->pubsetbuf(nullptr, 0); // the window below is the buffer
        m_stream.open(file, std::ios::binary);
        if (!m_stream)
            throw base::ParseError(base::ErrorCode::Io, "The file can't be opened.", {file, {}});
        m_stream.seekg(0, std::ios::end);
        const auto end = m_stream.tellg();
        if (end < 0)
            throw base::ParseError(base::ErrorCode::Io, "The file can't be read.", {file, {}});
        m_size = std::uint64_t(end);
    }

    std::size_t read(std::uint64_t offset, void* to, std::size_t count) override
    {
        if (offset >= m_size)
            return 0;
        count = std::size_t(std::min<std::uint64_t>(count, m_size - offset));
        if (count > windowBytes / 2)
            return fetch(offset, to, count);
        if (offset < m_windowStart || offset + count > m_windowStart + m_window.size()) {
            m_window.resize(windowBytes);
            m_window.resize(fetch(offset, m_window.data(), windowBytes));
            m_windowStart = offset;
            count = std::min(count, m_window.size());
        }
        std::memcpy(to, m_window.data() + (offset - m_windowStart), count);
        return count;
    }

private:
    std::size_t fetch(std::uint64_t offset, void* to, std::size_t count)
    {
        m_stream.clear();
        m_stream.seekg(std::streamoff(offset));
        m_stream.read(static_cast<char*>(to), std::streamsize(count));
        return std::size_t(std::max<std::streamsize>(m_stream.gcount(), 0));
    }

    std::ifstream m_stream;
    std::vector<std::uint8_t> m_window;
    std::uint64_t m_windowStart = 0;
};

class MemorySource final : public ByteSource
{
public:
    explicit MemorySource(std::vector<std::uint8_t> bytes) : m_bytes(std::move(bytes)) { m_size = m_bytes.size(); }

    std::size_t read(std::uint64_t offset, void* to, std::size_t count) override
    {
        if (offset >= m_size)
            return 0;
        count = std::size_t(std::min<std::uint64_t>(count, m_size - offset));
        std::memcpy(to, m_bytes.data() + offset, count);
        return count;
    }

private:
    std::vector<std::uint8_t> m_bytes;
};

class FileInMemory final : public KeptFile
{
public:
    std::size_t bytes() const override { return content.size(); }

    std::vector<std::uint8_t> content;
    std::filesystem::file_time_type written;
};

class KeptSource final : public ByteSource
{
public:
    explicit KeptSource(std::shared_ptr<const FileInMemory> file) : m_file(std::move(file)) { m_size = m_file->bytes(); }

    std::size_t read(std::uint64_t offset, void* to, std::size_t count) override
    {
        if (offset >= m_size)
            return 0;
        count = std::size_t(std::min<std::uint64_t>(count, m_size - offset));
        std::memcpy(to, m_file->content.data() + offset, count);
        return count;
    }

private:
    std::shared_ptr<const FileInMemory> m_file;
};

struct KeptFiles
{
    std::mutex mutex;
    std::map<std::filesystem::path, std::weak_ptr<const FileInMemory>> files;

    // Null when it isn't kept, or another file now.
    std::shared_ptr<const FileInMemory> find(const std::filesystem::path& file)
    {
        const std::lock_guard lock(mutex);
        const auto found = files.find(file);
        auto kept = found == files.end() ? nullptr : found->second.lock();
        std::error_code problem;
        if (kept && (std::filesystem::last_write_time(file, problem) != kept->written || problem ||
                     std::filesystem::file_size(file, problem) != kept->content.size()))
            kept = nullptr;
        return kept;
    }
};

KeptFiles& keptFiles()
{
    static KeptFiles all;
    return all;
}

} // namespace

std::shared_ptr<const KeptFile> keepInMemory(const std::filesystem::path& file, std::uint64_t most)
{
    if (auto kept = keptFiles().find(file))
        return kept;
    try {
        auto made = std::make_shared<FileInMemory>();
        made->written = std::filesystem::last_write_time(file);
        FileSource source(file);
        if (source.size() > most)
            return nullptr;
        made->content = source.bytes(0, source.size());
        if (made->content.size() != source.size())
            return nullptr;
        const std::lock_guard lock(keptFiles().mutex);
        std::erase_if(keptFiles().files, [](const auto& one) { return one.second.expired(); });
        keptFiles().files[file] = made;
        return made;
    } catch (const std::exception&) {
        return nullptr; // whoever opens the file says why
    }
}

std::unique_ptr<ByteSource> ByteSource::ofFile(const std::filesystem::path& file)
{
    if (auto kept = keptFiles().find(file))
        return std::make_unique<KeptSource>(std::move(kept));
    return std::make_unique<FileSource>(file);
}

std::unique_ptr<ByteSource> ByteSource::ofMemory(std::vector<std::uint8_t> bytes)
{
    return std::make_unique<MemorySource>(std::move(bytes));
}

std::vector<std::uint8_t> ByteSource::bytes(std::uint64_t offset, std::uint64_t count)
{
    if (offset >= m_size)
        return {};
    std::vector<std::uint8_t> result(std::size_t(std::min(count, m_size - offset)));
    if (!result.empty())
        result.resize(read(offset, result.data(), result.size()));
    return result;
}

Inflated inflateFrom(ByteSource& source, std::uint64_t offset, std::uint64_t limit)
{
    Inflated result;
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
        result.damaged = true;
        return result;
    }
    std::vector<std::uint8_t> in(64 * 1024), out(256 * 1024);
    int state = Z_OK;
    while (state == Z_OK && result.bytes.size() < limit) {
        if (stream.avail_in == 0) {
            const std::size_t got = source.read(offset, in.data(), in.size());
            offset += got;
            stream.next_in = in.data();
            stream.avail_in = uInt(got);
        }
        stream.next_out = out.data();
        stream.avail_out = uInt(out.size());
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t made = out.size() - stream.avail_out;
        result.bytes.insert(result.bytes.end(), out.begin(), out.begin() + std::ptrdiff_t(made));
    }
    inflateEnd(&stream);
    result.complete = state == Z_STREAM_END;
    result.damaged = !result.complete && result.bytes.size() < limit;
    if (result.bytes.size() > limit)
        result.bytes.resize(std::size_t(limit));
    return result;
}

} // namespace echo2ecg::dicom
