// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/grids.h"
#include "nn/layers.h"

namespace echo2ecg::nn {

// One block of the echo encoder (SPEC §3). Token 0 is the class token, the others are a (t, y, x) grid.
class MvitBlock
{
public:
    MvitBlock(const MvitBlockShape& shape, const BlockGrids& grids, const Weights& weights, const std::string& name);

    // (B, 1 + in cells, in width) → (B, 1 + query cells, out width).
    at::Tensor forward(const at::Tensor& x) const;
    // The same for the class token alone, (B, 1, out width): all keys and values, one query. For the last block, of
    // which nothing else is read.
    at::Tensor forwardClassToken(const at::Tensor& x) const;

private:
    struct Pool
    {
        Pool(const Weights& weights, const std::string& name);
        at::Tensor kernel; // (channels, 1, 3, 3, 3), shared by the heads
        LayerNorm norm;
    };
    // (B, tokens, heads, channels) → (B·heads, 1 + pooled cells, channels).
    at::Tensor pooled(const at::Tensor& part, const Pool& pool, int stride) const;
    at::Tensor withRelativePositions(const at::Tensor& query) const;
    at::Tensor skipPath(const at::Tensor& x, const at::Tensor& normed) const;
    at::Tensor joinHeads(const at::Tensor& mixed) const;
    at::Tensor withMlp(const at::Tensor& x) const { return x + m_mlpOut(at::gelu(m_mlpIn(m_norm2(x)))); }

    MvitBlockShape m_shape;
    BlockGrids m_grids;
    double m_scale;
    LayerNorm m_norm1, m_norm2;
    Linear m_qkv, m_projectAttention, m_mlpIn, m_mlpOut, m_projectSkip;
    Pool m_poolQuery, m_poolKey, m_poolValue;
    at::Tensor m_relativeY, m_relativeX, m_relativeT; // (query cells, channels, key cells) along one axis
    at::Tensor m_keyCells; // (1 + key cells, ky + kx + kt): which row, column and time a key is
};

} // namespace echo2ecg::nn
