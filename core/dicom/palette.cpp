// SPDX-License-Identifier: GPL-3.0-or-later
// Palette colour lookup tables, plain and segmented (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9.2).
#include "dicom/image_header.h"
#include "dicom/tags.h"

#include <algorithm>

namespace echo2ecg::dicom {

namespace {

// Units of 16 bits (or of 8 where the palette has 8-bit entries and comes as bytes) in the order of the file's words.
std::vector<std::uint16_t> units(const std::vector<std::uint8_t>& bytes, bool asBytes, bool big)
{
    std::vector<std::uint16_t> result;
    if (asBytes) {
        for (std::size_t i = 0; i < bytes.size(); ++i)
            result.push_back(bytes[big && (i ^ 1) < bytes.size() ? i ^ 1 : i]);
    } else {
        for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
            result.push_back(std::uint16_t(bytes[i + (big ? 1 : 0)] | bytes[i + (big ? 0 : 1)] << 8));
    }
    return result;
}

class SegmentExpander
{
public:
    SegmentExpander(const std::vector<std::uint16_t>& data, std::size_t entries) : m_data(data), m_entries(entries) {}

    std::vector<std::uint16_t> run()
    {
        std::size_t at = 0;
        while (m_out.size() < m_entries && segment(at, true)) {
        }
        return std::move(m_out);
    }

private:
    // Expands one segment; false when the data is used up or makes no sense.
    bool segment(std::size_t& at, bool mayRefer)
    {
        if (at + 3 > m_data.size())
            return false;
        const unsigned kind = m_data[at], length = m_data[at + 1];
        at += 2;
        if (kind == 0) {
            for (unsigned i = 0; i < length && at < m_data.size() && m_out.size() < m_entries; ++i)
                m_out.push_back(m_data[at++]);
            return true;
        }
        if (kind == 1 && !m_out.empty()) {
            const int from = m_out.back(), to = m_data[at++];
            for (unsigned i = 1; i <= length && m_out.size() < m_entries; ++i)
                m_out.push_back(
                    std::uint16_t(from + int((std::int64_t(to) - from) * std::int64_t(i) / std::int64_t(length))));
            return true;
        }
        if (kind == 2 && mayRefer && at + 2 <= m_data.size()) {
            // The offset counts bytes of 16-bit data.
            std::size_t source = (m_data[at] | std::size_t(m_data[at + 1]) << 16) / 2;
            at += 2;
            for (unsigned i = 0; i < length && m_out.size() < m_entries; ++i) {
                if (!segment(source, false))
                    return false;
            }
            return true;
        }
        return false;
    }

    const std::vector<std::uint16_t>& m_data;
    std::size_t m_entries;
    std::vector<std::uint16_t> m_out;
};

struct Descriptor
{
    std::size_t entries = 0;
    unsigned first = 0, bits = 8;
};

Descriptor readDescriptor(const Object& object, std::uint32_t tag)
{
    const auto words = units(object.main.bytes(tag), false, object.main.encoding().bigEndian);
    if (words.size() < 3)
        object.fail(base::ErrorCode::Missing, "The palette image has no palette.", tagText(tag));
    return {words[0] == 0 ? std::size_t(65536) : words[0], words[1], words[2]};
}

std::vector<std::uint16_t> readTable(const Object& object, const Descriptor& descriptor, std::uint32_t colour)
{
    const DataSet& data = object.main;
    const bool big = data.encoding().bigEndian;
    const std::uint32_t plainTag = tag::RedPaletteData + colour, segmentedTag = tag::RedSegmentedPalette + colour;
    std::uint32_t usedTag = plainTag;
    std::vector<std::uint16_t> values;
    if (const auto plain = data.bytes(plainTag); !plain.empty()) {
        // 8-bit entries come packed two to a word, or (older writers) one to a word.
        values = units(plain, descriptor.bits <= 8 && plain.size() < 2 * descriptor.entries, big);
    } else if (const auto segmented = data.bytes(segmentedTag); !segmented.empty()) {
        values = SegmentExpander(units(segmented, descriptor.bits <= 8, big), descriptor.entries).run();
        usedTag = segmentedTag;
    }
    if (values.size() < descriptor.entries)
        object.fail(base::ErrorCode::Truncated,
                    "The palette declares " + std::to_string(descriptor.entries) + " colours and holds " +
                        std::to_string(values.size()) + ".",
                    tagText(usedTag));
    values.resize(descriptor.entries);
    return values;
}

} // namespace

Palette readPalette(Object& object, const PixelFormat& format)
{
    Palette palette;
    std::vector<std::uint16_t> tables[3];
    unsigned highest = 0, bits = 8;
    for (std::uint32_t colour = 0; colour < 3; ++colour) {
        const Descriptor descriptor = readDescriptor(object, tag::RedPaletteDescriptor + colour);
        tables[colour] = readTable(object, descriptor, colour);
        highest = std::max<unsigned>(highest, *std::max_element(tables[colour].begin(), tables[colour].end()));
        bits = std::max(bits, descriptor.bits);
        if (colour == 0)
            palette.first =
                format.isSigned ? std::int64_t(std::int16_t(descriptor.first)) : std::int64_t(descriptor.first);
    }
    const bool isWide = bits > 8 && highest > 255;
    if (bits > 8 && !isWide && highest > 0)
        object.warn("palette-8-bit", "The palette is declared with 16 bits and filled with 8; it was read as 8.",
                    tagText(tag::RedPaletteDescriptor));
    std::vector<std::uint8_t>* out[3] = {&palette.red, &palette.green, &palette.blue};
    for (int colour = 0; colour < 3; ++colour) {
        for (std::uint16_t value : tables[colour])
            out[colour]->push_back(isWide ? std::uint8_t(value >> 8) : std::uint8_t(value & 0xFF));
    }
    return palette;
}

} // namespace echo2ecg::dicom
