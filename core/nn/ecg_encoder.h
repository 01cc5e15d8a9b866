// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "nn/layers.h"

namespace echo2ecg::nn {

// SPEC §1. The doubled projections of each block are multiplied together once, in float64, when the weights are loaded.
class EcgEncoder
{
public:
    EcgEncoder(const EcgEncoderShape& shape, const Weights& weights);

    // (B, leads, window) → (B, 1 + leads·patches, width); no final norm.
    at::Tensor forward(const at::Tensor& x, const StageObserver& observer = {}) const;

private:
    struct Block
    {
        LayerNorm norm1, norm2;
        Linear qkv, out; // fused; the scale of the scores is part of q
        Linear fc1, fc2;
    };
    Block makeBlock(const Weights& weights, const std::string& name) const;
    at::Tensor attention(const Block& block, const at::Tensor& x) const;

    EcgEncoderShape m_shape;
    at::Tensor m_patchWeight, m_patchBias; // (width, samples), (width)
    LayerNorm m_patchNorm;
    at::Tensor m_classToken; // (1, 1, width), its position added
    at::Tensor m_positions;  // (leads·patches, width)
    std::vector<Block> m_blocks;
};

} // namespace echo2ecg::nn
