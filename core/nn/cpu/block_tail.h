// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/packed.h"

namespace echo2ecg::nn::cpu {

// What follows attention in a block of either encoder, for some rows while they are in the cache:
// x += project(mixed); x += out(GELU(in(norm(x)))).
struct BlockTail
{
    PackedLinear project;
    PackedNorm norm;
    PackedLinear in, out;

    // mixed, tokens: (rows × width); the tokens hold what is added to.
    void apply(const Kernels& kernels, const float* mixed, float* tokens, long rows, Scratch& scratch) const;
};

} // namespace echo2ecg::nn::cpu
