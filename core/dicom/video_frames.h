// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/frame_index.h"
#include "video/decoder.h"

namespace echo2ecg::dicom {

// The frames of an object whose pixel data is one video stream.
class VideoFrames
{
public:
    // Reads the fragments as one stream. Warns where the header and the stream contradict each other about the number
    // of frames; throws base::ParseError where they do about the size.
    VideoFrames(Object& object, const ImageHeader& header, const FrameIndex& index);
    int count() const { return m_count; }
    std::string words() const { return m_words; }
    base::RgbImage frame(int index, Object& object);

private:
    std::unique_ptr<video::Decoder> m_decoder;
    int m_count = 0;
    std::size_t m_warned = 0; // warnings of the stream that the object has
    std::string m_words;
};

} // namespace echo2ecg::dicom
