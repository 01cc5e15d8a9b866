// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/profile.h"

#include "nn/cpu/kernels.h"

#include <array>
#include <atomic>
#include <chrono>

namespace echo2ecg::nn::cpu {

namespace {

enum Kind { LinearKind, AttentionKind, PoolKind, NormKind, MaxPoolKind, PackKind, GeluKind, KindCount };
constexpr std::array<const char*, KindCount> kNames{"linear layers (with GELU, residual)",
                                                    "attention (products, positions, softmax)",
                                                    "depthwise pools with norm",
                                                    "LayerNorm",
                                                    "max pools",
                                                    "packing of keys and values",
                                                    "GELU and sums apart"};

struct Counter
{
    std::atomic<long> calls{0}, nanoseconds{0};
    std::atomic<double> gflop{0};
};
std::array<Counter, KindCount> counters;
const Kernels* measured = nullptr;

class Measure
{
public:
    explicit Measure(Kind kind, double flop = 0) : m_counter(counters[kind])
    {
        ++m_counter.calls;
        m_counter.gflop.fetch_add(flop * 1e-9);
    }
    ~Measure() { m_counter.nanoseconds += long((std::chrono::steady_clock::now() - m_start).count()); }

private:
    Counter& m_counter;
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

Kernels measuredKernels()
{
    measured = &bestKernels();
    Kernels k = *measured;
    k.linear = [](const LinearCall& call) {
        const Measure measure(LinearKind,
                              2.0 * double(call.rows) * double(call.weights.depth) * double(call.weights.columns));
        measured->linear(call);
    };
    k.attention = [](const AttentionCall& call) {
        const Measure measure(AttentionKind,
                              4.0 * double(call.rows) * double(call.keys.depth) * double(call.keys.columns));
        measured->attention(call);
    };
    k.pool = [](const PoolCall& call) {
        const Measure measure(PoolKind);
        measured->pool(call);
    };
    k.norm = [](const NormCall& call) {
        const Measure measure(NormKind);
        measured->norm(call);
    };
    k.maxPool = [](const MaxPoolCall& call) {
        const Measure measure(MaxPoolKind);
        measured->maxPool(call);
    };
    k.packColumns = [](const float* source, long ld, long columns, long depth, float scale, Precision precision,
                       void* panels) {
        const Measure measure(PackKind);
        measured->packColumns(source, ld, columns, depth, scale, precision, panels);
    };
    k.packRows = [](const float* source, long ld, long depth, long columns, Precision precision, void* panels) {
        const Measure measure(PackKind);
        measured->packRows(source, ld, depth, columns, precision, panels);
    };
    k.gelu = [](float* values, long count) {
        const Measure measure(GeluKind);
        measured->gelu(values, count);
    };
    k.add = [](float* to, const float* values, long count) {
        const Measure measure(GeluKind);
        measured->add(to, values, count);
    };
    return k;
}

std::atomic<bool> wanted{false};

} // namespace

void profileKernels()
{
    wanted = true;
}

const Kernels& chosenKernels()
{
    if (!wanted)
        return bestKernels();
    static const Kernels kernels = measuredKernels();
    return kernels;
}

std::vector<KernelUse> takeKernelProfile()
{
    std::vector<KernelUse> all;
    for (int kind = 0; kind < KindCount; ++kind) {
        Counter& counter = counters[std::size_t(kind)];
        all.push_back({kNames[std::size_t(kind)], counter.calls.exchange(0),
                       double(counter.nanoseconds.exchange(0)) * 1e-6, counter.gflop.exchange(0)});
    }
    return all;
}

} // namespace echo2ecg::nn::cpu
