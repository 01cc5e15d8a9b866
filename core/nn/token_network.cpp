// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/token_network.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace echo2ecg::nn {

namespace {

// What differentiation keeps of one block for one recording: scores before and after softmax, and the rows of the
// linear layers.
double bytesOfBlock(const EcgEncoderShape& shape)
{
    const double tokens = 1.0 + double(shape.leads) * (shape.windowSamples / shape.patchSamples);
    return 4.0 * tokens * (2.0 * shape.heads * tokens + 12.0 * shape.width + 2.0 * shape.mlpWidth);
}

at::Tensor derivative(const at::Tensor& output, const at::Tensor& outputGradient, const at::Tensor& input)
{
    return torch::autograd::grad({output}, {input}, {outputGradient}).front();
}

} // namespace

TokenNetwork::TokenNetwork(const Architecture& architecture, const Weights& weights, double keptBytes)
    : m_shape(architecture.ecg), m_encoder(architecture.ecg, weights), m_aggregator(architecture.alignment, weights),
      m_blocksAtOnce(std::size_t(std::clamp(keptBytes / bytesOfBlock(m_shape), 1.0, double(m_encoder.depth()))))
{
}

at::Tensor TokenNetwork::token(const at::Tensor& x) const
{
    const at::NoGradGuard plain;
    return m_aggregator(m_encoder.forward(x));
}

TokenNetwork::Gradient TokenNetwork::gradient(const at::Tensor& x, const at::Tensor& direction) const
{
    const at::AutoGradMode differentiate(true);
    // Where each part begins: the input, then tokens. All but the last part are only run for what comes out of them.
    std::vector<at::Tensor> starts{x.detach()};
    const std::size_t depth = m_encoder.depth(), step = m_blocksAtOnce;
    const auto part = [&](std::size_t first, const at::Tensor& start) {
        at::Tensor tokens = first == 0 ? m_encoder.embed(start) : start;
        for (std::size_t i = first; i < std::min(depth, first + step); ++i)
            tokens = m_encoder.block(i, tokens);
        return tokens;
    };
    for (std::size_t first = 0; first + step < depth; first += step) {
        const at::NoGradGuard plain;
        starts.push_back(part(first, starts.back()));
    }
    Gradient result;
    at::Tensor behind; // the derivative where the part ends
    for (std::size_t i = starts.size(); i-- > 0; starts.pop_back()) {
        const at::Tensor start = starts[i].requires_grad_(true);
        at::Tensor end = part(i * step, start);
        if (!behind.defined()) { // the last part
            end = at::matmul(m_aggregator(end), direction);
            result.value = end.detach();
            behind = at::ones_like(result.value);
        }
        behind = derivative(end, behind, start);
    }
    result.input = behind;
    return result;
}

} // namespace echo2ecg::nn
