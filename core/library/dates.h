// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace echo2ecg::library {

// "2004-11-30" or "20041130" as "2004-11-30"; empty when it is no date of the calendar.
std::string isoDate(std::string_view text);

// Days from a to b (negative: b is earlier). With a time on both sides to the second, else whole days. Empty without
// two dates.
std::optional<double> daysBetween(std::string_view dateA, std::string_view timeA, std::string_view dateB,
                                  std::string_view timeB);

} // namespace echo2ecg::library
