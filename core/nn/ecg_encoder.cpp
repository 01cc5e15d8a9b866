// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/ecg_encoder.h"

#include <cmath>

namespace echo2ecg::nn {

EcgEncoder::EcgEncoder(const EcgEncoderShape& shape, const Weights& weights) : m_shape(shape)
{
    const std::string p = "ecg_encoder.";
    const std::int64_t width = shape.width, patches = shape.windowSamples / shape.patchSamples;
    m_patchWeight = weights(p + "patch_embed.proj.weight").view({width, shape.patchSamples});
    m_patchBias = weights(p + "patch_embed.proj.bias");
    m_patchNorm = LayerNorm(weights, p + "patch_embed.norm", 1e-5);

    // Channels: first half the lead's position (row 0 is padding), second half the time's (row 0 belongs to the class
    // token).
    const at::Tensor leadRows = weights.exact(p + "pos_embed_y.weight").narrow(0, 1, shape.leads);
    const at::Tensor timeRows = weights.exact(p + "pos_embed_x").select(0, 0);
    const std::int64_t half = width / 2;
    const at::Tensor lead = leadRows.unsqueeze(1).expand({shape.leads, patches, half});
    const at::Tensor time = timeRows.narrow(0, 1, patches).unsqueeze(0).expand({shape.leads, patches, half});
    m_positions = weights.place(at::cat({lead, time}, 2).reshape({shape.leads * patches, width}));

    at::Tensor classToken = weights.exact(p + "cls_token").clone();
    classToken.narrow(2, half, half).add_(timeRows.select(0, 0));
    m_classToken = weights.place(classToken);

    for (int i = 0; i < shape.depth; ++i)
        m_blocks.push_back(makeBlock(weights, p + "blocks." + std::to_string(i) + "."));
}

EcgEncoder::Block EcgEncoder::makeBlock(const Weights& weights, const std::string& name) const
{
    const std::int64_t width = m_shape.width;
    Block block;
    block.norm1 = LayerNorm(weights, name + "norm1", 1e-6);
    block.norm2 = LayerNorm(weights, name + "norm2", 1e-6);
    block.fc1 = Linear(weights, name + "mlp.fc1");
    block.fc2 = Linear(weights, name + "mlp.fc2");

    const at::Tensor firstWeight = weights.exact(name + "attn.qkv.weight"),
                     firstBias = weights.exact(name + "attn.qkv.bias");
    const at::Tensor secondWeight = weights.exact(name + "attn.mha.in_proj_weight"),
                     secondBias = weights.exact(name + "attn.mha.in_proj_bias");
    std::vector<at::Tensor> weight, bias;
    for (std::int64_t part = 0; part < 3; ++part) {
        const at::Tensor second = secondWeight.narrow(0, part * width, width);
        const double scale = part == 0 ? 1.0 / std::sqrt(double(width / m_shape.heads)) : 1.0;
        weight.push_back(at::mm(second, firstWeight.narrow(0, part * width, width)) * scale);
        bias.push_back(
            (at::mv(second, firstBias.narrow(0, part * width, width)) + secondBias.narrow(0, part * width, width)) *
            scale);
    }
    block.qkv.weight = weights.place(at::cat(weight));
    block.qkv.bias = weights.place(at::cat(bias));

    const at::Tensor last = weights.exact(name + "attn.proj.weight");
    block.out.weight = weights.place(at::mm(last, weights.exact(name + "attn.mha.out_proj.weight")));
    block.out.bias = weights.place(at::mv(last, weights.exact(name + "attn.mha.out_proj.bias")) +
                                   weights.exact(name + "attn.proj.bias"));
    return block;
}

at::Tensor EcgEncoder::attention(const Block& block, const at::Tensor& x) const
{
    const std::int64_t batch = x.size(0), tokens = x.size(1), heads = m_shape.heads, channels = m_shape.width / heads;
    const at::Tensor qkv = block.qkv(x).view({batch, tokens, 3, heads, channels}).permute({2, 0, 3, 1, 4});
    const auto part = [&](std::int64_t i) { return qkv.select(0, i).reshape({batch * heads, tokens, channels}); };
    const at::Tensor mixed = attend(part(0), part(1), part(2));
    return block.out(
        mixed.view({batch, heads, tokens, channels}).transpose(1, 2).reshape({batch, tokens, m_shape.width}));
}

at::Tensor EcgEncoder::forward(const at::Tensor& x, const StageObserver& observer) const
{
    const std::int64_t batch = x.size(0), width = m_shape.width;
    const at::Tensor samples = x.reshape({batch, -1, m_shape.patchSamples});
    const at::Tensor patches = at::gelu(m_patchNorm(at::linear(samples, m_patchWeight, m_patchBias))) + m_positions;
    at::Tensor tokens = at::cat({m_classToken.expand({batch, 1, width}), patches}, 1);
    if (observer)
        observer("embed", tokens);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        tokens.add_(attention(block, block.norm1(tokens)));
        tokens.add_(block.fc2(at::gelu(block.fc1(block.norm2(tokens)))));
        if (observer)
            observer("block" + std::to_string(i), tokens);
    }
    return tokens;
}

} // namespace echo2ecg::nn
