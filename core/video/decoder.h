// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/image.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// The only home of FFmpeg. No FFmpeg type leaves this folder.
namespace echo2ecg::video {

// What a stream says about itself. startMs has one entry per frame, from 0 on, as its time stamps say.
struct StreamFacts
{
    std::string container, codec; // "AVI", "Motion JPEG"; for people
    int rows = 0, columns = 0;
    double pixelAspect = 1.0; // vertical / horizontal size of one pixel
    std::vector<double> startMs;
    double declaredFps = 0; // of the container; 0: none
    std::string colour;     // how colour is decided: "Y Cb Cr 4:2:0, BT.601, full range (the stream says so)"
    base::Warnings warnings;

    int frames() const { return int(startMs.size()); }
};

// One video stream, frame by frame in any order; forward is cheap, back goes to the key frame before. One object is for one thread at
// a time. Memory and time are bounded whatever the stream declares.
class Decoder
{
public:
    // A clip in AVI, MP4, MOV or MKV. Indexes all packets, decodes none but the first frame. Throws base::ParseError.
    static std::unique_ptr<Decoder> open(const std::filesystem::path& file);
    // An elementary or transport stream out of a DICOM object: MPEG-2, MPEG-4 AVC or HEVC. The bytes are kept.
    static std::unique_ptr<Decoder> open(std::vector<std::uint8_t> stream);
    virtual ~Decoder() = default;
    virtual const StreamFacts& facts() const = 0;
    // RGB as it should be displayed. Throws base::ParseError naming the frame.
    virtual base::RgbImage frame(int index) = 0;
};

// True when the content is a video container that open() takes. Reads little; never throws.
bool looksLikeVideo(const std::filesystem::path& file) noexcept;

} // namespace echo2ecg::video
