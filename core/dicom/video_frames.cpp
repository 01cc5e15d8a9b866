// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/video_frames.h"

#include "dicom/tags.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostBytes = std::uint64_t(1) << 30;

std::vector<std::uint8_t> readStream(Object& object, const FrameIndex& index)
{
    const std::string where = "Pixel Data " + tagText(tag::PixelData);
    std::uint64_t length = 0;
    for (const ByteRange& range : index.stream)
        length += range.length;
    if (length > mostBytes)
        object.fail(base::ErrorCode::LimitExceeded, "The video stream is longer than 1 GiB.", where);
    std::vector<std::uint8_t> stream;
    stream.reserve(std::size_t(length));
    for (const ByteRange& range : index.stream) {
        const auto part = object.source->bytes(range.offset, range.length);
        if (part.size() < range.length)
            object.fail(base::ErrorCode::Io, "The file can't be read any more.", where);
        stream.insert(stream.end(), part.begin(), part.end());
    }
    return stream;
}

} // namespace

VideoFrames::VideoFrames(Object& object, const ImageHeader& header, const FrameIndex& index)
{
    const std::string where = "Pixel Data " + tagText(tag::PixelData);
    try {
        m_decoder = video::Decoder::open(readStream(object, index));
    } catch (const base::ParseError& problem) {
        if (!problem.place().file.empty())
            throw;
        object.fail(problem.code(), problem.sentence(), where);
    }
    const video::StreamFacts& facts = m_decoder->facts();
    if (facts.rows != header.rows || facts.columns != header.columns)
        object.fail(base::ErrorCode::Inconsistent,
                    "The video has " + std::to_string(facts.columns) + " × " + std::to_string(facts.rows) +
                        " pixels and the header declares " + std::to_string(header.columns) + " × " +
                        std::to_string(header.rows) + ".",
                    where);
    m_count = std::min(facts.frames(), header.declaredFrames);
    if (facts.frames() != header.declaredFrames)
        object.warn(facts.frames() < header.declaredFrames ? "frames-missing" : "frames-undeclared",
                    "The file declares " + std::to_string(header.declaredFrames) + " frames and its video holds " +
                        std::to_string(facts.frames()) +
                        (facts.frames() < header.declaredFrames ? "." : "; the declared ones are shown."),
                    tagText(tag::NumberOfFrames));
    m_words =
        facts.codec + " " + facts.colour + ", tag " + (header.photometric.empty() ? "missing" : header.photometric);
    for (; m_warned < facts.warnings.size(); ++m_warned)
        object.warnings.push_back(facts.warnings[m_warned]);
}

base::RgbImage VideoFrames::frame(int index, Object& object)
{
    base::RgbImage image = m_decoder->frame(index);
    for (const base::Warnings& all = m_decoder->facts().warnings; m_warned < all.size(); ++m_warned)
        object.warnings.push_back(all[m_warned]);
    return image;
}

} // namespace echo2ecg::dicom
