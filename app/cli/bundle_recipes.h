// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/bundle_recipes.h"

namespace echo2ecg::cli {

// A bundle that can't be used is the bundle's failure.
inference::BundleRecipes readRecipes(const std::filesystem::path& bundle);

} // namespace echo2ecg::cli
