// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/scp_reader.h"

#include "ecg/readers/byte_view.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/file_beat.h"
#include "ecg/readers/reader_support.h"
#include "ecg/readers/scp_sections.h"
#include "ecg/readers/scp_signal.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 64u << 20;
constexpr std::size_t maxLeads = 85; // EN 1064 knows no more
constexpr std::size_t maxBeats = 20'000;

struct LeadEntry
{
    std::uint32_t first = 1, last = 0; // samples, from 1
    int code = 0;
    std::size_t length() const { return last >= first ? std::size_t(last - first) + 1 : 0; }
};

// Sections 5 and 6 begin alike.
struct WaveHeader
{
    double millivoltsPerBit = 0;
    int intervalUs = 0, differences = 0;
    bool bimodal = false;
    std::vector<std::string_view> leads;
    bool cut = false;
};

class File
{
public:
    File(const ByteView& bytes, EcgRecord& record) : m_record(record), m_sections(bytes, record.warnings) {}

    void read()
    {
        if (const auto section = m_sections.section(1))
            readScpHeader(*section, m_record);
        readLeads();
        if (const auto section = m_sections.section(2)) {
            m_huffman = ScpHuffman(*section);
            m_coded = true;
        }
        const auto six = m_sections.section(6);
        if (!six)
            throw ParseError(ErrorCode::Missing, "The file holds no rhythm data.", {m_record.file, "section 6"});
        const WaveHeader rhythm = waveHeader(*six);
        checkSamplingRate(1e6 / rhythm.intervalUs, m_record.file, "section 6");
        readReference(rhythm);
        takeLeads(rhythm);
        if (const auto section = m_sections.section(7))
            readScpMeasurements(*section, m_record);
        if (const auto section = m_sections.section(10))
            readScpLeadMeasurements(*section, m_record);
        if (const auto section = m_sections.section(8))
            readScpStatements(*section, m_record);
        if (const auto section = m_sections.section(11))
            readScpCodedStatements(*section, m_record);
        try {
            takeBeat();
        } catch (const ParseError& problem) {
            noteLostBeat(m_record, problem.place().where);
        }
    }

private:
    void warn(const char* code, std::string sentence, std::string where = {})
    {
        m_record.warnings.push_back({code, std::move(sentence), std::move(where)});
    }

    void readLeads()
    {
        const auto section = m_sections.section(3);
        if (!section)
            throw ParseError(ErrorCode::Missing, "The file doesn't define its leads.", {m_record.file, "section 3"});
        const std::size_t count = section->u8(0);
        if (count == 0 || count > maxLeads)
            throw ParseError(ErrorCode::Malformed, "The number of leads makes no sense.", section->place(0));
        m_subtracted = section->u8(1) & 1;
        for (std::size_t i = 0; i < count; ++i) {
            LeadEntry lead;
            lead.first = section->u32(2 + 9 * i);
            lead.last = section->u32(6 + 9 * i);
            lead.code = section->u8(10 + 9 * i);
            if (lead.first == 0 && lead.last > 0)
                lead.first = 1; // some devices count from 0 to one behind the end
            if (lead.last < lead.first)
                throw ParseError(ErrorCode::Malformed, "A lead ends before it starts.", section->place(2 + 9 * i));
            checkSampleCount(double(lead.length()), m_record.file, "section 3");
            checkSampleCount(double(lead.last), m_record.file, "section 3");
            m_leads.push_back(lead);
        }
    }

    WaveHeader waveHeader(const ByteView& section) const
    {
        WaveHeader h;
        h.millivoltsPerBit = section.u16(0) * 1e-6;
        h.intervalUs = section.u16(2);
        h.differences = section.u8(4);
        h.bimodal = section.u8(5) != 0;
        if (h.millivoltsPerBit <= 0 || h.intervalUs <= 0 || h.differences > 2)
            throw ParseError(ErrorCode::Malformed, "Resolution, interval or difference coding make no sense.",
                             section.place(0));
        std::size_t at = 6 + 2 * m_leads.size();
        for (std::size_t i = 0; i < m_leads.size(); ++i) {
            const std::size_t length = section.u16(6 + 2 * i);
            const std::size_t there = at < section.size() ? std::min(length, section.size() - at) : 0;
            h.cut = h.cut || there < length;
            h.leads.push_back(section.bytes().substr(std::min(at, section.size()), there));
            at += length;
        }
        return h;
    }

    std::vector<std::int32_t> decode(const WaveHeader& wave, std::size_t lead, std::size_t limit) const
    {
        std::vector<std::int32_t> values;
        if (m_coded) {
            values = m_huffman.decode(wave.leads[lead], limit);
        } else {
            const auto raw = littleInt16(wave.leads[lead]);
            values.assign(raw.begin(), raw.begin() + std::ptrdiff_t(std::min(limit, raw.size())));
        }
        undoScpDifferences(values, wave.differences);
        return values;
    }

    // Sections 4 and 5: where beats are, and the beat that was subtracted from them.
    void readReference(const WaveHeader& rhythm)
    {
        m_fullIntervalUs = rhythm.intervalUs;
        const auto four = m_sections.section(4);
        const auto five = m_sections.section(5);
        if (!m_subtracted && !rhythm.bimodal)
            return;
        if (!four)
            throw ParseError(ErrorCode::Missing, "The file doesn't say where its beats are.",
                             {m_record.file, "section 4"});
        readBeats(*four, rhythm.bimodal || m_subtracted);
        if (!five) {
            if (m_subtracted)
                throw ParseError(ErrorCode::Missing, "The beat that was subtracted isn't in the file.",
                                 {m_record.file, "section 5"});
            // EN 1064: a fourth of the rate outside of the protected zones.
            if (rhythm.intervalUs % 4 != 0)
                throw ParseError(ErrorCode::Unsupported, "The full rate of this bimodal file isn't known.",
                                 {m_record.file, "section 6"});
            m_fullIntervalUs = rhythm.intervalUs / 4;
            return;
        }
        m_reference = waveHeader(*five);
        if (rhythm.bimodal)
            m_fullIntervalUs = m_reference.intervalUs;
        if (m_fullIntervalUs <= 0 || rhythm.intervalUs % m_fullIntervalUs != 0 ||
            rhythm.intervalUs / m_fullIntervalUs > 16 || m_reference.intervalUs != m_fullIntervalUs)
            throw ParseError(ErrorCode::Unsupported, "Rhythm and reference beat have rates that don't fit together.",
                             {m_record.file, "section 5"});
    }

    void readBeats(const ByteView& section, bool withZones)
    {
        m_beatMs = section.u16(0);
        m_fiducial = section.u16(2);
        const std::size_t count = section.u16(4);
        if (count > maxBeats)
            throw ParseError(ErrorCode::LimitExceeded, "The file names more beats than an ECG can have.",
                             section.place(4));
        for (std::size_t i = 0; i < count; ++i) {
            ScpBeat beat;
            beat.type = section.u16(6 + 14 * i);
            beat.begin = section.u32(8 + 14 * i);
            beat.fiducial = section.u32(12 + 14 * i);
            beat.end = section.u32(16 + 14 * i);
            m_beats.push_back(beat);
        }
        const std::size_t zones = 6 + 14 * count;
        for (std::size_t i = 0; withZones && i < count && zones + 8 * i + 8 <= section.size(); ++i) {
            m_beats[i].protectBegin = section.u32(zones + 8 * i);
            m_beats[i].protectEnd = section.u32(zones + 8 * i + 4);
        }
    }

    // The reference beat of section 5 and where section 7 puts the waves in it. Section 4 says how long it is; without
    // it the end of coded data isn't known.
    void takeBeat()
    {
        const auto four = m_sections.section(4), five = m_sections.section(5);
        if (!four || !five || four->u16(0) == 0)
            return;
        const WaveHeader wave = waveHeader(*five);
        const std::size_t length = std::size_t(four->u16(0)) * 1000 / std::size_t(wave.intervalUs);
        RepresentativeBeat beat;
        beat.samplingHz = 1e6 / wave.intervalUs;
        bool complete = !wave.cut;
        for (std::size_t i = 0; i < m_leads.size(); ++i) {
            const auto lead = leadFromCode("5.6.3-9-" + std::to_string(m_leads[i].code), "SCPECG");
            if (!lead || beat.has(*lead) || wave.leads[i].empty())
                continue;
            for (const std::int32_t value : decode(wave, i, std::min<std::size_t>(length, 100'000)))
                beat[*lead].push_back(float(value * wave.millivoltsPerBit));
            complete = complete && beat[*lead].size() == length;
        }
        if (!complete) {
            noteLostBeat(m_record, "section 5");
            return;
        }
        const auto seven = m_sections.section(7);
        setFileBeat(m_record, std::move(beat), seven ? readScpBorders(*seven) : WaveBorders{});
    }

    void addReference(std::vector<float>& values, std::size_t lead, const LeadEntry& entry) const
    {
        const std::size_t length = std::size_t(m_beatMs) * 1000 / std::size_t(m_fullIntervalUs);
        const auto beat = decode(m_reference, lead, std::min<std::size_t>(length, 100'000));
        for (const ScpBeat& each : m_beats) {
            if (each.type != 0) // only beats like the reference beat had it subtracted
                continue;
            const std::int64_t end = std::min<std::int64_t>(each.end, entry.last);
            for (std::int64_t s = std::max<std::int64_t>(each.begin, entry.first); s <= end; ++s) {
                const std::int64_t inBeat = s - std::int64_t(each.fiducial) + m_fiducial - 1;
                const std::int64_t at = s - entry.first;
                if (inBeat >= 0 && inBeat < std::int64_t(beat.size()) && at < std::int64_t(values.size()))
                    values[std::size_t(at)] += float(beat[std::size_t(inBeat)] * m_reference.millivoltsPerBit);
            }
        }
    }

    void takeLeads(const WaveHeader& rhythm)
    {
        m_record.samplingHz = 1e6 / m_fullIntervalUs;
        checkSamplingRate(m_record.samplingHz, m_record.file, "section 6");
        std::uint32_t earliest = std::numeric_limits<std::uint32_t>::max();
        for (const LeadEntry& entry : m_leads)
            earliest = std::min(earliest, entry.first);
        std::string others, shorter;
        bool shifted = false;
        for (std::size_t i = 0; i < m_leads.size(); ++i) {
            const LeadEntry& entry = m_leads[i];
            const auto lead = leadFromCode("5.6.3-9-" + std::to_string(entry.code), "SCPECG");
            if (!lead) {
                others += (others.empty() ? "" : ", ") + std::to_string(entry.code);
                continue;
            }
            std::vector<float> values = leadSamples(rhythm, i, entry);
            const auto complete = [](const std::vector<float>& v) { return v.empty() || !std::isnan(v.back()); };
            if (values.size() < entry.length() || !complete(values))
                shorter += (shorter.empty() ? "" : ", ") + std::string(name(*lead));
            if (values.empty())
                continue;
            if (entry.first > earliest) {
                values.insert(values.begin(), entry.first - earliest, std::numeric_limits<float>::quiet_NaN());
                shifted = true;
            }
            placeLead(m_record, *lead, std::move(values));
        }
        if (rhythm.bimodal)
            warn("rate-reduced", "Outside of the QRS complexes the file keeps fewer samples; they were interpolated.",
                 "section 6");
        if (!shorter.empty())
            warn("truncated", "These leads hold fewer samples than the file declares: " + shorter + ".", shorter);
        if (shifted)
            warn("leads-sequential",
                 "Not all leads start together; where a lead wasn't recorded it is marked invalid.");
        if (!others.empty())
            warn("leads-ignored", "No standard leads, left out: codes " + others + ".", others);
    }

    std::vector<float> leadSamples(const WaveHeader& rhythm, std::size_t i, const LeadEntry& entry) const
    {
        const auto raw = decode(rhythm, i, entry.length());
        std::vector<float> values(raw.size());
        std::transform(raw.begin(), raw.end(), values.begin(),
                       [&](std::int32_t v) { return float(v * rhythm.millivoltsPerBit); });
        if (values.empty())
            return values;
        if (rhythm.bimodal)
            values = spreadBimodal(values, m_beats, std::size_t(rhythm.intervalUs / m_fullIntervalUs), entry.first,
                                   entry.length());
        if (m_subtracted)
            addReference(values, i, entry);
        return values;
    }

    EcgRecord& m_record;
    ScpSections m_sections;
    std::vector<LeadEntry> m_leads;
    ScpHuffman m_huffman;
    bool m_coded = false, m_subtracted = false;
    WaveHeader m_reference;
    std::vector<ScpBeat> m_beats;
    int m_beatMs = 0, m_fiducial = 0, m_fullIntervalUs = 0;
};

} // namespace

bool ScpReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    // Reserved bytes of section 0; the standard asks for them in version 1.3 and later.
    return head.size() >= 32 && head.substr(16, 6) == "SCPECG";
}

EcgRecord ScpReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "SCP-ECG";
    const std::string all = readBytes(file, maxFileBytes, true);
    File(ByteView(all, file), record).read();
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
