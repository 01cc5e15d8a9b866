// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image.h"
#include "dicom/object.h"

namespace echo2ecg::dicom {

// What decoding needs beyond the public header.
struct PixelFormat
{
    int rows = 0, columns = 0, samples = 1;
    int bitsAllocated = 8, bitsStored = 8, highBit = 7;
    bool isSigned = false;
    bool planar = false; // as the tag says

    std::size_t pixels() const { return std::size_t(rows) * std::size_t(columns); }
    std::size_t bytesPerSample() const { return bitsAllocated > 8 ? 2 : 1; }
};

// One palette, already reduced to 8 bits per colour.
struct Palette
{
    std::int64_t first = 0;
    std::vector<std::uint8_t> red, green, blue;
};

// The linear (or other) map from stored values of a grey image to the screen.
struct GreyMap
{
    bool isInverted = false; // MONOCHROME1
    double slope = 1, intercept = 0;
    std::optional<double> center, width;
    std::string function; // "", "LINEAR", "LINEAR_EXACT", "SIGMOID"
};

// Throws base::ParseError for what can't be an image. Adds warnings to the object.
ImageHeader readImageHeader(Object& object);
PixelFormat readPixelFormat(const Object& object, const ImageHeader& header);
Palette readPalette(Object& object, const PixelFormat& format);
GreyMap readGreyMap(const Object& object, const ImageHeader& header);

} // namespace echo2ecg::dicom
