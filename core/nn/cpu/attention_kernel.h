// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/token_kernels.h"

// Attention of a few queries over all keys of one head: scores stay in the cache between the two products, positions
// are added on the way through the softmax, the division by its sum is left to the result.
namespace echo2ecg::nn::cpu {
namespace {

// The query's products with its rows of one axis' table. Several sums side by side hide the latency of adding.
inline void axisProducts(const float* query, const float* table, long channels, long padded, float* out)
{
    for (long first = 0; first < padded; first += kWidth) {
        Floats acc[4] = {Floats{}, Floats{}, Floats{}, Floats{}};
        const float* row = table + first;
        long c = 0;
        for (; c + 4 <= channels; c += 4)
#pragma GCC unroll 4
            for (int i = 0; i < 4; ++i)
                acc[i] += query[c + i] * load(row + (c + i) * padded);
        for (; c < channels; ++c)
            acc[0] += query[c] * load(row + c * padded);
        store(out + first, (acc[0] + acc[1]) + (acc[2] + acc[3]));
    }
}

// bias[key] for one query token, the class key (0) excepted: y + x + t.
inline void positionBias(const RelativeTables& tables, const float* query, long channels, long token, float* bias,
                         float* products)
{
    const Grid &q = tables.query, &k = tables.key;
    const long cell = token - 1, plane = long(q.y) * q.x;
    float *ofY = products, *ofX = ofY + tables.padY, *ofT = ofX + tables.padX;
    axisProducts(query, tables.y + cell % plane / q.x * channels * tables.padY, channels, tables.padY, ofY);
    axisProducts(query, tables.x + cell % q.x * channels * tables.padX, channels, tables.padX, ofX);
    axisProducts(query, tables.t + cell / plane * channels * tables.padT, channels, tables.padT, ofT);

    float* picture = bias + 1; // the first time step, before its own part is added
    const long keyPlane = long(k.y) * k.x;
    for (int y = 0; y < k.y; ++y)
        for (int x = 0; x < k.x; ++x)
            picture[y * k.x + x] = ofY[y] + ofX[x];
    bias[0] = 0;
    for (int t = k.t - 1; t >= 0; --t) // the first comes last: the others are made from it
        for (long i = 0; i < keyPlane; ++i)
            picture[t * keyPlane + i] = picture[i] + ofT[t];
}

// Scores of one row become e^(score - largest); returns their sum. `padded` scores, those beyond `keys` stay out.
inline float exponentials(float* scores, const float* bias, long keys, long padded)
{
    for (long i = keys; i < padded; ++i)
        scores[i] = -INFINITY;
    Floats most = splat(-INFINITY);
    if (bias) {
        for (long i = 0; i < padded; i += kWidth) {
            const Floats s = load(scores + i) + load(bias + i);
            store(scores + i, s);
            most = larger(s, most);
        }
    } else {
        for (long i = 0; i < padded; i += kWidth)
            most = larger(load(scores + i), most);
    }
    const float top = largest(most);
    Floats total[2] = {Floats{}, Floats{}};
    for (long i = 0; i < padded; i += 2 * kWidth) { // a panel is two vectors
#pragma GCC unroll 2
        for (int v = 0; v < 2; ++v) {
            const Floats e = exponential(load(scores + i + v * kWidth) - top);
            store(scores + i + v * kWidth, e);
            total[v] += e;
        }
    }
    // What stands beyond the last key was e^-87, not nothing.
    return sum(total[0] + total[1]);
}

struct ScoreWrite
{
    float* scores;
    long ld, first;
    void operator()(long row, Floats a, Floats b) const
    {
        store(scores + row * ld + first, a);
        store(scores + row * ld + first + kWidth, b);
    }
};

struct MixWrite
{
    const AttentionCall& call;
    const float* inverse; // of each row's sum
    long first, columns;
    void operator()(long row, Floats a, Floats b) const
    {
        a = a * inverse[row];
        b = b * inverse[row];
        if (call.addQuery && call.firstToken + row > 0)
            addColumns(call.query + row * call.ldQuery + first, columns, a, b);
        storeColumns(call.out + row * call.ldOut + first, columns, a, b);
    }
};

inline void attention(const AttentionCall& call)
{
    const long keys = call.keys.columns, padded = (keys + kPanel - 1) / kPanel * kPanel, channels = call.keys.depth;
    float* scores = call.scratch;
    float* bias = scores + call.rows * padded;
    float* products = bias + padded + kPanel;
    const RelativeTables* places = call.positions;
    std::uint16_t* pairs =
        reinterpret_cast<std::uint16_t*>(products + (places ? places->padY + places->padX + places->padT : 0));
    float inverse[kMostQueries];

    const auto score = [&](const auto& left) {
        eachPanel(call.keys, [&](long first, long, const void* panel) {
            timesPanel(left, call.rows, panel, channels, ScoreWrite{scores, padded, first});
        });
    };
    const auto mix = [&](const auto& left) {
        eachPanel(call.values, [&](long first, long columns, const void* panel) {
            timesPanel(left, call.rows, panel, keys, MixWrite{call, inverse, first, columns});
        });
    };
    const bool floats = call.keys.precision == Precision::Float32;
    if (floats)
        score(FloatRows{call.query, call.ldQuery});
    else
        score(asPairs(call.query, call.ldQuery, call.rows, channels, pairs));

    for (long i = keys; i < padded; ++i)
        bias[i] = 0;
    for (long row = 0; row < call.rows; ++row) {
        const bool placed = places && call.firstToken + row > 0;
        if (placed)
            positionBias(*places, call.query + row * call.ldQuery, channels, call.firstToken + row, bias, products);
        inverse[row] = 1.0f / exponentials(scores + row * padded, placed ? bias : nullptr, keys, padded);
    }
    if (floats)
        mix(FloatRows{scores, padded});
    else
        mix(asPairs(scores, padded, call.rows, keys, pairs));
}

} // namespace
} // namespace echo2ecg::nn::cpu
