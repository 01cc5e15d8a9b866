// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"

#include <filesystem>
#include <string>
#include <vector>

namespace echo2ecg::casework {

// Random weights for the untrained baseline of an evaluation, once for each architecture with its recipes that takes part; written below `scratch`.
// Throws what inference::createUntrainedLike() throws.
std::vector<std::filesystem::path> untrainedBaselines(const std::vector<std::filesystem::path>& like, std::uint64_t seed, const std::filesystem::path& scratch,
                                                      const base::JobContext& job = {});

// How a bundle pools views: "attention", "mean", "cls".
std::string poolingOf(const std::filesystem::path& bundle);

} // namespace echo2ecg::casework
