// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <vector>

namespace echo2ecg::echo {

// The steps of cropAndScale (preprocess.h) one by one, so that of a frame only the part that is shown is held and touched. A part is
// height × width × 3, as in RgbImage.
struct Crop
{
    int x = 0, y = 0, width = 0, height = 0;

    std::size_t bytes() const { return 3 * std::size_t(width) * std::size_t(height); }
};

// Throws base::Error(Unsuitable) when nothing would be left.
Crop shownPart(int rows, int columns, double zoom);
void cut(const base::RgbImage& frame, const Crop& crop, std::uint8_t* part);
// Black wherever the mask of the whole frame (of `columns` columns) is 0.
void hideOutside(const std::vector<std::uint8_t>& mask, int columns, const Crop& crop, std::uint8_t* part);
// Bicubic, to size × size.
base::RgbImage scaled(const std::uint8_t* part, const Crop& crop, int size);

} // namespace echo2ecg::echo
