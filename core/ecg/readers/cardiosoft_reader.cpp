// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/cardiosoft_reader.h"

#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/xml_text.h"

#include <QXmlStreamReader>

#include <cmath>
#include <cstdio>
#include <limits>
#include <map>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;
constexpr qsizetype maxLeafCharacters = 24 << 20; // of one element: as many samples as a lead may have
constexpr int maxDepth = 64;

// One WaveformData block with the numbers that stand beside it.
struct Block
{
    std::array<std::vector<float>, leadCount> leads; // raw counts
    std::optional<double> rate, resolution, declared;
    bool resolutionInMicrovolts = true;
    std::size_t gaps = 0, unknownLeads = 0;

    bool isEmpty() const
    {
        for (const auto& lead : leads)
            if (!lead.empty())
                return false;
        return true;
    }
};

struct Moment
{
    int year = 0, month = 0, day = 0, hour = -1, minute = 0, second = 0;
};

// "VentricularRate" → "Ventricular rate", "PQInterval" → "PQ interval", "QTCInterval" → "QTC interval".
std::string humanName(const std::string& tag)
{
    static const std::map<std::string, std::string> special{{"QTCInterval", "QTc interval"},
                                                            {"SokolovLVHIndex", "Sokolow index"},
                                                            {"QTDispersionBazett", "QTc dispersion"},
                                                            {"QRSNum", "QRS count"}};
    if (const auto found = special.find(tag); found != special.end())
        return found->second;
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    std::string result;
    for (std::size_t i = 0; i < tag.size(); ++i) {
        const bool startsWord = i > 0 && upper(tag[i]) && i + 1 < tag.size() && !upper(tag[i + 1]);
        if (startsWord)
            result += ' ';
        result += startsWord ? char(tag[i] - 'A' + 'a') : tag[i];
    }
    return result;
}

class Document
{
public:
    Document(const std::filesystem::path& file, EcgRecord& record) : m_file(file), m_record(record) {}

    void read(QString& text)
    {
        m_xml.addData(text);
        text.clear(); // the parser has its own copy
        while (!m_xml.atEnd()) {
            switch (m_xml.readNext()) {
            case QXmlStreamReader::DTD:
                if (!m_xml.entityDeclarations().isEmpty())
                    throw ParseError(ErrorCode::Unsupported, "The document declares entities, which no ECG needs.",
                                     place());
                break;
            case QXmlStreamReader::StartElement:
                startElement();
                break;
            case QXmlStreamReader::Characters:
                if (m_open && !m_xml.isWhitespace())
                    m_text += m_xml.text();
                if (m_text.size() > maxLeafCharacters)
                    throw ParseError(ErrorCode::LimitExceeded, "One element holds more text than an ECG can have.",
                                     place());
                break;
            case QXmlStreamReader::EndElement:
                endElement();
                break;
            default:
                break;
            }
        }
        if (m_xml.hasError() && !m_stripComplete)
            throw ParseError(m_xml.error() == QXmlStreamReader::PrematureEndOfDocumentError ? ErrorCode::Truncated
                                                                                            : ErrorCode::Malformed,
                             "The XML can't be read any further.", place());
        if (m_xml.hasError())
            m_record.warnings.push_back(
                {"truncated", "The XML is damaged behind the rhythm strip; what follows is lost.", place().where});
    }

    Block strip, median;
    Moment observed, born;
    std::string family, given, deviceName, deviceVersion;
    bool simulated = false;

private:
    base::Place place() const { return {m_file, "line " + std::to_string(m_xml.lineNumber())}; }

    bool inside(const char* name) const
    {
        for (const std::string& open : m_path)
            if (open == name)
                return true;
        return false;
    }
    // parent(0) is the element itself while it is on the path.
    std::string_view parent(std::size_t up = 1) const
    {
        return m_path.size() > up ? std::string_view(m_path[m_path.size() - 1 - up]) : std::string_view{};
    }
    Block* block() { return inside("StripData") ? &strip : inside("MedianSamples") ? &median : nullptr; }

    void startElement()
    {
        if (m_path.size() >= std::size_t(maxDepth))
            throw ParseError(ErrorCode::LimitExceeded, "The XML is nested too deeply.", place());
        m_path.push_back(m_xml.name().toString().toStdString());
        m_text.clear();
        m_open = true;
        m_units = m_xml.attributes().value(QLatin1String("units")).toString().toStdString();
        m_lead = m_xml.attributes().value(QLatin1String("lead")).toString().toStdString();
        if (m_lead.empty())
            m_lead = m_xml.attributes().value(QLatin1String("Lead")).toString().toStdString();
    }

    void endElement()
    {
        const std::string tag = m_path.back();
        if (tag == "StripData")
            m_stripComplete = !strip.isEmpty();
        if (m_open) // a leaf: it had no child since it started
            leaf(tag, m_text.toUtf8().toStdString());
        m_open = false;
        m_text.clear();
        m_path.pop_back();
    }

    void leaf(const std::string& tag, const std::string& raw)
    {
        const std::string value(trim(raw));
        if (Block* b = block(); b && blockValue(*b, tag, value))
            return;
        if (value.empty())
            return;
        const auto number = parseNumber(value);
        const int whole = number && std::abs(*number) < 1e6 ? int(*number) : 0;
        if (parent() == "ObservationDateTime" && m_path.size() <= 4)
            moment(observed, tag, whole);
        else if (parent() == "BirthDateTime")
            moment(born, tag, whole);
        else if (inside("PatientInfo"))
            patient(tag, value, number);
        else if (inside("FilterSetting"))
            filter(tag, value, number);
        else if (tag == "DiagnosisText" || tag == "ConclusionText" || tag == "InterpretationText")
            statement(value);
        else if (parent() == "DeviceInfo")
            (tag == "Desc" ? deviceName : tag == "SoftwareVer" ? deviceVersion : m_ignored) = value;
        else if (tag == "SimulatedPatientData")
            simulated = toLower(value) == "yes";
        else if (parent() == "RestingECGMeasurements" && number && std::isfinite(*number) &&
                 m_record.measurements.size() < 500)
            m_record.measurements.push_back({humanName(tag), number, m_units, {}});
    }

    bool blockValue(Block& b, const std::string& tag, const std::string& value)
    {
        if (tag == "WaveformData") {
            waveform(b, value);
        } else if (tag == "SampleRate") {
            b.rate = parseNumber(value).value_or(std::numeric_limits<double>::quiet_NaN());
        } else if (tag == "ChannelSampleCountTotal") {
            b.declared = parseNumber(value).value_or(std::numeric_limits<double>::quiet_NaN());
            checkSampleCount(*b.declared, m_file, place().where);
        } else if (tag == "Resolution") {
            b.resolution = parseNumber(value);
            const std::string units = toLower(m_units);
            b.resolutionInMicrovolts = units.empty() || units == "uvperlsb" || units == "uv";
        } else {
            return false;
        }
        return true;
    }

    void waveform(Block& b, std::string_view text)
    {
        const auto lead = leadFromName(m_lead);
        if (!lead) {
            ++b.unknownLeads;
            return;
        }
        std::vector<float>& values = b.leads[index(*lead)];
        if (!values.empty())
            return;
        while (!text.empty()) {
            const auto comma = text.find(',');
            const std::string_view item = trim(text.substr(0, comma));
            text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
            if (item.empty() && trim(text).empty())
                break; // the comma behind the last sample
            const auto number = parseNumber(item);
            if (!number && !item.empty())
                throw ParseError(ErrorCode::Malformed,
                                 "A sample of lead " + std::string(name(*lead)) + " isn't a number.", place());
            if (values.size() >= maxSamplesPerLead)
                checkSampleCount(double(values.size()) + 1, m_file, place().where);
            const bool usable = number && std::isfinite(*number) && std::abs(*number) < 1e9;
            b.gaps += usable ? 0 : 1;
            values.push_back(usable ? float(*number) : std::numeric_limits<float>::quiet_NaN());
        }
    }

    void patient(const std::string& tag, const std::string& value, std::optional<double> number)
    {
        Patient& p = m_record.patient;
        if (tag == "PID" || (tag == "PatientID" && p.id.empty()))
            p.id = value;
        else if (tag == "FamilyName")
            family = value;
        else if (tag == "GivenName")
            given = value;
        else if (tag == "Gender")
            p.sex = toLower(value).starts_with("f") ? "F" : toLower(value).starts_with("m") ? "M" : "";
        else if (tag == "Age" && number && *number > 0 && *number <= 2000) {
            const std::string units = toLower(m_units);
            const double perYear = units.starts_with("month")  ? 12
                                   : units.starts_with("week") ? 52
                                   : units.starts_with("day")  ? 365
                                                               : 1;
            if (*number / perYear <= 130)
                p.ageYears = int(*number / perYear);
        }
    }

    void filter(const std::string& tag, const std::string& value, std::optional<double> number)
    {
        AcquisitionFilters& f = m_record.filters;
        const bool yes = toLower(value) == "yes";
        const bool positive = number && std::isfinite(*number) && *number > 0;
        if (tag == "Filter50Hz" && yes)
            f.notchHz = 50;
        else if (tag == "Filter60Hz" && yes)
            f.notchHz = 60;
        else if (tag == "LowPass" && positive)
            f.lowPassHz = number;
        else if (tag == "HighPass" && positive)
            f.highPassHz = number;
    }

    void statement(const std::string& value)
    {
        if (m_record.statements.size() < 200)
            m_record.statements.push_back(value);
    }

    static void moment(Moment& m, const std::string& tag, int value)
    {
        (tag == "Year"     ? m.year
         : tag == "Month"  ? m.month
         : tag == "Day"    ? m.day
         : tag == "Hour"   ? m.hour
         : tag == "Minute" ? m.minute
                           : m.second) = value;
    }

    const std::filesystem::path& m_file;
    EcgRecord& m_record;
    QXmlStreamReader m_xml;
    std::vector<std::string> m_path;
    QString m_text;
    bool m_open = false, m_stripComplete = false;
    std::string m_units, m_lead, m_ignored;
};

void takeBlock(EcgRecord& record, Block& block)
{
    checkSamplingRate(block.rate.value_or(std::numeric_limits<double>::quiet_NaN()), record.file, "SampleRate");
    record.samplingHz = *block.rate;
    double factor = 1;
    if (block.resolution && std::isfinite(*block.resolution) && *block.resolution > 0 && block.resolutionInMicrovolts)
        factor = *block.resolution / 1000;
    else
        record.warnings.push_back(
            {"units-unknown", "The resolution in microvolts is missing; the values are raw counts.", "Resolution"});
    if (block.gaps)
        record.warnings.push_back(
            {"samples-invalid", std::to_string(block.gaps) + " samples are empty or invalid.", {}});
    if (block.unknownLeads)
        record.warnings.push_back(
            {"leads-ignored",
             std::to_string(block.unknownLeads) + " channels are no standard lead and were left out.",
             {}});
    std::size_t longest = 0;
    for (auto& lead : block.leads) {
        for (float& value : lead)
            value = float(double(value) * factor);
        longest = std::max(longest, lead.size());
    }
    record.leads = std::move(block.leads);
    if (block.declared && double(longest) != *block.declared)
        record.warnings.push_back({double(longest) < *block.declared ? "truncated" : "sample-count",
                                   "The file declares " + std::to_string((long long)*block.declared) +
                                       " samples per lead and holds " + std::to_string(longest) + ".",
                                   "ChannelSampleCountTotal"});
}

} // namespace

bool CardioSoftReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    try {
        return searchableText(head).find("<CardiologyXML") != std::string::npos;
    } catch (...) {
        return false;
    }
}

EcgRecord CardioSoftReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "GE CardioSoft XML";
    Document document(file, record);
    QString xml = decodeXml(readBytes(file, maxFileBytes, true), record.warnings);
    document.read(xml);

    if (!document.strip.isEmpty()) {
        takeBlock(record, document.strip);
    } else if (!document.median.isEmpty()) {
        takeBlock(record, document.median);
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    } else {
        throw ParseError(ErrorCode::Missing, "The file holds no waveform.", {file, "StripData"});
    }

    record.patient.name = document.family + (document.given.empty() ? "" : "^" + document.given);
    record.patient.birthDate = isoDate(document.born.year, document.born.month, document.born.day);
    const Moment& t = document.observed;
    record.date = isoDate(t.year, t.month, t.day);
    if (t.hour >= 0 && t.hour < 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 && t.second < 61) {
        char text[32];
        std::snprintf(text, sizeof text, "%02d:%02d:%02d", t.hour, t.minute, t.second);
        record.time = text;
    }
    if (!record.patient.ageYears)
        record.patient.ageYears = yearsBetween(record.patient.birthDate, record.date);
    record.device = document.deviceName + (document.deviceVersion.empty() ? "" : " " + document.deviceVersion);
    if (document.simulated)
        record.warnings.push_back({"simulated-patient", "The file says that its patient is simulated.", {}});
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
