// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/ecg_encoder.h"
#include "nn/heads.h"

namespace echo2ecg::nn {

// From an ECG to its un-aligned token as one differentiable function: encoder and aggregation. Build and call it
// outside c10::InferenceMode; its own numbers ask for no gradient, so that only what the input needs is computed.
// Several threads may call it at once.
class TokenNetwork
{
public:
    // What one call may keep of the way forward for the way back, at most about; a longer way is gone in several
    // parts, each of them forward a second time.
    static constexpr double mostKeptBytes = 512e6;

    TokenNetwork(const Architecture& architecture, const Weights& weights, double keptBytes = mostKeptBytes);

    const EcgEncoderShape& shape() const { return m_shape; }
    const EcgEncoder& encoder() const { return m_encoder; }
    const EcgAggregator& aggregator() const { return m_aggregator; }
    std::size_t blocksAtOnce() const { return m_blocksAtOnce; }

    // (B, leads, window) → (B, width).
    at::Tensor token(const at::Tensor& x) const;

    struct Gradient
    {
        at::Tensor value; // (B): direction · token
        at::Tensor input; // (B, leads, window): its derivative
    };
    // direction: (width).
    Gradient gradient(const at::Tensor& x, const at::Tensor& direction) const;

private:
    EcgEncoderShape m_shape;
    EcgEncoder m_encoder;
    EcgAggregator m_aggregator;
    std::size_t m_blocksAtOnce;
};

} // namespace echo2ecg::nn
