// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "nn/architecture.h"

#include <cstdint>

namespace echo2ecg::training {

// The learning rate of each optimiser step as a share of the full one (SPEC §5): a straight line from `floor` to 1 over the warm-up,
// then half a cosine from 1 down to `floor` at the last step.
struct Schedule
{
    std::int64_t warmUpSteps = 0, totalSteps = 1;
    double floor = 0.1;
    // step: 0 for the first one.
    double at(std::int64_t step) const;
};

// Full learning rates. A separate rate that is 0 is the same as `base`.
struct LearningRates
{
    double base = 5e-4;
    double ecgDecay = 0.75;   // from one ECG block to the one below it
    double aggregators = 0;   // ECG token's normalisation, projection and pooling of views
    double projections = 0;   // alignment layers of both sides
    double temperature = 0;
    double weightDecay = 1e-7;

    base::Json toJson() const;
    void check() const; // throws base::Error(Unsupported)
};

// How one tensor is trained.
struct ParameterRule
{
    enum class Part { Frozen, EcgEncoder, Aggregators, Projections, Temperature, EchoEncoder };
    Part part = Part::Frozen;
    double rate = 0;     // full learning rate
    bool decays = false; // weights of layers; not biases, norms, class tokens and positions
};

inline constexpr const char* logitScaleName = "loss_fn.logit_scale"; // as in Lightning's state_dict

// By the tensor's name and rank. ECG block i has base · ecgDecay^(depth − 1 − i), everything before the blocks is as block 0; the fixed table of time
// positions and the echo encoder are frozen.
ParameterRule alignmentRule(const std::string& name, std::size_t rank, int ecgDepth, const LearningRates& rates);

} // namespace echo2ecg::training
