// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/readers/mfer_definition.h"

#include <cstdint>
#include <map>
#include <string_view>

namespace echo2ecg::ecg {

// What is defined for a channel when a frame comes. Absent values are those of the standard: one sample per block,
// 16-bit signed numbers, 1 ms, 1 µV.
struct MferChannel
{
    std::uint32_t block = 1;
    std::optional<std::uint32_t> sequences;
    int dataType = 0;
    std::optional<double> samplingHz;
    std::optional<double> millivolts; // of one step
    bool otherUnit = false;           // its step isn't in volts
    std::string_view offset, null;    // numbers of the data type, as written
    int waveform = 0;                 // 1 resting ECG, 9 dominant beat
    std::optional<int> lead;
    std::string leadText;
};

struct MferFrame
{
    std::vector<MferChannel> channels;
    std::string_view data;
    bool bigEndian = true;
    bool cut = false; // the file ended inside of it
};

// Walks through the definitions; fills who, when and filters of the record. The frames point into `bytes`.
// Throws base::ParseError.
std::vector<MferFrame> readMferFrames(std::string_view bytes, EcgRecord& record);

} // namespace echo2ecg::ecg
