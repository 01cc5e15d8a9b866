// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/cardiosoft_reader.h"

#include "ecg/readers/file_beat.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/xml_walker.h"
#include "ecg/simulated.h"

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

// One WaveformData block with the numbers that stand beside it.
struct Block
{
    std::array<std::vector<float>, leadCount> leads; // raw counts
    std::optional<double> rate, resolution, declared, firstValid, lastValid;
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

class Document final : public XmlWalker
{
public:
    Document(const std::filesystem::path& file, EcgRecord& record) : XmlWalker(file, record.warnings), m_record(record)
    {
    }

    Block strip, median;
    Moment observed, born;
    std::string family, given, deviceName, deviceVersion;
    WaveBorders borders; // of the median
    bool simulated = false, stripComplete = false;

private:
    Block* block() { return inside("StripData") ? &strip : inside("MedianSamples") ? &median : nullptr; }

    void closed(const std::string& tag, const std::string& text) override
    {
        if (tag == "StripData")
            stripComplete = !strip.isEmpty();
        leaf(tag, text);
    }

    void leaf(const std::string& tag, const std::string& value)
    {
        if (Block* b = block(); b && blockValue(*b, tag, value))
            return;
        if (value.empty())
            return;
        const auto number = parseNumber(value);
        const int whole = number && std::abs(*number) < 1e6 ? int(*number) : 0;
        if (parent() == "ObservationDateTime" && depth() <= 4)
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
            measurement(tag, *number);
    }

    void measurement(const std::string& tag, double number)
    {
        const std::string units = attribute("units");
        m_record.measurements.push_back({humanName(tag), number, units, {}});
        const auto border = tag == "POnset"    ? &WaveBorders::pOnset
                            : tag == "POffset" ? &WaveBorders::pOffset
                            : tag == "QOnset"  ? &WaveBorders::qrsOnset
                            : tag == "QOffset" ? &WaveBorders::qrsOffset
                            : tag == "TOnset"  ? &WaveBorders::tOnset
                            : tag == "TOffset" ? &WaveBorders::tOffset
                                               : nullptr;
        if (border && units == "ms" && number > 0)
            borders.*border = number / 1000;
    }

    bool blockValue(Block& b, const std::string& tag, const std::string& value)
    {
        if (tag == "WaveformData") {
            waveform(b, value);
        } else if (tag == "SampleRate") {
            b.rate = parseNumber(value).value_or(std::numeric_limits<double>::quiet_NaN());
        } else if (tag == "ChannelSampleCountTotal") {
            b.declared = parseNumber(value).value_or(std::numeric_limits<double>::quiet_NaN());
            checkSampleCount(*b.declared, file(), place().where);
        } else if (tag == "FirstValid") {
            b.firstValid = parseNumber(value);
        } else if (tag == "LastValid") {
            b.lastValid = parseNumber(value);
        } else if (tag == "Resolution") {
            b.resolution = parseNumber(value);
            const std::string units = toLower(attribute("units"));
            b.resolutionInMicrovolts = units.empty() || units == "uvperlsb" || units == "uv";
        } else {
            return false;
        }
        return true;
    }

    void waveform(Block& b, std::string_view text)
    {
        std::string label = attribute("lead");
        if (label.empty())
            label = attribute("Lead");
        const auto lead = leadFromName(label);
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
                checkSampleCount(double(values.size()) + 1, file(), place().where);
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
            const std::string units = toLower(attribute("units"));
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

    EcgRecord& m_record;
    std::string m_ignored;
};

// Counts to millivolts; false when they stay counts.
bool scale(Block& block)
{
    if (!block.resolution || !std::isfinite(*block.resolution) || *block.resolution <= 0 ||
        !block.resolutionInMicrovolts)
        return false;
    for (auto& lead : block.leads)
        for (float& value : lead)
            value = float(double(value) * (*block.resolution / 1000));
    return true;
}

// The median beat; what lies outside of its valid samples is cut off.
void takeMedian(EcgRecord& record, Block& block, WaveBorders borders)
{
    const double rate = block.rate.value_or(std::numeric_limits<double>::quiet_NaN());
    if (block.gaps || !scale(block)) {
        noteLostBeat(record, "MedianSamples");
        return;
    }
    const auto valid = [](std::optional<double> sample, double otherwise) {
        return sample && *sample >= 0 && *sample < double(maxSamplesPerLead) ? std::floor(*sample) : otherwise;
    };
    const double first = valid(block.firstValid, 0), last = valid(block.lastValid, double(maxSamplesPerLead));
    for (auto& lead : block.leads) {
        if (double(lead.size()) > last + 1)
            lead.resize(std::size_t(last) + 1);
        lead.erase(lead.begin(), lead.begin() + std::ptrdiff_t(std::min(std::size_t(first), lead.size())));
    }
    for (const auto border : {&WaveBorders::pOnset, &WaveBorders::pOffset, &WaveBorders::qrsOnset,
                              &WaveBorders::qrsOffset, &WaveBorders::tOnset, &WaveBorders::tOffset})
        if (borders.*border)
            *(borders.*border) -= first / rate;
    setFileBeat(record, {std::move(block.leads), rate}, borders);
}

void takeBlock(EcgRecord& record, Block& block)
{
    checkSamplingRate(block.rate.value_or(std::numeric_limits<double>::quiet_NaN()), record.file, "SampleRate");
    record.samplingHz = *block.rate;
    if (!scale(block))
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
    for (const auto& lead : block.leads)
        longest = std::max(longest, lead.size());
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
    document.walk(readBytes(file, maxFileBytes, true));
    if (document.damage() && !document.stripComplete)
        throw *document.damage();

    if (!document.strip.isEmpty()) {
        takeBlock(record, document.strip);
        if (!document.median.isEmpty())
            takeMedian(record, document.median, document.borders);
    } else if (!document.median.isEmpty()) {
        takeBlock(record, document.median);
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    } else {
        throw ParseError(ErrorCode::Missing, "The file holds no waveform.", {file, "StripData"});
    }

    record.patient.birthDate = isoDate(document.born.year, document.born.month, document.born.day);
    const Moment& t = document.observed;
    record.date = isoDate(t.year, t.month, t.day);
    if (t.hour >= 0 && t.hour < 24 && t.minute >= 0 && t.minute < 60 && t.second >= 0 && t.second < 61) {
        char text[32];
        std::snprintf(text, sizeof text, "%02d:%02d:%02d", t.hour, t.minute, t.second);
        record.time = text;
    }
    record.device = document.deviceName + (document.deviceVersion.empty() ? "" : " " + document.deviceVersion);
    if (document.simulated)
        record.warnings.push_back(simulatedPatientWarning());
    finishXmlRecord(record, document.damage(), document.family, document.given);
    return record;
}

} // namespace echo2ecg::ecg
