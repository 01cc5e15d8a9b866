// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <cmath>
#include <string>

namespace echo2ecg::echo {

// With a point in every locale and a true minus. Not finite or beyond 1e12: "—".
inline std::string fixedText(double value, int decimals)
{
    if (!std::isfinite(value) || std::abs(value) > 1e12)
        return "—";
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, std::abs(value), std::chars_format::fixed, decimals).ptr;
    std::string digits(text, end);
    const bool isZero = digits.find_first_not_of("0.") == std::string::npos;
    return value < 0 && !isZero ? "−" + digits : digits;
}

inline std::string significantText(double value, int digits)
{
    if (value == 0 || !std::isfinite(value))
        return fixedText(value, 0);
    const int decimals = digits - 1 - int(std::floor(std::log10(std::abs(value))));
    return fixedText(value, decimals < 0 ? 0 : decimals > 9 ? 9 : decimals);
}

} // namespace echo2ecg::echo
