// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mixing.h"

#include <cstdint>
#include <string>
#include <vector>

namespace echo2ecg::nn {

// Deterministic numbers for golden tests: a SplitMix64 stream seeded with the FNV-1a hash of a text key. Exact on every machine.
using base::fnv1a64;
constexpr std::uint64_t formulaBits(std::uint64_t keyHash, std::uint64_t index) noexcept
{
    return base::splitMixed(keyHash + (index + 1) * base::splitMixStep);
}
// In [-1, 1), 53 random bits.
double formulaUnit(std::uint64_t keyHash, std::uint64_t index) noexcept;
// Weights by name and shape, as the golden vectors were made with.
std::vector<float> formulaWeights(const std::string& name, const std::vector<long long>& shape);

} // namespace echo2ecg::nn
