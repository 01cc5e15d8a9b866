// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/dicom_reader.h"

#include "dicom/waveform.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;
using dicom::WaveformChannel;
using dicom::WaveformDocument;
using dicom::WaveformGroup;

struct NamedLead
{
    Lead lead;
    bool byName = false;
};

std::optional<NamedLead> leadOf(const WaveformChannel& channel)
{
    if (const auto lead = leadFromCode(channel.sourceCode, channel.sourceScheme))
        return NamedLead{*lead};
    for (const std::string* text : {&channel.sourceText, &channel.label})
        if (const auto lead = leadFromName(*text))
            return NamedLead{*lead, true};
    return std::nullopt;
}

bool isMedian(const WaveformGroup& group)
{
    const std::string label = toLower(group.label);
    for (const char* word : {"median", "average", "template", "representative"})
        if (label.find(word) != std::string::npos)
            return true;
    return false;
}

double secondsOf(const WaveformGroup& group)
{
    return group.channels.empty() || !(group.samplingHz > 0)
               ? 0
               : double(group.channels.front().samples.size()) / group.samplingHz;
}

std::size_t standardLeads(const WaveformGroup& group)
{
    std::set<Lead> found;
    for (const WaveformChannel& channel : group.channels)
        if (const auto named = leadOf(channel))
            found.insert(named->lead);
    return found.size();
}

// Rhythm before median, original before derived, more leads before fewer, longer before shorter.
WaveformGroup* chooseGroup(WaveformDocument& document)
{
    WaveformGroup* best = nullptr;
    const auto rank = [](const WaveformGroup& g) {
        const bool rhythm = toLower(g.label).find("rhythm") != std::string::npos;
        return std::tuple(!isMedian(g), rhythm, toLower(g.originality) != "derived", standardLeads(g), secondsOf(g));
    };
    for (WaveformGroup& group : document.groups)
        if (standardLeads(group) > 0 && (!best || rank(group) > rank(*best)))
            best = &group;
    return best;
}

// "063Y" → 63; months, weeks and days are less than a year old.
std::optional<int> ageOf(const std::string& age)
{
    if (age.size() != 4)
        return std::nullopt;
    const auto value = parseNumber(std::string_view(age).substr(0, 3));
    if (!value)
        return std::nullopt;
    switch (age[3]) {
    case 'Y':
        return int(*value);
    case 'M':
        return int(*value / 12);
    case 'W':
        return int(*value / 52);
    case 'D':
        return int(*value / 365);
    default:
        return std::nullopt;
    }
}

void fillIdentity(EcgRecord& record, const dicom::Identity& identity)
{
    record.patient.id = identity.patientId;
    record.patient.name = identity.patientName;
    record.patient.birthDate = identity.birthDate;
    record.patient.sex = identity.sex;
    const bool acquired = !identity.acquisitionDate.empty();
    record.date = acquired ? identity.acquisitionDate : identity.studyDate;
    record.time = acquired ? identity.acquisitionTime : identity.studyTime;
    record.patient.ageYears = ageOf(identity.age);
    if (!record.patient.ageYears)
        record.patient.ageYears = yearsBetween(identity.birthDate, record.date);
    record.device = identity.manufacturer;
    if (!identity.model.empty())
        record.device += (record.device.empty() ? "" : " ") + identity.model;
    record.studyUid = identity.studyUid;
}

void fillAnnotations(EcgRecord& record, const WaveformDocument& document)
{
    constexpr std::size_t most = 2000;
    for (const dicom::WaveformAnnotation& note : document.annotations) {
        if (record.measurements.size() + record.statements.size() >= most)
            break;
        const std::string label = note.conceptText.empty() ? note.conceptCode : note.conceptText;
        if (note.value && std::isfinite(*note.value)) {
            record.measurements.push_back({label.empty() ? note.text : label, note.value, note.unit, {}});
        } else if (const auto text = trim(note.text); !text.empty()) {
            record.statements.emplace_back(text);
        }
    }
}

void fillFilters(EcgRecord& record, const WaveformChannel& channel)
{
    const auto take = [](std::optional<double>& to, const std::optional<double>& from) {
        if (!to && from && std::isfinite(*from) && *from > 0)
            to = from;
    };
    take(record.filters.highPassHz, channel.lowHz);
    take(record.filters.lowPassHz, channel.highHz);
    take(record.filters.notchHz, channel.notchHz);
}

// Some writers declare 0 as the padding value, and every zero crossing then reads as a hole. It shows: no valid sample
// is at the baseline, and holes inside the signal have neighbours beside it. Such holes are samples at the baseline.
bool zeroWasPadding(const WaveformGroup& group)
{
    constexpr double nearCounts = 25;
    std::size_t holes = 0, nearZero = 0;
    for (const WaveformChannel& channel : group.channels) {
        const double zero = channel.sensitivity ? channel.baseline.value_or(0) : 0;
        const double count = std::abs(channel.sensitivity.value_or(1) * channel.correction.value_or(1));
        const auto& values = channel.samples;
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (double(values[i]) == zero)
                return false;
            const bool opens = i > 0 && std::isnan(values[i]) && !std::isnan(values[i - 1]);
            if (!opens)
                continue;
            std::size_t end = i;
            while (end < values.size() && std::isnan(values[end]))
                ++end;
            if (end == values.size())
                break;
            ++holes;
            nearZero += std::abs(double(values[i - 1]) - zero) <= nearCounts * count &&
                        std::abs(double(values[end]) - zero) <= nearCounts * count;
            i = end - 1;
        }
    }
    return holes >= 8 && double(nearZero) >= 0.9 * double(holes);
}

void fillHolesWithZero(WaveformGroup& group)
{
    // A longer hole at an end is what padding is for, and stays one.
    const auto shortest = std::size_t(group.samplingHz * 0.05);
    for (WaveformChannel& channel : group.channels) {
        auto& values = channel.samples;
        const auto zero = float(channel.sensitivity ? channel.baseline.value_or(0) : 0);
        const auto valid = [](float value) { return !std::isnan(value); };
        const auto last = std::find_if(values.rbegin(), values.rend(), valid).base();
        const auto end = std::size_t(values.end() - last) < shortest ? values.end() : last;
        const auto first = std::find_if(values.begin(), end, valid);
        const auto begin = std::size_t(first - values.begin()) < shortest ? values.begin() : first;
        std::replace_if(
            begin, end, [](float value) { return std::isnan(value); }, zero);
    }
}

// Leads of one group with the notes that concern several of them at once.
class LeadFiller
{
public:
    explicit LeadFiller(EcgRecord& record) : m_record(record) {}

    void fill(const WaveformGroup& group)
    {
        std::size_t strangers = 0;
        for (const WaveformChannel& channel : group.channels) {
            if (const auto named = leadOf(channel))
                fillLead(group, channel, *named);
            else
                ++strangers;
        }
        note("lead-twice", "In the file twice, the first is used: ", m_twice);
        note("lead-by-name", "Recognised by name, not by code: ", m_byName);
        note("units-unknown",
             "No channel sensitivity, the values are raw counts and not millivolts: ", m_noSensitivity);
        note("units-unknown", "Not in volts, the values are kept as they are: ", m_notVolts);
        note("channel-skew", "Sampled at an offset in time and not shifted back: ", m_skewed);
        if (strangers)
            m_record.warnings.push_back(
                {"leads-ignored",
                 "Channels that are no standard lead were left out: " + std::to_string(strangers) + ".",
                 {}});
    }

private:
    static void list(std::string& all, Lead lead) { all += (all.empty() ? "" : ", ") + std::string(name(lead)); }

    void note(const char* code, const char* sentence, const std::string& leads)
    {
        if (!leads.empty())
            m_record.warnings.push_back({code, sentence + leads + ".", leads});
    }

    void fillLead(const WaveformGroup& group, const WaveformChannel& channel, const NamedLead& named)
    {
        if (m_record.has(named.lead)) {
            list(m_twice, named.lead);
            return;
        }
        if (named.byName)
            list(m_byName, named.lead);
        double factor = 1;
        if (!channel.sensitivity)
            list(m_noSensitivity, named.lead);
        else if (const auto scale = millivoltsPer(channel.units))
            factor = *scale;
        else
            list(m_notVolts, named.lead);
        if (channel.skewSeconds && std::abs(*channel.skewSeconds) * group.samplingHz > 0.5)
            list(m_skewed, named.lead);
        auto& values = m_record[named.lead];
        values.reserve(channel.samples.size());
        for (const float value : channel.samples)
            values.push_back(float(double(value) * factor));
        fillFilters(m_record, channel);
    }

    EcgRecord& m_record;
    std::string m_twice, m_byName, m_noSensitivity, m_notVolts, m_skewed;
};

std::string formatOf(const std::string& classUid)
{
    constexpr std::string_view root = "1.2.840.10008.5.1.4.1.1.9.1.";
    if (classUid.starts_with(root)) {
        const std::string_view kind = std::string_view(classUid).substr(root.size());
        if (kind == "1")
            return "DICOM 12-lead ECG";
        if (kind == "2")
            return "DICOM General ECG";
        if (kind == "3")
            return "DICOM Ambulatory ECG";
    }
    return "DICOM ECG";
}

} // namespace

bool DicomEcgReader::recognises(const std::filesystem::path& file, std::string_view) const noexcept
{
    try {
        return dicom::looksLikeDicom(file) && dicom::summarise(file).kind == dicom::Kind::EcgWaveform;
    } catch (...) {
        return false;
    }
}

EcgRecord DicomEcgReader::read(const std::filesystem::path& file) const
{
    WaveformDocument document = dicom::readWaveforms(file);
    EcgRecord record;
    record.file = file;
    record.format = formatOf(document.identity.classUid);
    record.warnings = document.warnings;
    WaveformGroup* group = chooseGroup(document);
    if (!group)
        throw ParseError(ErrorCode::Missing, "No waveform of this file is a standard ECG lead.", {file, "(5400,0100)"});
    checkSamplingRate(group->samplingHz, file, "(003A,001A)");
    for (const WaveformChannel& channel : group->channels)
        checkSampleCount(double(channel.samples.size()), file, "(003A,0010)");
    record.samplingHz = group->samplingHz;
    if (isMedian(*group))
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    if (zeroWasPadding(*group)) {
        fillHolesWithZero(*group);
        record.warnings.push_back(
            {"padding-zero",
             "The file declares 0 as padding although its signal crosses 0; zeros were kept as samples.",
             "(5400,100A)"});
    }

    fillIdentity(record, document.identity);
    LeadFiller(record).fill(*group);
    fillAnnotations(record, document);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
