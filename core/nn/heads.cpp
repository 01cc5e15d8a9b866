// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/heads.h"

namespace echo2ecg::nn {

EcgAggregator::EcgAggregator(const AlignmentShape& shape, const Weights& weights)
{
    if (shape.tokenNorm)
        m_norm = LayerNorm(weights, "token_aggregator.ecg_layernorm_global", 1e-5);
}

at::Tensor EcgAggregator::operator()(const at::Tensor& tokens) const
{
    return patchesOnly() ? m_norm(tokens.narrow(1, 1, tokens.size(1) - 1).mean(1)) : tokens.mean(1);
}

Heads::Heads(const Architecture& architecture, const Weights& weights)
    : m_aggregateEcg(architecture.alignment, weights),
      m_alignEcg(architecture.alignment.ecgHead, "ecg_alignment_global_token", weights),
      m_alignStudy(architecture.alignment.echoHead, "echo_alignment_global_token", weights),
      m_aggregator(architecture.alignment, weights)
{
    if (architecture.alignment.projection)
        m_projectViews = Linear(weights, "echo_projection_for_agg");
}

} // namespace echo2ecg::nn
