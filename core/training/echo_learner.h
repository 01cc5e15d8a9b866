// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/echo_trainer.h"
#include "training/regression_learner.h"

namespace echo2ecg::training {

// Clips, from their pixels. Names torch types: not a public header.
class EchoLearner : public RegressionLearner
{
public:
    // `weights`: of a whole bundle, of which only the echo encoder is used. Everything else must outlive this.
    EchoLearner(const nn::EchoEncoderShape& shape, const std::map<std::string, nn::StoredTensor>& weights, const std::vector<EchoClipItem>& clips, const EchoTraining& options,
                const nn::DeviceChoice& device);

private:
    at::Tensor input(const std::vector<std::size_t>& clips, std::int64_t epoch, bool augment) const override; // (B, 3, frames, size, size)
    Encoder encoder(const nn::Weights& weights) const override;

    const nn::EchoEncoderShape& m_shape;
    const std::vector<EchoClipItem>& m_clips;
    const EchoTraining& m_options;
};

} // namespace echo2ecg::training
