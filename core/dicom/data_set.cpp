// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/data_set.h"

#include "dicom/tags.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace echo2ecg::dicom {

namespace {

constexpr std::uint32_t undefined = 0xFFFFFFFFu;
constexpr int deepest = 48;
constexpr std::size_t mostElements = 2'000'000;
constexpr std::size_t mostTextBytes = 64 * 1024;
constexpr std::uint64_t mostNumberBytes = 8 * 1024 * 1024;

std::uint32_t u16(const std::uint8_t* p, bool big)
{
    return big ? std::uint32_t((p[0] << 8) | p[1]) : std::uint32_t((p[1] << 8) | p[0]);
}

std::uint64_t unsignedAt(const std::uint8_t* p, std::size_t size, bool big)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= std::uint64_t(p[big ? size - 1 - i : i]) << (8 * i);
    return value;
}

bool isUpper(std::uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}

bool isKnownVr(Vr type)
{
    constexpr Vr known[] = {vr("AE"), vr("AS"), vr("AT"), vr("CS"), vr("DA"), vr("DS"), vr("DT"), vr("FL"), vr("FD"),
                            vr("IS"), vr("LO"), vr("LT"), vr("OB"), vr("OD"), vr("OF"), vr("OL"), vr("OV"), vr("OW"),
                            vr("PN"), vr("SH"), vr("SL"), vr("SQ"), vr("SS"), vr("ST"), vr("SV"), vr("TM"), vr("UC"),
                            vr("UI"), vr("UL"), vr("UN"), vr("UR"), vr("US"), vr("UT"), vr("UV")};
    return std::find(std::begin(known), std::end(known), type) != std::end(known);
}

bool hasLongLength(Vr type)
{
    constexpr Vr longOnes[] = {vr("OB"), vr("OD"), vr("OF"), vr("OL"), vr("OV"), vr("OW"), vr("SQ"),
                               vr("SV"), vr("UC"), vr("UN"), vr("UR"), vr("UT"), vr("UV")};
    return std::find(std::begin(longOnes), std::end(longOnes), type) != std::end(longOnes);
}

// Walks over headers without keeping them; throws Trouble.
struct Walker
{
    ByteSource& source;
    std::size_t visited = 0;

    void count(std::uint32_t tag)
    {
        if (++visited > mostElements)
            throw Trouble{base::ErrorCode::LimitExceeded, "The header has more elements than any real object.",
                          tagText(tag)};
    }

    // End of the items that start at `at`: behind the sequence delimiter. A source that ends earlier gives `end`.
    std::uint64_t skipItems(std::uint64_t at, std::uint64_t end, Encoding encoding, int depth, bool& cut)
    {
        if (depth > deepest)
            throw Trouble{base::ErrorCode::LimitExceeded, "Sequences are nested too deeply.",
                          "depth " + std::to_string(depth)};
        for (;;) {
            const auto item = readElementHeader(source, at, end, encoding);
            if (!item) {
                cut = true;
                return end;
            }
            count(item->tag);
            at = item->valueOffset;
            if (item->tag == tag::SequenceEnd)
                return at;
            if (item->tag != tag::Item)
                throw Trouble{base::ErrorCode::Malformed, "A sequence holds something that is no item.",
                              tagText(item->tag)};
            if (item->length != undefined) {
                if (item->length > end - at) {
                    cut = true;
                    return end;
                }
                at += item->length;
            } else {
                at = skipItemElements(at, end, encoding, depth + 1, cut);
                if (cut)
                    return end;
            }
        }
    }

    std::uint64_t skipItemElements(std::uint64_t at, std::uint64_t end, Encoding encoding, int depth, bool& cut)
    {
        for (;;) {
            const auto header = readElementHeader(source, at, end, encoding);
            if (!header) {
                cut = true;
                return end;
            }
            count(header->tag);
            at = header->valueOffset;
            if (header->tag == tag::ItemEnd)
                return at;
            if (header->length == undefined) {
                at = skipItems(at, end, inside(*header, encoding), depth + 1, cut);
            } else if (header->length > end - at) {
                cut = true;
            } else {
                at += header->length;
            }
            if (cut)
                return end;
        }
    }

    // Sequences that travel as UN are implicit little endian inside (PS3.5 6.2.2).
    static Encoding inside(const ElementHeader& header, Encoding encoding)
    {
        return header.type == vr("UN") && encoding.explicitVr ? Encoding{false, false} : encoding;
    }
};

std::optional<double> parseNumber(std::string_view text)
{
    const std::string clean = trimmed(text);
    std::string_view view = clean;
    if (view.starts_with('+'))
        view.remove_prefix(1);
    double value = 0;
    const auto [end, problem] = std::from_chars(view.data(), view.data() + view.size(), value);
    if (problem != std::errc() || end != view.data() + view.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

} // namespace

std::string tagText(std::uint32_t tag)
{
    char text[16];
    std::snprintf(text, sizeof text, "(%04X,%04X)", tag >> 16, tag & 0xFFFFu);
    return text;
}

std::optional<ElementHeader> readElementHeader(ByteSource& source, std::uint64_t at, std::uint64_t end,
                                               Encoding encoding)
{
    std::uint8_t bytes[12];
    if (at > end || end - at < 8)
        return std::nullopt;
    const std::size_t got = source.read(at, bytes, std::size_t(std::min<std::uint64_t>(12, end - at)));
    if (got < 8)
        return std::nullopt;
    const bool big = encoding.bigEndian;
    ElementHeader header;
    header.tag = (u16(bytes, big) << 16) | u16(bytes + 2, big);
    header.valueOffset = at + 8;
    const bool isDelimiter = header.tag == tag::Item || header.tag == tag::ItemEnd || header.tag == tag::SequenceEnd;
    // Some writers slip implicit elements into explicit data sets: no letters, no explicit length.
    if (!encoding.explicitVr || isDelimiter || !isUpper(bytes[4]) || !isUpper(bytes[5])) {
        header.length = std::uint32_t(unsignedAt(bytes + 4, 4, big));
        return header;
    }
    header.type = Vr((bytes[4] << 8) | bytes[5]);
    const bool isLong = hasLongLength(header.type) || (!isKnownVr(header.type) && bytes[6] == 0 && bytes[7] == 0);
    if (!isLong) {
        header.length = u16(bytes + 6, big);
        return header;
    }
    if (got < 12)
        return std::nullopt;
    header.length = std::uint32_t(unsignedAt(bytes + 8, 4, big));
    header.valueOffset = at + 12;
    return header;
}

DataSet::DataSet(ByteSource& source, std::uint64_t begin, std::uint64_t end, Encoding encoding, std::uint32_t stopTag)
    : m_source(&source), m_encoding(encoding), m_end(begin)
{
    Walker walker{source};
    try {
        while (m_end < end) {
            const auto header = readElementHeader(source, m_end, end, encoding);
            if (!header) {
                m_trouble = Trouble{base::ErrorCode::Truncated, "The file ends inside an element's header.",
                                    m_elements.empty() ? std::string() : "after " + tagText(m_elements.back().tag)};
                return;
            }
            walker.count(header->tag);
            if (header->tag == tag::ItemEnd || header->tag == tag::SequenceEnd) {
                m_end = header->valueOffset;
                return;
            }
            if (stopTag != 0 && header->tag >= stopTag && header->tag != tag::Item) {
                m_stoppedAt = header;
                return;
            }
            if (header->tag >> 16 == 0 || header->tag == tag::Item) {
                m_trouble = Trouble{base::ErrorCode::Malformed, "The data set holds something that is no element.",
                                    tagText(header->tag)};
                return;
            }
            Element element{header->tag, header->type, header->length == undefined, false, header->valueOffset, 0};
            if (element.undefinedLength) {
                const std::uint64_t after =
                    walker.skipItems(element.offset, end, Walker::inside(*header, encoding), 1, element.cut);
                element.length = after - element.offset;
            } else {
                element.cut = header->length > end - element.offset;
                element.length = std::min<std::uint64_t>(header->length, end - element.offset);
            }
            m_end = element.offset + element.length;
            m_elements.push_back(element);
            if (element.cut) {
                m_trouble =
                    Trouble{base::ErrorCode::Truncated, "The file ends inside an element.", tagText(element.tag)};
                return;
            }
        }
    } catch (const Trouble& trouble) {
        m_trouble = trouble;
    }
}

const Element* DataSet::find(std::uint32_t tag) const
{
    for (const Element& element : m_elements) {
        if (element.tag == tag)
            return &element;
    }
    return nullptr;
}

std::vector<std::uint8_t> DataSet::bytes(std::uint32_t tag) const
{
    const Element* element = find(tag);
    return element ? m_source->bytes(element->offset, element->length) : std::vector<std::uint8_t>();
}

std::string DataSet::raw(std::uint32_t tag) const
{
    const Element* element = find(tag);
    if (!element || element->undefinedLength)
        return {};
    const auto value = m_source->bytes(element->offset, std::min<std::uint64_t>(element->length, mostTextBytes));
    return trimmed(std::string_view(reinterpret_cast<const char*>(value.data()), value.size()));
}

std::string DataSet::utf8(std::uint32_t tag, TextKind kind) const
{
    const std::string value = raw(tag);
    if (m_text)
        return trimmed(m_text->toUtf8(value, kind));
    return TextDecoder().toUtf8(value, kind);
}

std::vector<double> DataSet::numbers(std::uint32_t tag, const char (&expected)[3]) const
{
    const Element* element = find(tag);
    if (!element || element->undefinedLength || element->length == 0)
        return {};
    const Vr type = element->type != 0 && element->type != vr("UN") ? element->type : vr(expected);
    std::size_t size = 0;
    if (type == vr("US") || type == vr("SS"))
        size = 2;
    else if (type == vr("UL") || type == vr("SL") || type == vr("FL"))
        size = 4;
    else if (type == vr("FD") || type == vr("UV") || type == vr("SV"))
        size = 8;
    const auto value = m_source->bytes(element->offset, std::min(element->length, mostNumberBytes));
    std::vector<double> result;
    if (size == 0) {
        std::string_view rest(reinterpret_cast<const char*>(value.data()), value.size());
        for (;;) {
            const std::size_t cut = rest.find('\\');
            if (const auto one = parseNumber(rest.substr(0, cut)))
                result.push_back(*one);
            if (cut == std::string_view::npos)
                return result;
            rest.remove_prefix(cut + 1);
        }
    }
    const bool big = m_encoding.bigEndian && !(element->type == vr("UN"));
    for (std::size_t at = 0; at + size <= value.size(); at += size) {
        const std::uint64_t bits = unsignedAt(value.data() + at, size, big);
        double one = double(bits);
        if (type == vr("SS"))
            one = std::int16_t(bits);
        else if (type == vr("SL"))
            one = std::int32_t(bits);
        else if (type == vr("SV"))
            one = double(std::int64_t(bits));
        else if (type == vr("FL"))
            one = double(std::bit_cast<float>(std::uint32_t(bits)));
        else if (type == vr("FD"))
            one = std::bit_cast<double>(bits);
        if (std::isfinite(one))
            result.push_back(one);
    }
    return result;
}

std::optional<double> DataSet::number(std::uint32_t tag, const char (&expected)[3]) const
{
    const auto all = numbers(tag, expected);
    return all.empty() ? std::nullopt : std::optional(all.front());
}

std::optional<std::int64_t> DataSet::integer(std::uint32_t tag, const char (&expected)[3]) const
{
    const auto value = number(tag, expected);
    if (!value || std::abs(*value) > 9e15)
        return std::nullopt;
    return std::int64_t(*value);
}

std::vector<DataSet> DataSet::items(std::uint32_t tag) const
{
    const Element* element = find(tag);
    if (!element)
        return {};
    const Encoding encoding = Walker::inside({element->tag, element->type, 0, 0}, m_encoding);
    const std::uint64_t end = element->offset + element->length;
    std::uint64_t at = element->offset;
    std::vector<DataSet> result;
    std::size_t kept = 0;
    while (const auto item = readElementHeader(*m_source, at, end, encoding)) {
        if (item->tag != tag::Item || (kept += result.empty() ? 0 : result.back().m_elements.size() + 1) > mostElements)
            break;
        const std::uint64_t itemEnd =
            item->length == undefined ? end : std::min(end, item->valueOffset + std::uint64_t(item->length));
        DataSet inner(*m_source, item->valueOffset, itemEnd, encoding);
        inner.m_text = m_text;
        if (inner.contains(tag::SpecificCharacterSet))
            inner.m_text = std::make_shared<TextDecoder>(inner.raw(tag::SpecificCharacterSet));
        at = item->length == undefined ? inner.endOffset() : itemEnd;
        const bool broken = item->length == undefined && inner.trouble();
        result.push_back(std::move(inner));
        if (broken)
            break;
    }
    return result;
}

int plausibleElements(ByteSource& source, std::uint64_t at, std::uint64_t fileSize, Encoding encoding, int most)
{
    int count = 0;
    std::uint32_t previous = 0;
    while (count < most) {
        const auto header = readElementHeader(source, at, source.size(), encoding);
        if (!header)
            return count > 0 && at >= fileSize ? most : count;
        const std::uint32_t group = header->tag >> 16;
        const bool startsWell = group == 0x0002 || group == 0x0004 || group == 0x0008 || group == 0x0010;
        if ((count == 0 && !startsWell) || (count > 0 && header->tag <= previous) || group == 0xFFFE)
            return count;
        if (encoding.explicitVr && !isKnownVr(header->type))
            return count;
        ++count;
        if (header->length == undefined)
            return encoding.explicitVr || group > 0x0004 ? count : count - 1;
        if (header->valueOffset > fileSize || header->length > fileSize - header->valueOffset)
            return count - 1;
        previous = header->tag;
        at = header->valueOffset + header->length;
    }
    return count;
}

} // namespace echo2ecg::dicom
