// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/clean_stream.h"

#include <cstring>

namespace echo2ecg::dicom {

namespace {

using Bytes = std::span<const std::uint8_t>;
using Result = std::optional<std::vector<std::uint8_t>>;

std::size_t big16(Bytes bytes, std::size_t at)
{
    return std::size_t(bytes[at]) << 8 | bytes[at + 1];
}

bool begins(Bytes payload, const char* word)
{
    const std::size_t length = std::strlen(word);
    return payload.size() >= length && std::memcmp(payload.data(), word, length) == 0;
}

void append(std::vector<std::uint8_t>& out, Bytes bytes)
{
    out.insert(out.end(), bytes.begin(), bytes.end());
}

// The segment as it may stay; false: it goes.
bool keepSegment(std::uint8_t marker, Bytes segment, std::vector<std::uint8_t>& out)
{
    const Bytes payload = segment.subspan(4);
    if (marker == 0xFE)
        return false;
    if (marker < 0xE0 || marker > 0xEF) {
        append(out, segment);
        return true;
    }
    if (marker == 0xE0 && begins(payload, "JFIF") && payload.size() >= 14) {
        append(out, segment.first(2)); // without the preview picture
        const std::uint8_t length[] = {0, 16};
        append(out, length);
        append(out, payload.first(12));
        out.insert(out.end(), 2, 0);
        return true;
    }
    if ((marker == 0xEE && begins(payload, "Adobe") && payload.size() == 12) || (marker == 0xE8 && begins(payload, "mrfx") && payload.size() == 5)) {
        append(out, segment);
        return true;
    }
    return false;
}

// JPEG and JPEG-LS (ISO 10918-1, 14495-1).
Result cleanJpeg(Bytes in)
{
    if (in.size() < 4 || in[0] != 0xFF || in[1] != 0xD8)
        return {};
    std::vector<std::uint8_t> out{0xFF, 0xD8};
    out.reserve(in.size());
    bool hasScan = false;
    for (std::size_t at = 2; at + 2 <= in.size();) {
        if (in[at] != 0xFF)
            return {};
        const std::uint8_t marker = in[at + 1];
        if (marker == 0xFF) { // fill
            ++at;
            continue;
        }
        if (marker == 0xD9) {
            out.insert(out.end(), {0xFF, 0xD9});
            return hasScan ? Result(std::move(out)) : Result();
        }
        if (marker < 0xC0 || (marker >= 0xD0 && marker <= 0xD8) || at + 4 > in.size())
            return {};
        const std::size_t length = big16(in, at + 2);
        if (length < 2 || at + 2 + length > in.size())
            return {};
        keepSegment(marker, in.subspan(at, 2 + length), out);
        at += 2 + length;
        if (marker != 0xDA)
            continue;
        hasScan = true;
        const std::size_t from = at;
        while (at + 2 <= in.size() && !(in[at] == 0xFF && in[at + 1] >= 0x80 && in[at + 1] != 0xFF && !(in[at + 1] >= 0xD0 && in[at + 1] <= 0xD7)))
            ++at;
        if (at + 2 > in.size())
            return {};
        append(out, in.subspan(from, at - from));
    }
    return {};
}

// A JPEG 2000 code stream (ISO 15444-1 Annex A). Comments in tile-part headers would change lengths: then it is not followed.
Result cleanJpeg2000(Bytes in)
{
    if (in.size() < 4 || big16(in, 0) != 0xFF4F)
        return {};
    std::vector<std::uint8_t> out{0xFF, 0x4F};
    out.reserve(in.size());
    std::size_t at = 2;
    while (at + 4 <= in.size() && big16(in, at) != 0xFF90) {
        const std::size_t length = big16(in, at + 2);
        if (in[at] != 0xFF || length < 2 || at + 2 + length > in.size())
            return {};
        if (in[at + 1] != 0x64)
            append(out, in.subspan(at, 2 + length));
        at += 2 + length;
    }
    while (at + 12 <= in.size() && big16(in, at) == 0xFF90) {
        const std::size_t length = big16(in, at + 6) << 16 | big16(in, at + 8);
        const std::size_t end = length == 0 ? in.size() : at + length;
        if (end > in.size() || end < at + 14)
            return {};
        std::size_t inside = at + 12;
        while (inside + 4 <= end && big16(in, inside) != 0xFF93) {
            const std::size_t step = big16(in, inside + 2);
            if (in[inside] != 0xFF || in[inside + 1] == 0x64 || step < 2)
                return {};
            inside += 2 + step;
        }
        if (inside + 2 > end)
            return {};
        append(out, in.subspan(at, end - at));
        at = end;
    }
    if (at + 2 > in.size() || big16(in, at) != 0xFFD9)
        return {}; // cut, or the last tile-part ran to the end
    out.insert(out.end(), {0xFF, 0xD9});
    return out;
}

} // namespace

Result withoutComments(Bytes frame, PixelCoding coding)
{
    switch (coding) {
    case PixelCoding::Jpeg:
    case PixelCoding::JpegLs:
        return cleanJpeg(frame);
    case PixelCoding::Jpeg2000:
        return cleanJpeg2000(frame);
    case PixelCoding::Native:
    case PixelCoding::Rle:
        return std::vector<std::uint8_t>(frame.begin(), frame.end());
    default:
        return {};
    }
}

} // namespace echo2ecg::dicom
