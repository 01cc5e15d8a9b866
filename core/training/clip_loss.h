// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

namespace echo2ecg::training {

// The symmetric contrastive loss of CLIP (Radford 2021), as in SPEC §5. Names torch types: not a public header.

// exp(4.6052) = 100: the sharpest that a learned temperature may become.
inline constexpr double largestLogitScale = 4.6052;

// 1 / temperature of a learned scale s: exp of s within [0, 4.6052].
at::Tensor inverseTemperature(const at::Tensor& logitScale);

// ecg, echo: (B, width), row i of one belongs to row i of the other, not normalised. inverseTemperature: one number.
// lambda weighs the direction ECG → echo, 1 − lambda the other. Gives one number, the mean over the rows.
at::Tensor clipLoss(const at::Tensor& ecg, const at::Tensor& echo, const at::Tensor& inverseTemperature, double lambda);

} // namespace echo2ecg::training
