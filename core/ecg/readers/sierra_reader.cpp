// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/sierra_reader.h"

#include "ecg/readers/coding.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/known_formats.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/sierra_document.h"
#include "ecg/readers/xli.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;
using Channels = std::array<std::vector<std::int16_t>, leadCount>;

std::vector<Lead> leadOrder(const SierraDocument& document, EcgRecord& record, std::size_t& channels)
{
    std::vector<Lead> order;
    std::string_view rest = document.labels;
    while (!(rest = trim(rest)).empty() && order.size() < maxSierraChannels) {
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
        const auto leads = decodeXli(decoded.bytes, maxSamplesPerLead, maxSierraChannels);
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
    for (const SierraBeat& each : document.beats) {
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
