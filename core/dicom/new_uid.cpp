// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/new_uid.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace echo2ecg::dicom {

std::string newUid()
{
    std::random_device random;
    std::uint32_t words[4];
    for (std::uint32_t& word : words)
        word = random();
    words[1] = (words[1] & 0xFFFF0FFFu) | 0x00004000u; // version 4
    words[2] = (words[2] & 0x3FFFFFFFu) | 0x80000000u; // its variant
    std::string digits;
    while (std::any_of(std::begin(words), std::end(words), [](std::uint32_t w) { return w != 0; })) {
        std::uint64_t rest = 0;
        for (std::uint32_t& word : words) {
            rest = rest << 32 | word;
            word = std::uint32_t(rest / 10);
            rest %= 10;
        }
        digits += char('0' + rest);
    }
    std::reverse(digits.begin(), digits.end());
    return "2.25." + digits;
}

} // namespace echo2ecg::dicom
