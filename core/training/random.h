// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/formula.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <string_view>
#include <vector>

namespace echo2ecg::training {

// Random numbers that depend on what they are for and nothing else: neither on the numbers drawn before nor on the
// thread, so that a run that was interrupted goes on with the same ones. SplitMix64.
class RandomStream
{
public:
    RandomStream(std::string_view purpose, std::initializer_list<std::uint64_t> keys) : m_key(nn::fnv1a64(purpose))
    {
        for (const std::uint64_t key : keys)
            m_key = nn::formulaBits(m_key, key);
    }

    std::uint64_t bits() { return nn::formulaBits(m_key, m_next++); }
    // In [0, 1), 53 random bits.
    double unit() { return double(bits() >> 11) * 0x1p-53; }
    // In [0, count); count > 0.
    std::uint64_t below(std::uint64_t count)
    {
        return std::min(count - 1, std::uint64_t(unit() * double(count)));
    }
    // Standard normal, after Box and Muller (1958); two at a time.
    double normal()
    {
        if (m_hasSecond) {
            m_hasSecond = false;
            return m_second;
        }
        const double radius = std::sqrt(-2 * std::log(1 - unit())), angle = 2 * std::numbers::pi * unit();
        m_second = radius * std::sin(angle);
        m_hasSecond = true;
        return radius * std::cos(angle);
    }

private:
    std::uint64_t m_key, m_next = 0;
    double m_second = 0;
    bool m_hasSecond = false;
};

// 0 … count − 1 in an order of chance, after Fisher and Yates.
inline std::vector<std::size_t> shuffled(std::size_t count, RandomStream random)
{
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i)
        order[i] = i;
    for (std::size_t i = count; i > 1; --i)
        std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

} // namespace echo2ecg::training
