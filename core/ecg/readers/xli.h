// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace echo2ecg::ecg {

// The "XLI" compression of Philips Sierra files. A lead is a chunk: 32-bit size, 16 bits unused, 16-bit start value,
// then 10-bit LZW codes. What they unfold to are the high bytes and then the low bytes of second differences, each
// applied one sample late and biased by 64.
struct XliLead
{
    std::vector<std::int16_t> samples;
    bool complete = true; // the chunk was all there and made sense
};

// At most `maxSamples` per lead are unfolded and at most `maxLeads` leads.
std::vector<XliLead> decodeXli(std::string_view bytes, std::size_t maxSamples, std::size_t maxLeads);

} // namespace echo2ecg::ecg
