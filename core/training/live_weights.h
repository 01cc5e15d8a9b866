// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/weights.h"

#include <map>
#include <vector>

namespace echo2ecg::training {

// Weights on their way into networks that are being trained. What a network computes with are leaves of their own, so
// that many parts of a batch can be differentiated at once and their gradients added in a fixed order; pullBack() then
// goes from the leaves through whatever was made of the weights (the ECG encoder's doubled projections, multiplied
// together once a step) to the weights themselves. Names torch types: not a public header.
class LiveWeights : public nn::Weights
{
public:
    using Tensors = std::map<std::string, at::Tensor>;

    // `tensors`: float32 on one device; those to be trained require gradients. Must outlive this.
    LiveWeights(const Tensors& tensors, at::Device device) : Weights(at::kFloat, device), m_tensors(tensors) {}

    at::Tensor operator()(const std::string& name) const override { return place(tensor(name)); }
    at::Tensor exact(const std::string& name) const override { return tensor(name).to(at::kDouble); }
    at::Tensor place(const at::Tensor& tensor) const override;

    // What was placed and depends on something to be trained, in the order of placing.
    const std::vector<at::Tensor>& leaves() const { return m_leaves; }
    // One gradient for each leaf, undefined ones left out → one for each tensor that is trained and took part. May be
    // called once.
    Tensors pullBack(const std::vector<at::Tensor>& leafGradients) const;

private:
    const at::Tensor& tensor(const std::string& name) const;

    const Tensors& m_tensors;
    mutable std::vector<at::Tensor> m_made, m_leaves;
};

} // namespace echo2ecg::training
