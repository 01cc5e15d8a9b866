// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/mixing.h"

#include <cmath>
#include <cstdint>
#include <string_view>

namespace echo2ecg::simulation {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), keyed by seed, patient and purpose: what one purpose draws never shifts what another gets. The
// distributions are written out because those of the standard library differ between its makers.
class Random
{
public:
    Random(std::uint64_t seed, std::uint64_t patient, std::string_view purpose)
    {
        m_state = seed;
        m_state = next() ^ patient * base::splitMixStep;
        m_state = next() ^ base::fnv1a64(purpose);
    }

    std::uint64_t next() { return base::splitMixed(m_state += base::splitMixStep); }
    double uniform() { return double(next() >> 11) * 0x1p-53; } // [0, 1)
    double uniform(double from, double to) { return from + (to - from) * uniform(); }
    bool chance(double probability) { return uniform() < probability; }
    int below(int count) { return int(uniform() * count); }
    // Box and Muller, one of the pair.
    double normal()
    {
        const double u = 1 - uniform(), v = uniform();
        return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
    }
    double normal(double mean, double sd) { return mean + sd * normal(); }
    // Drawn again until it lies within; bounds must hold a good part of the mass.
    double normal(double mean, double sd, double least, double most)
    {
        for (int attempt = 0; attempt < 64; ++attempt)
            if (const double value = normal(mean, sd); value >= least && value <= most)
                return value;
        return mean < least ? least : mean > most ? most : mean;
    }
    // exp(N(0, sd)).
    double factor(double sd) { return std::exp(normal(0, sd)); }
    // Nearly normal (sum of four), for textures where millions are drawn: mean 0, variance 1.
    float quick()
    {
        const std::uint64_t z = next();
        const int sum = int(z & 0xFFFF) + int(z >> 16 & 0xFFFF) + int(z >> 32 & 0xFFFF) + int(z >> 48);
        return float(sum - 131070) * (1.0f / 37837.23f); // 65536 / √12 · 2
    }

private:
    std::uint64_t m_state = 0;
};

} // namespace echo2ecg::simulation
