// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/deidentify_pixels.h"

#include "dicom/rle_encode.h"
#include "dicom/tags.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace echo2ecg::dicom {

namespace {

constexpr const char* rleSyntax = "1.2.840.10008.1.2.5";
constexpr std::uint64_t mostOffset = 0xFFFFFFFEu;

std::vector<PixelBox> cutTo(const std::vector<PixelBox>& boxes, int columns, int rows)
{
    std::vector<PixelBox> out;
    for (const PixelBox& box : boxes) {
        const PixelBox cut{std::clamp(box.x0, 0, columns), std::clamp(box.y0, 0, rows), std::clamp(box.x1, 0, columns), std::clamp(box.y1, 0, rows)};
        if (cut.x0 < cut.x1 && cut.y0 < cut.y1)
            out.push_back(cut);
    }
    return out;
}

// Parts [from, to) of one row that no box keeps.
std::vector<std::pair<int, int>> gapsOfRow(const std::vector<PixelBox>& keep, int y, int columns)
{
    std::vector<std::pair<int, int>> spans;
    for (const PixelBox& box : keep)
        if (y >= box.y0 && y < box.y1)
            spans.emplace_back(box.x0, box.x1);
    std::sort(spans.begin(), spans.end());
    std::vector<std::pair<int, int>> gaps;
    int at = 0;
    for (const auto& [from, to] : spans) {
        if (from > at)
            gaps.emplace_back(at, from);
        at = std::max(at, to);
    }
    if (at < columns)
        gaps.emplace_back(at, columns);
    return gaps;
}

// Method of lossy compression (0028,2114) of a syntax whose every stream is lossy; "" for others.
std::string lossyMethod(const std::string& syntaxUid)
{
    constexpr std::string_view root = "1.2.840.10008.1.2.4.";
    if (!syntaxUid.starts_with(root))
        return {};
    const std::string tail = syntaxUid.substr(root.size());
    if (tail == "50" || tail == "51" || tail == "53" || tail == "55")
        return "ISO_10918_1";
    if (tail == "81")
        return "ISO_14495_1";
    if (tail == "91" || tail == "203")
        return "ISO_15444_1";
    if (tail.starts_with("100") || tail.starts_with("101"))
        return "ISO_13818_2";
    if (tail.starts_with("102") || tail.starts_with("103") || tail.starts_with("104") || tail.starts_with("105") || tail.starts_with("106"))
        return "ISO_14496_10";
    if (tail == "107" || tail == "108")
        return "ISO_23008_2";
    return tail == "111" || tail == "112" ? "ISO_18181_1" : "";
}

void append(OutFile& out, std::uint32_t tag, std::size_t length)
{
    out.write(littleEndian(tag >> 16, 2) + littleEndian(tag & 0xFFFF, 2) + littleEndian(length, 4));
}

} // namespace

void maskOutside(base::RgbImage& frame, const std::vector<PixelBox>& keep)
{
    const std::vector<PixelBox> cut = cutTo(keep, frame.columns, frame.rows);
    for (int y = 0; y < frame.rows; ++y)
        for (const auto& [from, to] : gapsOfRow(cut, y, frame.columns))
            std::memset(frame.row(y) + std::size_t(from) * 3, 0, std::size_t(to - from) * 3);
}

CleanPixels::CleanPixels(Object& object, const std::vector<PixelBox>& keep) : m_object(object), m_image(ImageFile::open(object.file))
{
    const ImageHeader& header = m_image->header();
    m_keep = cutTo(keep, header.columns, header.rows);
    m_masks = false;
    for (int y = 0; y < header.rows && !m_masks; ++y)
        m_masks = !gapsOfRow(m_keep, y, header.columns).empty();
    m_copy = !m_masks && canCopy();
}

bool CleanPixels::canCopy()
{
    const PixelCoding coding = m_object.syntax.pixels;
    if (coding != PixelCoding::Native && coding != PixelCoding::Rle && coding != PixelCoding::Jpeg && coding != PixelCoding::JpegLs &&
        coding != PixelCoding::Jpeg2000)
        return false;
    try {
        const PixelFormat format = readPixelFormat(m_object, m_image->header());
        m_index = indexFrames(m_object, m_image->header(), format);
    } catch (const base::ParseError&) {
        return false;
    }
    if (int(m_index.frames.size()) != m_image->frameCount())
        return false;
    if (coding == PixelCoding::Native) {
        std::uint64_t bytes = 0;
        for (const auto& frame : m_index.frames)
            for (const ByteRange& range : frame)
                bytes += range.length;
        return !m_index.isEncapsulated && !m_object.syntax.bigEndianPixels && !m_index.swapBytesInWords && bytes < mostOffset;
    }
    for (std::size_t i = 0; i < m_index.frames.size(); ++i)
        if (!withoutComments(frameBytes(i), coding))
            return false;
    return m_index.isEncapsulated;
}

std::vector<std::uint8_t> CleanPixels::frameBytes(std::size_t index) const
{
    std::vector<std::uint8_t> bytes;
    for (const ByteRange& range : m_index.frames[index]) {
        const auto part = m_object.source->bytes(range.offset, range.length);
        if (part.size() < range.length)
            m_object.fail(base::ErrorCode::Io, "The file can't be read any more.", "frame " + std::to_string(index + 1));
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    return bytes;
}

bool CleanPixels::isGrey() const
{
    return m_image->header().samplesPerPixel == 1 && m_image->header().photometric.starts_with("MONOCHROME");
}

std::string CleanPixels::syntaxUid() const
{
    if (!m_copy)
        return rleSyntax;
    return m_index.isEncapsulated ? m_object.syntax.uid : "1.2.840.10008.1.2.1";
}

void CleanPixels::describe(CleanHeader& header) const
{
    OutSet& main = header.main;
    const auto change = [&](std::uint32_t tag, const char* name) { header.changes.push_back({tagText(tag), name, "replaced"}); };
    if (main.contains(tag::NumberOfFrames) || m_image->frameCount() > 1)
        main.text(tag::NumberOfFrames, "IS", std::to_string(m_image->frameCount()));
    // What was lost once stays lost, whatever the coding says now.
    const std::string method = lossyMethod(m_object.syntax.uid);
    const bool wasLossy = !method.empty() || trimmed(main.bytes(0x00282110)) == "01";
    if (wasLossy) {
        main.text(0x00282110, "CS", "01");
        if (!main.contains(0x00282114) && !method.empty())
            main.text(0x00282114, "CS", method);
    }
    for (const std::uint32_t table : {0x7FE00001u, 0x7FE00002u, 0x7FE00003u}) // extended offset table; frames are written anew
        main.erase(table);
    if (m_copy)
        return;
    const bool grey = isGrey();
    main.us(tag::SamplesPerPixel, grey ? 1 : 3);
    main.text(tag::Photometric, "CS", grey ? "MONOCHROME2" : "RGB");
    if (grey)
        main.erase(tag::PlanarConfiguration);
    else
        main.us(tag::PlanarConfiguration, 0);
    main.us(tag::BitsAllocated, 8);
    main.us(tag::BitsStored, 8);
    main.us(tag::HighBit, 7);
    main.us(tag::PixelRepresentation, 0);
    // What explained the stored values: they are what is displayed now.
    for (const std::uint32_t gone :
         {0x00280106u, 0x00280107u, 0x00280108u, 0x00280109u, 0x00280120u, 0x00280121u, 0x00281050u, 0x00281051u, 0x00281052u, 0x00281053u, 0x00281054u,
          0x00281055u, 0x00281056u, 0x00281101u, 0x00281102u, 0x00281103u, 0x00281104u, 0x00281199u, 0x00281201u, 0x00281202u, 0x00281203u, 0x00281204u,
          0x00281221u, 0x00281222u, 0x00281223u, 0x00282000u, 0x00282002u, 0x00283000u, 0x00283010u})
        main.erase(gone);
    const std::string type = trimmed(main.bytes(0x00080008));
    if (type.starts_with("ORIGINAL"))
        main.text(0x00080008, "CS", "DERIVED" + type.substr(8));
    main.text(0x00082111, "ST",
              m_masks ? "Pixels outside the boxes to keep set to 0 in every frame; coded without loss as RLE" : "Coded without loss as RLE");
    change(tag::Photometric, "Pixel description");
    change(tag::PixelData, m_masks ? "Pixel Data: masked, coded as RLE" : "Pixel Data: coded as RLE");
    if (wasLossy)
        header.warnings.push_back({"pixels-reencoded", "The lossy stream is decoded and written without further loss; the file grows.", {}});
    if (m_image->header().bitsStored > 8)
        header.warnings.push_back({"depth-reduced", "Masked pixels are written as displayed, with 8 bits.", tagText(tag::BitsStored)});
}

void CleanPixels::write(OutFile& out, const base::JobContext& job)
{
    const std::size_t frames = std::size_t(m_image->frameCount());
    const auto step = [&](std::size_t done) {
        job.throwIfCancelled();
        job.report({"writing pixels", std::int64_t(done), std::int64_t(frames), "frames"});
    };
    if (m_copy && !m_index.isEncapsulated) {
        std::uint64_t bytes = 0;
        for (const auto& frame : m_index.frames)
            for (const ByteRange& range : frame)
                bytes += range.length;
        out.write(std::string("\xE0\x7F\x10\x00OW\0\0", 8) + littleEndian(bytes + bytes % 2, 4));
        for (std::size_t i = 0; i < frames; ++i) {
            step(i);
            out.write(frameBytes(i));
        }
        out.write(std::string(bytes % 2, '\0'));
        return;
    }
    out.write(std::string("\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF", 12));
    append(out, tag::Item, frames * 4);
    const std::uint64_t table = out.position();
    out.write(std::string(frames * 4, '\0'));
    const std::uint64_t first = out.position();
    std::string offsets;
    bool fits = true;
    const bool grey = isGrey();
    base::RgbImage picture;
    for (std::size_t i = 0; i < frames; ++i) {
        step(i);
        std::vector<std::uint8_t> bytes;
        if (m_copy) {
            auto clean = withoutComments(frameBytes(i), m_object.syntax.pixels);
            if (!clean)
                m_object.fail(base::ErrorCode::Io, "The file changed while it was read.", "frame " + std::to_string(i + 1));
            bytes = std::move(*clean);
        } else {
            picture = m_image->frameInto(int(i), std::move(picture.pixels));
            maskOutside(picture, m_keep);
            bytes = encodeRle(picture, grey);
        }
        if (bytes.size() % 2)
            bytes.push_back(0);
        fits = fits && out.position() - first < mostOffset;
        offsets += littleEndian(out.position() - first, 4);
        append(out, tag::Item, bytes.size());
        out.write(bytes);
    }
    append(out, tag::SequenceEnd, 0);
    if (!fits)
        m_object.fail(base::ErrorCode::LimitExceeded, "The clip is too long to be written in one file.");
    out.overwrite(table, offsets);
}

} // namespace echo2ecg::dicom
