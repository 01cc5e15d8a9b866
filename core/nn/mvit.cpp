// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/mvit.h"

namespace echo2ecg::nn {

Mvit::Mvit(const EchoEncoderShape& shape, const Weights& weights)
    : m_shape(shape), m_stemWeight(weights("echo_encoder.conv_proj.weight")),
      m_stemBias(weights("echo_encoder.conv_proj.bias")),
      m_classToken(weights("echo_encoder.pos_encoding.class_token").view({1, 1, shape.stemWidth})),
      m_norm(weights, "echo_encoder.norm", 1e-6), m_head(weights, "echo_encoder.head.1")
{
    const std::vector<BlockGrids> grids = blockGrids(shape);
    for (std::size_t i = 0; i < shape.blocks.size(); ++i)
        m_blocks.emplace_back(shape.blocks[i], grids[i], weights, "echo_encoder.blocks." + std::to_string(i) + ".");
}

at::Tensor Mvit::forward(const at::Tensor& x, const StageObserver& observer) const
{
    const auto triple = [](const std::array<int, 3>& v) { return std::vector<std::int64_t>{v[0], v[1], v[2]}; };
    const at::Tensor patches = at::conv3d(x, m_stemWeight, m_stemBias, triple(m_shape.stemStride),
                                          at::IntArrayRef(triple(m_shape.stemPadding)), {1, 1, 1}, 1)
                                   .flatten(2)
                                   .transpose(1, 2);
    if (observer)
        observer("conv_proj", patches);
    at::Tensor tokens = at::cat({m_classToken.expand({x.size(0), 1, m_shape.stemWidth}), patches}, 1);
    if (observer)
        observer("pos_encoding", tokens);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const bool classOnly = i + 1 == m_blocks.size() && !observer;
        tokens = classOnly ? m_blocks[i].forwardClassToken(tokens) : m_blocks[i].forward(tokens);
        if (observer)
            observer("block" + std::to_string(i), tokens);
    }
    if (observer)
        observer("norm", m_norm(tokens));
    return m_head(m_norm(tokens.select(1, 0)));
}

} // namespace echo2ecg::nn
