// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/mfer_reader.h"

#include "ecg/readers/file_beat.h"
#include "ecg/readers/mfer_document.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 256u << 20;
constexpr int statusType = 4, dominantBeat = 9;

// Bytes of a sample; 0 for what isn't read (9 is AHA compression).
std::size_t sizeOf(int type)
{
    constexpr std::size_t sizes[]{2, 2, 4, 1, 2, 1, 4, 4, 8};
    return type >= 0 && type < int(std::size(sizes)) ? sizes[type] : 0;
}

double valueOf(std::string_view bytes, int type, bool big)
{
    switch (type) {
    case 0:
    case 2:
    case 5:
        return double(mfer::signedNumber(bytes, big));
    case 7:
        return double(std::bit_cast<float>(std::uint32_t(mfer::number(bytes, big))));
    case 8:
        return std::bit_cast<double>(mfer::number(bytes, big));
    default:
        return double(mfer::number(bytes, big));
    }
}

std::optional<Lead> leadOf(const MferChannel& channel)
{
    if (channel.dataType == statusType || channel.otherUnit)
        return std::nullopt;
    if (channel.lead)
        if (const auto lead = leadFromCode("5.6.3-9-" + std::to_string(*channel.lead), "SCPECG"))
            return lead;
    // Codes of one's own carry a name.
    return channel.leadText.empty() ? std::nullopt : leadFromName(channel.leadText);
}

// Frames of one kind, one behind the other.
class FrameJoiner
{
public:
    FrameJoiner(const std::filesystem::path& file, base::Warnings& warnings) : m_file(file), m_warnings(warnings) {}

    std::array<std::vector<float>, leadCount> leads;
    double samplingHz = 0;

    bool isEmpty() const
    {
        return std::all_of(leads.begin(), leads.end(), [](const auto& lead) { return lead.empty(); });
    }

    void add(const MferFrame& frame)
    {
        std::size_t sequenceBytes = 0;
        std::optional<std::uint32_t> sequences = frame.channels.front().sequences;
        for (const MferChannel& channel : frame.channels) {
            const std::size_t size = sizeOf(channel.dataType);
            if (size == 0)
                throw ParseError(ErrorCode::Unsupported, "Samples of this type aren't read (compressed or unknown).",
                                 {m_file, "data type"});
            if (channel.sequences != sequences)
                throw ParseError(ErrorCode::Unsupported, "Channels with different numbers of sequences aren't read.",
                                 {m_file, "sequences"});
            sequenceBytes += size * channel.block; // at most 512 · 2,000,000 · 8
        }
        const std::size_t there = frame.data.size() / sequenceBytes;
        const std::size_t count = std::min<std::size_t>(there, sequences.value_or(std::uint32_t(there)));
        if (frame.cut || (sequences && there < *sequences))
            warn("truncated", "The samples break off; what is there was read.", {});
        std::size_t begin = 0;
        std::string strangers;
        for (std::size_t c = 0; c < frame.channels.size(); ++c) {
            const MferChannel& channel = frame.channels[c];
            const auto lead = leadOf(channel);
            if (lead)
                addLead(*lead, channel, frame, begin, sequenceBytes, count);
            else
                strangers += (strangers.empty() ? "" : ", ") + std::to_string(c + 1);
            begin += sizeOf(channel.dataType) * channel.block;
        }
        if (!strangers.empty() && strangers.size() < 200)
            warn("leads-ignored", "Channels that are no standard lead were left out: " + strangers + ".", {});
        m_taken.clear();
    }

private:
    void warn(const char* code, std::string sentence, std::string where)
    {
        const base::Warning warning{code, std::move(sentence), std::move(where)};
        if (std::find(m_warnings.begin(), m_warnings.end(), warning) == m_warnings.end())
            m_warnings.push_back(warning);
    }

    void addLead(Lead lead, const MferChannel& channel, const MferFrame& frame, std::size_t begin,
                 std::size_t sequenceBytes, std::size_t count)
    {
        const std::string label(name(lead));
        if (std::find(m_taken.begin(), m_taken.end(), lead) != m_taken.end()) {
            warn("lead-twice", "Lead " + label + " is in the file twice; the first is used.", label);
            return;
        }
        m_taken.push_back(lead);
        if (!channel.samplingHz)
            warn("rate-assumed", "The file states no sampling interval; 1 ms is the format's default.", {});
        const double hz = channel.samplingHz.value_or(1000);
        checkSamplingRate(hz, m_file, "sampling interval of lead " + label);
        if (samplingHz == 0)
            samplingHz = hz;
        if (hz != samplingHz)
            throw ParseError(ErrorCode::Unsupported, "The leads have different sampling rates.", {m_file, label});
        if (!channel.millivolts)
            warn("gain-assumed", "The file states no resolution; 1 µV is the format's default.", {});
        const double step = channel.millivolts.value_or(1e-3);
        if (!std::isfinite(step) || step == 0)
            throw ParseError(ErrorCode::Malformed, "The resolution isn't a usable number.", {m_file, label});
        auto& values = leads[index(lead)];
        checkSampleCount(double(values.size()) + double(count) * channel.block, m_file, label);
        const std::size_t size = sizeOf(channel.dataType);
        const auto own = [&](std::string_view written) -> std::optional<double> {
            return written.size() == size ? std::optional(valueOf(written, channel.dataType, frame.bigEndian))
                                          : std::nullopt;
        };
        const double offset = own(channel.offset).value_or(0);
        const auto null = own(channel.null);
        values.reserve(values.size() + count * channel.block);
        for (std::size_t s = 0; s < count; ++s) {
            for (std::size_t i = 0; i < channel.block; ++i) {
                const double raw = valueOf(frame.data.substr(s * sequenceBytes + begin + i * size, size),
                                           channel.dataType, frame.bigEndian);
                const double value = (raw + offset) * step;
                const bool usable = !(null && raw == *null) && std::isfinite(value) && std::abs(value) < 1e9;
                values.push_back(usable ? float(value) : std::numeric_limits<float>::quiet_NaN());
            }
        }
    }

    const std::filesystem::path& m_file;
    base::Warnings& m_warnings;
    std::vector<Lead> m_taken; // of the frame at hand
};

} // namespace

bool MferReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    return mfer::looksLikeMfer(head);
}

EcgRecord MferReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "MFER";
    const std::string all = readBytes(file, maxFileBytes, true);
    const std::vector<MferFrame> frames = readMferFrames(all, record);
    if (frames.empty())
        throw ParseError(ErrorCode::Missing, "The file holds no samples.", {file, {}});
    base::Warnings beatWarnings;
    FrameJoiner rhythm(file, record.warnings), beat(file, beatWarnings);
    for (const MferFrame& frame : frames)
        (frame.channels.front().waveform == dominantBeat ? beat : rhythm).add(frame);
    const bool onlyBeat = rhythm.isEmpty() && !beat.isEmpty();
    FrameJoiner& chosen = onlyBeat ? beat : rhythm;
    record.leads = std::move(chosen.leads);
    record.samplingHz = chosen.samplingHz;
    if (onlyBeat)
        record.warnings.push_back({"median-only", "The file holds an averaged beat alone, no rhythm strip.", {}});
    else if (!beat.isEmpty())
        setFileBeat(record, {std::move(beat.leads), beat.samplingHz}, {});
    if (!record.patient.ageYears)
        record.patient.ageYears = yearsBetween(record.patient.birthDate, record.date);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
