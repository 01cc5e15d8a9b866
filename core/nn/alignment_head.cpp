// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/alignment_head.h"

namespace echo2ecg::nn {

AlignmentLayer::BatchNorm::BatchNorm(const Weights& weights, const std::string& name)
{
    // The running statistics never change here, so all is one scale and one shift.
    const at::Tensor exact = weights.exact(name + ".weight") / (weights.exact(name + ".running_var") + 1e-5).sqrt();
    scale = weights.place(exact);
    shift = weights.place(weights.exact(name + ".bias") - weights.exact(name + ".running_mean") * exact);
}

AlignmentLayer::AlignmentLayer(AlignmentHead kind, const std::string& name, const Weights& weights) : m_kind(kind)
{
    const std::string map = name + ".mapping_network";
    const auto norm = [&] { m_norm = LayerNorm(weights, name + ".layer_norm", 1e-5); };
    const auto linear = [&](const std::string& layer, bool bias = true) {
        m_linear.emplace_back(weights, layer, bias);
    };
    switch (kind) {
    case AlignmentHead::None:
        return;
    case AlignmentHead::Linear:
        linear(name, false);
        return;
    case AlignmentHead::SailStar:
        norm();
        for (const char* layer : {".f1", ".f2", ".g"})
            linear(map + layer);
        return;
    case AlignmentHead::SailMlp:
        norm();
        for (const char* layer : {".proj.0", ".proj.2"})
            linear(map + layer);
        return;
    case AlignmentHead::SailLinear:
        norm();
        linear(map);
        return;
    case AlignmentHead::SimClr:
        norm();
        for (const char* layer : {".layers.0", ".layers.3"})
            linear(map + layer, false);
        for (const char* layer : {".layers.1", ".layers.4"})
            m_batchNorm.emplace_back(weights, map + layer);
        return;
    case AlignmentHead::ShareLock:
        norm();
        for (const char* layer : {".layers.0", ".layers.4", ".layers.8", ".layers.12"})
            linear(map + layer);
        for (const char* layer : {".layers.1", ".layers.5", ".layers.9"})
            m_batchNorm.emplace_back(weights, map + layer);
        return;
    }
}

at::Tensor AlignmentLayer::operator()(const at::Tensor& tokens) const
{
    if (m_kind == AlignmentHead::None)
        return {};
    if (m_kind == AlignmentHead::Linear)
        return m_linear[0](tokens);
    at::Tensor x = m_norm(tokens);
    switch (m_kind) {
    case AlignmentHead::SailStar:
        return m_linear[2](at::clamp(m_linear[0](x), -1000, 1000).clamp(0, 6) * at::clamp(m_linear[1](x), -1000, 1000));
    case AlignmentHead::SailMlp:
        return m_linear[1](at::gelu(m_linear[0](x)));
    case AlignmentHead::SimClr:
        return m_batchNorm[1](m_linear[1](at::relu(m_batchNorm[0](m_linear[0](x)))));
    case AlignmentHead::ShareLock:
        for (std::size_t i = 0; i < m_batchNorm.size(); ++i)
            x = at::relu(m_batchNorm[i](m_linear[i](x)));
        return m_linear.back()(x);
    default:
        return m_linear[0](x);
    }
}

} // namespace echo2ecg::nn
