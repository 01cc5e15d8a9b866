// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

namespace echo2ecg::echo {

// rows × columns × 3 to size × size × 3 by bicubic interpolation (A = −0.75, no antialiasing) in the fixed-point arithmetic that the weights
// were trained with (SPEC §8.3, OpenCV 4.6), so that the numbers don't depend on the version and the build of a library. All sizes ≥ 1.
base::RgbImage bicubic(const std::uint8_t* pixels, int rows, int columns, int size);

} // namespace echo2ecg::echo
