// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <charconv>
#include <string>

namespace echo2ecg::base {

// The shortest text that reads back as the same number, with a point in every locale; appended to `line`.
template <class T> void appendShortest(std::string& line, T value)
{
    char text[32];
    const auto result = std::to_chars(text, text + sizeof text, value);
    line.append(text, result.ptr);
}

template <class T> std::string shortest(T value)
{
    std::string text;
    appendShortest(text, value);
    return text;
}

// With so many digits behind the point, in every locale.
inline std::string fixedText(double value, int digits)
{
    char text[400];
    const auto result = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return std::string(text, result.ptr);
}

} // namespace echo2ecg::base
