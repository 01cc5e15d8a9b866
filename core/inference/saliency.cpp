// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/saliency.h"

#include <cmath>

namespace echo2ecg::inference {

const char* code(SaliencyMethod method) noexcept
{
    return method == SaliencyMethod::AttentionRollout ? "rollout" : "ig";
}

std::optional<SaliencyMethod> saliencyMethodFromCode(const std::string& text)
{
    for (const auto method : {SaliencyMethod::IntegratedGradients, SaliencyMethod::AttentionRollout})
        if (text == code(method))
            return method;
    return std::nullopt;
}

const char* name(SaliencyMethod method) noexcept
{
    return method == SaliencyMethod::AttentionRollout ? "attention rollout" : "integrated gradients";
}

void shareAmongLeads(EcgSaliency& saliency)
{
    std::array<double, ecg::leadCount> sums{};
    double all = 0;
    for (std::size_t lead = 0; lead < ecg::leadCount; ++lead) {
        for (std::size_t i = 0; i < std::size_t(saliency.columns); ++i)
            sums[lead] += std::abs(double(saliency.values[lead * std::size_t(saliency.columns) + i]));
        all += sums[lead];
    }
    for (std::size_t lead = 0; lead < ecg::leadCount; ++lead)
        saliency.leadShare[lead] = all > 0 ? float(sums[lead] / all) : 0.0f;
}

} // namespace echo2ecg::inference
