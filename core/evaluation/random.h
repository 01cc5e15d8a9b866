// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mixing.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace echo2ecg::evaluation {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine and with every standard library, which std's distributions don't promise.
// Each stream of a seed is a sequence of its own, so that work may be spread over threads in any way.
class Random
{
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : m_state(base::splitMixed(seed + base::splitMixStep) ^ base::splitMixed(~stream)) {}

    std::uint64_t next() { return base::splitMixed(m_state += base::splitMixStep); }
    // 0 … n−1 without bias, n > 0: of the 32 high bits times n the whole part, numbers that would favour some being drawn again (Lemire 2019).
    std::uint32_t below(std::uint32_t n)
    {
        for (;;) {
            const std::uint64_t product = (next() >> 32) * n;
            const auto low = std::uint32_t(product);
            if (low >= n || low >= (0u - n) % n)
                return std::uint32_t(product >> 32);
        }
    }
    double uniform() { return double(next() >> 11) * 0x1p-53; } // [0, 1)

    // Moves `count` values that are drawn without replacement to the front.
    template <class T>
    void draw(std::vector<T>& values, std::size_t count)
    {
        for (std::size_t i = 0; i < count && i + 1 < values.size(); ++i)
            std::swap(values[i], values[i + below(std::uint32_t(values.size() - i))]);
    }

private:
    std::uint64_t m_state;
};

} // namespace echo2ecg::evaluation
