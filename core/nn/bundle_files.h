// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/bundle.h"

namespace echo2ecg::nn {

// What reading and writing a bundle share.
inline constexpr const char* kWeightsFile = "weights.safetensors";
inline constexpr const char* kGoldenFile = "golden.safetensors";
inline constexpr int kBundleFormat = 1;

// First 16 hex digits of SHA-256 over architecture, recipes and the weights' hash.
std::string bundleId(const BundleInfo& info, const std::string& weightsSha256);

// Every tensor of the architecture present with its shape, finite, and none besides. Throws base::Error(Mismatch).
void checkWeights(const Architecture& architecture, const std::map<std::string, StoredTensor>& weights,
                  const std::filesystem::path& file);

// Throw base::Error: (Missing) unless the file is there, (Mismatch) unless it is the one that bundle.json lists.
void needFile(const std::filesystem::path& file);
void checkHash(const BundleInfo& info, const char* name);

} // namespace echo2ecg::nn
