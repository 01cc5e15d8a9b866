// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <vector>

namespace echo2ecg::echo {

// The steps of cropAndScale (preprocess.h) one by one, so that of a frame only the part that is shown is held and touched.
struct Crop
{
    int x = 0, y = 0, width = 0, height = 0;
};

// Throws base::Error(Unsuitable) when nothing would be left.
Crop shownPart(int rows, int columns, double zoom);
base::RgbImage cut(const base::RgbImage& frame, const Crop& crop);
// Black wherever the mask of the whole frame (of `columns` columns) is 0.
void hideOutside(const std::vector<std::uint8_t>& mask, int columns, const Crop& crop, base::RgbImage& part);
// Bicubic, to size × size.
base::RgbImage scaled(const base::RgbImage& part, int size);

} // namespace echo2ecg::echo
