// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/recipe.h"
#include "echo/recipe.h"
#include "inference/plugin.h"

namespace echo2ecg::inference {

// What bundle.json says, with the recipes read and checked against the architecture. For this folder's own use.
struct BundleFacts
{
    base::Json json; // as plugin::Functions::info gives it
    plugin::Shapes shapes;
    ecg::EcgRecipe ecgRecipe;
    echo::EchoRecipe echoRecipe;
};

// Throws base::ParseError, base::Error(Missing), or (Mismatch) when recipe and architecture contradict each other.
BundleFacts readBundleFacts(const std::filesystem::path& folder);

} // namespace echo2ecg::inference
