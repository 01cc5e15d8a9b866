// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/recipe.h"
#include "echo/recipe.h"

#include <filesystem>
#include <string>

namespace echo2ecg::cli {

// What preprocessing needs of a bundle; no weights are read. A bundle that can't be used is the bundle's failure.
struct BundleRecipes
{
    std::string id;
    bool trained = false;
    ecg::EcgRecipe ecg;
    echo::EchoRecipe echo;
};
BundleRecipes readRecipes(const std::filesystem::path& bundle);

} // namespace echo2ecg::cli
