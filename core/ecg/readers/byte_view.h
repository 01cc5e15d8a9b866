// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace echo2ecg::ecg {

// Little-endian numbers at places of a file in memory. Every access is checked and throws ParseError(Truncated).
class ByteView
{
public:
    ByteView(std::string_view bytes, const std::filesystem::path& file, std::size_t base = 0)
        : m_bytes(bytes), m_file(&file), m_base(base)
    {
    }

    std::size_t size() const { return m_bytes.size(); }
    std::string_view bytes() const { return m_bytes; }
    std::uint8_t u8(std::size_t at) const
    {
        need(at, 1);
        return static_cast<unsigned char>(m_bytes[at]);
    }
    std::uint16_t u16(std::size_t at) const
    {
        need(at, 2);
        return std::uint16_t(byte(at) | (byte(at + 1) << 8));
    }
    std::int16_t i16(std::size_t at) const { return static_cast<std::int16_t>(u16(at)); }
    std::uint32_t u32(std::size_t at) const { return u16(at) | (std::uint32_t(u16(at + 2)) << 16); }
    std::int32_t i32(std::size_t at) const { return static_cast<std::int32_t>(u32(at)); }
    // `length` bytes from `at`; its messages count from the start of the file.
    ByteView part(std::size_t at, std::size_t length) const
    {
        need(at, length);
        return {m_bytes.substr(at, length), *m_file, m_base + at};
    }
    // A text field: up to the first zero byte.
    std::string_view text(std::size_t at, std::size_t length) const
    {
        need(at, length);
        const std::string_view field = m_bytes.substr(at, length);
        return field.substr(0, field.find('\0'));
    }
    base::Place place(std::size_t at) const { return {*m_file, "offset " + std::to_string(m_base + at)}; }

private:
    unsigned byte(std::size_t at) const { return static_cast<unsigned char>(m_bytes[at]); }
    void need(std::size_t at, std::size_t length) const
    {
        if (at > m_bytes.size() || length > m_bytes.size() - at)
            throw base::ParseError(base::ErrorCode::Truncated, "The file ends inside of a field.", place(at));
    }

    std::string_view m_bytes;
    const std::filesystem::path* m_file;
    std::size_t m_base;
};

} // namespace echo2ecg::ecg
