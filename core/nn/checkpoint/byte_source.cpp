// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/checkpoint/byte_source.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace echo2ecg::nn::checkpoint {

using base::ErrorCode;

namespace {

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

// Eight bytes a step: a checkpoint of hundreds of megabytes is summed whole.
constexpr CrcTables makeCrcTables()
{
    CrcTables tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value & 1u ? (value >> 1) ^ 0xEDB88320u : value >> 1;
        tables[0][i] = value;
    }
    for (std::size_t table = 1; table < 8; ++table)
        for (std::size_t i = 0; i < 256; ++i)
            tables[table][i] = (tables[table - 1][i] >> 8) ^ tables[0][tables[table - 1][i] & 255u];
    return tables;
}
constexpr CrcTables kCrc = makeCrcTables();

std::uint32_t addToCrc(std::uint32_t crc, const std::uint8_t* data, std::size_t count)
{
    for (; count >= 8; count -= 8, data += 8) {
        const std::uint32_t low = crc ^ little<std::uint32_t>(data), high = little<std::uint32_t>(data + 4);
        crc = kCrc[7][low & 255u] ^ kCrc[6][(low >> 8) & 255u] ^ kCrc[5][(low >> 16) & 255u] ^ kCrc[4][low >> 24] ^
              kCrc[3][high & 255u] ^ kCrc[2][(high >> 8) & 255u] ^ kCrc[1][(high >> 16) & 255u] ^ kCrc[0][high >> 24];
    }
    for (; count > 0; --count, ++data)
        crc = (crc >> 8) ^ kCrc[0][(crc ^ *data) & 255u];
    return crc;
}

} // namespace

ByteSource::ByteSource(const std::filesystem::path& file) : m_name(file), m_file(file, std::ios::binary | std::ios::ate)
{
    std::error_code failed;
    if (!m_file || !std::filesystem::is_regular_file(file, failed) || m_file.tellg() < 0)
        throw base::Error(ErrorCode::Io, "the file can't be opened", {file, {}});
    m_size = std::uint64_t(m_file.tellg());
}

ByteSource::ByteSource(std::span<const std::uint8_t> bytes, const std::string& name)
    : m_name(name), m_bytes(bytes), m_size(bytes.size())
{
}

void ByteSource::fail(ErrorCode code, const std::string& sentence, const std::string& where) const
{
    throw base::ParseError(code, sentence, {m_name, where});
}

void ByteSource::read(std::uint64_t offset, void* to, std::size_t count)
{
    if (offset > m_size || count > m_size - offset)
        fail(ErrorCode::Truncated, "the file ends early");
    if (count == 0)
        return;
    if (!m_file.is_open()) {
        std::memcpy(to, m_bytes.data() + offset, count);
        return;
    }
    m_file.clear();
    m_file.seekg(std::streamoff(offset));
    if (!m_file.read(static_cast<char*>(to), std::streamsize(count)))
        throw base::Error(ErrorCode::Io, "the file can't be read", {m_name, {}});
}

std::vector<std::uint8_t> ByteSource::bytes(std::uint64_t offset, std::uint64_t count, std::size_t limit)
{
    if (offset > m_size || count > m_size - offset)
        fail(ErrorCode::Truncated, "the file ends early");
    if (count > limit)
        fail(ErrorCode::LimitExceeded, "a part of the file is larger than in any checkpoint");
    std::vector<std::uint8_t> result(static_cast<std::size_t>(count));
    read(offset, result.data(), result.size());
    return result;
}

std::uint32_t ByteSource::crc32(std::uint64_t offset, std::uint64_t count)
{
    std::uint32_t crc = 0xFFFFFFFFu;
    std::vector<std::uint8_t> buffer(std::size_t(std::min<std::uint64_t>(count, 1u << 18)));
    while (count > 0) {
        const std::size_t now = std::size_t(std::min<std::uint64_t>(count, buffer.size()));
        read(offset, buffer.data(), now);
        crc = addToCrc(crc, buffer.data(), now);
        offset += now;
        count -= now;
    }
    return ~crc;
}

} // namespace echo2ecg::nn::checkpoint
