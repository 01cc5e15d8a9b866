// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/aecg_document.h"

#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

namespace {

struct NamedCode
{
    const char *code, *name;
};

constexpr NamedCode measurementCodes[]{{"MDC_ECG_HEART_RATE", "Ventricular rate"},
                                       {"MDC_ECG_TIME_PD_RR", "RR interval"},
                                       {"MDC_ECG_TIME_PD_PP", "PP interval"},
                                       {"MDC_ECG_TIME_PD_P", "P duration"},
                                       {"MDC_ECG_TIME_PD_PR", "PR interval"},
                                       {"MDC_ECG_TIME_PD_QRS", "QRS duration"},
                                       {"MDC_ECG_TIME_PD_QT", "QT interval"},
                                       {"MDC_ECG_TIME_PD_QTc", "QTc interval"},
                                       {"MDC_ECG_TIME_PD_QTcB", "QTc interval (Bazett)"},
                                       {"MDC_ECG_TIME_PD_QTcF", "QTc interval (Fridericia)"},
                                       {"MDC_ECG_ANGLE_P_FRONT", "P axis"},
                                       {"MDC_ECG_ANGLE_QRS_FRONT", "QRS axis"},
                                       {"MDC_ECG_ANGLE_T_FRONT", "T axis"}};

std::optional<double> secondsOf(double value, const std::string& unit)
{
    if (unit == "s" || unit.empty())
        return value;
    if (unit == "ms")
        return value / 1e3;
    if (unit == "us")
        return value / 1e6;
    return std::nullopt;
}

// Seconds since midnight of "20021122091000.122+0100".
std::optional<double> secondOfDay(const std::string& stamp)
{
    if (stamp.size() < 14)
        return std::nullopt;
    const auto field = [&](std::size_t at, std::size_t n) { return parseNumber(stamp.substr(at, n)); };
    const auto end = stamp.find_first_of("+-Z", 14);
    const auto hour = field(8, 2), minute = field(10, 2);
    const auto second = parseNumber(stamp.substr(12, end == std::string::npos ? end : end - 12));
    if (!hour || !minute || !second)
        return std::nullopt;
    return *hour * 3600 + *minute * 60 + *second;
}

} // namespace

AecgDocument::AecgDocument(const std::filesystem::path& file, EcgRecord& record)
    : XmlWalker(file, record.warnings), m_record(record)
{
}

AecgSequenceSet* AecgDocument::set()
{
    return !inside("sequenceSet") || series.empty() || series.back().sets.empty() ? nullptr
                                                                                  : &series.back().sets.back();
}

AecgSequence* AecgDocument::sequence()
{
    AecgSequenceSet* s = inside("sequence") ? set() : nullptr;
    return s && !s->sequences.empty() ? &s->sequences.back() : nullptr;
}

void AecgDocument::opened(const std::string& tag)
{
    const auto limit = [this](std::size_t count, std::size_t most) {
        if (count >= most)
            throw ParseError(ErrorCode::LimitExceeded, "The document holds more series than an ECG can have.", place());
    };
    if (tag == "series" || tag == "derivedSeries") {
        limit(series.size(), 64);
        series.emplace_back();
        series.back().derived = tag == "derivedSeries";
    } else if (tag == "sequenceSet" && !series.empty()) {
        limit(series.back().sets.size(), 256);
        series.back().sets.emplace_back();
    } else if (tag == "sequence" && set()) {
        limit(set()->sequences.size(), 128);
        set()->sequences.emplace_back();
    } else if (tag == "value" && parent() == "sequence" && sequence()) {
        const std::string type = attribute("type");
        if (type != "SLIST_PQ" && sequence()->code.find("TIME_") == std::string::npos)
            sequence()->otherKind = true;
    } else if (tag == "annotation") {
        m_annotations.emplace_back();
        m_waves.emplace_back();
    } else if (tag == "controlVariable" || tag == "relatedObservation") {
        m_controls.emplace_back();
    } else if (tag == "code" && parent() == "annotation" && !m_annotations.empty()) {
        m_annotations.back() = attribute("code");
    } else if (tag == "value" && parent() == "annotation" && !m_waves.empty()) {
        m_waves.back().kind = attribute("code");
    } else if (tag == "code" && parent() == "boundary" && !m_waves.empty()) {
        const std::string code = attribute("code");
        m_waves.back().ofOneLead = m_waves.back().ofOneLead || code.find("LEAD") != std::string::npos;
        if (code.starts_with("TIME_"))
            m_waves.back().timeCode = code;
    } else if (tag == "code" && (parent() == "controlVariable" || parent() == "relatedObservation") &&
               !m_controls.empty()) {
        m_controls.back() = attribute("code");
    } else if (tag == "code" && parent() == "sequence" && sequence()) {
        sequence()->code = attribute("code");
    } else if (tag == "code" && (parent() == "series" || parent() == "derivedSeries") && !series.empty()) {
        series.back().code = attribute("code");
    }
}

void AecgDocument::closed(const std::string& tag, const std::string& text)
{
    if (inside("sequence")) {
        if (tag == "digits" && sequence())
            sequence()->digits = text;
        else
            sequenceValue(tag);
    } else if (tag == "annotation" && !m_annotations.empty()) {
        finishWave();
        m_annotations.pop_back();
        m_waves.pop_back();
    } else if ((tag == "controlVariable" || tag == "relatedObservation") && !m_controls.empty()) {
        m_controls.pop_back();
    } else if ((tag == "low" || tag == "high") && parent(2) == "boundary") {
        boundary(tag);
    } else if (tag == "value" && parent() == "annotation") {
        annotationValue();
        if (m_annotations.back() == "MDC_ECG_INTERPRETATION_STATEMENT" && !text.empty() &&
            m_record.statements.size() < 200)
            m_record.statements.push_back(text);
    } else if (tag == "value" && (parent() == "controlVariable" || parent() == "relatedObservation")) {
        filterValue();
    } else if ((tag == "low" || tag == "center" || tag == "value") && parent() == "effectiveTime") {
        const std::string around(parent(2));
        if (around == "AnnotatedECG" && effective.empty())
            effective = attribute("value");
        else if ((around == "series" || around == "derivedSeries") && series.back().start.empty())
            series.back().start = attribute("value");
    } else if (parent() == "manufacturedSeriesDevice" && !text.empty()) {
        if (tag == "manufacturerModelName" && model.empty())
            model = text;
        else if (tag == "softwareName" && software.empty())
            software = text;
    } else {
        person(tag, text);
    }
}

void AecgDocument::boundary(const std::string& tag)
{
    const auto number = parseNumber(attribute("value"));
    if (m_waves.empty() || !number || !std::isfinite(*number))
        return;
    (tag == "low" ? m_waves.back().low : m_waves.back().high) = secondsOf(*number, attribute("unit"));
}

// Waves of a derived beat, over all leads. Of several beats in one series the first counts.
void AecgDocument::finishWave()
{
    const Wave& wave = m_waves.back();
    if (m_annotations.back() != "MDC_ECG_WAVC" || wave.ofOneLead || wave.timeCode != "TIME_RELATIVE" ||
        !inside("derivedSeries") || series.empty() || !series.back().derived)
        return;
    WaveBorders& b = series.back().borders;
    const auto set = [&](std::optional<double>& onset, std::optional<double>& offset) {
        if (onset || offset)
            return;
        onset = wave.low;
        offset = wave.high;
    };
    if (wave.kind == "MDC_ECG_WAVC_PWAVE")
        set(b.pOnset, b.pOffset);
    else if (wave.kind == "MDC_ECG_WAVC_QRSWAVE")
        set(b.qrsOnset, b.qrsOffset);
    else if (wave.kind == "MDC_ECG_WAVC_TWAVE")
        set(b.tOnset, b.tOffset);
}

void AecgDocument::cutOff(const std::string& tag, const std::string& text)
{
    if (tag != "digits" || !sequence())
        return;
    // The last number may have lost digits.
    const auto end = text.find_last_of(" \t\r\n");
    sequence()->digits = end == std::string::npos ? std::string{} : text.substr(0, end);
    sequence()->cut = true;
}

void AecgDocument::sequenceValue(const std::string& tag)
{
    AecgSequenceSet* s = set();
    AecgSequence* each = sequence();
    if (!s || !each || (tag != "head" && tag != "increment" && tag != "origin" && tag != "scale"))
        return;
    const std::string written = attribute("value"), unit = attribute("unit");
    const auto number = parseNumber(written);
    if (tag == "increment") {
        s->increment = number ? secondsOf(*number, unit) : std::nullopt;
        if (!s->increment)
            s->increment = std::numeric_limits<double>::quiet_NaN();
    } else if (tag == "head") {
        s->head = each->code == "TIME_ABSOLUTE" ? secondOfDay(written)
                  : number                      ? secondsOf(*number, unit)
                                                : std::nullopt;
    } else if (tag == "origin") {
        each->origin = number.value_or(std::numeric_limits<double>::quiet_NaN());
        each->originUnit = unit;
    } else {
        each->scale = number.value_or(std::numeric_limits<double>::quiet_NaN());
        each->scaleUnit = unit;
    }
}

void AecgDocument::annotationValue()
{
    if (m_annotations.empty())
        return;
    const std::string& code = m_annotations.back();
    if (code == "MDC_ECG_RHY") {
        std::string words = attribute("displayName");
        if (words.empty())
            words = attribute("code");
        if (!words.empty() && m_record.statements.size() < 200)
            m_record.statements.push_back(words);
        return;
    }
    const auto named = std::find_if(std::begin(measurementCodes), std::end(measurementCodes),
                                    [&](const NamedCode& each) { return code == each.code; });
    const auto value = parseNumber(attribute("value"));
    if (named == std::end(measurementCodes) || !value || !std::isfinite(*value))
        return;
    const bool ofOneBeat = std::find(m_annotations.begin(), m_annotations.end(), "MDC_ECG_BEAT") != m_annotations.end();
    const int rank = !ofOneBeat ? 0 : !series.empty() && series.back().derived ? 1 : 2;
    const auto found = m_found.find(code);
    if (found != m_found.end() && found->second.rank <= rank)
        return;
    const std::string unit = attribute("unit");
    m_found[code] = {
        {std::string(named->name) + (rank == 2 ? ", first beat" : ""), value, unit == "bmp" ? "bpm" : unit, {}}, rank};
}

std::vector<StatedMeasurement> AecgDocument::measurements() const
{
    std::vector<StatedMeasurement> result;
    for (const NamedCode& each : measurementCodes)
        if (const auto found = m_found.find(each.code); found != m_found.end())
            result.push_back(found->second.what);
    return result;
}

void AecgDocument::filterValue()
{
    const auto number = parseNumber(attribute("value"));
    if (m_controls.empty() || !number || !std::isfinite(*number) || *number <= 0)
        return;
    const auto around = [this](const char* code) {
        return std::find(m_controls.begin(), m_controls.end(), std::string("MDC_ECG_CTL_VBL_ATTR_FILTER_") + code) !=
               m_controls.end();
    };
    if (m_controls.back() == "21612-7") {
        const std::string unit = attribute("unit");
        if (*number <= 130 && (unit == "a" || unit.empty()))
            m_record.patient.ageYears = int(*number);
    } else if (attribute("unit") != "Hz" && !attribute("unit").empty()) {
        return;
    } else if (around("NOTCH_FREQ")) {
        m_record.filters.notchHz = number;
    } else if (around("CUTOFF_FREQ")) {
        if (around("LOW_PASS"))
            m_record.filters.lowPassHz = number;
        else if (around("HIGH_PASS"))
            m_record.filters.highPassHz = number;
    }
}

void AecgDocument::person(const std::string& tag, const std::string& text)
{
    Patient& p = m_record.patient;
    if (tag == "id" && parent() == "trialSubject") {
        p.id = attribute("extension");
    } else if (parent() == "subjectDemographicPerson") {
        if (tag == "name" && !text.empty()) {
            p.name = text;
        } else if (tag == "administrativeGenderCode") {
            const std::string code = attribute("code");
            p.sex = code == "F" || code == "M" ? code : code == "UN" ? "O" : "";
        } else if (tag == "birthTime") {
            const std::string when = attribute("value");
            const auto year = parseDigits(when.substr(0, 4));
            if (when.size() >= 8 && year)
                p.birthDate = isoDate(*year, parseDigits(when.substr(4, 2)).value_or(0),
                                      parseDigits(when.substr(6, 2)).value_or(0));
        }
    } else if (parent() == "name" && parent(2) == "subjectDemographicPerson" && !text.empty()) {
        if (tag == "family")
            p.name = text + p.name;
        else if (tag == "given" && p.name.find('^') == std::string::npos)
            p.name += "^" + text;
    }
}

} // namespace echo2ecg::ecg
