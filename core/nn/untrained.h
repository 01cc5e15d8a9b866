// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"

namespace echo2ecg::nn {

// Weights of a model that never learned. Exact arithmetic: the same seed gives the same bytes.
std::map<std::string, StoredTensor> untrainedWeights(const Architecture& architecture, WeightSource source,
                                                     std::uint64_t seed);

// The encoder's fixed table of time positions (SPEC §1): row 0 zeros, then sines and cosines. (rows, channels).
std::vector<float> timePositions(int rows, int channels);

} // namespace echo2ecg::nn
