// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace echo2ecg::base {

// An 8-bit RGB picture as displayed: rows × columns × 3, interleaved, row-major, no padding.
struct RgbImage
{
    int rows = 0;
    int columns = 0;
    std::vector<std::uint8_t> pixels;

    RgbImage() = default;
    RgbImage(int rows_, int columns_)
        : rows(rows_), columns(columns_), pixels(std::size_t(rows_) * std::size_t(columns_) * 3)
    {
    }
    bool isEmpty() const noexcept { return pixels.empty(); }
    std::uint8_t* row(int y) noexcept { return pixels.data() + std::size_t(y) * std::size_t(columns) * 3; }
    const std::uint8_t* row(int y) const noexcept { return pixels.data() + std::size_t(y) * std::size_t(columns) * 3; }
    std::size_t bytes() const noexcept { return pixels.size(); }
};

} // namespace echo2ecg::base
