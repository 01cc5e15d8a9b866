// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/view_pooling.h"

#include <cmath>

namespace echo2ecg::nn {

MultiheadAttention::MultiheadAttention(const Weights& weights, const std::string& name, int heads)
    : m_inWeight(weights(name + ".in_proj_weight")), m_inBias(weights(name + ".in_proj_bias")),
      m_out(weights, name + ".out_proj"), m_heads(heads)
{
}

MultiheadAttention::Result MultiheadAttention::operator()(const at::Tensor& query, const at::Tensor& keys) const
{
    const std::int64_t width = m_inWeight.size(1), channels = width / m_heads, n = keys.size(0);
    const at::Tensor q = at::linear(query, m_inWeight.narrow(0, 0, width), m_inBias.narrow(0, 0, width));
    const at::Tensor kv =
        at::linear(keys, m_inWeight.narrow(0, width, 2 * width), m_inBias.narrow(0, width, 2 * width));
    const at::Tensor byHead = kv.view({n, 2, m_heads, channels}).permute({1, 2, 0, 3}); // (2, heads, n, channels)
    const at::Tensor scores =
        at::matmul(q.view({m_heads, 1, channels}), byHead.select(0, 0).transpose(1, 2)) / std::sqrt(double(channels));
    const at::Tensor shares = at::softmax(scores, -1); // (heads, 1, n)
    return {m_out(at::matmul(shares, byHead.select(0, 1)).reshape({1, width})), shares.view({m_heads, n}).mean(0)};
}

ViewAggregator::ViewAggregator(const AlignmentShape& shape, const Weights& weights) : m_pooling(shape.pooling)
{
    const std::string p = "echo_view_aggregator.aggregator.";
    if (m_pooling == ViewPooling::Attention)
        m_attention = MultiheadAttention(weights, p + "mha", shape.poolingHeads);
    if (m_pooling != ViewPooling::Cls)
        return;
    m_classToken = weights(p + "cls_token").view({1, shape.studyWidth});
    for (int i = 0; i < shape.clsLayers; ++i) {
        const std::string l = p + "layers." + std::to_string(i) + ".";
        m_layers.push_back({MultiheadAttention(weights, l + "mha", shape.poolingHeads),
                            LayerNorm(weights, l + "ln1", 1e-5), LayerNorm(weights, l + "ln2", 1e-5),
                            Linear(weights, l + "ffn.0"), Linear(weights, l + "ffn.2")});
    }
}

ViewAggregator::Result ViewAggregator::operator()(const at::Tensor& views) const
{
    if (m_pooling == ViewPooling::Cls) {
        at::Tensor token = m_classToken, shares;
        for (const ClsLayer& layer : m_layers) {
            const MultiheadAttention::Result mixed = layer.attention(token, views);
            token = layer.norm1(token + mixed.out);
            token = layer.norm2(token + layer.fc2(at::gelu(layer.fc1(token))));
            shares = mixed.weights;
        }
        return {token.select(0, 0), shares};
    }
    const at::Tensor mean = views.mean(0, true);
    if (m_pooling == ViewPooling::Mean)
        return {mean.select(0, 0), at::full({views.size(0)}, 1.0 / double(views.size(0)), views.options())};
    const MultiheadAttention::Result mixed = m_attention(mean, views);
    return {mixed.out.select(0, 0), mixed.weights};
}

} // namespace echo2ecg::nn
