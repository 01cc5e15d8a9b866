// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/edf_reader.h"

#include "ecg/readers/byte_view.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t maxFileBytes = 512u << 20;
constexpr std::size_t mainHeader = 256, signalHeader = 256, maxSignals = 512;

struct Signal
{
    std::string label, dimension, prefilter;
    double physicalMin = 0, physicalMax = 0, digitalMin = 0, digitalMax = 0;
    std::size_t perRecord = 0, offset = 0; // in samples, within a record
    bool annotations = false;
    std::optional<Lead> lead;
};

double numberOf(std::string_view text)
{
    return parseNumber(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

class EdfFile
{
public:
    EdfFile(const ByteView& bytes, EcgRecord& record)
        : m_bytes(bytes), m_record(record), m_sampleBytes(edfKind(bytes.bytes().substr(0, mainHeader)) == "BDF" ? 3 : 2)
    {
    }

    void read()
    {
        readHeader();
        chooseLeads();
        placeRecords();
        takeSamples();
    }

private:
    std::string_view field(std::size_t at, std::size_t length) const { return trim(m_bytes.part(at, length).bytes()); }
    void warn(const char* code, std::string sentence, std::string where = {})
    {
        m_record.warnings.push_back({code, std::move(sentence), std::move(where)});
    }

    void readHeader()
    {
        const std::string_view reserved = field(192, 44);
        m_discontinuous = reserved.starts_with("EDF+D") || reserved.starts_with("BDF+D");
        m_plus = m_discontinuous || reserved.starts_with("EDF+C") || reserved.starts_with("BDF+C");
        const double headerBytes = numberOf(field(184, 8)), records = numberOf(field(236, 8)),
                     signals = numberOf(field(252, 4));
        m_duration = numberOf(field(244, 8));
        if (!(signals >= 1) || signals > double(maxSignals) || signals != std::floor(signals))
            throw ParseError(signals > double(maxSignals) ? ErrorCode::LimitExceeded : ErrorCode::Malformed,
                             "The number of signals makes no sense.", m_bytes.place(252));
        if (!std::isfinite(m_duration) || m_duration <= 0)
            throw ParseError(ErrorCode::Malformed, "The duration of a data record isn't a positive number.",
                             m_bytes.place(244));
        m_signals.resize(std::size_t(signals));
        m_dataStart = mainHeader + signalHeader * m_signals.size();
        if (headerBytes != double(m_dataStart))
            warn("header-size", "The stated size of the header is wrong; the number of signals was trusted.");
        readSignals();
        const std::size_t recordBytes = m_recordSamples * m_sampleBytes;
        const std::size_t held = m_bytes.size() > m_dataStart ? (m_bytes.size() - m_dataStart) / recordBytes : 0;
        m_records = held;
        if (std::isfinite(records) && records >= 0) {
            if (records > double(held))
                warn("truncated", "The file ends early: " + std::to_string(held) + " of " +
                                      std::to_string((long long)std::min(records, 1e15)) + " data records are there.");
            m_records = std::min(held, std::size_t(std::min(records, 1e15)));
        } else {
            warn("record-count", "The file doesn't state its number of data records; it was read to its end.");
        }
        readWho();
    }

    void readSignals()
    {
        const std::size_t n = m_signals.size();
        const auto column = [&](std::size_t before, std::size_t width, std::size_t i) {
            return field(mainHeader + before * n + width * i, width);
        };
        for (std::size_t i = 0; i < n; ++i) {
            Signal& s = m_signals[i];
            s.label = column(0, 16, i);
            s.dimension = column(96, 8, i);
            s.physicalMin = numberOf(column(104, 8, i));
            s.physicalMax = numberOf(column(112, 8, i));
            s.digitalMin = numberOf(column(120, 8, i));
            s.digitalMax = numberOf(column(128, 8, i));
            s.prefilter = column(136, 80, i);
            const double count = numberOf(column(216, 8, i));
            const std::string where = "signal " + std::to_string(i + 1);
            if (!(count >= 1) || count != std::floor(count))
                throw ParseError(ErrorCode::Malformed, "The number of samples in a data record makes no sense.",
                                 {m_record.file, where});
            checkSampleCount(count, m_record.file, where);
            s.perRecord = std::size_t(count);
            s.offset = m_recordSamples;
            m_recordSamples += s.perRecord;
            s.annotations = s.label == "EDF Annotations" || s.label == "BDF Annotations";
        }
    }

    // "16-NOV-2020" in an EDF+ recording field, else "16.11.20".
    void readWho()
    {
        const std::string_view date = field(168, 8), time = field(176, 8);
        int a = 0, b = 0, c = 0;
        if (std::sscanf(std::string(date).c_str(), "%2d.%2d.%2d", &a, &b, &c) == 3)
            m_record.date = isoDate(c >= 85 ? 1900 + c : 2000 + c, b, a);
        if (std::sscanf(std::string(time).c_str(), "%2d.%2d.%2d", &a, &b, &c) == 3 && a < 24 && b < 60 && c < 61) {
            char text[32];
            std::snprintf(text, sizeof text, "%02d:%02d:%02d", a, b, c);
            m_record.time = text;
        }
        const std::string patient = plainText(field(8, 80));
        if (!m_plus) {
            m_record.patient.id = patient.substr(0, 40);
            return;
        }
        // EDF+: code, sex, birth date, name, separated by spaces; X where unknown.
        std::vector<std::string> words;
        std::string_view rest = patient;
        while (!(rest = trim(rest)).empty() && words.size() < 4) {
            const auto end = rest.find(' ');
            words.emplace_back(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
        }
        words.resize(4, "X");
        Patient& p = m_record.patient;
        if (words[0] != "X")
            p.id = words[0];
        p.sex = words[1] == "F" || words[1] == "M" ? words[1] : "";
        constexpr std::string_view months = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
        char month[4]{};
        if (std::sscanf(words[2].c_str(), "%2d-%3[A-Z]-%4d", &a, month, &c) == 3)
            if (const auto found = months.find(month); found != std::string_view::npos && found % 3 == 0)
                p.birthDate = isoDate(c, int(found / 3) + 1, a);
        if (words[3] != "X") {
            std::replace(words[3].begin(), words[3].end(), '_', ' ');
            p.name = words[3];
        }
        p.ageYears = yearsBetween(p.birthDate, m_record.date);
    }

    void chooseLeads()
    {
        std::string others;
        std::array<bool, leadCount> taken{};
        for (Signal& s : m_signals) {
            if (s.annotations)
                continue;
            const auto lead = leadFromName(s.label);
            if (!lead) {
                if (others.size() < 100)
                    others += (others.empty() ? "" : ", ") + plainText(s.label).substr(0, 16);
            } else if (taken[index(*lead)]) {
                warn("lead-twice", "Lead " + std::string(name(*lead)) + " is in the file twice; the first is used.",
                     std::string(name(*lead)));
            } else {
                if (m_perRecord && s.perRecord != m_perRecord)
                    throw ParseError(ErrorCode::Unsupported, "The leads of this file have different sampling rates.",
                                     {m_record.file, std::string(name(*lead))});
                m_perRecord = s.perRecord;
                taken[index(*lead)] = true;
                s.lead = lead;
            }
        }
        if (!m_perRecord)
            throw ParseError(ErrorCode::Missing, "No signal of this file is named as a standard lead.",
                             {m_record.file, {}});
        if (!others.empty())
            warn("leads-ignored", "No standard leads, left out: " + others + ".", others);
        const double rate = double(m_perRecord) / m_duration;
        m_record.samplingHz = std::abs(rate - std::round(rate)) < 1e-6 ? std::round(rate) : rate;
        checkSamplingRate(m_record.samplingHz, m_record.file, "offset 244");
        checkSampleCount(double(m_records) * double(m_perRecord), m_record.file, "offset 236");
    }

    // Where each record starts, in samples. In EDF+D the first annotation of a record tells its time.
    void placeRecords()
    {
        m_starts.resize(m_records);
        for (std::size_t r = 0; r < m_records; ++r)
            m_starts[r] = r * m_perRecord;
        if (!m_discontinuous)
            return;
        const auto tal =
            std::find_if(m_signals.begin(), m_signals.end(), [](const Signal& s) { return s.annotations; });
        if (tal == m_signals.end()) {
            warn("gaps-unknown", "The file is discontinuous but doesn't say where its gaps are.");
            return;
        }
        double first = 0;
        std::size_t gaps = 0;
        for (std::size_t r = 0; r < m_records; ++r) {
            const std::string_view text = m_bytes
                                              .part(m_dataStart + (r * m_recordSamples + tal->offset) * m_sampleBytes,
                                                    tal->perRecord * m_sampleBytes)
                                              .bytes();
            const double onset = numberOf(text.substr(0, text.find_first_of("\x14\x15")));
            if (!std::isfinite(onset))
                throw ParseError(ErrorCode::Malformed, "A data record doesn't tell its time.",
                                 {m_record.file, "record " + std::to_string(r + 1)});
            if (r == 0)
                first = onset;
            const double start = std::round((onset - first) * m_record.samplingHz);
            const double least = r == 0 ? 0.0 : double(m_starts[r - 1] + m_perRecord);
            if (start < least)
                throw ParseError(ErrorCode::Inconsistent, "Two data records overlap in time.",
                                 {m_record.file, "record " + std::to_string(r + 1)});
            checkSampleCount(start + double(m_perRecord), m_record.file, "record " + std::to_string(r + 1));
            gaps += start > least ? 1 : 0;
            m_starts[r] = std::size_t(start);
        }
        if (gaps)
            warn("gaps", "The recording has " + std::to_string(gaps) + " gaps; they are marked invalid.");
    }

    std::int32_t sample(std::size_t at) const
    {
        if (m_sampleBytes == 2)
            return m_bytes.i16(at);
        const std::uint32_t raw =
            m_bytes.u8(at) | (std::uint32_t(m_bytes.u8(at + 1)) << 8) | (std::uint32_t(m_bytes.u8(at + 2)) << 16);
        return std::int32_t(raw << 8) >> 8;
    }

    void takeSamples()
    {
        const std::size_t length = m_records ? m_starts.back() + m_perRecord : 0;
        for (const Signal& s : m_signals) {
            if (!s.lead)
                continue;
            const std::string label(name(*s.lead));
            double gain = (s.physicalMax - s.physicalMin) / (s.digitalMax - s.digitalMin);
            double zero = s.physicalMin - s.digitalMin * gain;
            const auto unit = millivoltsPer(s.dimension);
            if (!std::isfinite(gain) || gain == 0) {
                warn("units-unknown", "Lead " + label + " has no usable physical range; its values are raw counts.",
                     label);
                gain = 1;
                zero = 0;
            } else if (!unit) {
                warn("units-unknown", "Lead " + label + " isn't in volts; its values are kept as they are.", label);
            } else {
                gain *= *unit;
                zero *= *unit;
            }
            std::vector<float> values(length, std::numeric_limits<float>::quiet_NaN());
            for (std::size_t r = 0; r < m_records; ++r)
                for (std::size_t i = 0; i < m_perRecord; ++i)
                    values[m_starts[r] + i] =
                        float(sample(m_dataStart + (r * m_recordSamples + s.offset + i) * m_sampleBytes) * gain + zero);
            m_record[*s.lead] = std::move(values);
            filters(s.prefilter);
        }
    }

    // "HP:0.1Hz LP:75Hz N:50Hz"
    void filters(const std::string& text)
    {
        const auto after = [&](std::string_view key) -> std::optional<double> {
            for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
                if (at > 0 && text[at - 1] != ' ')
                    continue;
                const std::string_view rest = trim(std::string_view(text).substr(at + key.size()));
                const auto number = parseNumber(rest.substr(0, rest.find_first_not_of("0123456789.")));
                return number && *number > 0 ? number : std::nullopt;
            }
            return std::nullopt;
        };
        AcquisitionFilters& f = m_record.filters;
        f.highPassHz = f.highPassHz ? f.highPassHz : after("HP:");
        f.lowPassHz = f.lowPassHz ? f.lowPassHz : after("LP:");
        f.notchHz = f.notchHz ? f.notchHz : after("N:");
    }

    ByteView m_bytes;
    EcgRecord& m_record;
    std::size_t m_sampleBytes;
    std::vector<Signal> m_signals;
    std::size_t m_dataStart = 0, m_recordSamples = 0, m_records = 0, m_perRecord = 0;
    double m_duration = 0;
    bool m_plus = false, m_discontinuous = false;
    std::vector<std::size_t> m_starts;
};

} // namespace

std::string_view edfKind(std::string_view head) noexcept
{
    if (head.size() < mainHeader)
        return {};
    const bool printable = std::all_of(head.begin() + 8, head.begin() + mainHeader,
                                       [](char c) { return static_cast<unsigned char>(c) >= 32; });
    if (!printable)
        return {};
    return head.starts_with("0       ") ? "EDF"
           : head.starts_with("\xFF"
                              "BIOSEMI")
               ? "BDF"
               : "";
}

bool EdfReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    try {
        if (edfKind(head).empty())
            return false;
        const auto signals = parseNumber(head.substr(252, 4));
        if (!signals || !(*signals >= 1))
            return true; // damaged, but what it is can be said
        for (std::size_t i = 0; i < std::size_t(std::min(*signals, double(maxSignals))); ++i) {
            const std::size_t at = mainHeader + 16 * i;
            if (at + 16 > head.size())
                return false;
            if (leadFromName(head.substr(at, 16)))
                return true;
        }
        return false;
    } catch (...) {
        return false;
    }
}

EcgRecord EdfReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    const std::string all = readBytes(file, maxFileBytes, true);
    record.format = std::string(edfKind(std::string_view(all).substr(0, mainHeader)));
    EdfFile(ByteView(all, file), record).read();
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
