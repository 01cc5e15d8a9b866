// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/mvit_block.h"

namespace echo2ecg::nn {

// The echo encoder (SPEC §3).
class Mvit
{
public:
    Mvit(const EchoEncoderShape& shape, const Weights& weights);

    // (B, 3, frames, size, size) → (B, embedding), not normalised. With an observer every token of the last block is
    // computed, without one only the class token, which is all that the head reads.
    at::Tensor forward(const at::Tensor& x, const StageObserver& observer = {}) const;

private:
    EchoEncoderShape m_shape;
    at::Tensor m_stemWeight, m_stemBias, m_classToken;
    std::vector<MvitBlock> m_blocks;
    LayerNorm m_norm;
    Linear m_head;
};

} // namespace echo2ecg::nn
