// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/wfdb_reader.h"

#include "ecg/readers/reader_support.h"
#include "ecg/readers/wfdb_facts.h"
#include "ecg/readers/wfdb_header.h"
#include "ecg/readers/wfdb_signals.h"

#include <algorithm>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;
namespace fs = std::filesystem;

constexpr std::size_t maxHeaderBytes = 1u << 20;

// The header that describes `file`: itself, or the one of the same name that lists it. Empty when there is none.
fs::path headerOf(const fs::path& file, std::string_view head)
{
    if (looksLikeWfdbHeader(head))
        return file;
    fs::path candidate = file;
    candidate.replace_extension(".hea");
    std::error_code problem;
    if (candidate == file || !fs::is_regular_file(candidate, problem))
        return {};
    const std::string text = readBytes(candidate, maxHeaderBytes, true);
    if (!looksLikeWfdbHeader(text))
        return {};
    const std::string wanted = file.filename().string();
    for (const WfdbSignal& signal : parseWfdbHeader(text, candidate).channels)
        if (signal.file == wanted)
            return candidate;
    return {};
}

// Puts the parts of a record one behind the other, lead by lead; gaps and leads that a part lacks become invalid.
class SegmentJoiner
{
public:
    SegmentJoiner(EcgRecord& record, const fs::path& header, const WfdbHeader& wfdb)
        : m_record(record), m_header(header), m_wfdb(wfdb)
    {
    }

    void join()
    {
        for (const WfdbSegment& segment : m_wfdb.segments) {
            if (segment.samples > 0 && segment.name != "~")
                addSegment(segment);
            m_at += segment.samples;
            checkSampleCount(double(m_at) * m_perFrame, m_header, lineOf(segment));
        }
        if (m_parts == 0)
            throw ParseError(ErrorCode::Missing, "No segment of this record is beside its header.", {m_header, {}});
        const std::size_t whole = std::size_t(m_at) * std::size_t(m_perFrame);
        for (auto& lead : m_record.leads)
            if (!lead.empty())
                lead.resize(whole, std::numeric_limits<float>::quiet_NaN());
        if (m_wfdb.samples && *m_wfdb.samples != m_at)
            warn("sample-count", "The segments hold " + std::to_string(m_at) + " samples; the header declares " +
                                     std::to_string(*m_wfdb.samples) + ".");
        if (m_at > m_covered)
            warn("segments-gaps", "The record has gaps between its segments, which are marked invalid.");
        if (!m_missing.empty())
            warn("companion-missing", "Segments that the header names aren't beside it: " + m_missing + ".");
    }

private:
    static std::string lineOf(const WfdbSegment& segment) { return "line " + std::to_string(segment.line); }
    void warn(const char* code, std::string sentence)
    {
        const base::Warning warning{code, std::move(sentence), {}};
        if (std::find(m_record.warnings.begin(), m_record.warnings.end(), warning) == m_record.warnings.end())
            m_record.warnings.push_back(warning);
    }

    void addSegment(const WfdbSegment& segment)
    {
        if (segment.name.find_first_of("/\\:") != std::string::npos || segment.name == "." || segment.name == "..")
            throw ParseError(ErrorCode::Malformed, "The header names a segment outside of its folder.",
                             {m_header, lineOf(segment)});
        const fs::path header = m_header.parent_path() / (segment.name + ".hea");
        std::error_code problem;
        if (!fs::is_regular_file(header, problem)) {
            if (m_missing.size() < 200)
                m_missing += (m_missing.empty() ? "" : ", ") + segment.name.substr(0, 40);
            return;
        }
        const std::string text = readBytes(header, maxHeaderBytes, true);
        spend(text.size(), segment);
        WfdbHeader wfdb = parseWfdbHeader(text, header);
        if (!wfdb.segments.empty())
            throw ParseError(ErrorCode::Unsupported, "A segment of this record has segments itself.",
                             {m_header, lineOf(segment)});
        if (!namesALead(wfdb))
            return; // a part of other signals alone is a gap in the ECG
        wfdb.samples = std::min(segment.samples, wfdb.samples.value_or(segment.samples));
        place(segment, header, readWfdbSignals(header, header, wfdb), wfdb);
    }

    // What a header names again and again is read again and again.
    void spend(std::uintmax_t bytes, const WfdbSegment& segment)
    {
        constexpr std::uintmax_t most = 1u << 30;
        m_spent += std::min<std::uintmax_t>(bytes, most) + 4096;
        if (m_spent > most)
            throw ParseError(ErrorCode::LimitExceeded, "The segments of this record are larger than an ECG can be.",
                             {m_header, lineOf(segment)});
    }

    static bool namesALead(const WfdbHeader& wfdb)
    {
        return std::any_of(wfdb.channels.begin(), wfdb.channels.end(),
                           [](const WfdbSignal& s) { return leadFromName(s.description).has_value(); });
    }

    void place(const WfdbSegment& segment, const fs::path& header, EcgRecord part, const WfdbHeader& wfdb)
    {
        const double perFrame = part.samplingHz / wfdb.samplingHz;
        if (m_parts == 0) {
            m_perFrame = perFrame;
            m_record.samplingHz = part.samplingHz;
        }
        if (part.samplingHz != m_record.samplingHz || wfdb.samplingHz != m_wfdb.samplingHz)
            throw ParseError(ErrorCode::Unsupported, "The segments of this record have different sampling rates.",
                             {m_header, lineOf(segment)});
        const auto begin = std::size_t(double(m_at) * m_perFrame);
        for (const Lead lead : allLeads) {
            if (!part.has(lead))
                continue;
            auto& values = m_record[lead];
            values.resize(begin, std::numeric_limits<float>::quiet_NaN());
            values.insert(values.end(), part[lead].begin(), part[lead].end());
        }
        for (const fs::path& companion : part.companions) {
            std::error_code problem; // matrices are unpacked whole, whatever is taken from them
            if (toLower(companion.extension().string()) == ".mat")
                spend(fs::file_size(companion, problem), segment);
        }
        m_covered += part.samples() / std::size_t(m_perFrame);
        m_record.companions.push_back(header);
        m_record.companions.insert(m_record.companions.end(), part.companions.begin(), part.companions.end());
        for (const base::Warning& warning : part.warnings)
            if (m_record.warnings.size() < 100)
                warn(warning.code.c_str(), warning.sentence);
        ++m_parts;
    }

    EcgRecord& m_record;
    const fs::path& m_header;
    const WfdbHeader& m_wfdb;
    std::uint64_t m_at = 0, m_covered = 0; // frames
    std::uintmax_t m_spent = 0;            // bytes read
    double m_perFrame = 1;
    int m_parts = 0;
    std::string m_missing;
};

EcgRecord readRecord(const fs::path& opened, const fs::path& header)
{
    const WfdbHeader wfdb = parseWfdbHeader(readBytes(header, maxHeaderBytes, true), header);
    EcgRecord record;
    if (wfdb.segments.empty())
        record = readWfdbSignals(opened, header, wfdb);
    record.file = opened;
    record.format = "WFDB";
    record.warnings.insert(record.warnings.begin(), wfdb.warnings.begin(), wfdb.warnings.end());
    if (header != opened)
        record.companions.insert(record.companions.begin(), header);
    if (!wfdb.segments.empty())
        SegmentJoiner(record, header, wfdb).join();
    readWfdbFacts(wfdb, record);
    finishRecord(record);
    return record;
}

} // namespace

bool WfdbReader::recognises(const std::filesystem::path& file, std::string_view head) const noexcept
{
    try {
        return !headerOf(file, head).empty();
    } catch (...) {
        return false;
    }
}

EcgRecord WfdbReader::read(const std::filesystem::path& file) const
{
    const fs::path header = headerOf(file, readBytes(file, 4096, false));
    if (header.empty())
        throw ParseError(ErrorCode::Missing, "The WFDB header of this signal file isn't beside it.", {file, {}});
    return readRecord(file, header);
}

} // namespace echo2ecg::ecg
