// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

namespace echo2ecg::dicom {

// One frame as DICOM RLE (PS3.5 Annex G): three segments of a colour picture, or the red channel alone. At most 1/128 and a few bytes larger than the samples.
std::vector<std::uint8_t> encodeRle(const base::RgbImage& frame, bool grey);

} // namespace echo2ecg::dicom
