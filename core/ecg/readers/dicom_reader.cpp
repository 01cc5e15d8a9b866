// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/dicom_reader.h"

#include "dicom/waveform.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <set>

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
    return group.channels.empty() || !(group.samplingHz > 0) ? 0 : double(group.channels.front().samples.size()) / group.samplingHz;
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
const WaveformGroup* chooseGroup(const WaveformDocument& document)
{
    const WaveformGroup* best = nullptr;
    const auto rank = [](const WaveformGroup& g) {
        const bool rhythm = toLower(g.label).find("rhythm") != std::string::npos;
        return std::tuple(!isMedian(g), rhythm, toLower(g.originality) != "derived", standardLeads(g), secondsOf(g));
    };
    for (const WaveformGroup& group : document.groups)
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
    case 'Y': return int(*value);
    case 'M': return int(*value / 12);
    case 'W': return int(*value / 52);
    case 'D': return int(*value / 365);
    default: return std::nullopt;
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

void fillLead(EcgRecord& record, const WaveformGroup& group, const WaveformChannel& channel, const NamedLead& named)
{
    const std::string label(name(named.lead));
    if (record.has(named.lead)) {
        record.warnings.push_back({"lead-twice", "Lead " + label + " is in the file twice; the first is used.", label});
        return;
    }
    if (named.byName)
        record.warnings.push_back({"lead-by-name", "Lead " + label + " has no known code; it was recognised by its name.", label});
    double factor = 1;
    if (!channel.sensitivity) {
        record.warnings.push_back(
            {"units-unknown", "Lead " + label + " has no channel sensitivity; its values are raw counts, not millivolts.", label});
    } else if (const auto scale = millivoltsPer(channel.units)) {
        factor = *scale;
    } else {
        record.warnings.push_back({"units-unknown", "Lead " + label + " isn't in volts; its values are kept as they are.", label});
    }
    if (channel.skewSeconds && std::abs(*channel.skewSeconds) * group.samplingHz > 0.5)
        record.warnings.push_back({"channel-skew", "Lead " + label + " was sampled at an offset in time; it isn't shifted back.", label});
    auto& values = record[named.lead];
    values.reserve(channel.samples.size());
    for (const float value : channel.samples)
        values.push_back(float(double(value) * factor));
    fillFilters(record, channel);
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
    const WaveformDocument document = dicom::readWaveforms(file);
    EcgRecord record;
    record.file = file;
    record.format = "DICOM ECG";
    record.warnings = document.warnings;
    const WaveformGroup* group = chooseGroup(document);
    if (!group)
        throw ParseError(ErrorCode::Missing, "No waveform of this file is a standard ECG lead.", {file, "(5400,0100)"});
    checkSamplingRate(group->samplingHz, file, "(003A,001A)");
    for (const WaveformChannel& channel : group->channels)
        checkSampleCount(double(channel.samples.size()), file, "(003A,0010)");
    record.samplingHz = group->samplingHz;
    if (isMedian(*group))
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});

    fillIdentity(record, document.identity);
    std::size_t others = 0;
    for (const WaveformChannel& channel : group->channels) {
        if (const auto named = leadOf(channel))
            fillLead(record, *group, channel, *named);
        else
            ++others;
    }
    if (others)
        record.warnings.push_back({"leads-ignored", std::to_string(others) + " channels are no standard lead and were left out.", {}});
    fillAnnotations(record, document);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
