// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/healforce_reader.h"

#include "ecg/readers/byte_view.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <array>
#include <cmath>
#include <utility>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 16u << 20, sectionHeader = 16, channels = 3;

// Ten bits: the high two say which 256 steps the low eight belong to.
int sampleOf(unsigned word)
{
    return (int((word >> 8) & 3u) - 2) * 256 + int(word & 0xFFu);
}

// How far II is from I + III, beside the quietest of the three.
double einthovenError(const std::array<std::vector<float>, channels>& v)
{
    const auto spread = [&](auto value) {
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < v[0].size(); ++i) {
            const double x = value(i);
            sum += x;
            squares += x * x;
        }
        const double n = double(v[0].size());
        return std::sqrt(std::max(0.0, squares / n - sum / n * (sum / n)));
    };
    double quietest = spread([&](std::size_t i) { return double(v[0][i]); });
    for (const auto& each : {v[1], v[2]})
        quietest = std::min(quietest, spread([&](std::size_t i) { return double(each[i]); }));
    const double error = spread([&](std::size_t i) { return double(v[1][i]) - double(v[0][i]) - double(v[2][i]); });
    return quietest > 0 ? error / quietest : 1;
}

class File
{
public:
    File(const ByteView& bytes, EcgRecord& record) : m_bytes(bytes), m_record(record) {}

    void read()
    {
        readTable();
        if (m_sections[1])
            readPatient(*m_sections[1]);
        if (!m_sections[3] || !m_sections[6])
            throw ParseError(ErrorCode::Missing, "The file holds no samples.", {m_record.file, "section 6"});
        readSamples(*m_sections[3], *m_sections[6]);
    }

private:
    void readTable()
    {
        const std::size_t end = 6 + m_bytes.u32(10);
        for (std::size_t at = 6 + sectionHeader; at + 10 <= end; at += 10) {
            const std::size_t id = m_bytes.u16(at), length = m_bytes.u32(at + 2), start = m_bytes.u32(at + 6);
            if (id == 0 || id >= m_sections.size() || length <= sectionHeader || m_sections[id])
                continue; // of two entries the first counts
            if (start > m_bytes.size() || m_bytes.u16(start + 2) != id)
                throw ParseError(ErrorCode::Malformed, "A section isn't where the table says.", m_bytes.place(at));
            const std::size_t there = std::min(length, m_bytes.size() - start);
            if (there < length && !std::exchange(m_cut[id], true))
                m_record.warnings.push_back({"truncated", "A section breaks off.", "section " + std::to_string(id)});
            if (there > sectionHeader)
                m_sections[id] = m_bytes.part(start + sectionHeader, there - sectionHeader);
        }
    }

    void readPatient(const ByteView& section)
    {
        for (std::size_t at = 0; at + 3 <= section.size();) {
            const int tag = section.u8(at);
            const std::size_t length = section.u16(at + 1);
            at += 3;
            if (length == 0 || length > section.size() - at)
                return;
            if (tag == 2)
                m_record.patient.id = plainText(section.text(at, length));
            else if (tag == 25 && length >= 4)
                m_record.date =
                    isoDate(section.u8(at) << 8 | section.u8(at + 1), section.u8(at + 2), section.u8(at + 3));
            else if (tag == 26 && length >= 3)
                m_record.time = isoTime(section.u8(at), section.u8(at + 1), section.u8(at + 2));
            at += length;
        }
    }

    void readSamples(const ByteView& leads, const ByteView& section)
    {
        if (leads.u8(0) != channels)
            throw ParseError(ErrorCode::Unsupported,
                             "This is a Healforce recording of " + std::to_string(leads.u8(0)) +
                                 " channels; only those of the three limb leads are understood.",
                             leads.place(0));
        const double microvolts = section.u16(0) / 1000.0;
        m_record.samplingHz = section.u16(2);
        checkSamplingRate(m_record.samplingHz, m_record.file, "section 6");
        if (microvolts <= 0)
            throw ParseError(ErrorCode::Malformed, "The file states no resolution.", section.place(0));
        const std::size_t declared = section.u16(6), there = std::min(declared, section.size() - 8);
        std::array<std::vector<float>, channels> values;
        std::size_t at = 0;
        const auto add = [&](unsigned word) {
            values[at++ % channels].push_back(float(sampleOf(word) * microvolts / 1000));
        };
        for (std::size_t i = 8; i + 6 <= 8 + there; i += 6) {
            const unsigned a = section.u16(i), b = section.u16(i + 2), c = section.u16(i + 4);
            add(a);
            add(b);
            add(c);
            // The fourth sample is in four bits of each of the three.
            add(((a & 0x3C00u) >> 2) + ((b & 0x3C00u) >> 6) + ((c & 0x3C00u) >> 10));
        }
        const std::size_t whole = values[channels - 1].size();
        if (whole == 0)
            throw ParseError(ErrorCode::Truncated, "The file holds no samples.", section.place(8));
        for (auto& each : values)
            each.resize(whole);
        if (there < declared)
            m_record.warnings.push_back({"truncated", "The samples break off; what is there was read.", "section 6"});
        constexpr double tolerated = 0.3; // rounding to the step alone is about a sixth on quiet leads
        if (einthovenError(values) > tolerated)
            throw ParseError(ErrorCode::Unsupported,
                             "This Healforce recording doesn't name its channels, and they aren't I, II and III.",
                             {m_record.file, "section 6"});
        m_record[Lead::I] = std::move(values[0]);
        m_record[Lead::II] = std::move(values[1]);
        m_record[Lead::III] = std::move(values[2]);
        m_record.warnings.push_back({"lead-order-assumed",
                                     "The file names no leads; its three channels obey II = I + III and were taken so.",
                                     {}});
    }

    const ByteView& m_bytes;
    EcgRecord& m_record;
    std::array<std::optional<ByteView>, 12> m_sections;
    std::array<bool, 12> m_cut{}; // breaks off, and that was said
};

} // namespace

bool HealforceReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    // Section 0 with version 13 and without signature, whose first entry is itself at place 6 (from 0).
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(head[i]); };
    return head.size() >= 32 && byte(2) == 0 && byte(3) == 0 && byte(8) == 0 && byte(9) == 0 && byte(14) == 13 &&
           byte(15) == 13 && head.substr(10, 4) == head.substr(24, 4) &&
           head.substr(28, 4) == std::string_view("\6\0\0\0", 4);
}

EcgRecord HealforceReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "Healforce SCP";
    record.device = "Healforce";
    const std::string all = readBytes(file, maxFileBytes, true);
    if (!recognises(file, all))
        throw ParseError(ErrorCode::Malformed, "The table of sections isn't one of Healforce.", {file, "offset 6"});
    const ByteView bytes(all, file);
    File(bytes, record).read();
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
