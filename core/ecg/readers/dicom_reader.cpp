// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/dicom_reader.h"

#include "base/simulated.h"
#include "dicom/waveform.h"
#include "ecg/readers/dicom_groups.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/reader_support.h"
#include "ecg/simulated.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;
using dicom::WaveformChannel;
using dicom::WaveformDocument;
using dicom::WaveformGroup;

// "063Y" → 63; months, weeks and days are less than a year old.
std::optional<int> ageOf(const std::string& age)
{
    if (age.size() != 4)
        return std::nullopt;
    const auto value = parseDigits(std::string_view(age).substr(0, 3));
    if (!value)
        return std::nullopt;
    switch (age[3]) {
    case 'Y':
        return *value;
    case 'M':
        return *value / 12;
    case 'W':
        return *value / 52;
    case 'D':
        return *value / 365;
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
    if (base::saysSimulated(identity.manufacturer) || base::saysSimulated(identity.model) || base::saysSimulated(identity.seriesDescription))
        record.warnings.push_back(simulatedPatientWarning());
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

// Leads of one recording with the notes that concern several of them at once.
class LeadFiller
{
public:
    explicit LeadFiller(EcgRecord& record) : m_record(record) {}

    // `delay`: samples by which this group starts later than the recording.
    void fill(const WaveformGroup& group, std::size_t delay = 0)
    {
        for (const WaveformChannel& channel : group.channels) {
            if (const auto named = leadOf(channel))
                fillLead(group, channel, *named, delay);
            else
                ++m_strangers;
        }
    }

    void finish()
    {
        note("lead-twice", "In the file twice, the first is used: ", m_twice);
        note("lead-by-name", "Recognised by name, not by code: ", m_byName);
        note("units-unknown",
             "No channel sensitivity, the values are raw counts and not millivolts: ", m_noSensitivity);
        note("units-unknown", "Not in volts, the values are kept as they are: ", m_notVolts);
        note("channel-skew",
             "Sampled at an offset in time and shifted back, its first samples are missing: ", m_skewed);
        note("channel-skew", "Sampled at a fraction of a sample beside the others and interpolated: ", m_interpolated);
        note("channel-skew", "States an offset in time beyond its length, which was ignored: ", m_absurdSkew);
        if (m_strangers)
            m_record.warnings.push_back(
                {"leads-ignored",
                 "Channels that are no standard lead were left out: " + std::to_string(m_strangers) + ".",
                 {}});
    }

private:
    static void list(std::string& all, Lead lead) { all += (all.empty() ? "" : ", ") + std::string(name(lead)); }

    void note(const char* code, const char* sentence, const std::string& leads)
    {
        if (!leads.empty())
            m_record.warnings.push_back({code, sentence + leads + ".", leads});
    }

    void fillLead(const WaveformGroup& group, const WaveformChannel& channel, const DicomLead& named, std::size_t delay)
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
        std::vector<float> samples = unskewed(group, channel, named.lead);
        auto& values = m_record[named.lead];
        values.assign(delay, std::numeric_limits<float>::quiet_NaN());
        values.reserve(delay + samples.size());
        for (const float value : samples)
            values.push_back(float(double(value) * factor));
        fillFilters(m_record, channel);
    }

    std::vector<float> unskewed(const WaveformGroup& group, const WaveformChannel& channel, Lead lead)
    {
        const double skew = channel.skewSeconds.value_or(0) * group.samplingHz;
        if (skew == 0)
            return channel.samples;
        if (!std::isfinite(skew) || std::abs(skew) >= double(channel.samples.size())) {
            list(m_absurdSkew, lead);
            return channel.samples;
        }
        // Rates and skews are decimal text; a millionth of a sample is rounding.
        const double whole = std::round(skew);
        const bool isWhole = std::abs(skew - whole) < 1e-6;
        if (isWhole && whole == 0)
            return channel.samples;
        list(isWhole ? m_skewed : m_interpolated, lead);
        return shiftedBack(channel.samples, isWhole ? whole : skew);
    }

    EcgRecord& m_record;
    std::size_t m_strangers = 0;
    std::string m_twice, m_byName, m_noSensitivity, m_notVolts, m_skewed, m_interpolated, m_absurdSkew;
};

// Groups of the same rate that add leads. Where they state no time, they are taken as simultaneous.
void joinGroups(EcgRecord& record, LeadFiller& filler, const DicomGroups& groups)
{
    double earliest = groups.rhythm->timeOffsetSeconds.value_or(0);
    bool timed = groups.rhythm->timeOffsetSeconds.has_value();
    for (const WaveformGroup* group : groups.joined) {
        timed = timed && group->timeOffsetSeconds.has_value();
        earliest = std::min(earliest, group->timeOffsetSeconds.value_or(earliest));
    }
    const auto delay = [&](const WaveformGroup& group) -> std::size_t {
        if (groups.joined.empty() || !timed)
            return 0;
        const double samples = std::round((*group.timeOffsetSeconds - earliest) * group.samplingHz);
        checkSampleCount(samples + double(group.channels.front().samples.size()), record.file, "(0018,1068)");
        return std::size_t(samples);
    };
    bool later = delay(*groups.rhythm) > 0;
    filler.fill(*groups.rhythm, delay(*groups.rhythm));
    for (const WaveformGroup* group : groups.joined) {
        filler.fill(*group, delay(*group));
        later = later || delay(*group) > 0;
    }
    if (!groups.joined.empty() && !timed)
        record.warnings.push_back({"groups-joined",
                                   "The leads are in several waveform groups without a time; they were taken as "
                                   "recorded together.",
                                   "(0018,1068)"});
    if (later)
        record.warnings.push_back({"leads-sequential",
                                   "Not all leads start together; where a lead wasn't recorded it is marked invalid.",
                                   "(0018,1068)"});
}

void noteUnusedGroups(EcgRecord& record, const DicomGroups& groups)
{
    std::string list;
    for (const WaveformGroup* group : groups.unused) {
        if (list.size() > 300) {
            list += ", …";
            break;
        }
        char text[96];
        std::snprintf(text, sizeof text, "group %d (%zu channels%s, %g Hz, %.1f s)", group->number,
                      group->channels.size(), isMedianBeat(*group) ? " of an averaged beat" : "", group->samplingHz,
                      group->channels.empty() ? 0.0
                                              : double(group->channels.front().samples.size()) / group->samplingHz);
        list += (list.empty() ? "" : ", ") + std::string(text);
    }
    if (!list.empty())
        record.warnings.push_back(
            {"waveform-ignored", "Further waveforms of this file weren't used: " + list + ".", {}});
}

// Some writers fill the end of the averaged beat with the smallest number and don't declare it as padding.
void cutFilledEnd(WaveformGroup& median)
{
    const auto filled = [&](std::size_t i) {
        return std::all_of(median.channels.begin(), median.channels.end(), [i](const WaveformChannel& c) {
            const double scale = c.sensitivity ? *c.sensitivity * c.correction.value_or(1) : 1;
            const double smallest = -32768 * scale + (c.sensitivity ? c.baseline.value_or(0) : 0);
            return std::isnan(c.samples[i]) || c.samples[i] == float(smallest);
        });
    };
    std::size_t end = median.channels.front().samples.size();
    while (end > 0 && filled(end - 1))
        --end;
    for (WaveformChannel& channel : median.channels)
        channel.samples.resize(end);
}

void takeMedian(EcgRecord& record, const WaveformDocument& document, const DicomGroups& groups)
{
    const double hz = groups.median->samplingHz;
    if (!(std::isfinite(hz) && hz > 0) || groups.median->channels.front().samples.size() > maxSamplesPerLead) {
        noteLostBeat(record, "group " + std::to_string(groups.median->number));
        return;
    }
    WaveformGroup median = *groups.median;
    cutFilledEnd(median);
    if (median.channels.front().samples.empty()) {
        noteLostBeat(record, "group " + std::to_string(median.number));
        return;
    }
    EcgRecord beat; // in millivolts by the rules of the rhythm
    LeadFiller filler(beat);
    filler.fill(median);
    filler.finish();
    const bool inMillivolts = std::none_of(beat.warnings.begin(), beat.warnings.end(),
                                           [](const base::Warning& w) { return w.code == "units-unknown"; });
    if (!inMillivolts) {
        noteLostBeat(record, "group " + std::to_string(median.number));
        return;
    }
    setFileBeat(record, {std::move(beat.leads), median.samplingHz},
                bordersInMedian(document, median, *groups.rhythm, record.warnings));
}

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
        if (kind == "4")
            return "DICOM General 32-bit ECG";
    }
    if (classUid == "1.2.840.10008.5.1.4.1.1.9.2.1")
        return "DICOM Hemodynamic waveform";
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
    const DicomGroups groups = sortGroups(document);
    if (!groups.rhythm)
        throw ParseError(ErrorCode::Missing, "No waveform of this file is a standard ECG lead.", {file, "(5400,0100)"});
    checkSamplingRate(groups.rhythm->samplingHz, file, "(003A,001A)");
    for (const WaveformChannel& channel : groups.rhythm->channels)
        checkSampleCount(double(channel.samples.size()), file, "(003A,0010)");
    record.samplingHz = groups.rhythm->samplingHz;
    if (isMedianBeat(*groups.rhythm))
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    if (groups.rhythm->companded)
        record.warnings.push_back({"companded",
                                   "The samples are stored in 8 logarithmic bits (G.711); large ones are coarse.",
                                   "(5400,1006)"});
    if (zeroWasPadding(*groups.rhythm)) {
        fillHolesWithZero(document.groups[std::size_t(groups.rhythm - document.groups.data())]);
        record.warnings.push_back(
            {"padding-zero",
             "The file declares 0 as padding although its signal crosses 0; zeros were kept as samples.",
             "(5400,100A)"});
    }

    fillIdentity(record, document.identity);
    LeadFiller filler(record);
    joinGroups(record, filler, groups);
    filler.finish();
    noteUnusedGroups(record, groups);
    fillAnnotations(record, document);
    if (groups.median)
        takeMedian(record, document, groups);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
