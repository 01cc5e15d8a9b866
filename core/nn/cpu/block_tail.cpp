// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/block_tail.h"

namespace echo2ecg::nn::cpu {

namespace {

void addTo(const Kernels& kernels, const PackedLinear& layer, const float* rowsIn, float* tokens, long rows,
           Scratch& scratch)
{
    LinearCall call = layer.call();
    call.in = rowsIn;
    call.ldIn = layer.in();
    call.rows = rows;
    call.finish = Finish::AddResidual;
    call.residual = call.out = tokens;
    call.ldResidual = call.ldOut = layer.out();
    linear(kernels, call, scratch);
}

} // namespace

void BlockTail::apply(const Kernels& kernels, const float* mixed, float* tokens, long rows, Scratch& scratch) const
{
    addTo(kernels, project, mixed, tokens, rows, scratch);

    const long width = norm.width;
    NormCall normed = norm.call();
    normed.in = tokens;
    normed.ldIn = normed.ldOut = width;
    normed.rows = rows;
    normed.out = scratch.rows.atLeast(std::size_t(rows * width));
    kernels.norm(normed);

    LinearCall hidden = in.call();
    hidden.in = normed.out;
    hidden.ldIn = width;
    hidden.rows = rows;
    hidden.finish = Finish::Gelu;
    hidden.ldOut = in.out();
    hidden.out = scratch.hidden.atLeast(std::size_t(rows * hidden.ldOut));
    linear(kernels, hidden, scratch);

    addTo(kernels, out, hidden.out, tokens, rows, scratch);
}

} // namespace echo2ecg::nn::cpu
