// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/scp_sections.h"

#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cstdio>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

namespace {

constexpr std::size_t sectionHeader = 16;

std::string clockTime(int hour, int minute, int second)
{
    if (hour > 23 || minute > 59 || second > 60)
        return {};
    char text[32];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", hour, minute, second);
    return text;
}

} // namespace

ScpSections::ScpSections(const ByteView& bytes, base::Warnings& warnings)
{
    const std::size_t declared = bytes.u32(2);
    const bool whole = declared <= bytes.size();
    if (!whole)
        warnings.push_back({"truncated",
                            "The file ends early: it holds " + std::to_string(bytes.size()) + " of " +
                                std::to_string(declared) + " bytes.",
                            {}});
    else if (declared >= 6 && crcCcitt(bytes.bytes().substr(2, declared - 2)) != bytes.u16(0))
        warnings.push_back({"checksum", "The checksum of the file is wrong: it was changed or damaged.", "offset 0"});

    const std::size_t tableBytes = bytes.u32(6 + 4);
    if (tableBytes < sectionHeader + 10 || tableBytes > bytes.size() - 6)
        throw ParseError(ErrorCode::Malformed, "The table of sections has no usable length.", bytes.place(10));
    std::array<bool, 12> seen{};
    for (std::size_t at = 6 + sectionHeader; at + 10 <= 6 + tableBytes; at += 10) {
        const std::size_t id = bytes.u16(at), length = bytes.u32(at + 2), start = bytes.u32(at + 6);
        if (id == 0 || id >= m_sections.size() || length <= sectionHeader || seen[id])
            continue; // of two entries the first counts
        seen[id] = true;
        const std::string where = "section " + std::to_string(id);
        if (start < 1 || start - 1 + sectionHeader > bytes.size()) {
            warnings.push_back({"truncated", "A section isn't in the file.", where});
            continue;
        }
        const std::size_t begin = start - 1, there = std::min(length, bytes.size() - begin);
        if (bytes.u16(begin + 2) != id)
            throw ParseError(ErrorCode::Malformed, "A section isn't where the table says.", bytes.place(begin));
        if (there < length)
            warnings.push_back({"truncated", "A section breaks off.", where});
        else if (crcCcitt(bytes.bytes().substr(begin + 2, length - 2)) != bytes.u16(begin))
            warnings.push_back({"checksum", "The checksum of a section is wrong.", where});
        if (there > sectionHeader)
            m_sections[id] = bytes.part(begin + sectionHeader, there - sectionHeader);
    }
}

std::optional<ByteView> ScpSections::section(std::size_t id) const
{
    return id < m_sections.size() ? m_sections[id] : std::nullopt;
}

void readScpHeader(const ByteView& section, EcgRecord& record)
{
    std::string family, given;
    Patient& p = record.patient;
    for (std::size_t at = 0; at + 3 <= section.size();) {
        const int tag = section.u8(at);
        const std::size_t length = section.u16(at + 1);
        if (tag == 255)
            break;
        at += 3;
        if (length > section.size() - at)
            break;
        const ByteView field = section.part(at, length);
        const std::string text = plainText(field.text(0, length));
        at += length;
        if (tag == 0)
            family = text;
        else if (tag == 1)
            given = text;
        else if (tag == 2)
            p.id = text;
        else if (tag == 4 && length >= 3 && field.u16(0) > 0 && field.u16(0) <= 2000) {
            const int perYear[]{0, 1, 12, 52, 365, 8760};
            const int unit = field.u8(2);
            if (unit >= 1 && unit <= 5 && field.u16(0) / perYear[unit] <= 130)
                p.ageYears = field.u16(0) / perYear[unit];
        } else if (tag == 5 && length >= 4)
            p.birthDate = isoDate(field.u16(0), field.u8(2), field.u8(3));
        else if (tag == 8 && length >= 1)
            p.sex = field.u8(0) == 1 ? "M" : field.u8(0) == 2 ? "F" : "";
        else if (tag == 14 && length >= 14)
            record.device = plainText(field.text(8, 6));
        else if (tag == 25 && length >= 4)
            record.date = isoDate(field.u16(0), field.u8(2), field.u8(3));
        else if (tag == 26 && length >= 3)
            record.time = clockTime(field.u8(0), field.u8(1), field.u8(2));
        else if (tag == 27 && length >= 2 && field.u16(0) > 0)
            record.filters.highPassHz = field.u16(0) / 100.0;
        else if (tag == 28 && length >= 2 && field.u16(0) > 0)
            record.filters.lowPassHz = field.u16(0);
        else if (tag == 29 && length >= 1)
            record.filters.notchHz = field.u8(0) & 1   ? std::optional(60.0)
                                     : field.u8(0) & 2 ? std::optional(50.0)
                                                       : std::nullopt;
    }
    p.name = family + (given.empty() ? "" : "^" + given);
    if (!p.ageYears)
        p.ageYears = yearsBetween(p.birthDate, record.date);
}

void readScpMeasurements(const ByteView& section, EcgRecord& record)
{
    if (section.size() < 6)
        return;
    const auto time = [&](const char* name, std::size_t at) {
        // 29999 and above say "not calculated" or "no such wave".
        if (at + 2 <= section.size() && section.u16(at) > 0 && section.u16(at) < 29999)
            record.measurements.push_back({name, section.u16(at), "ms", {}});
    };
    const auto span = [&](const char* name, std::size_t from, std::size_t to) {
        if (to + 2 > section.size() || from + 2 > section.size())
            return;
        const int a = section.u16(from), b = section.u16(to);
        if (a < 29999 && b < 29999 && b > a)
            record.measurements.push_back({name, double(b - a), "ms", {}});
    };
    const auto axis = [&](const char* name, std::size_t at) {
        if (at + 2 <= section.size() && section.i16(at) >= -360 && section.i16(at) <= 360)
            record.measurements.push_back({name, double(section.i16(at)), "deg", {}});
    };
    time("RR interval", 2);
    time("PP interval", 4);
    if (section.u8(0) == 0)
        return;
    // The first block is of the reference beat: P on, P off, QRS on, QRS off, T off, axes.
    constexpr std::size_t block = 6;
    span("P duration", block, block + 2);
    span("PR interval", block, block + 4);
    span("QRS duration", block + 4, block + 6);
    span("QT interval", block + 4, block + 8);
    axis("P axis", block + 10);
    axis("QRS axis", block + 12);
    axis("T axis", block + 14);
}

void readScpStatements(const ByteView& section, EcgRecord& record)
{
    if (section.size() < 9)
        return;
    std::size_t at = 9;
    for (int i = 0; i < section.u8(8) && at + 3 <= section.size(); ++i) {
        const std::size_t length = section.u16(at + 1);
        at += 3;
        if (length > section.size() - at)
            return;
        if (const std::string text = plainText(section.text(at, length)); !text.empty())
            record.statements.push_back(text);
        at += length;
    }
}

} // namespace echo2ecg::ecg
