// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/attention_rollout.h"

namespace echo2ecg::nn {

at::Tensor attentionRollout(const EcgEncoder& encoder, const at::Tensor& x, const at::Tensor& rows)
{
    const at::NoGradGuard plain;
    std::vector<at::Tensor> inputs{encoder.embed(x)};
    for (std::size_t i = 0; i + 1 < encoder.depth(); ++i)
        inputs.push_back(encoder.block(i, inputs.back()));
    at::Tensor mixture = rows;
    // From the last block to the first: a row times a matrix, where the other order would multiply whole matrices.
    for (std::size_t i = encoder.depth(); i-- > 0; inputs.pop_back())
        mixture = (mixture + at::mm(mixture, encoder.attentionWeights(i, inputs.back()).select(0, 0))) * 0.5;
    return mixture;
}

at::Tensor attentionRollout(const TokenNetwork& network, const at::Tensor& x)
{
    const EcgEncoderShape& shape = network.shape();
    const std::int64_t patches = std::int64_t(shape.leads) * (shape.windowSamples / shape.patchSamples);
    at::Tensor row = at::full({1, 1 + patches},
                              1.0 / double(network.aggregator().patchesOnly() ? patches : patches + 1), x.options());
    if (network.aggregator().patchesOnly())
        row.select(1, 0).zero_();
    return attentionRollout(network.encoder(), x, row).select(0, 0);
}

} // namespace echo2ecg::nn
