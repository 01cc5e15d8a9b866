// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/sierra_document.h"

#include "ecg/readers/reader_support.h"

#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

struct NamedTag
{
    const char *tag, *name, *unit;
};

// Under interpretationmeasurements (1.03) and globalmeasurements (1.04).
constexpr NamedTag measurementTags[]{{"heartrate", "Ventricular rate", "bpm"},
                                     {"atrialrate", "Atrial rate", "bpm"},
                                     {"rrint", "RR interval", "ms"},
                                     {"pdur", "P duration", "ms"},
                                     {"print", "PR interval", "ms"},
                                     {"meanprint", "PR interval", "ms"},
                                     {"qrsdur", "QRS duration", "ms"},
                                     {"meanqrsdur", "QRS duration", "ms"},
                                     {"qtint", "QT interval", "ms"},
                                     {"meanqtint", "QT interval", "ms"},
                                     {"meanqtc", "QTc interval", "ms"},
                                     {"qtcb", "QTc interval (Bazett)", "ms"},
                                     {"qtcf", "QTc interval (Fridericia)", "ms"},
                                     {"pfrontaxis", "P axis", "deg"},
                                     {"qrsfrontaxis", "QRS axis", "deg"},
                                     {"tfrontaxis", "T axis", "deg"}};

} // namespace

std::optional<double>* SierraBeatTimes::named(const std::string& tag)
{
    return tag == "pdur"     ? &pDuration
           : tag == "print"  ? &prInterval
           : tag == "qonset" ? &qrsOnset
           : tag == "qrsdur" ? &qrsDuration
           : tag == "tonset" ? &tOnset
           : tag == "qtint"  ? &qtInterval
                             : nullptr;
}

WaveBorders SierraBeatTimes::borders() const
{
    WaveBorders b;
    const auto positive = [](const std::optional<double>& v) { return v && std::isfinite(*v) && *v > 0; };
    if (!positive(qrsOnset))
        return b;
    b.qrsOnset = *qrsOnset / 1000;
    if (positive(qrsDuration))
        b.qrsOffset = (*qrsOnset + *qrsDuration) / 1000;
    if (positive(qtInterval))
        b.tOffset = (*qrsOnset + *qtInterval) / 1000;
    if (positive(tOnset) && *tOnset > *qrsOnset)
        b.tOnset = *tOnset / 1000;
    // A lead without P wave has a duration of 0 and an interval that reaches to the start of the beat.
    if (positive(prInterval) && positive(pDuration) && *prInterval < *qrsOnset) {
        b.pOnset = (*qrsOnset - *prInterval) / 1000;
        if (*pDuration <= *prInterval)
            b.pOffset = (*qrsOnset - *prInterval + *pDuration) / 1000;
    }
    return b;
}

void SierraDocument::opened(const std::string& tag)
{
    if (tag == "parsedwaveforms" && !waveforms) {
        waveforms = true;
        encoding = toLower(attribute("dataencoding"));
        compression = toLower(attribute("compression") + attribute("compressmethod"));
        if (toLower(attribute("compressflag")) == "false")
            compression.clear();
        labels = attribute("leadlabels");
        numberFrom("samplespersecond", rate);
        numberFrom("resolution", resolution);
        numberFrom("durationperchannel", durationMs);
        numberFrom("signaloffset", offset);
        numberFrom("bitspersample", bits);
        numberFrom("nbitspersample", bits);
        if (toLower(attribute("signalsigned")) == "false")
            isSigned = false;
    } else if (tag == "repbeats" && beats.empty()) {
        beatEncoding = toLower(attribute("dataencoding"));
        numberFrom("samplespersec", beatRate);
        numberFrom("resolution", beatResolution);
    } else if (tag == "repbeat" && beats.size() < maxSierraChannels) {
        beats.push_back({attribute("leadname"), {}, {}});
        for (const char* name : {"pdur", "print", "qonset", "qrsdur", "tonset", "qtint"})
            numberFrom(name, *beats.back().times.named(name));
    } else if (tag == "reportinfo" || tag == "dataacquisition") {
        if (m_record.date.empty() || tag == "dataacquisition") {
            m_record.date = attribute("date").substr(0, 10);
            m_record.time = attribute("time").substr(0, 8);
        }
    }
}

void SierraDocument::numberFrom(const char* name, std::optional<double>& value)
{
    if (const auto text = attributeIfAny(name))
        value = parseNumber(*text).value_or(std::numeric_limits<double>::quiet_NaN());
}

void SierraDocument::closed(const std::string& tag, const std::string& text)
{
    if (text.empty())
        return;
    const auto number = parseNumber(text);
    if (inside("repbeats")) {
        if (!beats.empty())
            beat(tag, text, number);
    } else if (tag == "parsedwaveforms" && data.empty())
        data = text;
    else if (tag == "documenttype")
        type = text;
    else if (tag == "documentversion")
        version = text;
    else if (parent() == "signalcharacteristics")
        characteristic(tag, text, number);
    else if (parent() == "generalpatientdata" || inside("name") || parent() == "age")
        patient(tag, text, number);
    else if (parent() == "machine" || tag == "machine")
        m_record.device = text;
    else if (parent() == "reportbandwidth" && number && std::isfinite(*number) && *number > 0)
        (tag == "highpassfiltersetting"  ? m_report.highPassHz
         : tag == "lowpassfiltersetting" ? m_report.lowPassHz
                                         : m_report.notchHz) = number;
    else if (inside("interpretation") && (parent() == "interpretationmeasurements" || parent() == "globalmeasurements"))
        measurement(tag, number);
    else if (inside("interpretation") && (parent() == "statement" || tag == "severity"))
        statement(tag, text);
}

void SierraDocument::cutOff(const std::string& tag, const std::string& text)
{
    if (tag == "parsedwaveforms" && data.empty()) {
        data = text;
        cut = true;
    }
}

void SierraDocument::beat(const std::string& tag, const std::string& text, std::optional<double> number)
{
    // 1.03 writes the samples into the element itself, 1.04 into a child.
    SierraBeat& last = beats.back();
    if ((tag == "repbeat" || tag == "waveform") && last.data.empty())
        last.data = text;
    else if (auto* time = last.times.named(tag); time && number)
        *time = number;
}

void SierraDocument::characteristic(const std::string& tag, const std::string& text, std::optional<double> number)
{
    const double value = number.value_or(std::numeric_limits<double>::quiet_NaN());
    const bool positive = number && std::isfinite(value) && value > 0;
    if (tag == "samplingrate")
        rate = value;
    else if (tag == "resolution" || tag == "signalresolution")
        resolution = value;
    else if (tag == "signaloffset")
        offset = value;
    else if (tag == "bitspersample")
        bits = value;
    else if (tag == "signalsigned")
        isSigned = toLower(text) != "false";
    else if (tag == "hipass" && positive)
        m_record.filters.highPassHz = value;
    else if (tag == "lowpass" && positive)
        m_record.filters.lowPassHz = value;
    else if (tag == "notchfiltered")
        m_notched = toLower(text) == "true";
    else if (tag == "notchfilterfreqs" && positive && m_notched)
        m_record.filters.notchHz = value;
    else if (tag == "signalbandwidth") {
        const auto dash = text.find('-', 1);
        m_record.filters.highPassHz = parseNumber(text.substr(0, dash));
        if (dash != std::string::npos)
            m_record.filters.lowPassHz = parseNumber(text.substr(dash + 1));
    }
}

void SierraDocument::patient(const std::string& tag, const std::string& text, std::optional<double> number)
{
    if (!inside("patient"))
        return;
    Patient& p = m_record.patient;
    if (tag == "patientid")
        p.id = text;
    else if (tag == "lastname")
        family = text;
    else if (tag == "firstname")
        given = text;
    else if (tag == "dateofbirth")
        p.birthDate = text.substr(0, 10);
    else if (tag == "years" && number && *number >= 0 && *number <= 130)
        p.ageYears = int(*number);
    else if (tag == "sex")
        p.sex = toLower(text).starts_with("f") ? "F" : toLower(text).starts_with("m") ? "M" : "";
}

void SierraDocument::measurement(const std::string& tag, std::optional<double> number)
{
    if (auto* time = globalTimes.named(tag); time && number && parent() == "globalmeasurements")
        *time = number;
    for (const NamedTag& each : measurementTags)
        if (tag == each.tag && number && std::isfinite(*number) && m_seen.insert(each.name).second)
            m_record.measurements.push_back({each.name, number, each.unit, {}});
}

void SierraDocument::statement(const std::string& tag, const std::string& text)
{
    auto& statements = m_record.statements;
    if (tag == "rightstatement" && m_leftStatement)
        statements.back() += " (" + text + ")";
    else if ((tag == "leftstatement" || tag == "severity") && statements.size() < 200)
        statements.push_back(text);
    m_leftStatement = tag == "leftstatement" && !statements.empty();
}

} // namespace echo2ecg::ecg
