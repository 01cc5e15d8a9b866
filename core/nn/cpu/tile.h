// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/kernels.h"
#include "nn/cpu/simd.h"

// Matrix products: a tile of E2E_STRIP rows by two vectors of columns stays in registers over the whole depth. The
// right side lies in panels (Kernels), the left side is read where it is, one number at a time.
namespace echo2ecg::nn::cpu {
namespace {

constexpr int kStrip = E2E_STRIP, kPanel = 2 * kWidth;

// Left side as floats.
struct FloatRows
{
    const float* data;
    long ld;
    FloatRows from(long row) const { return {data + row * ld, ld}; }

    template <int Rows> void multiply(const void* panel, long depth, Floats (&tile)[Rows][2]) const
    {
        const float* b = static_cast<const float*>(panel);
        const float* a = data;
        for (long k = 0; k < depth; ++k, b += kPanel) {
            const Floats b0 = load(b), b1 = load(b + kWidth);
#pragma GCC unroll 16
            for (int i = 0; i < Rows; ++i) {
                const float value = a[i * ld + k];
                tile[i][0] += value * b0;
                tile[i][1] += value * b1;
            }
        }
    }
};

// Left side as pairs of bfloat16.
struct PairRows
{
    const std::uint16_t* data;
    long ld; // even
    PairRows from(long row) const { return {data + row * ld, ld}; }

    template <int Rows> void multiply(const void* panel, long depth, Floats (&tile)[Rows][2]) const
    {
        const std::uint16_t* b = static_cast<const std::uint16_t*>(panel);
        for (long k = 0; k < depth; k += 2, b += 2 * kPanel) {
            const Ints b0 = loadInts(b), b1 = loadInts(b + 2 * kWidth);
#pragma GCC unroll 16
            for (int i = 0; i < Rows; ++i) {
                std::int32_t pair;
                std::memcpy(&pair, data + i * ld + k, 4);
                const Ints both = splatBits(pair);
                tile[i][0] = addPairs(tile[i][0], both, b0);
                tile[i][1] = addPairs(tile[i][1], both, b1);
            }
        }
    }
};

// A function of its own, so that each height is compiled once and not with everything that is done to its result.
template <int Rows, class Left> E2E_NOINLINE void tileOf(const Left& left, const void* panel, long depth, float* result)
{
    Floats tile[Rows][2];
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i)
        tile[i][0] = tile[i][1] = Floats{};
    left.template multiply<Rows>(panel, depth, tile);
#pragma GCC unroll 16
    for (int i = 0; i < Rows; ++i) {
        store(result + i * kPanel, tile[i][0]);
        store(result + i * kPanel + kWidth, tile[i][1]);
    }
}

// As many rows as a tile takes of those that are left; returns how many.
template <class Left> inline int nextTile(const Left& left, long rows, const void* panel, long depth, float* result)
{
    if (rows >= kStrip)
        return tileOf<kStrip>(left, panel, depth, result), kStrip;
    if (kStrip > 8 && rows >= 8)
        return tileOf<8>(left, panel, depth, result), 8;
    if (rows >= 4)
        return tileOf<4>(left, panel, depth, result), 4;
    if (rows >= 2)
        return tileOf<2>(left, panel, depth, result), 2;
    return tileOf<1>(left, panel, depth, result), 1;
}

// All rows against one panel; write(row, first vector, second vector) takes the result.
template <class Left, class Write>
inline void timesPanel(const Left& left, long rows, const void* panel, long depth, const Write& write)
{
    alignas(64) float result[kStrip * kPanel];
    for (long row = 0; row < rows;) {
        const int count = nextTile(left.from(row), rows - row, panel, depth, result);
        for (int i = 0; i < count; ++i, ++row)
            write(row, load(result + i * kPanel), load(result + i * kPanel + kWidth));
    }
}

inline const void* panelAt(const Panels& panels, long index)
{
    if (panels.precision == Precision::Float32)
        return static_cast<const float*>(panels.data) + index * kPanel * panels.depth;
    return static_cast<const std::uint16_t*>(panels.data) + index * kPanel * (panels.depth + panels.depth % 2);
}

// Rows as pairs; an odd depth gets a zero.
inline PairRows asPairs(const float* rows, long ld, long count, long depth, std::uint16_t* scratch)
{
    const long even = depth + depth % 2;
    for (long i = 0; i < count; ++i) {
        for (long k = 0; k < depth; ++k)
            scratch[i * even + k] = toBfloat16(rows[i * ld + k]);
        if (even > depth)
            scratch[i * even + depth] = 0;
    }
    return {scratch, even};
}

// Of a row that a panel's two vectors cover, the columns that exist.
inline void addColumns(const float* from, long columns, Floats& a, Floats& b)
{
    if (columns == kPanel) {
        a += load(from);
        b += load(from + kWidth);
    } else {
        a += loadPart(from, columns);
        b += loadPart(from + kWidth, columns - kWidth);
    }
}
inline void storeColumns(float* to, long columns, Floats a, Floats b)
{
    if (columns == kPanel) {
        store(to, a);
        store(to + kWidth, b);
    } else {
        storePart(to, a, columns);
        storePart(to + kWidth, b, columns - kWidth);
    }
}

// Calls use(first column, columns in this panel, panel) for each panel.
template <class Use> inline void eachPanel(const Panels& panels, const Use& use)
{
    for (long first = 0, index = 0; first < panels.columns; first += kPanel, ++index)
        use(first, panels.columns - first < kPanel ? panels.columns - first : kPanel, panelAt(panels, index));
}

inline void packColumns(const float* source, long ld, long columns, long depth, float scale, Precision precision,
                        void* panels)
{
    const long even = depth + depth % 2;
    for (long first = 0; first < columns; first += kPanel) {
        const long count = columns - first < kPanel ? columns - first : kPanel;
        if (precision == Precision::Float32) {
            float* panel = static_cast<float*>(panels) + first * depth;
            for (long k = 0; k < depth; ++k)
                for (long c = 0; c < kPanel; ++c)
                    panel[k * kPanel + c] = c < count ? source[(first + c) * ld + k] * scale : 0.0f;
        } else {
            std::uint16_t* panel = static_cast<std::uint16_t*>(panels) + first * even;
            for (long k = 0; k < even; ++k)
                for (long c = 0; c < kPanel; ++c)
                    panel[(k / 2 * kPanel + c) * 2 + k % 2] =
                        c < count && k < depth ? toBfloat16(source[(first + c) * ld + k] * scale) : 0;
        }
    }
}

inline void packRows(const float* source, long ld, long depth, long columns, Precision precision, void* panels)
{
    const long even = depth + depth % 2;
    for (long first = 0; first < columns; first += kPanel) {
        const long count = columns - first < kPanel ? columns - first : kPanel;
        if (precision == Precision::Float32) {
            float* panel = static_cast<float*>(panels) + first * depth;
            for (long k = 0; k < depth; ++k) {
                const float* row = source + k * ld + first;
                for (long c = 0; c < kPanel; ++c)
                    panel[k * kPanel + c] = c < count ? row[c] : 0.0f;
            }
        } else {
            std::uint16_t* panel = static_cast<std::uint16_t*>(panels) + first * even;
            for (long k = 0; k < even; ++k)
                for (long c = 0; c < kPanel; ++c)
                    panel[(k / 2 * kPanel + c) * 2 + k % 2] =
                        c < count && k < depth ? toBfloat16(source[k * ld + first + c]) : 0;
        }
    }
}

} // namespace
} // namespace echo2ecg::nn::cpu
