// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/to_rgb.h"

#include "dicom/tags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace echo2ecg::dicom {

namespace {

struct YbrTables
{
    std::array<int, 256> redOfCr{}, blueOfCb{};
    std::array<int, 256> greenOfCb{}, greenOfCr{}; // 16 fractional bits; the rounding half is in greenOfCr
};

const YbrTables& ybrTables()
{
    static const YbrTables tables = [] {
        YbrTables t;
        for (int i = 0; i < 256; ++i) {
            const double x = i - 128;
            t.redOfCr[std::size_t(i)] = int(std::floor(1.402 * x + 0.5));
            t.blueOfCb[std::size_t(i)] = int(std::floor(1.772 * x + 0.5));
            t.greenOfCb[std::size_t(i)] = int(std::lround(-0.344136286 * x * 65536));
            t.greenOfCr[std::size_t(i)] = int(std::lround(-0.714136286 * x * 65536)) + 32768;
        }
        return t;
    }();
    return tables;
}

std::uint8_t clipped(int value)
{
    return std::uint8_t(std::clamp(value, 0, 255));
}

// Raw stored bits of pixel `i`, masked and shifted to bit 0.
struct Stored
{
    const Samples& samples;
    unsigned shift = unsigned(samples.highBit + 1 - samples.bitsStored);
    unsigned mask = (1u << samples.bitsStored) - 1;

    unsigned operator()(std::size_t i) const
    {
        unsigned value = samples.data[samples.bitsAllocated == 16 ? 2 * i : i];
        if (samples.bitsAllocated == 16) {
            std::uint16_t word;
            std::memcpy(&word, samples.data.data() + 2 * i, 2);
            value = word;
        }
        return (value >> shift) & mask;
    }
};

std::int64_t signedValue(unsigned bits, int width)
{
    return bits >> (width - 1) ? std::int64_t(bits) - (std::int64_t(1) << width) : std::int64_t(bits);
}

} // namespace

void ybrToRgb(std::uint8_t* data, std::size_t pixels)
{
    const YbrTables& t = ybrTables();
    for (std::size_t i = 0; i < pixels; ++i, data += 3) {
        const int y = data[0];
        const std::size_t cb = data[1], cr = data[2];
        data[0] = clipped(y + t.redOfCr[cr]);
        data[1] = clipped(y + ((t.greenOfCb[cb] + t.greenOfCr[cr]) >> 16));
        data[2] = clipped(y + t.blueOfCb[cb]);
    }
}

void limitedYbrToRgb(std::uint8_t* data, std::size_t pixels)
{
    const auto byte = [](double value) { return clipped(int(std::floor(value + 0.5))); };
    for (std::size_t i = 0; i < pixels; ++i, data += 3) {
        const double y = (data[0] - 16) * 255.0 / 219.0;
        const double cb = (data[1] - 128) * 255.0 / 224.0, cr = (data[2] - 128) * 255.0 / 224.0;
        data[0] = byte(y + 1.402 * cr);
        data[1] = byte(y - 0.344136286 * cb - 0.714136286 * cr);
        data[2] = byte(y + 1.772 * cb);
    }
}

ToRgb::ToRgb(Object& object, const ImageHeader& header, const PixelFormat& format) : m_photometric(header.photometric)
{
    using base::ErrorCode;
    const std::string where = "Photometric Interpretation " + tagText(tag::Photometric);
    const bool isJpeg = object.syntax.pixels == PixelCoding::Jpeg;
    const bool isGrey = m_photometric == "MONOCHROME1" || m_photometric == "MONOCHROME2";
    const bool isPalette = m_photometric == "PALETTE COLOR";
    if (m_photometric.empty()) {
        m_photometric = format.samples == 3 ? (isJpeg ? "YBR_FULL" : "RGB") : "MONOCHROME2";
        object.warn("photometric-missing",
                    "The image doesn't say how its colour is stored; " + m_photometric + " is taken.", where);
    } else if (isGrey || isPalette) {
        if (format.samples != 1)
            object.fail(ErrorCode::Inconsistent, "The image is " + m_photometric + " with three samples per pixel.",
                        where);
    } else if (m_photometric == "RGB" || m_photometric.starts_with("YBR_") ||
               (m_photometric == "XYB" && object.syntax.pixels == PixelCoding::JpegXl)) {
        if (format.samples != 3)
            object.fail(ErrorCode::Inconsistent,
                        "The image is " + m_photometric.substr(0, 16) + " with one sample per pixel.", where);
        const bool isFull = m_photometric == "RGB" || m_photometric == "YBR_FULL" || m_photometric == "YBR_FULL_422";
        const bool isNative = object.syntax.pixels == PixelCoding::Native || object.syntax.pixels == PixelCoding::Rle;
        m_isLimited = isNative && m_photometric == "YBR_PARTIAL_422";
        if (isNative && !isFull && !m_isLimited)
            object.fail(ErrorCode::Unsupported,
                        "Colour stored as " + m_photometric.substr(0, 16) + " in " + object.syntax.name +
                            " isn't supported.",
                        where);
    } else {
        object.fail(ErrorCode::Unsupported, "Colour stored as \"" + m_photometric.substr(0, 16) + "\" isn't supported.",
                    where);
    }
    if (isPalette) {
        m_palette = readPalette(object, format);
        m_words = "palette of " + std::to_string(m_palette.red.size()) + " colours";
    } else if (format.samples == 1) {
        m_greyMap = readGreyMap(object, header);
        m_words = m_photometric + (m_greyMap.center ? ", window of the header" : ", full range of its bits");
    } else {
        m_words = "tag " + m_photometric + (m_photometric == "RGB" ? ": shown as RGB" : m_isLimited ? ", limited range: converted to RGB" : ": converted to RGB");
    }
}

void ToRgb::buildGreyTable(const Samples& samples)
{
    if (!m_greyTable.empty() && m_tableBits == samples.bitsStored && m_tableSigned == samples.isSigned)
        return;
    m_tableBits = samples.bitsStored;
    m_tableSigned = samples.isSigned;
    const std::size_t values = std::size_t(1) << m_tableBits;
    m_greyTable.resize(values);
    const double lowest = m_tableSigned ? -double(values / 2) : 0.0;
    for (std::size_t bits = 0; bits < values; ++bits) {
        const double stored = m_tableSigned ? double(signedValue(unsigned(bits), m_tableBits)) : double(bits);
        double shade = values > 1 ? (stored - lowest) / double(values - 1) : 0;
        if (m_greyMap.center) {
            const double x = stored * m_greyMap.slope + m_greyMap.intercept;
            const double c = *m_greyMap.center, w = *m_greyMap.width;
            if (m_greyMap.function == "SIGMOID")
                shade = 1.0 / (1.0 + std::exp(-4.0 * (x - c) / w));
            else if (m_greyMap.function == "LINEAR_EXACT")
                shade = (x - c) / w + 0.5;
            else if (w > 1)
                shade = (x - (c - 0.5)) / (w - 1) + 0.5;
            else
                shade = x > c - 0.5 ? 1.0 : 0.0;
        }
        shade = std::clamp(shade, 0.0, 1.0);
        m_greyTable[bits] = std::uint8_t(std::lround(255.0 * (m_greyMap.isInverted ? 1.0 - shade : shade)));
    }
}

void ToRgb::grey(const Samples& samples, base::RgbImage& image)
{
    buildGreyTable(samples);
    const Stored stored{samples};
    const std::size_t pixels = image.pixels.size() / 3;
    for (std::size_t i = 0; i < pixels; ++i)
        std::memset(image.pixels.data() + 3 * i, m_greyTable[stored(i)], 3);
}

void ToRgb::palette(const Samples& samples, base::RgbImage& image) const
{
    const Stored stored{samples};
    const std::size_t pixels = image.pixels.size() / 3;
    const std::int64_t last = std::int64_t(m_palette.red.size()) - 1;
    for (std::size_t i = 0; i < pixels; ++i) {
        const unsigned bits = stored(i);
        const std::int64_t value = samples.isSigned ? signedValue(bits, samples.bitsStored) : std::int64_t(bits);
        const std::size_t entry = std::size_t(std::clamp<std::int64_t>(value - m_palette.first, 0, last));
        std::uint8_t* to = image.pixels.data() + 3 * i;
        to[0] = m_palette.red[entry];
        to[1] = m_palette.green[std::min(entry, m_palette.green.size() - 1)];
        to[2] = m_palette.blue[std::min(entry, m_palette.blue.size() - 1)];
    }
}

base::RgbImage ToRgb::convert(Samples samples)
{
    base::RgbImage image;
    image.rows = samples.rows;
    image.columns = samples.columns;
    const std::size_t pixels = std::size_t(samples.rows) * std::size_t(samples.columns);
    if (samples.count == 1) {
        image.pixels.resize(3 * pixels);
        if (!m_palette.red.empty())
            palette(samples, image);
        else
            grey(samples, image);
        return image;
    }

    if (samples.subsampled422) {
        image.pixels.resize(3 * pixels);
        const std::size_t columns = std::size_t(samples.columns), stride = 2 * ((columns + 1) / 2 * 2);
        for (std::size_t i = 0; i < pixels; ++i) {
            const std::size_t x = i % columns;
            const std::uint8_t* pair = samples.data.data() + stride * (i / columns) + 4 * (x / 2);
            std::uint8_t* to = image.pixels.data() + 3 * i;
            to[0] = pair[x & 1];
            to[1] = pair[2];
            to[2] = pair[3];
        }
    } else if (samples.bitsAllocated == 8 && !samples.planar) {
        image.pixels = std::move(samples.data);
    } else {
        image.pixels.resize(3 * pixels);
        const Stored stored{samples};
        const unsigned most = stored.mask;
        for (std::size_t i = 0; i < pixels; ++i) {
            for (std::size_t c = 0; c < 3; ++c) {
                const std::size_t at = samples.planar ? c * pixels + i : 3 * i + c;
                image.pixels[3 * i + c] = samples.bitsAllocated == 8
                                              ? samples.data[at]
                                              : std::uint8_t((stored(at) * 255u + most / 2) / std::max(1u, most));
            }
        }
    }
    const ColourModel model = samples.model.value_or(m_photometric == "RGB" ? ColourModel::Rgb : ColourModel::Ybr);
    if (model == ColourModel::Ybr && m_isLimited)
        limitedYbrToRgb(image.pixels.data(), pixels);
    else if (model == ColourModel::Ybr)
        ybrToRgb(image.pixels.data(), pixels);
    return image;
}

} // namespace echo2ecg::dicom
