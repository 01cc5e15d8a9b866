// SPDX-License-Identifier: GPL-3.0-or-later
// The one source of the dot products. Each instruction set is a translation unit that is compiled with that set's flags and sets E2E_DOT_LANES (floats of a vector),
// E2E_DOT_ROWS and E2E_DOT_VECTORS (of a tile: their sums fill the registers). All is local to it, and it includes nothing with inline functions.
#include "retrieval/dot_products.h"

namespace echo2ecg::retrieval {
namespace {

constexpr std::size_t lanes = E2E_DOT_LANES, tileRows = E2E_DOT_ROWS, tileVectors = E2E_DOT_VECTORS;

#if defined(__GNUC__) || defined(__clang__)
typedef float Floats __attribute__((vector_size(lanes * sizeof(float))));
typedef float LooseFloats __attribute__((vector_size(lanes * sizeof(float)), aligned(4), may_alias));

inline float total(Floats v)
{
    float sum = 0;
    for (std::size_t i = 0; i < lanes; ++i)
        sum += v[i];
    return sum;
}
#else
static_assert(lanes == 1, "no vectors with this compiler");
typedef float Floats;
typedef float LooseFloats;

inline float total(Floats v)
{
    return v;
}
#endif

inline Floats load(const float* from)
{
    return *reinterpret_cast<const LooseFloats*>(from);
}

template <std::size_t rowsAtOnce>
void single(const float* rows, std::size_t width, const float* query, float* products)
{
    Floats sums[rowsAtOnce] = {};
    std::size_t k = 0;
    for (; k + lanes <= width; k += lanes) {
        const Floats q = load(query + k);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < rowsAtOnce; ++r)
            sums[r] += load(rows + r * width + k) * q;
    }
    for (std::size_t r = 0; r < rowsAtOnce; ++r) {
        products[r] = total(sums[r]);
        for (std::size_t rest = k; rest < width; ++rest)
            products[r] += rows[r * width + rest] * query[rest];
    }
}

void one(const float* rows, std::size_t count, std::size_t width, const float* query, float* products)
{
    constexpr std::size_t atOnce = 8;
    std::size_t r = 0;
    for (; r + atOnce <= count; r += atOnce)
        single<atOnce>(rows + r * width, width, query, products + r);
    for (; r < count; ++r)
        single<1>(rows + r * width, width, query, products + r);
}

template <std::size_t rowsAtOnce>
void tile(const float* rows, std::size_t width, const float* queries, float* products)
{
    Floats sums[rowsAtOnce][tileVectors] = {};
    for (std::size_t k = 0; k < width; ++k) {
        Floats q[tileVectors];
#pragma GCC unroll 4
        for (std::size_t v = 0; v < tileVectors; ++v)
            q[v] = load(queries + (k * tileVectors + v) * lanes);
#pragma GCC unroll 16
        for (std::size_t r = 0; r < rowsAtOnce; ++r)
#pragma GCC unroll 4
            for (std::size_t v = 0; v < tileVectors; ++v)
                sums[r][v] += rows[r * width + k] * q[v];
    }
    for (std::size_t r = 0; r < rowsAtOnce; ++r)
        for (std::size_t v = 0; v < tileVectors; ++v)
            *reinterpret_cast<LooseFloats*>(products + (r * tileVectors + v) * lanes) = sums[r][v];
}

void grouped(const float* rows, std::size_t count, std::size_t width, const float* queries, float* products)
{
    constexpr std::size_t group = lanes * tileVectors;
    std::size_t r = 0;
    for (; r + tileRows <= count; r += tileRows)
        tile<tileRows>(rows + r * width, width, queries, products + r * group);
    for (; r < count; ++r)
        tile<1>(rows + r * width, width, queries, products + r * group);
}

} // namespace

extern const DotProducts E2E_DOT_NAME{lanes* tileVectors, one, grouped};

} // namespace echo2ecg::retrieval
