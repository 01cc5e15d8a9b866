// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/new_uid.h"

#include "base/sha256.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace echo2ecg::dicom {

namespace {

std::string fromWords(std::uint32_t (&words)[4], std::uint32_t version)
{
    words[1] = (words[1] & 0xFFFF0FFFu) | version << 12;
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

} // namespace

std::string newUid()
{
    std::random_device random;
    std::uint32_t words[4];
    for (std::uint32_t& word : words)
        word = random();
    return fromWords(words, 4);
}

std::string uidOf(std::string_view words)
{
    const std::string hash = base::sha256(words);
    std::uint32_t parts[4];
    for (std::size_t i = 0; i < 4; ++i)
        parts[i] = std::uint32_t(std::stoul(hash.substr(8 * i, 8), nullptr, 16));
    return fromWords(parts, 8); // version 8: made in a way of our own (RFC 9562)
}

} // namespace echo2ecg::dicom
