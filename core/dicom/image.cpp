// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/image.h"

#include "dicom/frame_index.h"
#include "dicom/tags.h"
#include "dicom/to_rgb.h"
#include "dicom/video_frames.h"

#include <algorithm>
#include <new>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint64_t mostInflated = 512 * 1024 * 1024;

class ImageFromObject final : public ImageFile
{
public:
    explicit ImageFromObject(Object object) : m_object(std::move(object))
    {
        requirePixels();
        m_identity = readIdentity(m_object);
        m_header = readImageHeader(m_object);
        m_format = readPixelFormat(m_object, m_header);
        m_index = indexFrames(m_object, m_header, m_format);
        if (m_object.syntax.pixels == PixelCoding::Video) {
            m_video.emplace(m_object, m_header, m_index);
            m_decision = m_video->words();
            return;
        }
        m_toRgb.emplace(m_object, m_header, m_format);
        m_decision = m_toRgb->words();
    }

    const Identity& identity() const override { return m_identity; }
    const ImageHeader& header() const override { return m_header; }
    int frameCount() const override { return m_video ? m_video->count() : int(m_index.frames.size()); }
    bool isSequential() const override { return m_video.has_value(); }
    std::string colourDecision() const override { return m_decision; }
    const base::Warnings& warnings() const override { return m_object.warnings; }

    base::RgbImage frame(int index) override { return frameInto(index, {}); }

    base::RgbImage frameInto(int index, std::vector<std::uint8_t> storage) override
    {
        const std::string where = "frame " + std::to_string(index + 1) + " of " + std::to_string(frameCount());
        if (index < 0 || index >= frameCount())
            m_object.fail(base::ErrorCode::Missing, "There is no such frame.", where);
        try {
            if (m_video)
                return m_video->frame(index, m_object);
            return decode(std::size_t(index), where, std::move(storage));
        } catch (const base::ParseError& problem) {
            if (!problem.place().file.empty())
                throw;
            throw base::ParseError(problem.code(), problem.sentence(), {m_object.file, where});
        } catch (const std::bad_alloc&) {
            m_object.fail(base::ErrorCode::LimitExceeded, "There isn't enough memory for the frame.", where);
        }
    }

private:
    void requirePixels() const
    {
        const DataSet& data = m_object.main;
        const std::string where = "Pixel Data " + tagText(tag::PixelData);
        if (!data.stoppedAt()) {
            if (const auto& trouble = data.trouble())
                m_object.fail(trouble->code, trouble->sentence, trouble->where);
            m_object.fail(base::ErrorCode::Missing, "The object holds no pixels.", where);
        }
        const std::uint32_t found = data.stoppedAt()->tag;
        if (found == tag::FloatPixelData || found == tag::DoublePixelData)
            m_object.fail(base::ErrorCode::Unsupported, "Floating-point pixels aren't supported.", tagText(found));
        if (found != tag::PixelData)
            m_object.fail(base::ErrorCode::Missing, "The object holds no pixels.", where);
        if (m_object.syntax.pixels == PixelCoding::Unsupported)
            m_object.fail(base::ErrorCode::Unsupported,
                          "Pixels compressed as " + m_object.syntax.name + " aren't supported.",
                          "transfer syntax " + m_object.syntax.uid);
    }

    base::RgbImage decode(std::size_t index, const std::string& where, std::vector<std::uint8_t> storage)
    {
        std::vector<std::uint8_t> bytes;
        for (const ByteRange& range : m_index.frames[index]) {
            auto part = m_object.source->bytes(range.offset, range.length);
            if (part.size() < range.length)
                failFrame(base::ErrorCode::Io, "The file can't be read any more.");
            if (bytes.empty())
                bytes = std::move(part);
            else
                bytes.insert(bytes.end(), part.begin(), part.end());
        }
        bool damaged = false;
        Samples samples = decodeSamples(std::move(bytes), damaged, std::move(storage));
        if (damaged)
            m_object.warn("frame-damaged", "The compressed frame is damaged; the decoder patched over it.", where);
        if (!samples.words.empty() && (index == 0 || !m_isDecided)) {
            m_decision = samples.count == 1 ? m_toRgb->words() + ", " + samples.words : samples.words;
            m_isDecided = true;
        }
        return m_toRgb->convert(std::move(samples));
    }

    Samples decodeSamples(std::vector<std::uint8_t> bytes, bool& damaged, std::vector<std::uint8_t> storage) const
    {
        switch (m_object.syntax.pixels) {
        case PixelCoding::Native:
            return decodeNative(std::move(bytes), m_format, m_object.syntax.bigEndianPixels, m_index.swapBytesInWords,
                                m_index.subsampled422);
        case PixelCoding::Rle:
            return decodeRle(bytes, m_format);
        case PixelCoding::Jpeg:
            return decodeJpeg(bytes, m_format, m_header.photometric, damaged, std::move(storage));
        case PixelCoding::JpegLs: {
            const auto markers = readJpegMarkers(bytes);
            if (!markers || markers->frameType != 0xF7)
                failFrame(base::ErrorCode::Malformed, "The frame is no JPEG-LS image.");
            return decodeWithDcmtk(bytes, m_format, *markers, m_header.photometric);
        }
        case PixelCoding::Jpeg2000:
            return decodeJpeg2000(bytes, m_format, m_header.photometric);
        case PixelCoding::JpegXl:
            return decodeJpegXl(bytes, m_format, m_header.photometric, damaged);
        case PixelCoding::Video:
        case PixelCoding::Unsupported:
            break;
        }
        failFrame(base::ErrorCode::Unsupported, "The transfer syntax isn't supported.");
    }

    Object m_object;
    Identity m_identity;
    ImageHeader m_header;
    PixelFormat m_format;
    FrameIndex m_index;
    std::optional<ToRgb> m_toRgb;
    std::optional<VideoFrames> m_video;
    std::string m_decision;
    bool m_isDecided = false;
};

} // namespace

base::RgbImage ImageFile::frameInto(int index, std::vector<std::uint8_t>)
{
    return frame(index);
}

std::unique_ptr<ImageFile> ImageFile::open(const std::filesystem::path& file)
{
    try {
        return std::make_unique<ImageFromObject>(Object::open(file, mostInflated));
    } catch (const std::bad_alloc&) {
        throw base::ParseError(base::ErrorCode::LimitExceeded, "There isn't enough memory to open the image.",
                               {file, {}});
    }
}

} // namespace echo2ecg::dicom
