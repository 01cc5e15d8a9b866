// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/dates.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace echo2ecg::library {

namespace {

std::optional<int> number(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

std::optional<std::chrono::year_month_day> parseDate(std::string_view text)
{
    std::optional<int> year, month, day;
    if (text.size() == 10 && text[4] == '-' && text[7] == '-') {
        year = number(text.substr(0, 4)), month = number(text.substr(5, 2)), day = number(text.substr(8, 2));
    } else if (text.size() == 8) {
        year = number(text.substr(0, 4)), month = number(text.substr(4, 2)), day = number(text.substr(6, 2));
    }
    if (!year || !month || !day)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(unsigned(*month)),
                                           std::chrono::day(unsigned(*day))};
    return date.ok() ? std::optional(date) : std::nullopt;
}

std::optional<int> secondsOfDay(std::string_view text)
{
    if (text.size() < 5 || text[2] != ':')
        return std::nullopt;
    const auto hours = number(text.substr(0, 2)), minutes = number(text.substr(3, 2));
    const auto seconds = text.size() >= 8 && text[5] == ':' ? number(text.substr(6, 2)) : std::optional(0);
    if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 60)
        return std::nullopt;
    return *hours * 3600 + *minutes * 60 + *seconds;
}

} // namespace

std::string isoDate(std::string_view text)
{
    const auto date = parseDate(text);
    if (!date)
        return {};
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", int(date->year()), unsigned(date->month()),
                  unsigned(date->day()));
    return buffer;
}

std::optional<double> daysBetween(std::string_view dateA, std::string_view timeA, std::string_view dateB,
                                  std::string_view timeB)
{
    const auto a = parseDate(dateA), b = parseDate(dateB);
    if (!a || !b)
        return std::nullopt;
    double days = double((std::chrono::sys_days(*b) - std::chrono::sys_days(*a)).count());
    const auto secondsA = secondsOfDay(timeA), secondsB = secondsOfDay(timeB);
    if (secondsA && secondsB)
        days += double(*secondsB - *secondsA) / 86400.0;
    return days;
}

} // namespace echo2ecg::library
