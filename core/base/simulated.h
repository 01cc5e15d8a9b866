// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

// What is simulated says so in the same words everywhere: window, paper, command line.
namespace echo2ecg::base {

inline constexpr const char* simulatedWord = "SIMULATED";
inline constexpr const char* virtualPatientSentence = "A virtual patient: no person's heart.";
inline constexpr const char* simulatedModelSentence = "The model was trained on virtual patients: its results say nothing about a person.";

// Whether a header's text (maker, model, description of a series) says that what it describes is simulated.
inline bool saysSimulated(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return lower.find("simulat") != std::string::npos;
}

} // namespace echo2ecg::base
