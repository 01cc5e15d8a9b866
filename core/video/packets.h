// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "video/ffmpeg.h"

#include <filesystem>
#include <span>
#include <vector>

namespace echo2ecg::video {

// The compressed pictures of one video stream in the order of decoding, out of their container. They are held in memory (bounded), so
// that any picture is reached from its key frame without a search in a file that may lie about where things are.
struct Packets
{
    std::string container; // for people
    ParametersPtr codec;
    std::vector<PacketPtr> packets; // pts is the place in this list, not a time
    std::vector<double> shownMs;    // by packet, from 0 on; NaN where the container doesn't say
    bool isOrderKnown = false;      // shownMs holds for every packet and no two are alike
    std::vector<bool> isHidden;     // decoded, not shown (edit lists)
    double declaredFps = 0;
    double sampleAspect = 0; // horizontal / vertical; 0: unknown
    base::Warnings warnings;
};

// Name of FFmpeg's demuxer for the content, by its first bytes; null when it is no video that is read here.
const char* containerOf(std::span<const std::uint8_t> head) noexcept;     // AVI, MP4, MOV, MKV
const char* streamKindOf(std::span<const std::uint8_t> stream) noexcept;  // what DICOM objects hold

Packets readPackets(const std::filesystem::path& file);
Packets readPackets(std::span<const std::uint8_t> stream);

} // namespace echo2ecg::video
