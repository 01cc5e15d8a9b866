// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/readers/wfdb_samples.h"

#include <string_view>

namespace echo2ecg::ecg {

// True for MATLAB 5 files (`-v6` plain, `-v7` compressed), which some challenges keep beside a WFDB header instead of a
// version 4 matrix.
bool isMatlab5(std::string_view head) noexcept;

// The matrix `val` of such a file, one row for each sample of a frame and one column for each frame.
class WfdbMatlabMatrix final : public WfdbSampleSource
{
public:
    // Throws base::ParseError when there is no such matrix, or one with another number of rows.
    WfdbMatlabMatrix(const std::filesystem::path& file, std::size_t rows);

    bool next(std::int32_t& value) override;
    std::uint64_t columns() const { return m_columns; }

private:
    std::uint64_t m_columns = 0; // before the values, whose reading sets it
    std::vector<std::int32_t> m_values;
    std::size_t m_at = 0;
};

} // namespace echo2ecg::ecg
