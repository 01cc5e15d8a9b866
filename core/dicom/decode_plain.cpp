// SPDX-License-Identifier: GPL-3.0-or-later
// Native pixels and DICOM RLE (PS3.5 Annex G).
#include "dicom/decoders.h"

#include <bit>
#include <utility>

namespace echo2ecg::dicom {

void failFrame(base::ErrorCode code, std::string sentence)
{
    throw base::ParseError(code, std::move(sentence));
}

void requireSameSize(const PixelFormat& format, std::int64_t rows, std::int64_t columns, std::int64_t samples)
{
    if (rows == format.rows && columns == format.columns && samples == format.samples)
        return;
    const auto text = [](std::int64_t w, std::int64_t h, std::int64_t s) {
        return std::to_string(w) + " × " + std::to_string(h) + " × " + std::to_string(s);
    };
    failFrame(base::ErrorCode::Inconsistent, "The compressed frame is " + text(columns, rows, samples) +
                                                 " and the header says " +
                                                 text(format.columns, format.rows, format.samples) + ".");
}

Samples Samples::like(const PixelFormat& format)
{
    Samples samples;
    samples.rows = format.rows;
    samples.columns = format.columns;
    samples.count = format.samples;
    samples.bitsAllocated = format.bitsAllocated;
    samples.bitsStored = format.bitsStored;
    samples.highBit = format.highBit;
    samples.isSigned = format.isSigned;
    return samples;
}

Samples decodeNative(std::vector<std::uint8_t> data, const PixelFormat& format, bool bigEndian, bool swapBytesInWords,
                     bool subsampled422)
{
    Samples samples = Samples::like(format);
    samples.planar = format.planar && !subsampled422;
    samples.subsampled422 = subsampled422;
    const bool fileIsForeign = bigEndian != (std::endian::native == std::endian::big);
    if (swapBytesInWords || (format.bitsAllocated == 16 && fileIsForeign)) {
        for (std::size_t i = 0; i + 1 < data.size(); i += 2)
            std::swap(data[i], data[i + 1]);
    }
    samples.data = std::move(data);
    return samples;
}

namespace {

std::uint32_t littleEndian32(std::span<const std::uint8_t> data, std::size_t at)
{
    return std::uint32_t(data[at]) | std::uint32_t(data[at + 1]) << 8 | std::uint32_t(data[at + 2]) << 16 |
           std::uint32_t(data[at + 3]) << 24;
}

// PackBits into every `step`-th byte of `to`; returns how many were written, at most `count`.
std::size_t unpack(std::span<const std::uint8_t> from, std::uint8_t* to, std::size_t step, std::size_t count)
{
    std::size_t written = 0, at = 0;
    while (written < count && at < from.size()) {
        const int control = std::int8_t(from[at++]);
        if (control >= 0) {
            for (int i = 0; i <= control && written < count && at < from.size(); ++i)
                to[step * written++] = from[at++];
        } else if (control != -128) {
            if (at >= from.size())
                break;
            const std::uint8_t value = from[at++];
            for (int i = 0; i <= -control && written < count; ++i)
                to[step * written++] = value;
        }
    }
    return written;
}

} // namespace

Samples decodeRle(std::span<const std::uint8_t> data, const PixelFormat& format)
{
    if (data.size() < 64)
        failFrame(base::ErrorCode::Truncated, "The RLE frame is shorter than its header.");
    const std::size_t bytes = format.bytesPerSample();
    const std::size_t segments = std::size_t(format.samples) * bytes;
    if (littleEndian32(data, 0) != segments)
        failFrame(base::ErrorCode::Inconsistent, "The RLE frame has " + std::to_string(littleEndian32(data, 0)) +
                                                     " segments where " + std::to_string(segments) + " are needed.");
    Samples samples = Samples::like(format);
    samples.planar = true;
    const std::size_t pixels = format.pixels();
    samples.data.resize(pixels * segments);
    for (std::size_t s = 0; s < segments; ++s) {
        const std::size_t begin = littleEndian32(data, 4 + 4 * s);
        std::size_t end = data.size();
        if (s + 1 < segments)
            end = std::min<std::size_t>(end, littleEndian32(data, 8 + 4 * s));
        if (begin < 64 || begin > end)
            failFrame(base::ErrorCode::Malformed, "The RLE frame's segments lie outside of it.");
        // Most significant byte first: segment 0 of a 16-bit sample is its high byte.
        const std::size_t sample = s / bytes, high = s % bytes;
        const std::size_t inSample = std::endian::native == std::endian::big ? high : bytes - 1 - high;
        std::uint8_t* to = samples.data.data() + sample * pixels * bytes + inSample;
        if (unpack(data.subspan(begin, end - begin), to, bytes, pixels) < pixels)
            failFrame(base::ErrorCode::Truncated, "The RLE frame ends early.");
    }
    return samples;
}

} // namespace echo2ecg::dicom
