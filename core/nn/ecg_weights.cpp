// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/ecg_weights.h"

#include <cmath>

namespace echo2ecg::nn {

FusedProjections fusedProjections(const EcgEncoderShape& shape, const Weights& weights, const std::string& name)
{
    const std::int64_t width = shape.width;
    const at::Tensor firstWeight = weights.exact(name + "attn.qkv.weight"),
                     firstBias = weights.exact(name + "attn.qkv.bias");
    const at::Tensor secondWeight = weights.exact(name + "attn.mha.in_proj_weight"),
                     secondBias = weights.exact(name + "attn.mha.in_proj_bias");
    std::vector<at::Tensor> weight, bias;
    for (std::int64_t part = 0; part < 3; ++part) {
        const at::Tensor second = secondWeight.narrow(0, part * width, width);
        const double scale = part == 0 ? 1.0 / std::sqrt(double(width / shape.heads)) : 1.0;
        weight.push_back(at::mm(second, firstWeight.narrow(0, part * width, width)) * scale);
        bias.push_back(
            (at::mv(second, firstBias.narrow(0, part * width, width)) + secondBias.narrow(0, part * width, width)) *
            scale);
    }
    const at::Tensor last = weights.exact(name + "attn.proj.weight");
    return {at::cat(weight), at::cat(bias), at::mm(last, weights.exact(name + "attn.mha.out_proj.weight")),
            at::mv(last, weights.exact(name + "attn.mha.out_proj.bias")) + weights.exact(name + "attn.proj.bias")};
}

at::Tensor ecgPositions(const EcgEncoderShape& shape, const Weights& weights)
{
    // Row 0 of the leads is padding, row 0 of the times belongs to the class token.
    const std::int64_t width = shape.width, half = width / 2, patches = shape.windowSamples / shape.patchSamples;
    const at::Tensor leadRows = weights.exact("ecg_encoder.pos_embed_y.weight").narrow(0, 1, shape.leads);
    const at::Tensor timeRows = weights.exact("ecg_encoder.pos_embed_x").select(0, 0);
    const at::Tensor lead = leadRows.unsqueeze(1).expand({shape.leads, patches, half});
    const at::Tensor time = timeRows.narrow(0, 1, patches).unsqueeze(0).expand({shape.leads, patches, half});
    return at::cat({lead, time}, 2).reshape({shape.leads * patches, width});
}

at::Tensor ecgClassToken(const EcgEncoderShape& shape, const Weights& weights)
{
    const std::int64_t half = shape.width / 2;
    const at::Tensor classToken = weights.exact("ecg_encoder.cls_token").reshape({shape.width}).clone();
    classToken.narrow(0, half, half).add_(weights.exact("ecg_encoder.pos_embed_x").select(0, 0).select(0, 0));
    return classToken;
}

} // namespace echo2ecg::nn
