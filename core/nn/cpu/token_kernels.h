// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/tile.h"

// What is done to tokens one by one: linear layers, LayerNorm, GELU.
namespace echo2ecg::nn::cpu {
namespace {

// The result of one tile row on its way to memory.
template <Finish finish> struct LinearWrite
{
    const LinearCall& call;
    long first, columns;
    Floats bias0, bias1;

    LinearWrite(const LinearCall& c, long firstColumn, long count)
        : call(c), first(firstColumn), columns(count), bias0(Floats{}), bias1(Floats{})
    {
        if (c.bias)
            addColumns(c.bias + first, count, bias0, bias1);
    }
    void operator()(long row, Floats a, Floats b) const
    {
        a += bias0;
        b += bias1;
        if constexpr (finish == Finish::Gelu) {
            a = gelu(a);
            b = gelu(b);
        }
        if constexpr (finish == Finish::AddResidual)
            addColumns(call.residual + row * call.ldResidual + first, columns, a, b);
        storeColumns(call.out + row * call.ldOut + first, columns, a, b);
    }
};

template <Finish finish, class Left> void linearWith(const LinearCall& call, const Left& left)
{
    eachPanel(call.weights, [&](long first, long columns, const void* panel) {
        const LinearWrite<finish> write(call, first, columns);
        timesPanel(left, call.rows, panel, call.weights.depth, write);
    });
}

template <class Left> void finishLinear(const LinearCall& call, const Left& left)
{
    switch (call.finish) {
    case Finish::Nothing:
        return linearWith<Finish::Nothing>(call, left);
    case Finish::Gelu:
        return linearWith<Finish::Gelu>(call, left);
    case Finish::AddResidual:
        return linearWith<Finish::AddResidual>(call, left);
    }
}

inline void linear(const LinearCall& call)
{
    if (call.weights.precision == Precision::Float32)
        finishLinear(call, FloatRows{call.in, call.ldIn});
    else
        finishLinear(call, asPairs(call.in, call.ldIn, call.rows, call.weights.depth, call.scratch));
}

// LayerNorm of one row of any width; `in` may be `out`.
inline void normRow(const float* in, const float* gamma, const float* beta, long width, float epsilon, float* out)
{
    const long whole = width / kWidth * kWidth;
    Floats sums = Floats{};
    for (long c = 0; c < whole; c += kWidth)
        sums += load(in + c);
    float total = sum(sums);
    for (long c = whole; c < width; ++c)
        total += in[c];
    const float mean = total / float(width);
    Floats squares = Floats{};
    for (long c = 0; c < whole; c += kWidth) {
        const Floats d = load(in + c) - mean;
        squares += d * d;
    }
    float variance = sum(squares);
    for (long c = whole; c < width; ++c)
        variance += (in[c] - mean) * (in[c] - mean);
    const float scale = 1.0f / std::sqrt(variance / float(width) + epsilon);
    for (long c = 0; c < whole; c += kWidth)
        store(out + c, (load(in + c) - mean) * scale * load(gamma + c) + load(beta + c));
    for (long c = whole; c < width; ++c)
        out[c] = (in[c] - mean) * scale * gamma[c] + beta[c];
}

inline void norm(const NormCall& call)
{
    for (long row = 0; row < call.rows; ++row)
        normRow(call.in + row * call.ldIn, call.gamma, call.beta, call.width, call.epsilon,
                call.out + row * call.ldOut);
}

inline void geluAll(float* values, long count)
{
    long i = 0;
    for (; i + kWidth <= count; i += kWidth)
        store(values + i, gelu(load(values + i)));
    if (i < count)
        storePart(values + i, gelu(loadPart(values + i, count - i)), count - i);
}

inline void addAll(float* to, const float* values, long count)
{
    for (long i = 0; i < count; ++i)
        to[i] += values[i];
}

} // namespace
} // namespace echo2ecg::nn::cpu
