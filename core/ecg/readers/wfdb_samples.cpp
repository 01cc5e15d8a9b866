// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_samples.h"

#include "base/error.h"

#include <array>

namespace echo2ecg::ecg {

namespace {

constexpr std::array<int, 11> knownFormats{8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 0};

std::int32_t signExtended(std::uint32_t value, int bits)
{
    const std::uint32_t sign = 1u << (bits - 1);
    value &= bits == 32 ? 0xFFFFFFFFu : (1u << bits) - 1;
    return std::int32_t((value ^ sign) - sign);
}

} // namespace

bool isWfdbFormatKnown(int format) noexcept
{
    for (const int known : knownFormats)
        if (known != 0 && known == format)
            return true;
    return false;
}

std::optional<std::int32_t> wfdbInvalidValue(int format) noexcept
{
    switch (format) {
    case 16:
    case 61:
    case 160:
    case 516:
        return -32768;
    case 24:
    case 524:
        return -(1 << 23);
    case 32:
        return INT32_MIN;
    case 80:
    case 508:
        return -128;
    case 212:
        return -2048;
    case 310:
    case 311:
        return -512;
    default:
        return std::nullopt;
    }
}

WfdbSampleStream::WfdbSampleStream(const std::filesystem::path& file, int format, std::uint64_t byteOffset)
    : m_stream(file, std::ios::binary), m_format(format), m_buffer(1u << 16)
{
    if (!isWfdbFormatKnown(format))
        throw base::ParseError(base::ErrorCode::Unsupported,
                               "WFDB storage format " + std::to_string(format) + " isn't read.", {file, {}});
    std::error_code problem;
    const auto size = std::filesystem::file_size(file, problem);
    if (!m_stream || problem)
        throw base::ParseError(base::ErrorCode::Io, "The signal file can't be opened.", {file, {}});
    if (byteOffset > size)
        throw base::ParseError(base::ErrorCode::Truncated, "The signals should start behind the end of this file.",
                               {file, {}});
    m_stream.seekg(std::streamoff(byteOffset));
}

bool WfdbSampleStream::fill()
{
    if (!m_stream)
        return false;
    m_stream.read(m_buffer.data(), std::streamsize(m_buffer.size()));
    m_at = 0;
    m_end = std::size_t(m_stream.gcount());
    return m_end > 0;
}

int WfdbSampleStream::byte()
{
    if (m_at == m_end && !fill())
        return -1;
    return static_cast<unsigned char>(m_buffer[m_at++]);
}

bool WfdbSampleStream::word(std::uint32_t& value, int bytes)
{
    value = 0;
    for (int i = 0; i < bytes; ++i) {
        const int b = byte();
        if (b < 0)
            return false;
        value |= std::uint32_t(b) << (8 * i);
    }
    return true;
}

bool WfdbSampleStream::unpackGroup()
{
    m_groupAt = 0;
    m_groupSize = 0;
    if (m_format == 212) { // two 12-bit samples in three bytes; a last single one takes two
        std::uint32_t pair = 0;
        if (!word(pair, 2))
            return false;
        m_group[m_groupSize++] = signExtended(pair, 12);
        if (const int third = byte(); third >= 0)
            m_group[m_groupSize++] = signExtended(((pair >> 4) & 0xF00) | std::uint32_t(third), 12);
        return true;
    }
    std::uint32_t low = 0, high = 0;
    if (!word(low, 2))
        return false;
    const bool complete = word(high, 2);
    if (m_format == 310) { // 10 bits above bit 0 of each half, the third sample in the upper five bits of both
        m_group[m_groupSize++] = signExtended(low >> 1, 10);
        if (complete) {
            m_group[m_groupSize++] = signExtended(high >> 1, 10);
            m_group[m_groupSize++] = signExtended(((low >> 11) & 0x1F) | ((high >> 6) & 0x3E0), 10);
        }
    } else { // 311: three times 10 bits from the lowest bit on
        const std::uint32_t all = low | (high << 16);
        m_group[m_groupSize++] = signExtended(all, 10);
        if (complete) {
            m_group[m_groupSize++] = signExtended(all >> 10, 10);
            m_group[m_groupSize++] = signExtended(all >> 20, 10);
        }
    }
    return true;
}

bool WfdbSampleStream::next(std::int32_t& value)
{
    std::uint32_t raw = 0;
    switch (m_format) {
    case 8:
        if (!word(raw, 1))
            return false;
        value = signExtended(raw, 8);
        return true;
    case 80:
        if (!word(raw, 1))
            return false;
        value = std::int32_t(raw) - 128;
        return true;
    case 16:
        if (!word(raw, 2))
            return false;
        value = signExtended(raw, 16);
        return true;
    case 160:
        if (!word(raw, 2))
            return false;
        value = std::int32_t(raw) - 32768;
        return true;
    case 61:
        if (!word(raw, 2))
            return false;
        value = signExtended((raw >> 8) | (raw << 8), 16);
        return true;
    case 24:
        if (!word(raw, 3))
            return false;
        value = signExtended(raw, 24);
        return true;
    case 32:
        if (!word(raw, 4))
            return false;
        value = signExtended(raw, 32);
        return true;
    default:
        if (m_groupAt == m_groupSize && !unpackGroup())
            return false;
        value = m_group[m_groupAt++];
        return true;
    }
}

} // namespace echo2ecg::ecg
