// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

// What random numbers are made of that have to be the same on every machine and with every standard library.
namespace echo2ecg::base {

// FNV-1a of the bytes.
constexpr std::uint64_t fnv1a64(std::string_view text) noexcept
{
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return hash;
}

// SplitMix64 (Steele, Lea, Flood 2014): a state goes on by the step, and is mixed for each number.
inline constexpr std::uint64_t splitMixStep = 0x9E3779B97F4A7C15ULL;
constexpr std::uint64_t splitMixed(std::uint64_t z) noexcept
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

} // namespace echo2ecg::base
