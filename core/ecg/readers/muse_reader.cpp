// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/muse_reader.h"

#include "ecg/readers/coding.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/xml_walker.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

struct MuseLead
{
    std::string id, units = "MICROVOLTS", data;
    std::optional<double> perBit, samples, byteCount, offset, baseline, sampleSize, crc;
    bool off = false, cut = false;
};

struct Waveform
{
    std::string type;
    std::optional<double> base, exponent, highPass, lowPass;
    std::string ac;
    std::vector<MuseLead> leads;
};

struct NamedTag
{
    const char *tag, *name, *unit;
};

constexpr NamedTag measurementTags[]{{"VentricularRate", "Ventricular rate", "bpm"},
                                     {"AtrialRate", "Atrial rate", "bpm"},
                                     {"PRInterval", "PR interval", "ms"},
                                     {"QRSDuration", "QRS duration", "ms"},
                                     {"QTInterval", "QT interval", "ms"},
                                     {"QTCorrected", "QTc interval", "ms"},
                                     {"QTcFrederica", "QTc interval (Fridericia)", "ms"},
                                     {"PAxis", "P axis", "deg"},
                                     {"RAxis", "QRS axis", "deg"},
                                     {"TAxis", "T axis", "deg"},
                                     {"QRSCount", "QRS count", ""},
                                     {"POnset", "P onset", "samples"},
                                     {"POffset", "P offset", "samples"},
                                     {"QOnset", "QRS onset", "samples"},
                                     {"QOffset", "QRS offset", "samples"},
                                     {"TOffset", "T offset", "samples"}};

// MUSE is American: month, day, year.
std::string museDate(const std::string& text)
{
    int month = 0, day = 0, year = 0;
    return std::sscanf(text.c_str(), "%2d-%2d-%4d", &month, &day, &year) == 3 ? isoDate(year, month, day)
                                                                              : std::string{};
}

class MuseDocument final : public XmlWalker
{
public:
    MuseDocument(const std::filesystem::path& file, EcgRecord& record)
        : XmlWalker(file, record.warnings), m_record(record)
    {
    }

    std::vector<Waveform> waveforms;
    std::string family, given, deviceName, softwareVersion;
    std::map<std::string, double> fiducials;         // POnset … in samples of the median beat
    std::optional<double> fiducialBase, fiducialExp; // their rate

private:
    void opened(const std::string& tag) override
    {
        if (tag == "Waveform") {
            if (waveforms.size() >= 32)
                throw ParseError(ErrorCode::LimitExceeded, "The file holds more waveforms than an ECG can have.",
                                 place());
            waveforms.emplace_back();
        } else if (tag == "LeadData" && !waveforms.empty()) {
            if (waveforms.back().leads.size() >= 64)
                throw ParseError(ErrorCode::LimitExceeded, "A waveform holds more leads than an ECG can have.",
                                 place());
            waveforms.back().leads.emplace_back();
        }
    }

    void closed(const std::string& tag, const std::string& text) override
    {
        if (inside("Waveform")) {
            waveformValue(tag, text);
        } else if (tag == "DiagnosisStatement" || tag == "Diagnosis") {
            finishStatement();
        } else if (text.empty()) {
            return;
        } else if (parent() == "RestingECGMeasurements") {
            restingMeasurement(tag, parseNumber(text));
        } else if (parent() == "PatientDemographics") {
            patient(tag, text);
        } else if (parent() == "TestDemographics") {
            test(tag, text);
        } else if (inside("Diagnosis")) {
            if (tag == "StmtText" && m_statement.size() < 4000)
                m_statement += (m_statement.empty() ? "" : " ") + text;
            else if (tag == "StmtFlag" && text == "ENDSLINE")
                m_endsLine = true;
        }
    }

    void cutOff(const std::string& tag, const std::string& text) override
    {
        if (tag == "WaveFormData" && inside("LeadData") && !waveforms.empty() && !waveforms.back().leads.empty()) {
            waveforms.back().leads.back().data = text;
            waveforms.back().leads.back().cut = true;
        }
    }

    void restingMeasurement(const std::string& tag, std::optional<double> number)
    {
        if (!number || !std::isfinite(*number))
            return;
        for (const NamedTag& each : measurementTags)
            if (tag == each.tag) {
                m_record.measurements.push_back({each.name, number, each.unit, {}});
                if (std::string_view(each.unit) == "samples")
                    fiducials.emplace(tag, *number);
            }
        if (tag == "ECGSampleBase")
            fiducialBase = number;
        else if (tag == "ECGSampleExponent")
            fiducialExp = number;
    }

    void waveformValue(const std::string& tag, const std::string& text)
    {
        if (waveforms.empty() || text.empty())
            return;
        Waveform& wave = waveforms.back();
        if (parent() == "Waveform") {
            const auto number = parseNumber(text);
            if (tag == "WaveformType")
                wave.type = toLower(text);
            else if (tag == "SampleBase")
                wave.base = number.value_or(notANumber);
            else if (tag == "SampleExponent")
                wave.exponent = number.value_or(notANumber);
            else if (tag == "HighPassFilter")
                wave.highPass = number;
            else if (tag == "LowPassFilter")
                wave.lowPass = number;
            else if (tag == "ACFilter")
                wave.ac = text;
        } else if (parent() == "LeadData" && !wave.leads.empty()) {
            leadValue(wave.leads.back(), tag, text);
        }
    }

    void leadValue(MuseLead& lead, const std::string& tag, const std::string& text)
    {
        const auto number = parseNumber(text);
        if (tag == "LeadID")
            lead.id = text;
        else if (tag == "WaveFormData")
            lead.data = text;
        else if (tag == "LeadAmplitudeUnitsPerBit")
            lead.perBit = number.value_or(notANumber);
        else if (tag == "LeadAmplitudeUnits")
            lead.units = text;
        else if (tag == "LeadSampleCountTotal") {
            lead.samples = number.value_or(notANumber);
            checkSampleCount(*lead.samples, file(), place().where);
        } else if (tag == "LeadByteCountTotal")
            lead.byteCount = number;
        else if (tag == "LeadOffsetFirstSample")
            lead.offset = number;
        else if (tag == "FirstSampleBaseline")
            lead.baseline = number;
        else if (tag == "LeadSampleSize")
            lead.sampleSize = number;
        else if (tag == "LeadOff")
            lead.off = toLower(text) == "true";
        else if (tag == "LeadDataCRC32")
            lead.crc = number;
    }

    void patient(const std::string& tag, const std::string& text)
    {
        Patient& p = m_record.patient;
        const auto number = parseNumber(text);
        if (tag == "PatientID")
            p.id = text;
        else if (tag == "PatientLastName")
            family = text;
        else if (tag == "PatientFirstName")
            given = text;
        else if (tag == "DateofBirth")
            p.birthDate = museDate(text);
        else if (tag == "Gender")
            p.sex = toLower(text).starts_with("f") ? "F" : toLower(text).starts_with("m") ? "M" : "";
        else if (tag == "PatientAge" && number && *number >= 0 && *number <= 130)
            p.ageYears = int(*number);
        else if (tag == "AgeUnits" && toLower(text) != "years" && p.ageYears)
            p.ageYears = 0; // months, weeks, days: younger than any adult
    }

    void test(const std::string& tag, const std::string& text)
    {
        if (tag == "AcquisitionDate")
            m_record.date = museDate(text);
        else if (tag == "AcquisitionTime")
            m_record.time = text.substr(0, 8);
        else if (tag == "AcquisitionDevice")
            deviceName = text;
        else if (tag == "AcquisitionSoftwareVersion")
            softwareVersion = text;
    }

    void finishStatement()
    {
        if (!m_statement.empty() && (m_endsLine || parent(0) == "Diagnosis")) {
            if (m_record.statements.size() < 200)
                m_record.statements.push_back(m_statement);
            m_statement.clear();
        }
        m_endsLine = false;
    }

    EcgRecord& m_record;
    std::string m_statement;
    bool m_endsLine = false;
};

std::vector<float> samplesOf(const MuseLead& lead, const std::filesystem::path& file, base::Warnings& warnings)
{
    const auto warn = [&](const char* code, std::string sentence) {
        warnings.push_back({code, std::move(sentence), lead.id});
    };
    if (lead.sampleSize && *lead.sampleSize != 2)
        throw ParseError(ErrorCode::Unsupported, "Samples of this size aren't read; MUSE writes two bytes.",
                         {file, "LeadSampleSize"});
    const Base64 data = decodeBase64(lead.data);
    if (!data.clean || lead.cut)
        warn("truncated", "The samples of lead " + lead.id + " break off or are damaged; what is there was read.");
    else if (lead.crc && double(crc32(data.bytes)) != *lead.crc)
        warn("checksum", "The checksum of lead " + lead.id + " is wrong: its samples were changed or damaged.");
    const auto raw = littleInt16(data.bytes);
    checkSampleCount(double(raw.size()), file, lead.id);
    if (lead.samples && !lead.cut && double(raw.size()) != *lead.samples)
        warn("sample-count", "Lead " + lead.id + " declares " + std::to_string((long long)*lead.samples) +
                                 " samples and holds " + std::to_string(raw.size()) + ".");
    double factor = 1;
    const std::string units = toLower(lead.units);
    const auto scale = millivoltsPer(units);
    if (lead.perBit && std::isfinite(*lead.perBit) && *lead.perBit > 0 && scale)
        factor = *lead.perBit * *scale;
    else
        warn("units-unknown", "Lead " + lead.id + " has no usable resolution; its values are raw counts.");
    if (lead.offset && *lead.offset != 0)
        warn("skew", "Lead " + lead.id + " states an offset of its first sample; it wasn't shifted.");
    if (lead.baseline && *lead.baseline != 0)
        warn("baseline-ignored", "Lead " + lead.id + " states a baseline of its first sample; it wasn't subtracted.");
    if (lead.off)
        warn("lead-off", "The file says that the electrode of lead " + lead.id + " was off.");
    std::vector<float> values(raw.size());
    std::transform(raw.begin(), raw.end(), values.begin(), [&](std::int16_t v) { return float(v * factor); });
    return values;
}

double rateOf(std::optional<double> base, std::optional<double> exponent)
{
    return base.value_or(notANumber) * std::pow(10.0, exponent.value_or(0));
}

// The median beat and the borders that 12SL measured in it. Damaged, it is no beat to measure in.
void takeMedian(EcgRecord& record, const Waveform& wave, const MuseDocument& document)
{
    RepresentativeBeat beat;
    base::Warnings damage;
    beat.samplingHz = rateOf(wave.base, wave.exponent);
    for (const MuseLead& lead : wave.leads)
        if (const auto standard = leadFromName(lead.id); standard && !beat.has(*standard) && !lead.data.empty())
            beat[*standard] = samplesOf(lead, record.file, damage);
    if (!damage.empty()) {
        noteLostBeat(record, "Median");
        return;
    }
    const double rate = document.fiducialBase ? rateOf(document.fiducialBase, document.fiducialExp) : beat.samplingHz;
    const auto at = [&](const char* tag) -> std::optional<double> {
        const auto found = document.fiducials.find(tag);
        // 0 says that there is no such wave.
        return found == document.fiducials.end() || found->second <= 0 ? std::nullopt
                                                                       : std::optional(found->second / rate);
    };
    WaveBorders borders;
    borders.pOnset = at("POnset");
    borders.pOffset = at("POffset");
    borders.qrsOnset = at("QOnset");
    borders.qrsOffset = at("QOffset");
    borders.tOffset = at("TOffset");
    setFileBeat(record, std::move(beat), borders);
}

void takeWaveform(EcgRecord& record, const Waveform& wave)
{
    const double rate = rateOf(wave.base, wave.exponent);
    checkSamplingRate(rate, record.file, "SampleBase");
    record.samplingHz = rate;
    std::string others;
    for (const MuseLead& lead : wave.leads) {
        const auto standard = leadFromName(lead.id);
        if (!standard) {
            if (others.size() < 100)
                others +=
                    (others.empty() ? "" : ", ") + (lead.id.empty() ? std::string("unnamed") : lead.id.substr(0, 8));
            continue;
        }
        if (lead.data.empty())
            continue;
        placeLead(record, *standard, samplesOf(lead, record.file, record.warnings));
    }
    if (!others.empty())
        record.warnings.push_back({"leads-ignored", "No standard leads, left out: " + others + ".", others});
    AcquisitionFilters& filters = record.filters;
    if (wave.highPass && std::isfinite(*wave.highPass) && *wave.highPass > 0) {
        // MUSE counts hundredths of a hertz: 5 is 0.05 Hz, 16 is 0.16 Hz.
        const bool hundredths = *wave.highPass >= 1;
        filters.highPassHz = hundredths ? *wave.highPass / 100 : *wave.highPass;
        if (hundredths)
            record.warnings.push_back({"filter-assumed",
                                       "The high-pass filter was read in hundredths of a hertz, as MUSE writes it.",
                                       "HighPassFilter"});
    }
    if (wave.lowPass && std::isfinite(*wave.lowPass) && *wave.lowPass > 0)
        filters.lowPassHz = wave.lowPass;
    if (const auto notch = parseNumber(wave.ac); notch && (*notch == 50 || *notch == 60))
        filters.notchHz = notch;
}

} // namespace

bool MuseReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    try {
        const std::string text = searchableText(head);
        // "<RestingECGMeasurements" alone belongs to CardioSoft.
        for (auto at = text.find("<RestingECG"); at != std::string::npos; at = text.find("<RestingECG", at + 1))
            if (at + 11 < text.size() && (text[at + 11] == '>' || text[at + 11] == ' ' || text[at + 11] == '/' ||
                                          text[at + 11] == '\r' || text[at + 11] == '\n'))
                return text.find("<CardiologyXML") == std::string::npos;
        return false;
    } catch (...) {
        return false;
    }
}

EcgRecord MuseReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "GE MUSE XML";
    MuseDocument document(file, record);
    document.walk(readBytes(file, maxFileBytes, true));

    const auto find = [&](const char* type) {
        return std::find_if(document.waveforms.begin(), document.waveforms.end(), [&](const Waveform& w) {
            return w.type == type &&
                   std::any_of(w.leads.begin(), w.leads.end(), [](const MuseLead& lead) { return !lead.data.empty(); });
        });
    };
    auto wave = find("rhythm");
    const bool rhythm = wave != document.waveforms.end();
    if (!rhythm && document.damage())
        throw *document.damage();
    if (!rhythm)
        wave = find("median");
    if (wave == document.waveforms.end())
        throw ParseError(ErrorCode::Missing, "The file holds no waveform.", {file, "Waveform"});
    takeWaveform(record, *wave);
    if (!rhythm)
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    if (std::count_if(document.waveforms.begin(), document.waveforms.end(),
                      [](const Waveform& w) { return w.type == "rhythm"; }) > 1)
        record.warnings.push_back(
            {"waveform-ignored", "The file holds several rhythm waveforms; the first is used.", {}});
    if (const auto median = find("median"); rhythm && median != document.waveforms.end())
        takeMedian(record, *median, document);
    record.device = document.deviceName + (document.softwareVersion.empty() ? "" : " " + document.softwareVersion);
    finishXmlRecord(record, document.damage(), document.family, document.given);
    return record;
}

} // namespace echo2ecg::ecg
