// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/echo_trainer.h"

#include "training/echo_learner.h"
#include "training/regression_run.h"

namespace echo2ecg::training {

base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<EchoClipItem>& clips, const std::string& dataSha256, const EchoTraining& options,
                      const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    options.check();
    const RegressionKind kind{"echo encoder", "the echo encoder, from single clips", "clips"};
    return runRegression(
        kind, start, labelled(clips), dataSha256, options, options.toJson(),
        [&](const nn::BundleInfo& from, const std::map<std::string, nn::StoredTensor>& weights, const nn::DeviceChoice& device) -> std::unique_ptr<RegressionLearner> {
            return std::make_unique<EchoLearner>(from.architecture.echo, weights, clips, options, device);
        },
        out, resume, job);
}

} // namespace echo2ecg::training
