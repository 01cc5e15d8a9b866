// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace echo2ecg::dicom {

// What the markers of a JPEG (or JPEG-LS) stream say about it, without decoding.
struct JpegMarkers
{
    struct Component
    {
        int id = 0, horizontal = 1, vertical = 1;
    };
    int frameType = 0; // low byte of SOFn: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, 0xC3 lossless, 0xF7 JPEG-LS
    int precision = 8, rows = 0, columns = 0;
    std::vector<Component> components;
    bool hasJfif = false;
    std::optional<int> adobeTransform;

    bool isSubsampled() const;
    bool isLossless() const { return frameType == 0xC3 || frameType == 0xF7; }
};

bool startsJpeg(std::span<const std::uint8_t> data) noexcept;
// Empty when there is no frame header.
std::optional<JpegMarkers> readJpegMarkers(std::span<const std::uint8_t> data) noexcept;
// Offset behind the end-of-image marker of the stream that begins at 0; the size of the data when there is none.
std::size_t jpegEnd(std::span<const std::uint8_t> data) noexcept;

enum class ColourModel { Grey, Rgb, Ybr };
struct ColourDecision
{
    ColourModel model = ColourModel::Grey;
    std::string words;
};
// From the bitstream where it speaks, from the tag where it is silent.
ColourDecision decideJpegColour(const JpegMarkers& markers, const std::string& photometric);

} // namespace echo2ecg::dicom
