// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace echo2ecg::dicom {

// Random access to the bytes of an object, on disk or (deflated data sets) in memory. Not thread-safe.
class ByteSource
{
public:
    // Throws base::ParseError(Io) when the file can't be opened.
    static std::unique_ptr<ByteSource> ofFile(const std::filesystem::path& file);
    static std::unique_ptr<ByteSource> ofMemory(std::vector<std::uint8_t> bytes);
    virtual ~ByteSource() = default;

    std::uint64_t size() const { return m_size; }
    // Copies up to `count` bytes from `offset`; returns how many there were.
    virtual std::size_t read(std::uint64_t offset, void* to, std::size_t count) = 0;
    // Never allocates more than what is really there.
    std::vector<std::uint8_t> bytes(std::uint64_t offset, std::uint64_t count);

protected:
    std::uint64_t m_size = 0;
};

// A whole file in memory. As long as somebody holds it, ByteSource::ofFile() of the same unchanged file reads from there: the compressed
// frames of what plays don't wait for a disk or a network again.
class KeptFile
{
public:
    virtual ~KeptFile() = default;
    virtual std::size_t bytes() const = 0;
};
// Null when the file is larger than `most` or can't be read. Thread-safe.
std::shared_ptr<const KeptFile> keepInMemory(const std::filesystem::path& file, std::uint64_t most);

// Raw deflate (RFC 1951) from `offset` to the end of the source. Stops at `limit` bytes with `complete` false.
// `damaged` tells that the stream broke; what came out before is kept.
struct Inflated
{
    std::vector<std::uint8_t> bytes;
    bool complete = false;
    bool damaged = false;
};
Inflated inflateFrom(ByteSource& source, std::uint64_t offset, std::uint64_t limit);

} // namespace echo2ecg::dicom
