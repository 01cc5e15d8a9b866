// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

namespace echo2ecg::ecg {

bool isWfdbFormatKnown(int format) noexcept; // of the uncompressed ones
constexpr bool isWfdbFlac(int format) noexcept
{
    return format == 508 || format == 516 || format == 524;
}

// The value that marks an invalid sample in this format, if it has one.
std::optional<std::int32_t> wfdbInvalidValue(int format) noexcept;

// Samples of one WFDB signal file, one after the other in stored order: frame by frame, in a frame signal by signal.
class WfdbSampleSource
{
public:
    virtual ~WfdbSampleSource() = default;
    // The next stored value; format 8 gives differences. False at the end.
    virtual bool next(std::int32_t& value) = 0;
};

// The uncompressed formats (signal(5)), through a small buffer.
class WfdbSampleStream final : public WfdbSampleSource
{
public:
    // Throws base::ParseError when the file can't be opened or the format is unknown.
    WfdbSampleStream(const std::filesystem::path& file, int format, std::uint64_t byteOffset);

    bool next(std::int32_t& value) override;

private:
    bool fill();
    int byte(); // −1 at the end
    bool word(std::uint32_t& value, int bytes);
    bool unpackGroup();

    std::ifstream m_stream;
    int m_format;
    std::vector<char> m_buffer;
    std::size_t m_at = 0, m_end = 0;
    std::int32_t m_group[3]{}; // samples of one packed group
    int m_groupAt = 0, m_groupSize = 0;
};

} // namespace echo2ecg::ecg
