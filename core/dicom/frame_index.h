// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image_header.h"

namespace echo2ecg::dicom {

struct ByteRange
{
    std::uint64_t offset = 0, length = 0;
};

// Where each frame's bytes lie in the source: one range when native, one or more fragments when encapsulated.
struct FrameIndex
{
    std::vector<std::vector<ByteRange>> frames;
    std::vector<ByteRange> stream; // the fragments one behind the other, where one video stream holds all frames; `frames` is empty then
    bool isEncapsulated = false;
    bool subsampled422 = false;    // native YBR_FULL_422 of 2 bytes per pixel
    bool swapBytesInWords = false; // 8-bit samples in big-endian words
};

// Reads item headers only (a single fragment that holds many JPEG frames is scanned). Never more frames than declared.
// A shortfall, a wrong offset table and the like become warnings. Throws base::ParseError when there is no whole frame.
FrameIndex indexFrames(Object& object, const ImageHeader& header, const PixelFormat& format);

} // namespace echo2ecg::dicom
