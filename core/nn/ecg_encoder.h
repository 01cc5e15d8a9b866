// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "nn/layers.h"

namespace echo2ecg::nn {

// SPEC §1. The doubled projections of each block are multiplied together once, in float64, when the weights are loaded.
// Built and called outside c10::InferenceMode it can be differentiated: nothing is overwritten on the way.
class EcgEncoder
{
public:
    EcgEncoder(const EcgEncoderShape& shape, const Weights& weights);

    // (B, leads, window) → (B, 1 + leads·patches, width); no final norm.
    at::Tensor forward(const at::Tensor& x, const StageObserver& observer = {}) const;

    // Its parts: (B, leads, window) → tokens, and one block after the other on them.
    at::Tensor embed(const at::Tensor& x) const;
    at::Tensor block(std::size_t index, const at::Tensor& tokens) const;
    std::size_t depth() const { return m_blocks.size(); }
    // (B, tokens, tokens): how much each token (row) attends to each other in this block, mean over the heads; rows sum
    // to 1. `tokens` is what the block is given.
    at::Tensor attentionWeights(std::size_t index, const at::Tensor& tokens) const;

private:
    struct Block
    {
        LayerNorm norm1, norm2;
        Linear qkv, out; // fused; the scale of the scores is part of q
        Linear fc1, fc2;
    };
    Block makeBlock(const Weights& weights, const std::string& name) const;
    at::Tensor attention(const Block& block, const at::Tensor& x) const;
    // Part 0, 1, 2: queries, keys, values; (B·heads, tokens, channels).
    at::Tensor projected(const at::Tensor& qkv, std::int64_t part) const;

    EcgEncoderShape m_shape;
    at::Tensor m_patchWeight, m_patchBias; // (width, samples), (width)
    LayerNorm m_patchNorm;
    at::Tensor m_classToken; // (1, 1, width), its position added
    at::Tensor m_positions;  // (leads·patches, width)
    std::vector<Block> m_blocks;
};

} // namespace echo2ecg::nn
