// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"
#include "training/regression_learner.h"

#include <memory>

namespace echo2ecg::training {

// What the trainers of single encoders differ in, in words.
struct RegressionKind
{
    const char* kind;    // "echo encoder"
    const char* trained; // "the echo encoder, from single clips"
    const char* inputs;  // "clips"
};
using MakeLearner = std::function<std::unique_ptr<RegressionLearner>(const nn::BundleInfo& start, const std::map<std::string, nn::StoredTensor>& weights, const nn::DeviceChoice& device)>;

// A whole run, from the start bundle to OUT/bundle. `settings`: what the result depends on, those of the loop aside. Names torch types: not a public header.
base::Json runRegression(const RegressionKind& kind, const std::filesystem::path& start, const std::vector<const LabelledInput*>& items, const std::string& dataSha256,
                         const RegressionTraining& options, base::Json settings, const MakeLearner& makeLearner, const std::filesystem::path& out, bool resume,
                         const base::JobContext& job);

} // namespace echo2ecg::training
