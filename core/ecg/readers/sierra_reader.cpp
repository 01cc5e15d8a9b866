// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/sierra_reader.h"

#include "ecg/readers/coding.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/xli.h"
#include "ecg/readers/xml_walker.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;
constexpr std::size_t maxChannels = 32;
using Channels = std::array<std::vector<std::int16_t>, leadCount>;

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

// What a repbeat says about itself, in milliseconds of its own time.
struct BeatTimes
{
    std::optional<double> pDuration, prInterval, qrsOnset, qrsDuration, tOnset, qtInterval;

    std::optional<double>* named(const std::string& tag)
    {
        return tag == "pdur"     ? &pDuration
               : tag == "print"  ? &prInterval
               : tag == "qonset" ? &qrsOnset
               : tag == "qrsdur" ? &qrsDuration
               : tag == "tonset" ? &tOnset
               : tag == "qtint"  ? &qtInterval
                                 : nullptr;
    }
    // Without the onset of the QRS complex nothing can be placed.
    WaveBorders borders() const
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
};

struct RepBeat
{
    std::string lead, data;
    BeatTimes times;
};

class SierraDocument final : public XmlWalker
{
public:
    SierraDocument(const std::filesystem::path& file, EcgRecord& record)
        : XmlWalker(file, record.warnings), m_record(record)
    {
    }

    std::string type, version, labels, encoding = "base64", compression, data;
    std::optional<double> rate, resolution, offset, bits, durationMs;
    std::string family, given;
    bool isSigned = true, waveforms = false, cut = false;
    std::vector<RepBeat> beats;
    std::string beatEncoding;
    std::optional<double> beatRate, beatResolution;
    BeatTimes globalTimes; // of the beats as well

private:
    void opened(const std::string& tag) override
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
        } else if (tag == "repbeat" && beats.size() < maxChannels) {
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

    void numberFrom(const char* name, std::optional<double>& value)
    {
        if (const auto text = attributeIfAny(name))
            value = parseNumber(*text).value_or(std::numeric_limits<double>::quiet_NaN());
    }

    void closed(const std::string& tag, const std::string& text) override
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
        else if (inside("interpretation") &&
                 (parent() == "interpretationmeasurements" || parent() == "globalmeasurements"))
            measurement(tag, number);
        else if (inside("interpretation") && (parent() == "statement" || tag == "severity"))
            statement(tag, text);
    }

    void cutOff(const std::string& tag, const std::string& text) override
    {
        if (tag == "parsedwaveforms" && data.empty()) {
            data = text;
            cut = true;
        }
    }

    void beat(const std::string& tag, const std::string& text, std::optional<double> number)
    {
        // 1.03 writes the samples into the element itself, 1.04 into a child.
        RepBeat& last = beats.back();
        if ((tag == "repbeat" || tag == "waveform") && last.data.empty())
            last.data = text;
        else if (auto* time = last.times.named(tag); time && number)
            *time = number;
    }

    void characteristic(const std::string& tag, const std::string& text, std::optional<double> number)
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

    void patient(const std::string& tag, const std::string& text, std::optional<double> number)
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

    void measurement(const std::string& tag, std::optional<double> number)
    {
        if (auto* time = globalTimes.named(tag); time && number && parent() == "globalmeasurements")
            *time = number;
        for (const NamedTag& each : measurementTags)
            if (tag == each.tag && number && std::isfinite(*number) && m_seen.insert(each.name).second)
                m_record.measurements.push_back({each.name, number, each.unit, {}});
    }

    void statement(const std::string& tag, const std::string& text)
    {
        auto& statements = m_record.statements;
        if (tag == "rightstatement" && m_leftStatement)
            statements.back() += " (" + text + ")";
        else if ((tag == "leftstatement" || tag == "severity") && statements.size() < 200)
            statements.push_back(text);
        m_leftStatement = tag == "leftstatement" && !statements.empty();
    }

    EcgRecord& m_record;
    AcquisitionFilters m_report; // how it was printed, not how it was recorded
    std::set<std::string> m_seen;
    bool m_notched = false, m_leftStatement = false;
};

std::vector<Lead> leadOrder(const SierraDocument& document, EcgRecord& record, std::size_t& channels)
{
    std::vector<Lead> order;
    std::string_view rest = document.labels;
    while (!(rest = trim(rest)).empty() && order.size() < maxChannels) {
        const auto end = rest.find_first_of(" \t\r\n,");
        const auto lead = leadFromName(rest.substr(0, end));
        if (!lead && order.size() < leadCount)
            throw ParseError(ErrorCode::Unsupported, "The lead set isn't the twelve standard leads.",
                             {record.file, "leadlabels"});
        if (lead)
            order.push_back(*lead);
        ++channels;
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    if (order.empty()) {
        order.assign(allLeads.begin(), allLeads.end());
        channels = leadCount;
        record.warnings.push_back({"lead-order-assumed",
                                   "The file names no leads; they were taken as I, II, III, aVR, aVL, aVF, V1 to V6.",
                                   "parsedwaveforms"});
    }
    return order;
}

// III, aVR, aVL and aVF are stored as predicted minus real value (aVR with the sign of its prediction).
void putLimbLeadsTogether(Channels& channels)
{
    const auto at = [&](Lead lead, std::size_t i) { return int(channels[index(lead)][i]); };
    const auto set = [&](Lead lead, std::size_t i, int value) {
        channels[index(lead)][i] = static_cast<std::int16_t>(value);
    };
    std::size_t n = channels[0].size();
    for (std::size_t lead = 0; lead < 6; ++lead)
        n = std::min(n, channels[lead].size());
    for (std::size_t i = 0; i < n; ++i) {
        const int one = at(Lead::I, i), two = at(Lead::II, i), three = two - one - at(Lead::III, i);
        set(Lead::III, i, three);
        set(Lead::aVR, i, -at(Lead::aVR, i) - (one + two) / 2);
        set(Lead::aVL, i, (one - three) / 2 - at(Lead::aVL, i));
        set(Lead::aVF, i, (two + three) / 2 - at(Lead::aVF, i));
    }
}

// How far lead III is from what I and II predict, as it stands.
double distanceFromPrediction(const Channels& channels)
{
    double sum = 0;
    const std::size_t n = std::min({channels[0].size(), channels[1].size(), channels[2].size()});
    for (std::size_t i = 0; i < n; ++i)
        sum += std::abs(double(channels[1][i]) - channels[0][i] - channels[2][i]);
    return sum;
}

double sumOfMagnitudes(const std::vector<std::int16_t>& values)
{
    double sum = 0;
    for (const std::int16_t value : values)
        sum += std::abs(double(value));
    return sum;
}

// A recorder ends the strip with a rectangle of 1 mV that is the same in all leads, also in those that depend on
// others.
std::size_t lengthWithoutCalibration(const Channels& channels, double microvoltsPerBit)
{
    std::size_t n = channels[0].size();
    for (const auto& channel : channels)
        if (channel.size() != n)
            return n;
    std::size_t begin = n, plateau = 0;
    while (begin > 0) {
        const int value = channels[0][begin - 1];
        const bool same = std::all_of(channels.begin(), channels.end(),
                                      [&](const auto& channel) { return channel[begin - 1] == value; });
        if (!same)
            break;
        const double microvolts = value * microvoltsPerBit;
        if (std::abs(microvolts) > 50 && std::abs(microvolts - 1000) > 50)
            break;
        plateau += std::abs(microvolts - 1000) <= 50 ? 1 : 0;
        --begin;
    }
    return plateau >= 10 ? begin : n;
}

void takeSamples(EcgRecord& record, const SierraDocument& document)
{
    checkSamplingRate(document.rate.value_or(std::numeric_limits<double>::quiet_NaN()), record.file, "samplingrate");
    record.samplingHz = *document.rate;
    const double resolution = document.resolution.value_or(std::numeric_limits<double>::quiet_NaN());
    if (!std::isfinite(resolution) || resolution <= 0 || resolution > 1e6)
        throw ParseError(ErrorCode::Malformed, "The resolution isn't a usable number of microvolts.",
                         {record.file, "resolution"});
    if ((document.bits && *document.bits != 16) || !document.isSigned)
        throw ParseError(ErrorCode::Unsupported, "Only signed samples of 16 bits are read.",
                         {record.file, "parsedwaveforms"});
    if (document.encoding != "base64")
        throw ParseError(ErrorCode::Unsupported, "The samples aren't encoded as Base64.",
                         {record.file, "parsedwaveforms"});
    if (document.durationMs)
        checkSampleCount(*document.durationMs / 1000 * record.samplingHz, record.file, "durationperchannel");
    std::size_t channelCount = 0;
    const auto order = leadOrder(document, record, channelCount);
    const Base64 decoded = decodeBase64(document.data);
    if (!decoded.clean || document.cut)
        record.warnings.push_back(
            {"truncated", "The samples break off or are damaged; what is there was read.", "parsedwaveforms"});
    Channels channels;
    bool residual = false;
    if (document.compression == "xli") {
        const auto leads = decodeXli(decoded.bytes, maxSamplesPerLead, maxChannels);
        for (std::size_t i = 0; i < std::min(order.size(), leads.size()); ++i) {
            if (!leads[i].complete)
                record.warnings.push_back({"truncated",
                                           "Lead " + std::string(name(order[i])) + " can't be unpacked to its end.",
                                           std::string(name(order[i]))});
            channels[index(order[i])] = leads[i].samples;
        }
        residual = true;
    } else if (document.compression.empty()) {
        const auto all = littleInt16(decoded.bytes);
        const std::size_t each = all.size() / std::max<std::size_t>(1, channelCount);
        checkSampleCount(double(each), record.file, "parsedwaveforms");
        for (std::size_t i = 0; i < order.size(); ++i)
            channels[index(order[i])].assign(all.begin() + std::ptrdiff_t(i * each),
                                             all.begin() + std::ptrdiff_t((i + 1) * each));
        residual = distanceFromPrediction(channels) > 2 * sumOfMagnitudes(channels[2]);
        if (residual)
            record.warnings.push_back({"limb-leads-assumed",
                                       "III, aVR, aVL and aVF look like differences from I and II and were read so.",
                                       {}});
    } else {
        throw ParseError(ErrorCode::Unsupported, "This compression isn't known.", {record.file, "parsedwaveforms"});
    }
    const bool limbs = std::all_of(channels.begin(), channels.begin() + 6, [](const auto& c) { return !c.empty(); });
    if (residual && limbs)
        putLimbLeadsTogether(channels);
    else if (residual) // differences from what isn't there mean nothing
        for (const Lead lead : {Lead::III, Lead::aVR, Lead::aVL, Lead::aVF})
            channels[index(lead)].clear();

    const std::size_t stored = channels[0].size();
    const std::size_t kept = lengthWithoutCalibration(channels, resolution);
    if (kept < stored)
        record.warnings.push_back({"calibration-removed",
                                   "The file ends with a calibration pulse; the last " + std::to_string(stored - kept) +
                                       " samples were left out.",
                                   {}});
    const double expected = document.durationMs ? *document.durationMs / 1000 * record.samplingHz : double(stored);
    if (std::abs(expected - double(stored)) >= 1)
        record.warnings.push_back({"sample-count",
                                   "The file declares " + std::to_string((long long)expected) +
                                       " samples per lead and holds " + std::to_string(stored) + ".",
                                   "durationperchannel"});
    for (const Lead lead : allLeads) {
        const auto& raw = channels[index(lead)];
        std::vector<float> values(kept < stored ? kept : raw.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = float((double(raw[i]) - document.offset.value_or(0)) * resolution / 1000);
        record[lead] = std::move(values);
    }
}

// Earliest onset and latest end, which is what borders over all leads are.
void widen(WaveBorders& all, const WaveBorders& one)
{
    const auto earliest = [](std::optional<double>& to, const std::optional<double>& from) {
        if (from && (!to || *from < *to))
            to = from;
    };
    const auto latest = [](std::optional<double>& to, const std::optional<double>& from) {
        if (from && (!to || *from > *to))
            to = from;
    };
    earliest(all.pOnset, one.pOnset);
    latest(all.pOffset, one.pOffset);
    earliest(all.qrsOnset, one.qrsOnset);
    latest(all.qrsOffset, one.qrsOffset);
    earliest(all.tOnset, one.tOnset);
    latest(all.tOffset, one.tOffset);
}

void takeBeat(EcgRecord& record, const SierraDocument& document)
{
    RepresentativeBeat beat;
    beat.samplingHz = document.beatRate.value_or(0);
    const double resolution = document.beatResolution.value_or(0);
    bool damaged =
        document.beatEncoding != "base64" || !std::isfinite(resolution) || resolution <= 0 || resolution > 1e6;
    WaveBorders borders = document.globalTimes.borders();
    const bool global = borders.qrsOnset.has_value();
    for (const RepBeat& each : document.beats) {
        const auto lead = leadFromName(each.lead);
        const Base64 decoded = decodeBase64(each.data);
        damaged = damaged || !decoded.clean;
        if (!lead || beat.has(*lead))
            continue;
        auto raw = littleInt16(decoded.bytes);
        while (!raw.empty() && raw.back() == 32767) // 1.04 fills up with it
            raw.pop_back();
        for (const std::int16_t value : raw)
            beat[*lead].push_back(float(value * resolution / 1000));
        const WaveBorders own = each.times.borders();
        if (!global)
            widen(borders, own);
        else if (own.tOnset && (!borders.tOnset || *own.tOnset < *borders.tOnset))
            borders.tOnset = own.tOnset; // stated for single leads only
    }
    if (damaged)
        noteLostBeat(record, "repbeats");
    else
        setFileBeat(record, std::move(beat), borders);
}

} // namespace

bool SierraReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    try {
        return searchableText(head).find("<restingecgdata") != std::string::npos;
    } catch (...) {
        return false;
    }
}

EcgRecord SierraReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "Philips Sierra XML";
    SierraDocument document(file, record);
    document.walk(readBytes(file, maxFileBytes, true));
    if (!document.type.empty() && document.type != "SierraECG" && document.type != "PhilipsECG")
        throw ParseError(ErrorCode::Unsupported, "The document type isn't SierraECG or PhilipsECG.",
                         {file, "documenttype"});
    if (document.data.empty()) {
        if (document.damage())
            throw *document.damage();
        throw ParseError(ErrorCode::Missing, "The file holds no waveform.", {file, "parsedwaveforms"});
    }
    if (document.type.empty() || !(document.version == "1.03" || document.version.starts_with("1.04")))
        record.warnings.push_back({"version-unknown",
                                   "The file isn't of version 1.03 or 1.04; it was read as if it were.",
                                   "documentversion"});
    takeSamples(record, document);
    if (!document.beats.empty())
        takeBeat(record, document);
    finishXmlRecord(record, document.damage(), document.family, document.given);
    return record;
}

} // namespace echo2ecg::ecg
