// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "video/ffmpeg.h"

#include <string>

namespace echo2ecg::video {

// From decoded frames to RGB of full range. The matrix (BT.601, BT.709 …) and the range are the stream's; where it is silent, BT.709 is
// taken from 720 rows on and BT.601 below, full range for Motion JPEG and limited range else, as players do.
class ToRgb
{
public:
    // Decides by the first frame.
    ToRgb(const AVFrame& frame, AVCodecID codec);
    const std::string& words() const { return m_words; }
    // Throws base::ParseError (without place) when the frame can't be converted.
    base::RgbImage convert(const AVFrame& frame);

private:
    void prepare(const AVFrame& frame);

    AVCodecID m_codec;
    ScalerPtr m_scaler;
    int m_format = -1, m_rows = 0, m_columns = 0;
    std::string m_words;
};

} // namespace echo2ecg::video
