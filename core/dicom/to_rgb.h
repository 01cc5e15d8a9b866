// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"
#include "dicom/decoders.h"

namespace echo2ecg::dicom {

// From samples to the picture as displayed. Built once per file.
class ToRgb
{
public:
    // Throws base::ParseError for photometric interpretations that aren't handled or contradict the samples per pixel.
    ToRgb(Object& object, const ImageHeader& header, const PixelFormat& format);

    base::RgbImage convert(Samples samples);
    // In words, for what isn't decided by a bitstream.
    const std::string& words() const { return m_words; }

private:
    void grey(const Samples& samples, base::RgbImage& image);
    void palette(const Samples& samples, base::RgbImage& image) const;
    void buildGreyTable(const Samples& samples);

    std::string m_photometric, m_words;
    Palette m_palette;
    GreyMap m_greyMap;
    std::vector<std::uint8_t> m_greyTable; // by stored bits
    int m_tableBits = 0;
    bool m_tableSigned = false;
    bool m_isLimited = false; // Y of 16 … 235, Cb and Cr of 16 … 240
};

// JFIF: ITU-R BT.601, full range. In place, interleaved, `pixels` × 3.
void ybrToRgb(std::uint8_t* data, std::size_t pixels);
// The same in the limited range of YBR_PARTIAL_422 (PS3.3 C.7.6.3.1.2).
void limitedYbrToRgb(std::uint8_t* data, std::size_t pixels);

} // namespace echo2ecg::dicom
