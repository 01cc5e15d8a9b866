// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/clean_stream.h"
#include "dicom/deidentify_header.h"
#include "dicom/frame_index.h"

namespace echo2ecg::dicom {

// The pixels of one image on their way out: as they are where nothing is masked and the stream can be cleaned of comments, else decoded by ImageFile, masked
// and coded as RLE, in grey or RGB. `object` must outlive it.
class CleanPixels
{
public:
    // Throws base::ParseError when the image can't be opened.
    CleanPixels(Object& object, const std::vector<PixelBox>& keep);

    bool isReencoded() const { return !m_copy; }
    bool keepsNothing() const { return m_keep.empty(); }
    std::string syntaxUid() const;
    // What the header must say about such pixels, and what a person should know.
    void describe(CleanHeader& header) const;
    void write(OutFile& out, const base::JobContext& job);

private:
    bool canCopy();
    bool isGrey() const;
    std::vector<std::uint8_t> frameBytes(std::size_t index) const;

    Object& m_object;
    std::unique_ptr<ImageFile> m_image;
    std::vector<PixelBox> m_keep; // cut to the picture
    FrameIndex m_index;           // of a copy
    bool m_masks = true, m_copy = false;
};

} // namespace echo2ecg::dicom
