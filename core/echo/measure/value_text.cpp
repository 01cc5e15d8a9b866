// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/measurement.h"

#include "echo/measure/number_words.h"

#include <cmath>

namespace echo2ecg::echo {

namespace {

constexpr const char* noBreakSpace = "\u00a0";
constexpr std::size_t mostOnOneLine = 3;

int decimalsOf(double size, const std::string& unit)
{
    if (unit == "ms" || unit == "/min" || unit == "g" || unit == "%" || unit == "Hz")
        return 0;
    if (unit == "m/s" || unit == "cm")
        return size < 10 ? 2 : 1;
    if (unit == "cm²")
        return size < 10 ? 2 : 1;
    if (unit == "°")
        return size < 10 ? 1 : 0;
    return size < 10 ? 1 : 0; // mL, mmHg, cm/s, m/s², px, px²
}

} // namespace

std::string textOf(const Value& value)
{
    // Tissue velocities are told in cm/s.
    if (value.unit == "m/s" && std::abs(value.value) < 0.3)
        return textOf({value.name, value.value * 100, "cm/s"});
    const std::string digits = fixedText(value.value, decimalsOf(std::abs(value.value), value.unit));
    return value.unit == "°" ? digits + "°" : digits + noBreakSpace + value.unit;
}

std::string textOf(const Evaluation& evaluation)
{
    if (!evaluation.refused.empty())
        return evaluation.refused;
    std::string line;
    for (std::size_t i = 0; i < evaluation.values.size() && i < mostOnOneLine; ++i)
        line += (i ? " · " : "") + textOf(evaluation.values[i]);
    return line;
}

} // namespace echo2ecg::echo
