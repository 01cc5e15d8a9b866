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

} // namespace echo2ecg::base
