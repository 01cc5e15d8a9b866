// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/syntax.h"

#include <optional>
#include <span>
#include <vector>

namespace echo2ecg::dicom {

// One compressed frame without what people and machines write beside the picture: comments, application data other than what decoding needs, previews, and
// whatever follows the end. The coded picture isn't touched. Empty when the stream can't be followed well enough to be sure.
std::optional<std::vector<std::uint8_t>> withoutComments(std::span<const std::uint8_t> frame, PixelCoding coding);

} // namespace echo2ecg::dicom
