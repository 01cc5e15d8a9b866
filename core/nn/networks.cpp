// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/networks.h"

namespace echo2ecg::nn {

Networks::Networks(const Architecture& architecture, const Weights& weights)
    : m_ecgEncoder(architecture.ecg, weights), m_echoEncoder(architecture.echo, weights),
      m_tokenNorm(weights, "token_aggregator.ecg_layernorm_global", 1e-5),
      m_alignEcg(weights, "ecg_alignment_global_token", false),
      m_alignStudy(weights, "echo_alignment_global_token", false), m_aggregator(architecture.alignment, weights)
{
    if (architecture.alignment.projection)
        m_projectViews = Linear(weights, "echo_projection_for_agg");
}

at::Tensor Networks::aggregateEcg(const at::Tensor& tokens) const
{
    return m_tokenNorm(tokens.narrow(1, 1, tokens.size(1) - 1).mean(1));
}

} // namespace echo2ecg::nn
