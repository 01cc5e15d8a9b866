// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace echo2ecg::ecg {

// One signal line of a WFDB header (header(5)): FILE FORMAT[xSPF][:SKEW][+OFFSET] GAIN[(BASELINE)][/UNITS] RES ZERO
// INIT SUM BLOCK NAME.
struct WfdbSignal
{
    std::string file;
    int format = 0;
    int samplesPerFrame = 1;
    int skew = 0;                 // frames by which this signal is stored later
    std::uint64_t byteOffset = 0; // of the first sample
    double gain = 200;            // ADC units per physical unit
    std::optional<int> baseline;  // ADC value at 0; the ADC zero when absent
    std::string units = "mV";
    int adcZero = 0;
    std::optional<int> initialValue, checksum;
    std::string description;
    bool gainAssumed = false;
    int line = 0; // in the header, for messages
};

// A part of a record of several; "~" is a gap. Without samples and in front: the layout of records whose signals
// change.
struct WfdbSegment
{
    std::string name;
    std::uint64_t samples = 0;
    int line = 0;
};

struct WfdbHeader
{
    std::string record;
    double samplingHz = 250;
    std::optional<std::uint64_t> samples; // per signal; absent or 0 in the file means "until its end"
    std::string time, date;               // ISO, start
    std::vector<WfdbSignal> channels;     // or, in a record of several parts,
    std::vector<WfdbSegment> segments;
    std::vector<std::string> comments; // without '#'
    base::Warnings warnings;
};

// True when the text begins as a WFDB header does. `head` may be cut anywhere. Never throws.
bool looksLikeWfdbHeader(std::string_view head) noexcept;

// Throws base::ParseError with the line.
WfdbHeader parseWfdbHeader(std::string_view text, const std::filesystem::path& file);

} // namespace echo2ecg::ecg
