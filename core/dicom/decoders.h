// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image_header.h"
#include "dicom/jpeg_stream.h"

#include <span>

namespace echo2ecg::dicom {

// The samples of one frame, before colour. 16-bit samples are in the machine's byte order.
struct Samples
{
    int rows = 0, columns = 0, count = 1; // count: samples per pixel
    int bitsAllocated = 8, bitsStored = 8, highBit = 7;
    bool isSigned = false;
    bool planar = false;
    bool subsampled422 = false;       // Y Y Cb Cr for two pixels
    std::optional<ColourModel> model; // where the bitstream (or its decoder) settles it
    std::string words;                // how colour was decided, when the decoder decides
    std::vector<std::uint8_t> data;

    static Samples like(const PixelFormat& format);
};

// All throw base::ParseError without file; the caller knows it. Sizes are compared with `format` before anything is
// decoded. `photometric` is the tag. `damaged` is set when the decoder had to patch over damage. `storage` is memory
// that may be used for the samples.
Samples decodeNative(std::vector<std::uint8_t> data, const PixelFormat& format, bool bigEndian, bool swapBytesInWords,
                     bool subsampled422);
Samples decodeRle(std::span<const std::uint8_t> data, const PixelFormat& format);
Samples decodeJpeg(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric,
                   bool& damaged, std::vector<std::uint8_t> storage = {});
// Lossless JPEG, JPEG of 12 bits and JPEG-LS, through DCMTK.
Samples decodeWithDcmtk(std::span<const std::uint8_t> data, const PixelFormat& format, const JpegMarkers& markers,
                        const std::string& photometric);
Samples decodeJpeg2000(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric);

// Through libjxl, where it was there when this was built (else Unsupported). A recompressed JPEG is put together again and decoded as
// the JPEG that it was.
Samples decodeJpegXl(std::span<const std::uint8_t> data, const PixelFormat& format, const std::string& photometric, bool& damaged);

[[noreturn]] void failFrame(base::ErrorCode code, std::string sentence);
// Throws Inconsistent when a bitstream's size isn't the header's.
void requireSameSize(const PixelFormat& format, std::int64_t rows, std::int64_t columns, std::int64_t samples);

} // namespace echo2ecg::dicom
