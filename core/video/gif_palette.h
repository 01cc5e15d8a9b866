// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <array>
#include <cstdint>
#include <vector>

namespace echo2ecg::video {

// At most 256 colours for one picture and the picture in them. A picture of no more colours comes out as it was; else median cut
// (Heckbert 1982) over the colours weighed by how often they occur, each pixel taking the mean colour of its box.
struct IndexedPicture
{
    std::array<std::uint32_t, 256> palette{}; // 0xFFRRGGBB
    std::vector<std::uint8_t> indices;        // rows × columns
};
IndexedPicture withPalette(const base::RgbImage& image);

} // namespace echo2ecg::video
