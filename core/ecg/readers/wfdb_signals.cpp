// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_signals.h"

#include "ecg/readers/reader_support.h"
#include "ecg/readers/wfdb_flac.h"
#include "ecg/readers/wfdb_matlab.h"
#include "ecg/readers/wfdb_samples.h"

#include <algorithm>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;
namespace fs = std::filesystem;

// Signals of one file, in frame order.
struct FileGroup
{
    std::string file;
    std::vector<std::size_t> signals;
};

// What is gathered for one signal while its file streams by.
struct Channel
{
    std::optional<Lead> lead;
    std::vector<float> samples;
    std::int32_t first = 0, current = 0;
    std::uint64_t seen = 0;
    std::uint32_t sum = 0;
};

class SignalReader
{
public:
    SignalReader(const fs::path& opened, const fs::path& header, const WfdbHeader& wfdb)
        : m_header(header), m_wfdb(wfdb)
    {
        m_record.file = opened;
    }

    EcgRecord read()
    {
        chooseLeads();
        for (const FileGroup& group : groups())
            readGroup(group);
        if (m_record.presentLeads() == 0 && !m_missing.empty())
            throw ParseError(ErrorCode::Missing,
                             "The signal file " + m_missing + ", which this header names, isn't beside it.",
                             {m_header, {}});
        if (m_truncatedAt)
            m_record.warnings.push_back({"truncated",
                                         "The signal file ends early: " + std::to_string(*m_truncatedAt) + " of " +
                                             std::to_string(m_wfdb.samples.value_or(0)) +
                                             " samples per lead are there.",
                                         {}});
        return std::move(m_record);
    }

private:
    std::string lineOf(const WfdbSignal& signal) const { return "line " + std::to_string(signal.line); }
    void warn(const char* code, std::string sentence, std::string where = {})
    {
        m_record.warnings.push_back({code, std::move(sentence), std::move(where)});
    }

    void chooseLeads()
    {
        m_channels.resize(m_wfdb.channels.size());
        std::array<bool, leadCount> taken{};
        std::string others;
        for (std::size_t i = 0; i < m_channels.size(); ++i) {
            const auto lead = leadFromName(m_wfdb.channels[i].description);
            if (lead && !taken[index(*lead)]) {
                m_channels[i].lead = lead;
                taken[index(*lead)] = true;
                if (m_perFrame == 0)
                    m_perFrame = m_wfdb.channels[i].samplesPerFrame;
                else if (m_perFrame != m_wfdb.channels[i].samplesPerFrame)
                    throw ParseError(ErrorCode::Unsupported, "The leads of this record have different sampling rates.",
                                     {m_header, lineOf(m_wfdb.channels[i])});
            } else if (lead) {
                warn("lead-twice", "Lead " + std::string(name(*lead)) + " is in the record twice; the first is used.",
                     std::string(name(*lead)));
            } else {
                // Descriptions are free text, so only a short word is repeated.
                const std::string& text = m_wfdb.channels[i].description;
                others += (others.empty() ? "" : ", ") +
                          (text.size() <= 8 && !text.empty() ? text : "signal " + std::to_string(i + 1));
            }
        }
        if (m_perFrame == 0)
            throw ParseError(ErrorCode::Missing, "No signal of this record is named as a standard lead.",
                             {m_header, {}});
        if (!others.empty() && others.size() < 200)
            warn("leads-ignored", "No standard leads, left out: " + others + ".");
        m_record.samplingHz = m_wfdb.samplingHz * m_perFrame;
        checkSamplingRate(m_record.samplingHz, m_header, "line 1");
        checkSampleCount(double(m_wfdb.samples.value_or(0)) * m_perFrame, m_header, "line 1");
    }

    std::vector<FileGroup> groups() const
    {
        std::vector<FileGroup> result;
        for (std::size_t i = 0; i < m_wfdb.channels.size(); ++i) {
            if (result.empty() || result.back().file != m_wfdb.channels[i].file)
                result.push_back({m_wfdb.channels[i].file, {}});
            result.back().signals.push_back(i);
        }
        return result;
    }

    // A header may name files of its own folder only.
    fs::path signalFile(const FileGroup& group) const
    {
        const WfdbSignal& first = m_wfdb.channels[group.signals.front()];
        if (group.file == "-" || group.file == "~")
            throw ParseError(ErrorCode::Unsupported, "The header names no signal file.", {m_header, lineOf(first)});
        if (group.file.find_first_of("/\\:") != std::string::npos || group.file == "." || group.file == "..")
            throw ParseError(ErrorCode::Malformed, "The header names a signal file outside of its folder.",
                             {m_header, lineOf(first)});
        return m_header.parent_path() / group.file;
    }

    void readGroup(const FileGroup& group)
    {
        const bool wanted = std::any_of(group.signals.begin(), group.signals.end(),
                                        [&](std::size_t i) { return m_channels[i].lead.has_value(); });
        if (!wanted)
            return; // e.g. the Frank leads of a 15-lead record, in a file of their own
        const fs::path file = signalFile(group);
        std::error_code problem;
        if (!fs::is_regular_file(file, problem)) {
            m_missing = group.file;
            warn("companion-missing", "A signal file that the header names isn't beside it: " + group.file + ".",
                 group.file);
            return;
        }
        const WfdbSignal& first = m_wfdb.channels[group.signals.front()];
        for (const std::size_t i : group.signals)
            if (m_wfdb.channels[i].format != first.format || m_wfdb.channels[i].byteOffset != first.byteOffset)
                throw ParseError(ErrorCode::Inconsistent, "Signals of one file differ in format or offset.",
                                 {m_header, lineOf(m_wfdb.channels[i])});
        if (file != m_record.file)
            m_record.companions.push_back(file);
        const auto source = openSource(file, group, first);
        stream(*source, file, group, first);
        for (const std::size_t i : group.signals)
            takeSignal(i);
    }

    std::unique_ptr<WfdbSampleSource> openSource(const fs::path& file, const FileGroup& group, const WfdbSignal& first)
    {
        std::size_t rows = 0;
        for (const std::size_t i : group.signals)
            rows += std::size_t(m_wfdb.channels[i].samplesPerFrame);
        if (isWfdbFlac(first.format)) {
            for (const std::size_t i : group.signals)
                if (m_wfdb.channels[i].samplesPerFrame != first.samplesPerFrame)
                    throw ParseError(ErrorCode::Inconsistent,
                                     "Signals of a FLAC file need equally many samples per frame.",
                                     {m_header, lineOf(m_wfdb.channels[i])});
            return std::make_unique<WfdbFlacStream>(file, first.format, group.signals.size(), first.samplesPerFrame);
        }
        if (toLower(file.extension().string()) == ".mat") {
            const std::string head = readBytes(file, 128, false);
            if (head.starts_with("\x89HDF"))
                throw ParseError(ErrorCode::Unsupported,
                                 "This MATLAB file is of version 7.3 (HDF5); save it with -v7 or -v4.", {file, {}});
            if (isMatlab5(head)) {
                auto matrix = std::make_unique<WfdbMatlabMatrix>(file, rows);
                if (m_wfdb.samples && matrix->columns() != *m_wfdb.samples)
                    warn("sample-count", "Header and MATLAB file state different numbers of samples.");
                return matrix;
            }
            checkMatlab4(file, rows, first);
        }
        return std::make_unique<WfdbSampleStream>(file, first.format, first.byteOffset);
    }

    // MATLAB v4: type, rows, columns, imaginary flag, name length; the data follow behind the name. 30 is little-endian
    // int16.
    void checkMatlab4(const fs::path& file, std::size_t rows, const WfdbSignal& first)
    {
        if (first.byteOffset < 20)
            return;
        const std::string head = readBytes(file, 20, false);
        const auto word = [&head](std::size_t at) {
            std::uint32_t value = 0;
            for (std::size_t i = 0; i < 4 && at + i < head.size(); ++i)
                value |= std::uint32_t(static_cast<unsigned char>(head[at + i])) << (8 * i);
            return value;
        };
        if (head.size() < 20 || (first.format == 16 && word(0) != 30) || word(4) != rows ||
            20u + word(16) != first.byteOffset)
            throw ParseError(ErrorCode::Inconsistent,
                             "The MATLAB file isn't the matrix that the WFDB header describes.", {file, "offset 0"});
        if (m_wfdb.samples && word(8) != *m_wfdb.samples)
            warn("sample-count", "Header and MATLAB file state different numbers of samples.");
    }

    void stream(WfdbSampleSource& source, const fs::path& file, const FileGroup& group, const WfdbSignal& first)
    {
        const std::uint64_t frames = m_wfdb.samples.value_or(maxSamplesPerLead + 1);
        const auto invalid = wfdbInvalidValue(first.format);
        for (const std::size_t i : group.signals)
            m_channels[i].current = m_wfdb.channels[i].initialValue.value_or(0);
        std::vector<std::int32_t> frame;
        for (std::uint64_t f = 0; f < frames; ++f) {
            frame.clear();
            for (const std::size_t i : group.signals) {
                for (int s = 0; s < m_wfdb.channels[i].samplesPerFrame; ++s) {
                    std::int32_t value = 0;
                    if (!source.next(value)) {
                        if (m_wfdb.samples)
                            m_truncatedAt = std::min(m_truncatedAt.value_or(f * std::uint64_t(m_perFrame)),
                                                     f * std::uint64_t(m_perFrame));
                        return; // a frame that isn't complete is left out for all its signals
                    }
                    frame.push_back(value);
                }
            }
            if (!m_wfdb.samples)
                checkSampleCount(double(f + 1) * m_perFrame, file, {});
            std::size_t at = 0;
            for (const std::size_t i : group.signals) {
                const WfdbSignal& signal = m_wfdb.channels[i];
                Channel& channel = m_channels[i];
                for (int s = 0; s < signal.samplesPerFrame; ++s)
                    store(channel, signal, frame[at++], invalid);
            }
        }
    }

    static void store(Channel& channel, const WfdbSignal& signal, std::int32_t value,
                      std::optional<std::int32_t> invalid)
    {
        if (signal.format == 8) // differences; unsigned, so that a hostile file can't overflow
            value = std::int32_t(std::uint32_t(channel.current) + std::uint32_t(value));
        channel.current = value;
        if (channel.seen++ == 0)
            channel.first = value;
        channel.sum += std::uint32_t(value);
        if (!channel.lead)
            return;
        const double physical = (double(value) - double(signal.baseline.value_or(signal.adcZero))) / signal.gain;
        channel.samples.push_back(invalid && value == *invalid ? std::numeric_limits<float>::quiet_NaN()
                                                               : float(physical));
    }

    void takeSignal(std::size_t i)
    {
        const WfdbSignal& signal = m_wfdb.channels[i];
        Channel& channel = m_channels[i];
        if (!channel.lead)
            return;
        const std::string label(name(*channel.lead));
        const bool complete = m_wfdb.samples && channel.seen == *m_wfdb.samples * std::uint64_t(signal.samplesPerFrame);
        if (complete && signal.checksum && (channel.sum & 0xFFFF) != (std::uint32_t(*signal.checksum) & 0xFFFF))
            warn("checksum", "The checksum of lead " + label + " is wrong: its samples were changed or damaged.",
                 label);
        if (channel.seen && signal.initialValue && signal.format != 8 && channel.first != *signal.initialValue)
            warn("initial-value", "Lead " + label + " doesn't start with the value that the header states.", label);
        if (signal.gainAssumed)
            warn("gain-assumed", "Lead " + label + " states no gain; 200 units per mV is the format's default.", label);
        if (const auto scale = millivoltsPer(signal.units)) {
            if (*scale != 1)
                for (float& value : channel.samples)
                    value = float(double(value) * *scale);
        } else {
            warn("units-unknown", "Lead " + label + " isn't in volts; its values are kept as they are.", label);
        }
        if (const std::size_t skew = std::size_t(signal.skew) * std::size_t(signal.samplesPerFrame); skew > 0) {
            const std::size_t cut = std::min(skew, channel.samples.size()), n = channel.samples.size();
            channel.samples.erase(channel.samples.begin(), channel.samples.begin() + std::ptrdiff_t(cut));
            channel.samples.resize(n, std::numeric_limits<float>::quiet_NaN());
            warn("skew", "Lead " + label + " was shifted back by its stated skew; its end is invalid.", label);
        }
        m_record[*channel.lead] = std::move(channel.samples);
    }

    const fs::path& m_header;
    const WfdbHeader& m_wfdb;
    EcgRecord m_record;
    std::vector<Channel> m_channels;
    int m_perFrame = 0;
    std::string m_missing;
    std::optional<std::uint64_t> m_truncatedAt;
};

} // namespace

EcgRecord readWfdbSignals(const fs::path& opened, const fs::path& header, const WfdbHeader& wfdb)
{
    return SignalReader(opened, header, wfdb).read();
}

} // namespace echo2ecg::ecg
