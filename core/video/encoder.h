// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/image.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace echo2ecg::video {

enum class ClipFormat { Mp4, Gif };
// What Mp4 is written with here: "H.264" where FFmpeg has an encoder for it, else "MPEG-4 Part 2".
std::string codecName(ClipFormat format);

// Writes one clip with the true duration of each frame. Odd sizes are padded to even ones where the codec needs it. The file appears
// when finish() has succeeded; what was written before is removed by the destructor. Throws base::Error(Io, Unsupported).
class Encoder
{
public:
    // `comment` goes into the file's metadata ("research use only").
    Encoder(const std::filesystem::path& file, ClipFormat format, int rows, int columns, const std::string& comment);
    ~Encoder();
    // All frames have the size that the constructor was told.
    void add(const base::RgbImage& frame, double durationMs);
    void finish();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::video
