// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/ecg_trainer.h"

#include "training/ecg_learner.h"
#include "training/regression_run.h"

namespace echo2ecg::training {

base::Json trainEcgEncoder(const std::filesystem::path& start, const std::vector<EcgItem>& ecgs, const std::string& dataSha256, const EcgTraining& options,
                      const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    options.check();
    const RegressionKind kind{"ECG encoder", "the ECG encoder", "ecgs"};
    return runRegression(
        kind, start, labelled(ecgs), dataSha256, options, options.toJson(),
        [&](const nn::BundleInfo& from, const std::map<std::string, nn::StoredTensor>& weights, const nn::DeviceChoice& device) -> std::unique_ptr<RegressionLearner> {
            return std::make_unique<EcgLearner>(from.architecture, weights, ecgs, options, device);
        },
        out, resume, job);
}

} // namespace echo2ecg::training
