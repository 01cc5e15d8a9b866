// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/ecg_encoder.h"

#include "nn/ecg_weights.h"

namespace echo2ecg::nn {

EcgEncoder::EcgEncoder(const EcgEncoderShape& shape, const Weights& weights)
    : m_shape(shape),
      m_patchWeight(weights("ecg_encoder.patch_embed.proj.weight").view({shape.width, shape.patchSamples})),
      m_patchBias(weights("ecg_encoder.patch_embed.proj.bias")),
      m_patchNorm(weights, "ecg_encoder.patch_embed.norm", 1e-5),
      m_classToken(weights.place(ecgClassToken(shape, weights)).view({1, 1, shape.width})),
      m_positions(weights.place(ecgPositions(shape, weights)))
{
    for (int i = 0; i < shape.depth; ++i)
        m_blocks.push_back(makeBlock(weights, "ecg_encoder.blocks." + std::to_string(i) + "."));
}

EcgEncoder::Block EcgEncoder::makeBlock(const Weights& weights, const std::string& name) const
{
    Block block;
    block.norm1 = LayerNorm(weights, name + "norm1", 1e-6);
    block.norm2 = LayerNorm(weights, name + "norm2", 1e-6);
    block.fc1 = Linear(weights, name + "mlp.fc1");
    block.fc2 = Linear(weights, name + "mlp.fc2");
    const FusedProjections fused = fusedProjections(m_shape, weights, name);
    block.qkv.weight = weights.place(fused.qkvWeight);
    block.qkv.bias = weights.place(fused.qkvBias);
    block.out.weight = weights.place(fused.outWeight);
    block.out.bias = weights.place(fused.outBias);
    return block;
}

at::Tensor EcgEncoder::projected(const at::Tensor& qkv, std::int64_t part) const
{
    const std::int64_t batch = qkv.size(0), tokens = qkv.size(1), heads = m_shape.heads,
                       channels = m_shape.width / heads;
    return qkv.view({batch, tokens, 3, heads, channels})
        .select(2, part)
        .transpose(1, 2)
        .reshape({batch * heads, tokens, channels});
}

at::Tensor EcgEncoder::attention(const Block& block, const at::Tensor& x) const
{
    const std::int64_t batch = x.size(0), tokens = x.size(1), heads = m_shape.heads, channels = m_shape.width / heads;
    const at::Tensor qkv = block.qkv(x);
    const at::Tensor mixed = attend(projected(qkv, 0), projected(qkv, 1), projected(qkv, 2));
    return block.out(
        mixed.view({batch, heads, tokens, channels}).transpose(1, 2).reshape({batch, tokens, m_shape.width}));
}

at::Tensor EcgEncoder::attentionWeights(std::size_t index, const at::Tensor& tokens) const
{
    const Block& block = m_blocks.at(index);
    const at::Tensor qkv = block.qkv(block.norm1(tokens));
    const at::Tensor scores = at::bmm(projected(qkv, 0), projected(qkv, 1).transpose(1, 2));
    return at::softmax(scores, -1).view({tokens.size(0), m_shape.heads, tokens.size(1), tokens.size(1)}).mean(1);
}

at::Tensor EcgEncoder::embed(const at::Tensor& x) const
{
    const std::int64_t batch = x.size(0), width = m_shape.width;
    const at::Tensor samples = x.reshape({batch, -1, m_shape.patchSamples});
    const at::Tensor patches = at::gelu(m_patchNorm(at::linear(samples, m_patchWeight, m_patchBias))) + m_positions;
    return at::cat({m_classToken.expand({batch, 1, width}), patches}, 1);
}

at::Tensor EcgEncoder::block(std::size_t index, const at::Tensor& tokens) const
{
    const Block& block = m_blocks.at(index);
    const at::Tensor mixed = tokens + attention(block, block.norm1(tokens));
    return mixed + block.fc2(at::gelu(block.fc1(block.norm2(mixed))));
}

at::Tensor EcgEncoder::forward(const at::Tensor& x, const StageObserver& observer) const
{
    at::Tensor tokens = embed(x);
    if (observer)
        observer("embed", tokens);
    for (std::size_t i = 0; i < depth(); ++i) {
        tokens = block(i, tokens);
        if (observer)
            observer("block" + std::to_string(i), tokens);
    }
    return tokens;
}

} // namespace echo2ecg::nn
