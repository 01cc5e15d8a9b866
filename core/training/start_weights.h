// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"
#include "training/alignment_trainer.h"

namespace echo2ecg::training {

// Where a training starts: the bundle's weights, those that its new architecture has besides made at random.
struct StartWeights
{
    nn::BundleInfo info; // of the start bundle, with the new architecture
    std::map<std::string, nn::StoredTensor> weights;
    std::string startId, startName;
    std::vector<std::string> fresh; // made at random
};
// Throws base::Error, (Unsupported) for alignment heads with batch normalisation.
StartWeights startWeights(const std::filesystem::path& bundle, Pooling pooling, std::uint64_t seed);

} // namespace echo2ecg::training
