// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/token_kernels.h"

// What looks at a token's neighbours on the (t, y, x) grid; channels lie together, so that every tap is a row of
// vectors.
namespace echo2ecg::nn::cpu {
namespace {

// The taps of one output place that lie inside the grid.
struct Taps
{
    const float* row[27];
    const float* filter[27];
    int count = 0;

    Taps(const PoolCall& call, int t, int y, int x)
    {
        for (int dt = -1; dt <= 1; ++dt) {
            const int ti = t + dt;
            if (ti < 0 || ti >= call.grid.t)
                continue;
            for (int dy = -1; dy <= 1; ++dy) {
                const int yi = y * call.stride + dy;
                if (yi < 0 || yi >= call.grid.y)
                    continue;
                const long line = (long(ti) * call.storedY + call.rowY[yi]) * call.storedX;
                for (int dx = -1; dx <= 1; ++dx) {
                    const int xi = x * call.stride + dx;
                    if (xi < 0 || xi >= call.grid.x)
                        continue;
                    row[count] = call.in + (line + call.rowX[xi]) * call.ldIn;
                    filter[count++] = call.filter + ((dt + 1) * 9 + (dy + 1) * 3 + dx + 1) * call.channels;
                }
            }
        }
    }
};

// All channels of one place in registers: the filter's sum, then LayerNorm.
template <int Vectors> void poolPlace(const PoolCall& call, const Taps& taps, float* out)
{
    Floats acc[Vectors];
#pragma GCC unroll 16
    for (int v = 0; v < Vectors; ++v)
        acc[v] = Floats{};
    for (int i = 0; i < taps.count; ++i) {
        const float *row = taps.row[i], *filter = taps.filter[i];
#pragma GCC unroll 16
        for (int v = 0; v < Vectors; ++v)
            acc[v] += load(row + v * kWidth) * load(filter + v * kWidth);
    }
    Floats sums = acc[0];
    for (int v = 1; v < Vectors; ++v)
        sums += acc[v];
    const float mean = sum(sums) / float(Vectors * kWidth);
    Floats squares = Floats{};
    for (int v = 0; v < Vectors; ++v) {
        acc[v] = acc[v] - mean;
        squares += acc[v] * acc[v];
    }
    const float scale = 1.0f / std::sqrt(sum(squares) / float(Vectors * kWidth) + call.epsilon);
    for (int v = 0; v < Vectors; ++v)
        store(out + v * kWidth, acc[v] * scale * load(call.gamma + v * kWidth) + load(call.beta + v * kWidth));
}

inline void poolPlaceOfAnyWidth(const PoolCall& call, const Taps& taps, float* out)
{
    for (long c = 0; c < call.channels; ++c)
        out[c] = 0;
    for (int i = 0; i < taps.count; ++i)
        for (long c = 0; c < call.channels; ++c)
            out[c] += taps.row[i][c] * taps.filter[i][c];
    normRow(out, call.gamma, call.beta, call.channels, call.epsilon, out);
}

template <class Place> void poolLines(const PoolCall& call, const Place& place)
{
    for (int line = call.firstLine; line < call.lastLine; ++line) {
        const int t = line / call.outGrid.y, y = line % call.outGrid.y;
        for (int x = 0; x < call.outGrid.x; ++x)
            place(Taps(call, t, y, x), call.out + (long(line) * call.outGrid.x + x) * call.ldOut);
    }
}

inline void pool(const PoolCall& call)
{
    if (call.channels == 96) // the published head width
        poolLines(call, [&](const Taps& taps, float* out) { poolPlace<96 / kWidth>(call, taps, out); });
    else if (call.channels == 32)
        poolLines(call, [&](const Taps& taps, float* out) { poolPlace<32 / kWidth>(call, taps, out); });
    else
        poolLines(call, [&](const Taps& taps, float* out) { poolPlaceOfAnyWidth(call, taps, out); });
}

inline void maxPool(const MaxPoolCall& call)
{
    const int kernel = call.stride + 1, padding = kernel / 2;
    const long plane = long(call.outGrid.y) * call.outGrid.x;
    for (long cell = call.firstCell; cell < call.lastCell; ++cell) {
        const long t = cell / plane;
        const int y = int(cell % plane) / call.outGrid.x, x = int(cell % plane) % call.outGrid.x;
        float* out = call.out + (cell - call.firstCell) * call.ldOut;
        bool first = true;
        for (int yi = y * call.stride - padding; yi < y * call.stride - padding + kernel; ++yi) {
            if (yi < 0 || yi >= call.grid.y)
                continue;
            for (int xi = x * call.stride - padding; xi < x * call.stride - padding + kernel; ++xi) {
                if (xi < 0 || xi >= call.grid.x)
                    continue;
                const float* in = call.in + ((t * call.grid.y + yi) * call.grid.x + xi) * call.ldIn;
                if (first)
                    for (long c = 0; c < call.channels; ++c)
                        out[c] = in[c];
                else
                    for (long c = 0; c < call.channels; ++c)
                        out[c] = out[c] >= in[c] || out[c] != out[c] ? out[c] : in[c]; // a NaN stays
                first = false;
            }
        }
    }
}

} // namespace
} // namespace echo2ecg::nn::cpu
