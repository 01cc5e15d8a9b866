// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/heads.h"

namespace echo2ecg::nn {

Heads::Heads(const Architecture& architecture, const Weights& weights)
    : m_alignEcg(architecture.alignment.ecgHead, "ecg_alignment_global_token", weights),
      m_alignStudy(architecture.alignment.echoHead, "echo_alignment_global_token", weights),
      m_aggregator(architecture.alignment, weights)
{
    if (architecture.alignment.tokenNorm)
        m_tokenNorm = LayerNorm(weights, "token_aggregator.ecg_layernorm_global", 1e-5);
    if (architecture.alignment.projection)
        m_projectViews = Linear(weights, "echo_projection_for_agg");
}

at::Tensor Heads::aggregateEcg(const at::Tensor& tokens) const
{
    if (!m_tokenNorm.weight.defined())
        return tokens.mean(1);
    return m_tokenNorm(tokens.narrow(1, 1, tokens.size(1) - 1).mean(1));
}

} // namespace echo2ecg::nn
