// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/aecg_reader.h"

#include "ecg/readers/aecg_document.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;

std::optional<Lead> leadOf(const AecgSequence& sequence)
{
    return leadFromCode(sequence.code, "MDC");
}

bool holdsLead(const AecgSequenceSet& set)
{
    return std::any_of(set.sequences.begin(), set.sequences.end(),
                       [](const AecgSequence& s) { return leadOf(s) && !s.digits.empty(); });
}

bool holdsLead(const AecgSeries& series)
{
    return std::any_of(series.sets.begin(), series.sets.end(), [](const AecgSequenceSet& s) { return holdsLead(s); });
}

class SetTaker
{
public:
    SetTaker(EcgRecord& record, const AecgSeries& series) : m_record(record), m_series(series) {}

    void take()
    {
        bool first = true, later = false, ignored = false;
        double begin = 0;
        for (const AecgSequenceSet& set : m_series.sets) {
            if (!holdsLead(set))
                continue;
            const double increment = set.increment.value_or(std::numeric_limits<double>::quiet_NaN());
            if (first) {
                checkSamplingRate(1 / increment, m_record.file, "increment");
                m_increment = increment;
                // 1 / 0.002 is 500, not 499.99…
                const double rate = 1 / increment;
                m_record.samplingHz = std::abs(rate - std::round(rate)) < 1e-6 ? std::round(rate) : rate;
                begin = set.head.value_or(0);
                takeSet(set, 0);
                first = false;
                continue;
            }
            const double offset = set.head.value_or(0) - begin;
            const double samples = std::round(offset / m_increment);
            if (!set.head || offset < 0 || std::abs(increment - m_increment) > 1e-9 ||
                samples > double(maxSamplesPerLead)) {
                ignored = true;
                continue;
            }
            takeSet(set, std::size_t(samples));
            later = later || samples > 0;
        }
        if (ignored)
            warn("waveform-ignored", "Further sequences with other rates or unknown times were left out.");
        if (later)
            warn("leads-sequential",
                 "The leads were recorded one after the other; where a lead wasn't recorded it is marked invalid.");
        if (!m_others.empty())
            warn("leads-ignored", "No standard leads, left out: " + m_others + ".", m_others);
    }

private:
    void warn(const char* code, std::string sentence, std::string where = {})
    {
        m_record.warnings.push_back({code, std::move(sentence), std::move(where)});
    }

    void takeSet(const AecgSequenceSet& set, std::size_t offset)
    {
        for (const AecgSequence& sequence : set.sequences) {
            if (sequence.code.starts_with("TIME_"))
                continue;
            const auto lead = leadOf(sequence);
            if (!lead || sequence.otherKind) {
                const std::string word =
                    sequence.code.starts_with("MDC_ECG_LEAD_") ? sequence.code.substr(13) : "other";
                if (m_others.size() < 100)
                    m_others += (m_others.empty() ? "" : ", ") + word.substr(0, 8);
                continue;
            }
            if (!sequence.digits.empty())
                placeLead(m_record, *lead, samplesOf(sequence, std::string(name(*lead)), offset));
        }
    }

    std::vector<float> samplesOf(const AecgSequence& sequence, const std::string& label, std::size_t offset)
    {
        double scale = sequence.scale.value_or(1), origin = sequence.origin.value_or(0);
        const auto scaleUnit = millivoltsPer(sequence.scaleUnit), originUnit = millivoltsPer(sequence.originUnit);
        if (!std::isfinite(scale) || scale == 0 || !std::isfinite(origin))
            throw ParseError(ErrorCode::Malformed, "Origin or scale of lead " + label + " isn't a usable number.",
                             {m_record.file, label});
        if (sequence.scale && scaleUnit && (originUnit || origin == 0)) {
            scale *= *scaleUnit;
            origin *= originUnit.value_or(1);
        } else {
            warn("units-unknown",
                 "Lead " + label + " states no usable unit of its scale; its values are kept as they are.", label);
        }
        if (sequence.cut)
            warn("truncated", "Lead " + label + " breaks off; what is there was read.", label);
        std::vector<float> values(offset, std::numeric_limits<float>::quiet_NaN());
        std::size_t invalid = 0;
        std::string_view text = sequence.digits;
        while (true) {
            const auto begin = text.find_first_not_of(" \t\r\n,");
            if (begin == std::string_view::npos)
                break;
            text.remove_prefix(begin);
            const auto end = text.find_first_of(" \t\r\n,");
            const auto number = parseNumber(text.substr(0, end));
            text = end == std::string_view::npos ? std::string_view{} : text.substr(end);
            if (values.size() >= maxSamplesPerLead)
                checkSampleCount(double(values.size()) + 1, m_record.file, label);
            const bool usable = number && std::isfinite(*number) && std::abs(*number) < 1e9;
            invalid += usable ? 0 : 1;
            values.push_back(usable ? float(origin + *number * scale) : std::numeric_limits<float>::quiet_NaN());
        }
        if (invalid)
            warn("samples-invalid", std::to_string(invalid) + " samples of lead " + label + " are no numbers.", label);
        return values;
    }

    EcgRecord& m_record;
    const AecgSeries& m_series;
    double m_increment = 0;
    std::string m_others;
};

// The derived beat, read as a recording of its own.
void takeBeat(EcgRecord& record, const AecgSeries& series)
{
    EcgRecord beat;
    beat.file = record.file;
    try {
        SetTaker(beat, series).take();
    } catch (const ParseError&) {
        noteLostBeat(record, "derivedSeries");
        return;
    }
    const bool damaged = std::any_of(beat.warnings.begin(), beat.warnings.end(), [](const base::Warning& w) {
        return w.code != "leads-ignored" && w.code != "lead-twice";
    });
    if (damaged) {
        noteLostBeat(record, "derivedSeries");
        return;
    }
    WaveBorders borders = series.borders;
    const auto first = std::find_if(series.sets.begin(), series.sets.end(), [](const auto& s) { return holdsLead(s); });
    const double head = first->head.value_or(0);
    for (const auto border : {&WaveBorders::pOnset, &WaveBorders::pOffset, &WaveBorders::qrsOnset,
                              &WaveBorders::qrsOffset, &WaveBorders::tOnset, &WaveBorders::tOffset})
        if (borders.*border)
            *(borders.*border) -= head;
    setFileBeat(record, {std::move(beat.leads), beat.samplingHz}, borders);
}

std::string part(const std::string& stamp, std::size_t at)
{
    return stamp.size() >= at + 2 ? stamp.substr(at, 2) : std::string{};
}

void takeMoment(EcgRecord& record, const std::string& stamp)
{
    if (stamp.size() < 8)
        return;
    record.date = isoDate(parseDigits(stamp.substr(0, 4)).value_or(0), parseDigits(part(stamp, 4)).value_or(0),
                          parseDigits(part(stamp, 6)).value_or(0));
    const auto hour = parseDigits(part(stamp, 8)), minute = parseDigits(part(stamp, 10));
    if (hour && minute)
        record.time = isoTime(*hour, *minute, parseDigits(part(stamp, 12)).value_or(0));
}

} // namespace

bool AecgReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    try {
        return searchableText(head).find("<AnnotatedECG") != std::string::npos;
    } catch (...) {
        return false;
    }
}

EcgRecord AecgReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "HL7 aECG";
    AecgDocument document(file, record);
    document.walk(readBytes(file, maxFileBytes, true));

    auto chosen = std::find_if(document.series.begin(), document.series.end(),
                               [](const AecgSeries& s) { return !s.derived && holdsLead(s); });
    const bool rhythm = chosen != document.series.end();
    if (!rhythm && document.damage())
        throw *document.damage();
    if (!rhythm)
        chosen = std::find_if(document.series.begin(), document.series.end(),
                              [](const AecgSeries& s) { return holdsLead(s); });
    if (chosen == document.series.end())
        throw ParseError(ErrorCode::Missing, "The aECG holds no samples of a standard lead.", {file, "series"});
    SetTaker(record, *chosen).take();
    if (!rhythm)
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    else if (std::count_if(document.series.begin(), document.series.end(),
                           [](const AecgSeries& s) { return !s.derived && holdsLead(s); }) > 1)
        record.warnings.push_back({"waveform-ignored", "The file holds several recordings; the first is used.", {}});
    if (const auto derived = std::find_if(document.series.begin(), document.series.end(),
                                          [](const AecgSeries& s) { return s.derived && holdsLead(s); });
        rhythm && derived != document.series.end())
        takeBeat(record, *derived);

    takeMoment(record, chosen->start.empty() ? document.effective : chosen->start);
    record.measurements = document.measurements();
    record.device = document.model + (document.software.empty() ? "" : " " + document.software);
    finishXmlRecord(record, document.damage(), {}, {});
    return record;
}

} // namespace echo2ecg::ecg
