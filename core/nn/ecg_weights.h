// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/weights.h"

// What both forms of the ECG encoder make of the stored tensors, once, in float64 (SPEC §1).
namespace echo2ecg::nn {

// The doubled projections of one block's attention, multiplied together.
struct FusedProjections
{
    at::Tensor qkvWeight, qkvBias; // (3·width, width), (3·width); the scale of the scores is part of q
    at::Tensor outWeight, outBias; // (width, width), (width)
};
// name: "ecg_encoder.blocks.0."
FusedProjections fusedProjections(const EcgEncoderShape& shape, const Weights& weights, const std::string& name);

// (leads·patches, width): the lead's position in the first half of the channels, the time's in the second.
at::Tensor ecgPositions(const EcgEncoderShape& shape, const Weights& weights);
// (width), its position added.
at::Tensor ecgClassToken(const EcgEncoderShape& shape, const Weights& weights);

} // namespace echo2ecg::nn
