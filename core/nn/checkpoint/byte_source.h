// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace echo2ecg::nn::checkpoint {

// A file or a piece of memory, read at any place. Reading beyond the end throws ParseError(Truncated).
class ByteSource
{
public:
    explicit ByteSource(const std::filesystem::path& file);
    ByteSource(std::span<const std::uint8_t> bytes, const std::string& name);

    std::uint64_t size() const noexcept { return m_size; }
    const std::filesystem::path& name() const noexcept { return m_name; }

    void read(std::uint64_t offset, void* to, std::size_t count);
    // At most `limit` bytes are allocated: more throws ParseError(LimitExceeded).
    std::vector<std::uint8_t> bytes(std::uint64_t offset, std::uint64_t count, std::size_t limit);
    std::uint32_t crc32(std::uint64_t offset, std::uint64_t count);

    [[noreturn]] void fail(base::ErrorCode code, const std::string& sentence, const std::string& where = {}) const;

private:
    std::filesystem::path m_name;
    std::ifstream m_file;
    std::span<const std::uint8_t> m_bytes;
    std::uint64_t m_size = 0;
};

// Unsigned little-endian numbers.
template <class T> T little(const std::uint8_t* bytes) noexcept
{
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value |= T(T(bytes[i]) << (8 * i));
    return value;
}

} // namespace echo2ecg::nn::checkpoint
