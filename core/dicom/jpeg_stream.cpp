// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/jpeg_stream.h"

#include <algorithm>
#include <cstring>

namespace echo2ecg::dicom {

namespace {

bool isFrameHeader(int marker)
{
    return (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) || marker == 0xF7;
}

// In entropy-coded data only these two follow 0xFF (JPEG-LS: anything below 0x80).
bool isData(std::uint8_t afterFf)
{
    return afterFf < 0x80 || (afterFf >= 0xD0 && afterFf <= 0xD7);
}

// Calls visit(marker, payload) for each segment up to the end of image; stops when it returns false.
// Returns the offset behind the last marker seen.
template <class Visit> std::size_t walk(std::span<const std::uint8_t> data, Visit visit)
{
    std::size_t at = 2;
    while (at + 1 < data.size()) {
        if (data[at] != 0xFF) {
            ++at;
            continue;
        }
        const int marker = data[at + 1];
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        if (isData(std::uint8_t(marker)) || marker == 0xD8) {
            at += 2;
            continue;
        }
        if (marker == 0xD9) {
            visit(marker, std::span<const std::uint8_t>());
            return at + 2;
        }
        if (at + 3 >= data.size())
            break;
        const std::size_t length = std::size_t((data[at + 2] << 8) | data[at + 3]);
        if (length < 2 || length > data.size() - at - 2)
            break;
        if (!visit(marker, data.subspan(at + 4, length - 2)))
            return at;
        at += 2 + length;
    }
    return data.size();
}

} // namespace

bool JpegMarkers::isSubsampled() const
{
    return std::any_of(components.begin(), components.end(), [this](const Component& one) {
        return one.horizontal != components.front().horizontal || one.vertical != components.front().vertical;
    });
}

bool startsJpeg(std::span<const std::uint8_t> data) noexcept
{
    return data.size() >= 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF;
}

std::optional<JpegMarkers> readJpegMarkers(std::span<const std::uint8_t> data) noexcept
{
    if (!startsJpeg(data))
        return std::nullopt;
    JpegMarkers found;
    walk(data, [&](int marker, std::span<const std::uint8_t> body) {
        if (marker == 0xE0 && body.size() >= 5 && std::memcmp(body.data(), "JFIF", 5) == 0) {
            found.hasJfif = true;
        } else if (marker == 0xEE && body.size() >= 12 && std::memcmp(body.data(), "Adobe", 5) == 0) {
            found.adobeTransform = body[11];
        } else if (isFrameHeader(marker) && body.size() >= 6) {
            const std::size_t count = body[5];
            if (count < 1 || count > 4 || body.size() < 6 + 3 * count)
                return false;
            found.frameType = marker;
            found.precision = body[0];
            found.rows = (body[1] << 8) | body[2];
            found.columns = (body[3] << 8) | body[4];
            for (std::size_t i = 0; i < count; ++i) {
                const std::uint8_t* one = body.data() + 6 + 3 * i;
                found.components.push_back({one[0], one[1] >> 4, one[1] & 15});
            }
        }
        return marker != 0xDA && marker != 0xD9;
    });
    return found.components.empty() ? std::nullopt : std::optional(found);
}

std::size_t jpegEnd(std::span<const std::uint8_t> data) noexcept
{
    return walk(data, [](int, std::span<const std::uint8_t>) { return true; });
}

ColourDecision decideJpegColour(const JpegMarkers& markers, const std::string& photometric)
{
    const auto& parts = markers.components;
    if (parts.size() == 1)
        return {ColourModel::Grey, "one JPEG component, tag " + photometric};
    const bool tagSaysRgb = photometric == "RGB";
    const bool tagSaysYbr = photometric.starts_with("YBR");
    const bool idsSpellRgb = parts.size() == 3 && parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B';
    const bool subsampled = markers.isSubsampled();

    ColourModel model = ColourModel::Ybr;
    std::string reason;
    if (idsSpellRgb && !subsampled) {
        model = ColourModel::Rgb;
        reason = "JPEG components named R G B";
    } else if (subsampled) {
        reason = "JPEG components Y Cb Cr (chroma subsampled)";
    } else if (markers.adobeTransform) {
        model = *markers.adobeTransform == 0 ? ColourModel::Rgb : ColourModel::Ybr;
        reason = model == ColourModel::Rgb ? "JPEG components R G B (Adobe marker)"
                                           : "JPEG components Y Cb Cr (Adobe marker)";
    } else if (markers.hasJfif && !markers.isLossless()) {
        reason = "JPEG components Y Cb Cr (JFIF)";
    } else if (tagSaysRgb) {
        model = ColourModel::Rgb;
        reason = "JPEG components unnamed, taken as the tag says";
    } else {
        reason = "JPEG components unnamed, taken as Y Cb Cr";
    }
    std::string words = reason + ", tag " + (photometric.empty() ? "missing" : photometric);
    if ((model == ColourModel::Rgb && tagSaysYbr) || (model == ColourModel::Ybr && tagSaysRgb))
        words += " (the tag is contradicted)";
    words += model == ColourModel::Rgb ? ": shown as RGB" : ": converted to RGB";
    return {model, words};
}

} // namespace echo2ecg::dicom
