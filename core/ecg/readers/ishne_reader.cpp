// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/ishne_reader.h"

#include "ecg/readers/byte_view.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cstdio>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 512u << 20;
constexpr std::size_t headerBytes = 512;
constexpr std::size_t maxLeads = 12; // the header has room for twelve
constexpr std::size_t headerStart = 10;

// Codes 5 to 16 of the standard.
std::optional<Lead> leadOfCode(int code)
{
    constexpr std::array<Lead, 12> leads{Lead::I,  Lead::II, Lead::III, Lead::aVR, Lead::aVL, Lead::aVF,
                                         Lead::V1, Lead::V2, Lead::V3,  Lead::V4,  Lead::V5,  Lead::V6};
    return code >= 5 && code <= 16 ? std::optional(leads[std::size_t(code - 5)]) : std::nullopt;
}

// Day, month, year as 16-bit numbers; −9 where unknown.
std::string dateAt(const ByteView& file, std::size_t at)
{
    return isoDate(file.i16(at + 4), file.i16(at + 2), file.i16(at));
}

struct Header
{
    std::uint32_t variableBytes = 0, dataOffset = 0;
    double samples = 0;
    int leads = 0;
};

Header headerOf(const ByteView& bytes, EcgRecord& record)
{
    Header h;
    h.variableBytes = bytes.u32(10);
    h.samples = double(bytes.u32(14));
    h.dataOffset = bytes.u32(22);
    h.leads = bytes.i16(156);
    if (h.leads < 1 || std::size_t(h.leads) > maxLeads)
        throw ParseError(ErrorCode::Malformed, "The number of leads isn't from 1 to 12.", bytes.place(156));
    if (h.dataOffset < headerStart + headerBytes || h.dataOffset > bytes.size())
        throw ParseError(h.dataOffset > bytes.size() ? ErrorCode::Truncated : ErrorCode::Malformed,
                         "The samples don't start where the header says.", bytes.place(22));
    // Some devices count the samples of all leads together; the file's size tells.
    const double perLead = double((bytes.size() - h.dataOffset) / (2 * std::size_t(h.leads)));
    if (h.leads > 1 && h.samples == perLead * h.leads) {
        record.warnings.push_back({"sample-count",
                                   "The header counts the samples of all leads together; they were divided by the "
                                   "number of leads.",
                                   {}});
        h.samples = perLead;
    }
    checkSampleCount(h.samples, record.file, "offset 14");
    record.samplingHz = bytes.i16(272);
    checkSamplingRate(record.samplingHz, record.file, "offset 272");
    const std::size_t covered = std::min(bytes.size() - headerStart, headerBytes + std::size_t(h.variableBytes));
    if (crcCcitt(bytes.bytes().substr(headerStart, covered)) != bytes.u16(8))
        record.warnings.push_back({"checksum", "The checksum of the header is wrong.", "offset 8"});
    return h;
}

void factsOf(const ByteView& bytes, EcgRecord& record)
{
    const std::string given = plainText(bytes.text(28, 40)), family = plainText(bytes.text(68, 40));
    record.patient.name = family + (given.empty() ? "" : "^" + given);
    record.patient.id = plainText(bytes.text(108, 20));
    const int sex = bytes.i16(128);
    record.patient.sex = sex == 1 ? "M" : sex == 2 ? "F" : "";
    record.patient.birthDate = dateAt(bytes, 132);
    record.date = dateAt(bytes, 138);
    const int hour = bytes.i16(150), minute = bytes.i16(152), second = bytes.i16(154);
    if (hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 61) {
        char text[32];
        std::snprintf(text, sizeof text, "%02d:%02d:%02d", hour, minute, second);
        record.time = text;
    }
    const int pacemaker = bytes.i16(230);
    if (pacemaker > 0)
        record.statements.push_back("Pacemaker (code " + std::to_string(pacemaker) + ")");
    record.device = plainText(bytes.text(232, 40));
    record.patient.ageYears = yearsBetween(record.patient.birthDate, record.date);
}

void takeSamples(const ByteView& bytes, const Header& header, EcgRecord& record)
{
    const std::size_t stride = std::size_t(header.leads);
    const std::size_t held = (bytes.size() - header.dataOffset) / (2 * stride);
    const std::size_t n = std::min(held, std::size_t(header.samples));
    if (double(held) < header.samples)
        record.warnings.push_back({"truncated",
                                   "The file ends early: " + std::to_string(n) + " of " +
                                       std::to_string((long long)header.samples) + " samples per lead are there.",
                                   {}});
    std::string others;
    for (std::size_t l = 0; l < stride; ++l) {
        const int code = bytes.i16(158 + 2 * l), nanovolts = bytes.i16(206 + 2 * l);
        const auto lead = leadOfCode(code);
        if (!lead) {
            others += (others.empty() ? "" : ", ") + std::to_string(code);
            continue;
        }
        const std::string label(name(*lead));
        if (const int quality = bytes.i16(182 + 2 * l); quality >= 2 && quality <= 5)
            record.warnings.push_back(
                {"lead-quality", "The file calls lead " + label + (quality < 4 ? " noisy." : " disconnected at times."),
                 label});
        double factor = nanovolts * 1e-6;
        if (nanovolts <= 0) {
            record.warnings.push_back(
                {"units-unknown", "Lead " + label + " states no resolution; its values are raw counts.", label});
            factor = 1;
        }
        std::vector<float> values(n);
        std::size_t invalid = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::int16_t raw = bytes.i16(header.dataOffset + 2 * (i * stride + l));
            invalid += raw == std::numeric_limits<std::int16_t>::min() ? 1 : 0;
            values[i] = raw == std::numeric_limits<std::int16_t>::min() ? std::numeric_limits<float>::quiet_NaN()
                                                                        : float(raw * factor);
        }
        if (invalid)
            record.warnings.push_back({"samples-invalid",
                                       std::to_string(invalid) + " samples of lead " + label + " are marked invalid.",
                                       label});
        placeLead(record, *lead, std::move(values));
    }
    if (!others.empty())
        record.warnings.push_back({"leads-ignored", "No standard leads, left out: codes " + others + ".", others});
}

} // namespace

bool IshneReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    return head.starts_with("ISHNE1.0");
}

EcgRecord IshneReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "ISHNE";
    const std::string all = readBytes(file, maxFileBytes, true);
    const ByteView bytes(all, file);
    if (bytes.size() < headerStart + headerBytes)
        throw ParseError(ErrorCode::Truncated, "The file ends inside of its header.", {file, {}});
    const Header header = headerOf(bytes, record);
    factsOf(bytes, record);
    takeSamples(bytes, header, record);
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
