// SPDX-License-Identifier: GPL-3.0-or-later
// Sections 7, 10 and 11 beyond the global intervals.
#include "ecg/readers/coding.h"
#include "ecg/readers/scp_sections.h"

#include <algorithm>
#include <array>

namespace echo2ecg::ecg {

namespace {

constexpr int notComputed = 29999; // and above: no such wave, not measurable
constexpr std::size_t maxLeads = 85, maxStatements = 200;

struct LeadValue
{
    const char *name, *unit;
};

// The first values of a lead in section 10, in their order. PR and QT interval of single leads follow P and QRS.
constexpr std::array<LeadValue, 20> leadValues{
    {{"P duration", "ms"},   {"PR interval", "ms"},  {"QRS duration", "ms"}, {"QT interval", "ms"},
     {"Q duration", "ms"},   {"R duration", "ms"},   {"S duration", "ms"},   {"R' duration", "ms"},
     {"S' duration", "ms"},  {"Q amplitude", "uV"},  {"R amplitude", "uV"},  {"S amplitude", "uV"},
     {"R' amplitude", "uV"}, {"S' amplitude", "uV"}, {"J amplitude", "uV"},  {"P+ amplitude", "uV"},
     {"P- amplitude", "uV"}, {"T+ amplitude", "uV"}, {"T- amplitude", "uV"}, {"ST slope", "uV/s"}}};

} // namespace

WaveBorders readScpBorders(const ByteView& section)
{
    WaveBorders borders;
    constexpr std::size_t block = 6; // of the reference beat: P on, P off, QRS on, QRS off, T off
    if (section.size() < block + 10 || section.u8(0) == 0)
        return borders;
    const auto at = [&](std::size_t i) -> std::optional<double> {
        const int ms = section.u16(block + 2 * i);
        return ms > 0 && ms < notComputed ? std::optional(ms / 1000.0) : std::nullopt;
    };
    borders.pOnset = at(0);
    borders.pOffset = at(1);
    borders.qrsOnset = at(2);
    borders.qrsOffset = at(3);
    borders.tOffset = at(4);
    return borders;
}

void readScpLeadMeasurements(const ByteView& section, EcgRecord& record)
{
    if (section.size() < 4)
        return;
    const std::size_t leads = std::min<std::size_t>(section.u16(0), maxLeads);
    std::size_t at = 4;
    for (std::size_t i = 0; i < leads && at + 4 <= section.size(); ++i) {
        const auto lead = leadFromCode("5.6.3-9-" + std::to_string(section.u16(at)), "SCPECG");
        const std::size_t length = section.u16(at + 2);
        at += 4;
        if (length > section.size() - at)
            return;
        for (std::size_t v = 0; lead && v < leadValues.size() && 2 * v + 2 <= length; ++v) {
            const int value = section.i16(at + 2 * v);
            const bool duration = leadValues[v].unit[0] == 'm';
            // 0 is a wave that isn't there.
            if (value == 0 || value >= notComputed || value <= -notComputed || (duration && value < 0))
                continue;
            record.measurements.push_back({std::string(leadValues[v].name) + ", " + std::string(name(*lead)),
                                           double(value),
                                           leadValues[v].unit,
                                           {}});
        }
        at += length;
    }
}

void readScpCodedStatements(const ByteView& section, EcgRecord& record)
{
    if (section.size() < 9)
        return;
    std::size_t at = 9;
    for (int i = 0; i < section.u8(8) && at + 4 <= section.size(); ++i) {
        const std::size_t length = section.u16(at + 1);
        const int type = section.u8(at + 3);
        at += 3;
        if (length < 1 || length > section.size() - at)
            return;
        // 1: codes of Annex B, each ended by a zero; 2: text. 3 is logic over the numbers of other statements.
        std::string_view rest = section.bytes().substr(at + 1, length - 1);
        std::string text;
        while (type <= 2 && !rest.empty()) {
            const std::string part = plainText(rest.substr(0, rest.find('\0')));
            text += (text.empty() || part.empty() ? "" : " ") + part;
            rest = rest.find('\0') == std::string_view::npos ? std::string_view{} : rest.substr(rest.find('\0') + 1);
        }
        if (!text.empty() && record.statements.size() < maxStatements)
            record.statements.push_back(type == 1 ? "SCP-ECG statement code " + text : text);
        at += length;
    }
}

} // namespace echo2ecg::ecg
