// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Small codings that several formats share.
namespace echo2ecg::ecg {

struct Base64
{
    std::string bytes;
    bool clean = true; // false when a character was no base64 or the last group is incomplete
};

// Spaces and line ends are skipped; decoding ends at the padding or at the first character that isn't base64.
Base64 decodeBase64(std::string_view text);

// Little-endian 16-bit samples; a last odd byte is left out.
std::vector<std::int16_t> littleInt16(std::string_view bytes);

// CRC-32 as in ZIP and PNG (IEEE 802.3).
std::uint32_t crc32(std::string_view bytes);
// CRC-CCITT with polynomial 0x1021, start 0xFFFF: SCP-ECG and ISHNE.
std::uint16_t crcCcitt(std::string_view bytes);

// Latin-1 to UTF-8; text that is valid UTF-8 already is kept. Control characters are dropped.
std::string plainText(std::string_view text);

} // namespace echo2ecg::ecg
