// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/import_sources.h"

namespace echo2ecg::nn {

// The architecture that these tensors are of. Every width, depth and table length comes from a shape; what shapes can't
// tell (numbers of heads, strides) follows the published networks' rules, and `notes` says so where it is a guess.
// `windowSamples` 0: the published 1008. Throws base::Error(Mismatch) when shapes contradict each other.
Architecture architectureOf(const OfferedTensors& tensors, int windowSamples, std::vector<std::string>& notes);

} // namespace echo2ecg::nn
