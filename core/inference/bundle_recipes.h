// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "ecg/recipe.h"
#include "echo/recipe.h"

#include <filesystem>
#include <string>

namespace echo2ecg::inference {

// What preprocessing needs of a bundle; no weights are read.
struct BundleRecipes
{
    base::Json info; // as bundleInfo() gives it
    std::string id;
    bool trained = false;
    ecg::EcgRecipe ecg;
    echo::EchoRecipe echo;
};

// Throws as bundleInfo(): base::ParseError, base::Error(Missing), or (Mismatch) when recipe and architecture contradict each other.
BundleRecipes readRecipes(const std::filesystem::path& bundle);

} // namespace echo2ecg::inference
