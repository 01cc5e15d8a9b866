// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/readers/reader_support.h"

#include "ecg/lead_algebra.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>

namespace echo2ecg::ecg {

using base::ErrorCode;
using base::ParseError;

std::string_view trim(std::string_view text)
{
    constexpr std::string_view spaces{" \t\r\n\v\f\0", 7};
    const auto first = text.find_first_not_of(spaces);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

std::string toLower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    return result;
}

std::optional<double> millivoltsPer(std::string_view unit)
{
    const std::string u = toLower(trim(unit));
    if (u == "mv" || u == "millivolt" || u == "millivolts")
        return 1.0;
    // The micro sign in UTF-8, the Greek letter in UTF-8, and the micro sign in Latin-1.
    if (u == "uv" || u == "\xC2\xB5v" || u == "\xCE\xBCv" || u == "\xB5v" || u == "microvolt" || u == "microvolts")
        return 1e-3;
    if (u == "nv" || u == "nanovolt")
        return 1e-6;
    if (u == "v" || u == "volt")
        return 1e3;
    return std::nullopt;
}

void checkSamplingRate(double hz, const std::filesystem::path& file, const std::string& where)
{
    if (!std::isfinite(hz) || hz <= 0)
        throw ParseError(ErrorCode::Malformed, "The sampling rate isn't a positive number.", {file, where});
    if (hz > maxSamplingHz)
        throw ParseError(ErrorCode::LimitExceeded, "The sampling rate is beyond any ECG.", {file, where});
}

void checkSampleCount(double count, const std::filesystem::path& file, const std::string& where)
{
    if (!std::isfinite(count) || count < 0)
        throw ParseError(ErrorCode::Malformed, "The number of samples isn't a number.", {file, where});
    if (count > double(maxSamplesPerLead)) {
        char text[128];
        std::snprintf(text, sizeof text, "The file declares %.0f samples per lead; at most %llu are read.", count,
                      static_cast<unsigned long long>(maxSamplesPerLead));
        throw ParseError(ErrorCode::LimitExceeded, text, {file, where});
    }
}

void placeLead(EcgRecord& record, Lead lead, std::vector<float> values)
{
    const std::string label(name(lead));
    if (record.has(lead))
        record.warnings.push_back({"lead-twice", "Lead " + label + " is in the file twice; the first is used.", label});
    else
        record[lead] = std::move(values);
}

void finishRecord(EcgRecord& record)
{
    std::size_t longest = 0;
    for (const auto& lead : record.leads)
        longest = std::max(longest, lead.size());
    if (longest == 0)
        throw ParseError(ErrorCode::Missing, "The file holds no samples of a standard lead.", {record.file, {}});
    checkSampleCount(double(longest), record.file, {});
    std::string shorter;
    for (const Lead lead : allLeads) {
        auto& values = record[lead];
        if (values.empty() || values.size() == longest)
            continue;
        values.resize(longest, std::numeric_limits<float>::quiet_NaN());
        shorter += (shorter.empty() ? "" : ", ") + std::string(name(lead));
    }
    if (!shorter.empty())
        record.warnings.push_back(
            {"leads-unequal", "Shorter than the other leads, the rest is marked invalid: " + shorter + ".", shorter});
    deriveLimbLeads(record);
}

void finishXmlRecord(EcgRecord& record, const std::optional<ParseError>& damage, const std::string& family,
                     const std::string& given)
{
    if (damage)
        record.warnings.push_back({"truncated", "The XML is damaged; what follows is lost.", damage->place().where});
    if (!family.empty() || !given.empty())
        record.patient.name = family + (given.empty() ? "" : "^" + given);
    if (!record.patient.ageYears)
        record.patient.ageYears = yearsBetween(record.patient.birthDate, record.date);
    finishRecord(record);
}

std::optional<double> parseNumber(std::string_view text)
{
    text = trim(text);
    if (!text.empty() && text.front() == '+')
        text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<int> parseDigits(std::string_view text)
{
    if (text.empty() || text.size() > 9)
        return std::nullopt;
    int value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

std::string readBytes(const std::filesystem::path& file, std::size_t limit, bool whole)
{
    std::error_code problem;
    if (!std::filesystem::is_regular_file(file, problem))
        throw ParseError(ErrorCode::Io, "There is no such file.", {file, {}});
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw ParseError(ErrorCode::Io, "The file can't be opened.", {file, {}});
    const auto size = std::filesystem::file_size(file, problem);
    if (problem)
        throw ParseError(ErrorCode::Io, "The file can't be read.", {file, {}});
    if (whole && size > limit)
        throw ParseError(ErrorCode::LimitExceeded, "The file is larger than a file of this kind can be.", {file, {}});
    std::string bytes(std::size_t(std::min<std::uintmax_t>(size, limit)), '\0');
    stream.read(bytes.data(), std::streamsize(bytes.size()));
    bytes.resize(std::size_t(std::max<std::streamsize>(0, stream.gcount())));
    return bytes;
}

std::string isoDate(int year, int month, int day)
{
    if (year < 1800 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
        return {};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    return text;
}

std::string isoTime(int hour, int minute, int second)
{
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return {};
    char text[48];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", hour, minute, second);
    return text;
}

std::optional<int> yearsBetween(const std::string& birth, const std::string& date)
{
    int y0 = 0, m0 = 0, d0 = 0, y1 = 0, m1 = 0, d1 = 0;
    if (std::sscanf(birth.c_str(), "%4d-%2d-%2d", &y0, &m0, &d0) != 3 ||
        std::sscanf(date.c_str(), "%4d-%2d-%2d", &y1, &m1, &d1) != 3)
        return std::nullopt;
    const int years = y1 - y0 - (m1 < m0 || (m1 == m0 && d1 < d0) ? 1 : 0);
    return years >= 0 && years <= 130 ? std::optional(years) : std::nullopt;
}

} // namespace echo2ecg::ecg
