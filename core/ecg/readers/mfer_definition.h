// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The encoding of MFER (ISO 22077-1): definitions of a tag, a length and a value, one behind the other.
namespace echo2ecg::ecg::mfer {

enum Tag : unsigned {
    Filler = 0x00,
    ByteOrder = 0x01,
    Version = 0x02,
    Block = 0x04,
    Channels = 0x05,
    Sequences = 0x06,
    WaveformType = 0x08,
    LeadName = 0x09,
    DataType = 0x0A,
    Interval = 0x0B,
    Sensitivity = 0x0C,
    Offset = 0x0D,
    Compression = 0x0E,
    Filter = 0x11,
    Null = 0x12,
    Device = 0x17,
    Waveform = 0x1E,
    Attributes = 0x3F,
    Preamble = 0x40,
    Set = 0x67,
    End = 0x80,
    PatientName = 0x81,
    PatientId = 0x82,
    Age = 0x83,
    Sex = 0x84,
    Time = 0x85
};

struct Definition
{
    unsigned tag = 0;
    std::size_t channel = 0; // of attributes
    std::string_view value;
    std::size_t at = 0, next = 0;
    bool cut = false, endless = false;
};

// The definition at `at`, or nothing at the end. A length that reaches behind the end is `cut`.
std::optional<Definition> definitionAt(std::string_view bytes, std::size_t at);

// True when `head` begins as MFER: a preamble, or a chain of plausible definitions.
bool looksLikeMfer(std::string_view head) noexcept;

// A number of 1 to 8 bytes.
std::uint64_t number(std::string_view bytes, bool bigEndian);
std::int64_t signedNumber(std::string_view bytes, bool bigEndian);

} // namespace echo2ecg::ecg::mfer
