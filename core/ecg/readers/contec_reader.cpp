// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/contec_reader.h"

#include "ecg/readers/byte_view.h"
#include "ecg/readers/coding.h"
#include "ecg/readers/reader_support.h"

#include <array>
#include <limits>

namespace echo2ecg::ecg {

namespace {

using base::ErrorCode;
using base::ParseError;

constexpr std::size_t headerBytes = 43, columns = 8, rowBytes = 2 * columns;
constexpr double deviceHz = 800, deviceMillivolts = 0.005;
constexpr int zero = 2048, notConnected = 0x6800;
constexpr std::array<Lead, columns> order{Lead::II, Lead::III, Lead::V1, Lead::V2,
                                          Lead::V3, Lead::V4,  Lead::V5, Lead::V6};

// "2020-11-15 12:59:50" behind a ten-byte number.
bool hasMoment(std::string_view head)
{
    constexpr std::string_view pattern = "dddd-dd-dd dd:dd:dd";
    if (head.size() < 10 + pattern.size())
        return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = head[10 + i];
        if (pattern[i] == 'd' ? c < '0' || c > '9' : c != pattern[i])
            return false;
    }
    return true;
}

} // namespace

bool ContecReader::recognises(const std::filesystem::path&, std::string_view head) const noexcept
{
    return head.size() >= headerBytes && hasMoment(head);
}

EcgRecord ContecReader::read(const std::filesystem::path& file) const
{
    EcgRecord record;
    record.file = file;
    record.format = "Contec ECG";
    const std::string all = readBytes(file, headerBytes + rowBytes * (maxSamplesPerLead + 16), true);
    if (!hasMoment(all))
        throw ParseError(ErrorCode::Malformed, "The Contec header has no date and time.", {file, "offset 10"});
    const ByteView bytes(all, file);
    record.patient.name = plainText(bytes.text(32, 8));
    const auto part = [&all](std::size_t at, std::size_t digits) {
        return parseDigits(std::string_view(all).substr(at, digits)).value_or(0);
    };
    record.date = isoDate(part(10, 4), part(15, 2), part(18, 2));
    record.time = isoTime(part(21, 2), part(24, 2), part(27, 2));
    const int sex = bytes.u8(40), age = bytes.u8(41);
    record.patient.sex = sex == 0 ? "F" : sex == 1 ? "M" : "";
    if (age > 0 && age <= 130)
        record.patient.ageYears = age;
    record.device = "Contec ECG90A";
    record.samplingHz = deviceHz;

    std::array<std::vector<float>, columns> values;
    std::array<bool, columns> connected{};
    bool ended = false;
    for (std::size_t at = headerBytes; at + rowBytes <= all.size() && !ended; at += rowBytes) {
        std::array<int, columns> row{};
        ended = true;
        for (std::size_t c = 0; c < columns; ++c) {
            row[c] = bytes.u16(at + 2 * c);
            ended = ended && row[c] == 0;
        }
        for (std::size_t c = 0; c < columns && !ended; ++c) {
            connected[c] = connected[c] || row[c] != notConnected;
            values[c].push_back(row[c] == notConnected ? std::numeric_limits<float>::quiet_NaN()
                                                       : float((row[c] - zero) * deviceMillivolts));
        }
    }
    if (values[0].empty())
        throw ParseError(ErrorCode::Truncated, "The file holds no samples.", bytes.place(headerBytes));
    if (!ended)
        record.warnings.push_back({"truncated", "The row of zeros that ends the samples is missing.", {}});
    std::string absent;
    for (std::size_t c = 0; c < columns; ++c) {
        if (connected[c])
            record[order[c]] = std::move(values[c]);
        else
            absent += (absent.empty() ? "" : ", ") + std::string(name(order[c]));
    }
    record.warnings.push_back(
        {"rate-assumed", "The file states neither rate nor step; 800 Hz and 5 µV of the ECG90A were assumed.", {}});
    if (!absent.empty())
        record.warnings.push_back({"leads-absent", "Not connected during the recording: " + absent + ".", absent});
    // The file has II and III; with I the other limb leads follow.
    if (record.has(Lead::II) && record.has(Lead::III)) {
        auto& one = record[Lead::I];
        for (std::size_t i = 0; i < record[Lead::II].size(); ++i)
            one.push_back(record[Lead::II][i] - record[Lead::III][i]);
        record.warnings.push_back({"lead-derived", "Not in the file, calculated from II and III: I.", "I"});
    }
    finishRecord(record);
    return record;
}

} // namespace echo2ecg::ecg
