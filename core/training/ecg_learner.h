// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/ecg_trainer.h"
#include "training/regression_learner.h"

namespace echo2ecg::training {

// ECGs, their token. Names torch types: not a public header.
class EcgLearner : public RegressionLearner
{
public:
    // `weights`: of a whole bundle, of which the ECG side is used. Everything else must outlive this.
    EcgLearner(const nn::Architecture& architecture, const std::map<std::string, nn::StoredTensor>& weights, const std::vector<EcgItem>& ecgs, const EcgTraining& options,
               const nn::DeviceChoice& device);

private:
    at::Tensor input(const std::vector<std::size_t>& ecgs, std::int64_t epoch, bool augment) const override; // (B, leads, window)
    Encoder encoder(const nn::Weights& weights) const override;

    const nn::Architecture& m_architecture;
    const std::vector<EcgItem>& m_ecgs;
    const EcgTraining& m_options;
};

} // namespace echo2ecg::training
