// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/architecture.h"
#include "nn/layers.h"

namespace echo2ecg::nn {

// From a token to the shared space (SPEC §5). Batch normalisation uses its running statistics.
class AlignmentLayer
{
public:
    AlignmentLayer() = default;
    // `name`: "ecg_alignment_global_token" or the echo's.
    AlignmentLayer(AlignmentHead kind, const std::string& name, const Weights& weights);

    bool exists() const { return m_kind != AlignmentHead::None; }
    // (…, width) → (…, alignedWidth); not normalised.
    at::Tensor operator()(const at::Tensor& tokens) const;

private:
    struct BatchNorm
    {
        BatchNorm() = default;
        BatchNorm(const Weights& weights, const std::string& name);
        at::Tensor operator()(const at::Tensor& x) const { return x * scale + shift; }

        at::Tensor scale, shift;
    };

    AlignmentHead m_kind = AlignmentHead::None;
    LayerNorm m_norm;
    std::vector<Linear> m_linear;
    std::vector<BatchNorm> m_batchNorm;
};

} // namespace echo2ecg::nn
