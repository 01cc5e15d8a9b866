// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/weights.h"

#include <functional>

// The few layers that all networks share. Tensors are (batch, tokens, channels) unless said otherwise.
namespace echo2ecg::nn {

// Told the output of every stage by name; used by tests.
using StageObserver = std::function<void(const std::string& stage, const at::Tensor& output)>;

struct Linear
{
    Linear() = default;
    Linear(const Weights& weights, const std::string& name, bool withBias = true);
    at::Tensor operator()(const at::Tensor& x) const { return at::linear(x, weight, bias); }

    at::Tensor weight, bias;
};

struct LayerNorm
{
    LayerNorm() = default;
    LayerNorm(const Weights& weights, const std::string& name, double epsilon);
    at::Tensor operator()(const at::Tensor& x) const
    {
        return at::layer_norm(x, {weight.size(0)}, weight, bias, epsilon);
    }

    at::Tensor weight, bias;
    double epsilon = 1e-5;
};

// softmax(q kᵀ) v for (groups, tokens, channels); q is already scaled. Queries are taken in slices, so that the scores
// stay in the cache.
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v);

// x / max(|x|, 1e-12) along the last axis.
at::Tensor l2Normalised(const at::Tensor& x);

} // namespace echo2ecg::nn
