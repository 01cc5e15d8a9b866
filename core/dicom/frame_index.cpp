// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/frame_index.h"

#include "dicom/jpeg_stream.h"
#include "dicom/tags.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint32_t undefined = 0xFFFFFFFFu;
constexpr std::size_t mostFragments = 1'000'000; // and frames
constexpr std::uint64_t mostScanned = 512 * 1024 * 1024;

std::string count(std::uint64_t number, const char* noun)
{
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

void warnShortfall(Object& object, const ImageHeader& header, std::size_t there)
{
    if (there < std::size_t(header.declaredFrames))
        object.warn("frames-missing",
                    "The file declares " + count(std::uint64_t(header.declaredFrames), "frame") + " and holds " +
                        std::to_string(there) + ".",
                    tagText(tag::NumberOfFrames));
}

FrameIndex indexNative(Object& object, const ImageHeader& header, const PixelFormat& format,
                       const ElementHeader& pixels)
{
    FrameIndex index;
    const std::uint64_t there = object.source->size() - std::min(pixels.valueOffset, object.source->size());
    const std::uint64_t available = pixels.length == undefined ? there : std::min<std::uint64_t>(pixels.length, there);
    const std::uint64_t full = std::uint64_t(format.pixels()) * std::uint64_t(format.samples) * format.bytesPerSample();
    std::uint64_t frameBytes = full;
    if ((header.photometric == "YBR_FULL_422" || header.photometric == "YBR_PARTIAL_422") && format.samples == 3 && format.bitsAllocated == 8) {
        // Some writers say 422 and store all three samples of every pixel.
        index.subsampled422 = available < full * std::uint64_t(header.declaredFrames);
        if (index.subsampled422)
            frameBytes = 2 * std::uint64_t(format.rows) * std::uint64_t((format.columns + 1) / 2 * 2);
        else
            object.warn("ybr-422-not-subsampled", "The image is tagged " + header.photometric + " and stores every chroma sample.",
                        tagText(tag::Photometric));
    }
    const std::uint64_t frames = std::min<std::uint64_t>(available / frameBytes, std::uint64_t(header.declaredFrames));
    if (frames == 0)
        object.fail(base::ErrorCode::Truncated,
                    "The image declares " + std::to_string(header.columns) + " × " + std::to_string(header.rows) +
                        " pixels and holds " + count(available, "byte") + " of them, less than one frame.",
                    "Pixel Data " + tagText(tag::PixelData));
    if (frames > mostFragments)
        object.fail(base::ErrorCode::LimitExceeded,
                    "The image has " + count(frames, "frame") + ", more than any clip has.",
                    tagText(tag::NumberOfFrames));
    for (std::uint64_t i = 0; i < frames; ++i)
        index.frames.push_back({{pixels.valueOffset + i * frameBytes, frameBytes}});
    if (pixels.length != undefined && pixels.length > there)
        object.warn("pixel-data-cut", "The pixel data ends early; the frames that are whole were kept.",
                    "Pixel Data " + tagText(tag::PixelData));
    index.swapBytesInWords = object.syntax.bigEndianPixels && format.bitsAllocated == 8 && pixels.type != vr("OB");
    warnShortfall(object, header, index.frames.size());
    return index;
}

struct Fragments
{
    std::vector<ByteRange> ranges;        // values
    std::vector<std::uint64_t> positions; // of the item tags, from the first fragment on, as offset tables count
    std::vector<std::uint64_t> table;
    bool isCut = false;
};

Fragments readFragments(Object& object, const ElementHeader& pixels)
{
    constexpr Encoding little{true, false};
    ByteSource& source = *object.source;
    Fragments result;
    std::uint64_t at = pixels.valueOffset, firstItem = 0;
    bool isTable = true;
    for (;;) {
        const auto item = readElementHeader(source, at, source.size(), little);
        if (!item || (item->tag != tag::Item && item->tag != tag::SequenceEnd)) {
            result.isCut = true;
            return result;
        }
        if (item->tag == tag::SequenceEnd)
            return result;
        if (item->length > source.size() - item->valueOffset || result.ranges.size() >= mostFragments) {
            result.isCut = true; // a fragment that isn't whole is no frame
            return result;
        }
        if (isTable) {
            const auto bytes =
                source.bytes(item->valueOffset, std::min<std::uint64_t>(item->length, 4 * mostFragments));
            for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4)
                result.table.push_back(std::uint32_t(bytes[i]) | std::uint32_t(bytes[i + 1]) << 8 |
                                       std::uint32_t(bytes[i + 2]) << 16 | std::uint32_t(bytes[i + 3]) << 24);
            isTable = false;
            firstItem = item->valueOffset + item->length;
        } else {
            result.ranges.push_back({item->valueOffset, item->length});
            result.positions.push_back(at - firstItem);
        }
        at = item->valueOffset + item->length;
    }
}

// Extended Offset Table (7FE0,0001): 64 bits per frame, where the table in the pixel data is empty.
void readExtendedTable(const Object& object, Fragments& fragments)
{
    if (!fragments.table.empty())
        return;
    const Element* element = object.main.find(tag::ExtendedOffsetTable);
    if (!element)
        return;
    const auto bytes = object.source->bytes(element->offset, std::min<std::uint64_t>(element->length, 8 * mostFragments));
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t offset = 0;
        for (std::size_t b = 8; b-- > 0;)
            offset = offset << 8 | bytes[i + b];
        fragments.table.push_back(offset);
    }
}

// Frames as the offset table tells them; empty when the table is empty or wrong.
std::vector<std::vector<ByteRange>> byTable(const Fragments& fragments, bool& isWrong)
{
    std::vector<std::vector<ByteRange>> frames;
    const auto& table = fragments.table;
    if (table.empty() || fragments.ranges.empty())
        return frames;
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const auto found = std::lower_bound(fragments.positions.begin(), fragments.positions.end(), table[i]);
        if (found == fragments.positions.end() && fragments.isCut)
            break; // points into what is cut off
        const bool ascending = i == 0 ? table[i] == 0 : table[i] > table[i - 1];
        if (!ascending || found == fragments.positions.end() || *found != table[i]) {
            isWrong = true;
            return {};
        }
        starts.push_back(std::size_t(found - fragments.positions.begin()));
    }
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : fragments.ranges.size();
        frames.emplace_back(fragments.ranges.begin() + std::ptrdiff_t(starts[i]),
                            fragments.ranges.begin() + std::ptrdiff_t(end));
    }
    // The last frame of a cut file may miss fragments: it is whole only if the next one was known to follow.
    if (fragments.isCut && starts.size() == table.size() && !frames.empty() && frames.back().size() > 1)
        frames.pop_back();
    return frames;
}

bool startsFrame(ByteSource& source, const ByteRange& range)
{
    std::uint8_t head[12];
    const std::size_t got = source.read(range.offset, head, std::size_t(std::min<std::uint64_t>(12, range.length)));
    if (got >= 3 && startsJpeg({head, got}))
        return true;
    constexpr std::uint8_t codestream[] = {0xFF, 0x4F, 0xFF, 0x51};
    constexpr std::uint8_t box[] = {0, 0, 0, 12, 'j', 'P'};
    constexpr std::uint8_t xl[] = {0, 0, 0, 12, 'J', 'X', 'L', ' '};
    if ((got >= 2 && head[0] == 0xFF && head[1] == 0x0A) ||
        (got >= 8 && std::equal(std::begin(xl), std::end(xl), head)))
        return true;
    return (got >= 4 && std::equal(std::begin(codestream), std::end(codestream), head)) ||
           (got >= 6 && std::equal(std::begin(box), std::end(box), head));
}

// One fragment that holds JPEG streams one behind the other.
std::vector<std::vector<ByteRange>> splitJpegs(ByteSource& source, const ByteRange& range)
{
    std::vector<std::vector<ByteRange>> frames;
    if (range.length > mostScanned)
        return {{range}};
    const auto bytes = source.bytes(range.offset, range.length);
    std::size_t at = 0;
    while (at + 3 <= bytes.size() && frames.size() < mostFragments) {
        const std::span<const std::uint8_t> rest(bytes.data() + at, bytes.size() - at);
        if (!startsJpeg(rest)) {
            ++at; // padding between streams
            continue;
        }
        const std::size_t length = jpegEnd(rest);
        frames.push_back({{range.offset + at, length}});
        at += length;
    }
    return frames;
}

FrameIndex indexEncapsulated(Object& object, const ImageHeader& header, const ElementHeader& pixels)
{
    FrameIndex index;
    index.isEncapsulated = true;
    Fragments fragments = readFragments(object, pixels);
    const std::string where = "Pixel Data " + tagText(tag::PixelData);
    if (fragments.ranges.empty())
        object.fail(fragments.isCut ? base::ErrorCode::Truncated : base::ErrorCode::Malformed,
                    "The compressed pixel data holds no whole frame.", where);
    if (fragments.isCut)
        object.warn("pixel-data-cut", "The pixel data ends early; the frames that are whole were kept.", where);
    if (object.syntax.pixels == PixelCoding::Video) {
        index.stream = fragments.ranges;
        return index;
    }
    readExtendedTable(object, fragments);
    const std::size_t declared = std::size_t(header.declaredFrames);
    const bool isRle = object.syntax.pixels == PixelCoding::Rle;

    bool isWrong = false;
    index.frames = byTable(fragments, isWrong);
    if (isWrong)
        object.warn("offset-table-wrong", "The table of frame offsets is wrong and was not used.", where);
    // A table with one entry for a fragment-per-frame clip is a common half-truth.
    if (index.frames.size() < std::min(declared, fragments.ranges.size()))
        index.frames.clear();
    if (index.frames.empty()) {
        if (isRle || fragments.ranges.size() == declared) {
            for (const ByteRange& range : fragments.ranges)
                index.frames.push_back({range});
        } else if (fragments.ranges.size() == 1) {
            if (object.syntax.pixels != PixelCoding::JpegXl)
                index.frames = splitJpegs(*object.source, fragments.ranges.front());
            if (index.frames.empty())
                index.frames.push_back({fragments.ranges.front()});
        } else {
            for (const ByteRange& range : fragments.ranges) {
                if (index.frames.empty() || startsFrame(*object.source, range))
                    index.frames.emplace_back();
                index.frames.back().push_back(range);
            }
        }
    }
    if (index.frames.size() > declared) {
        object.warn("frames-undeclared",
                    "The file declares " + count(declared, "frame") + " and holds " +
                        std::to_string(index.frames.size()) + "; the declared ones are shown.",
                    tagText(tag::NumberOfFrames));
        index.frames.resize(declared);
    }
    warnShortfall(object, header, index.frames.size());
    return index;
}

} // namespace

FrameIndex indexFrames(Object& object, const ImageHeader& header, const PixelFormat& format)
{
    const ElementHeader& pixels = *object.main.stoppedAt();
    const bool isNative = object.syntax.pixels == PixelCoding::Native;
    if (isNative && pixels.length == undefined) {
        // Undefined length promises items; a native syntax with items is a contradiction that nobody can resolve.
        const auto item = readElementHeader(*object.source, pixels.valueOffset, object.source->size(), {true, false});
        if (item && item->tag == tag::Item)
            object.fail(base::ErrorCode::Inconsistent,
                        "The pixel data comes in compressed fragments and the transfer syntax is " +
                            object.syntax.name + ".",
                        "Pixel Data " + tagText(tag::PixelData));
    }
    if (isNative)
        return indexNative(object, header, format, pixels);
    if (pixels.length != undefined)
        object.fail(base::ErrorCode::Inconsistent,
                    "The transfer syntax is " + object.syntax.name + " and the pixel data isn't encapsulated.",
                    "Pixel Data " + tagText(tag::PixelData));
    return indexEncapsulated(object, header, pixels);
}

} // namespace echo2ecg::dicom
