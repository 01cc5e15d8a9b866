// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/clip_loss.h"

#include "nn/layers.h"

namespace echo2ecg::training {

at::Tensor inverseTemperature(const at::Tensor& logitScale)
{
    return at::exp(at::clamp(logitScale, 0.0, largestLogitScale));
}

at::Tensor clipLoss(const at::Tensor& ecg, const at::Tensor& echo, const at::Tensor& inverseTemperature, double lambda)
{
    const at::Tensor logits =
        at::mm(nn::l2Normalised(ecg), nn::l2Normalised(echo).transpose(0, 1)) * inverseTemperature;
    const auto crossEntropy = [&](std::int64_t axis) {
        return at::log_softmax(logits, axis).diagonal().mean().neg();
    };
    return lambda * crossEntropy(1) + (1 - lambda) * crossEntropy(0);
}

} // namespace echo2ecg::training
