// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What every reader needs: one set of limits, units, and the last checks before a record leaves.
namespace echo2ecg::ecg {

// 33 minutes at 1000 Hz; twelve such leads are 96 MB. Longer recordings are refused, not cut.
constexpr std::uint64_t maxSamplesPerLead = 2'000'000;
constexpr double maxSamplingHz = 100'000;

// Millivolts per unit: "mV", "mv", "uV", "µV", "V", "nV". Nothing for what isn't a voltage.
std::optional<double> millivoltsPer(std::string_view unit);

// Throw base::ParseError unless the rate is a usable number, and unless the count is within the limit.
void checkSamplingRate(double hz, const std::filesystem::path& file, const std::string& where);
void checkSampleCount(double count, const std::filesystem::path& file, const std::string& where);

// Puts a lead into the record unless it is there already, which becomes a warning.
void placeLead(EcgRecord& record, Lead lead, std::vector<float> values);

// Makes all present leads equally long (NaN for what is absent, with a warning), derives missing limb leads.
// Throws base::ParseError(Missing) when no lead holds a sample.
void finishRecord(EcgRecord& record);

// The end of every XML reader: says where a damaged document was left, joins the name, takes the age from the dates
// where the file states none, and finishes the record.
void finishXmlRecord(EcgRecord& record, const std::optional<base::ParseError>& damage, const std::string& family,
                     const std::string& given);

// The whole number, or nothing. Locale-free; surrounding spaces are allowed.
std::optional<double> parseNumber(std::string_view text);
// One to nine digits and nothing else, or nothing: for the parts of dates and ages.
std::optional<int> parseDigits(std::string_view text);
std::string_view trim(std::string_view text);
std::string toLower(std::string_view text);

// Opens and reads at most `limit` bytes; throws Io when it can't, LimitExceeded when the file is longer and `whole` is
// asked for.
std::string readBytes(const std::filesystem::path& file, std::size_t limit, bool whole);

// "2004-11-30" from its parts, or empty when they are no date.
std::string isoDate(int year, int month, int day);
// "12:59:50" from its parts (a leap second is one), or empty when they are no time of day.
std::string isoTime(int hour, int minute, int second);

// Whole years between two ISO dates.
std::optional<int> yearsBetween(const std::string& birth, const std::string& date);

} // namespace echo2ecg::ecg
