// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512BF16__)
#include <immintrin.h>
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#define E2E_NOINLINE __declspec(noinline)
#else
#define E2E_NOINLINE __attribute__((noinline))
#endif

// Vectors of E2E_SIMD_WIDTH floats, for the one source of all kernels. Each instruction set is a translation unit of
// its own that sets the width and is compiled with that set's flags; everything here is local to it, so that no
// function compiled for a newer processor can be linked into a path that an older one takes.
namespace echo2ecg::nn::cpu {
namespace {

constexpr int kWidth = E2E_SIMD_WIDTH;

#if defined(__GNUC__) || defined(__clang__)

typedef float Floats __attribute__((vector_size(kWidth * 4)));
typedef std::int32_t Ints __attribute__((vector_size(kWidth * 4)));
typedef float LooseFloats __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));
typedef std::int32_t LooseInts __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));

inline Floats load(const float* from)
{
    return *reinterpret_cast<const LooseFloats*>(from);
}
inline void store(float* to, Floats value)
{
    *reinterpret_cast<LooseFloats*>(to) = value;
}
inline Ints loadInts(const void* from)
{
    return *reinterpret_cast<const LooseInts*>(from);
}
inline Floats splat(float value)
{
    return value - Floats{};
}
inline Ints splatBits(std::int32_t value)
{
    return value - Ints{};
}
// A NaN in `a` stays.
inline Floats larger(Floats a, Floats b)
{
    return b > a ? b : a;
}
inline Floats select(Ints mask, Floats whenSet, Floats otherwise)
{
    return mask ? whenSet : otherwise;
}
inline Ints negative(Floats x)
{
    return x < 0.0f;
}
inline Floats asFloats(Ints bits)
{
    return reinterpret_cast<Floats>(bits);
}
inline Ints asInts(Floats value)
{
    return reinterpret_cast<Ints>(value);
}

#else // a compiler without vector types: the same operations, one lane after the other

struct Ints
{
    std::int32_t lane[kWidth];
};
struct Floats
{
    float lane[kWidth];
    float operator[](int i) const { return lane[i]; }
};
#define E2E_LANES for (int i = 0; i < kWidth; ++i)
#define E2E_FLOAT_OPERATOR(op)                                                                                         \
    inline Floats operator op(Floats a, Floats b)                                                                      \
    {                                                                                                                  \
        E2E_LANES a.lane[i] = a.lane[i] op b.lane[i];                                                                  \
        return a;                                                                                                      \
    }                                                                                                                  \
    inline Floats operator op(float a, Floats b)                                                                       \
    {                                                                                                                  \
        E2E_LANES b.lane[i] = a op b.lane[i];                                                                          \
        return b;                                                                                                      \
    }                                                                                                                  \
    inline Floats operator op(Floats a, float b)                                                                       \
    {                                                                                                                  \
        E2E_LANES a.lane[i] = a.lane[i] op b;                                                                          \
        return a;                                                                                                      \
    }
E2E_FLOAT_OPERATOR(+)
E2E_FLOAT_OPERATOR(-)
E2E_FLOAT_OPERATOR(*)
E2E_FLOAT_OPERATOR(/)
inline Floats& operator+=(Floats& a, Floats b)
{
    return a = a + b;
}
inline Floats operator-(Floats a)
{
    E2E_LANES a.lane[i] = -a.lane[i];
    return a;
}
#define E2E_INT_OPERATOR(op)                                                                                           \
    inline Ints operator op(Ints a, std::int32_t b)                                                                    \
    {                                                                                                                  \
        E2E_LANES a.lane[i] = std::int32_t(std::uint32_t(a.lane[i]) op std::uint32_t(b));                              \
        return a;                                                                                                      \
    }
E2E_INT_OPERATOR(<<)
E2E_INT_OPERATOR(-)
E2E_INT_OPERATOR(&)
inline Ints operator+(Ints a, Ints b)
{
    E2E_LANES a.lane[i] = std::int32_t(std::uint32_t(a.lane[i]) + std::uint32_t(b.lane[i]));
    return a;
}
inline Floats load(const float* from)
{
    Floats v;
    std::memcpy(&v, from, sizeof v);
    return v;
}
inline void store(float* to, Floats value)
{
    std::memcpy(to, &value, sizeof value);
}
inline Ints loadInts(const void* from)
{
    Ints v;
    std::memcpy(&v, from, sizeof v);
    return v;
}
inline Floats splat(float value)
{
    Floats v;
    E2E_LANES v.lane[i] = value;
    return v;
}
inline Ints splatBits(std::int32_t value)
{
    Ints v;
    E2E_LANES v.lane[i] = value;
    return v;
}
inline Floats larger(Floats a, Floats b)
{
    E2E_LANES a.lane[i] = b.lane[i] > a.lane[i] ? b.lane[i] : a.lane[i];
    return a;
}
inline Floats select(Ints mask, Floats whenSet, Floats otherwise)
{
    E2E_LANES otherwise.lane[i] = mask.lane[i] ? whenSet.lane[i] : otherwise.lane[i];
    return otherwise;
}
inline Ints negative(Floats x)
{
    Ints m;
    E2E_LANES m.lane[i] = x.lane[i] < 0.0f ? -1 : 0;
    return m;
}
inline Floats asFloats(Ints bits)
{
    Floats v;
    std::memcpy(&v, &bits, sizeof v);
    return v;
}
inline Ints asInts(Floats value)
{
    Ints v;
    std::memcpy(&v, &value, sizeof v);
    return v;
}

#endif

inline float sum(Floats v)
{
    float lanes[kWidth];
    store(lanes, v);
    for (int step = kWidth / 2; step > 0; step /= 2) // the same tree for every compiler
        for (int i = 0; i < step; ++i)
            lanes[i] += lanes[i + step];
    return lanes[0];
}

inline float largest(Floats v)
{
    float lanes[kWidth];
    store(lanes, v);
    float best = lanes[0];
    for (int i = 1; i < kWidth; ++i)
        best = lanes[i] > best ? lanes[i] : best;
    return best;
}

// The first `count` lanes; the others are zero.
inline Floats loadPart(const float* from, long count)
{
    float lanes[kWidth] = {};
    for (long i = 0; i < count && i < kWidth; ++i)
        lanes[i] = from[i];
    return load(lanes);
}
inline void storePart(float* to, Floats value, long count)
{
    float lanes[kWidth];
    store(lanes, value);
    for (long i = 0; i < count && i < kWidth; ++i)
        to[i] = lanes[i];
}

// e^x within 2 units in the last place for -87 ≤ x ≤ 88; below that, e^-87 (1.6e-38) stands for what is next to
// nothing.
inline Floats exponential(Floats x)
{
    x = larger(x, splat(-87.0f));
    // Adding 1.5·2^23 rounds to an integer that then stands in the low bits.
    const Floats shifted = x * 1.44269504f + 12582912.0f;
    const Floats n = shifted - 12582912.0f;
    const Floats r = x - n * 0.693359375f - n * -2.12194440e-4f; // ln 2 in two parts
    Floats p = splat(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const Ints exponent = (asInts(shifted) - 0x4B400000) << 23;
    return asFloats(asInts(p) + exponent);
}

// x·Φ(x) with the exact normal distribution. erfc is the Chebyshev fit of Numerical Recipes §6.2, whose relative error
// is below 1.2e-7 everywhere, so that the tail of negative x keeps its digits.
inline Floats gelu(Floats x)
{
    const Floats z = select(negative(x), -x, x) * 0.70710678f;
    const Floats t = 1.0f / (z * 0.5f + 1.0f);
    Floats p = splat(0.17087277f);
    p = p * t - 0.82215223f;
    p = p * t + 1.48851587f;
    p = p * t - 1.13520398f;
    p = p * t + 0.27886807f;
    p = p * t - 0.18628806f;
    p = p * t + 0.09678418f;
    p = p * t + 0.37409196f;
    p = p * t + 1.00002368f;
    p = p * t - 1.26551223f;
    const Floats tail = t * exponential(p - z * z) * 0.5f; // Φ(-|x|)
    return x * select(negative(x), tail, 1.0f - tail);
}

// Two bfloat16 in each lane, the even one in the lower half, both times their partner, added to `to`.
inline Floats addPairs(Floats to, Ints a, Ints b)
{
#if defined(__AVX512BF16__)
    return (Floats)_mm512_dpbf16_ps((__m512)to, (__m512bh)a, (__m512bh)b);
#else
    to += asFloats(a << 16) * asFloats(b << 16);
    to += asFloats(a & std::int32_t(0xFFFF0000)) * asFloats(b & std::int32_t(0xFFFF0000));
    return to;
#endif
}

// To the nearest bfloat16, ties to even; a NaN stays one.
inline std::uint16_t toBfloat16(float value)
{
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        return std::uint16_t((bits >> 16) | 0x40u);
    return std::uint16_t((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
}

} // namespace
} // namespace echo2ecg::nn::cpu
