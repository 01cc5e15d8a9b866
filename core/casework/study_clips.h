// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/echo_study.h"
#include "inference/engine.h"
#include "training/echo_trainer.h"

// What trainings make of the folders of echo studies, and keep so that it is made once.
namespace echo2ecg::casework {

// The one study in a folder. Throws base::Error(Unsuitable) when there are none or several, base::Cancelled.
echo::EchoStudy studyIn(const std::filesystem::path& folder, const base::CancelToken& cancel);

// Changes with every file of the folder (name, size, time of change) and with `purpose`: the bundle, the recipe.
std::string keyOfStudy(const std::filesystem::path& folder, const std::string& purpose);

// Embeddings of a study's views, as the engine makes them; kept as CACHE/KEY.npy. `engine` is asked for only when nothing is kept. Throws as studyIn(), Engine::embed().
training::StudyClips embeddedClips(const std::filesystem::path& folder, const std::filesystem::path& cache, const std::string& bundleId, const std::string& recipeHash,
                                   const std::function<inference::Engine&()>& engine, const base::JobContext& job);

// The views of a study as the recipe leaves them before their colours are normalised (values that normalised padding has besides are rounded): one CACHE/KEY/N.npy each, made where they aren't
// there. Gives the files. Throws as studyIn(), echo::preprocess(); base::Error(Unsuitable) when no clip is a view.
std::vector<std::filesystem::path> keptClips(const std::filesystem::path& folder, const std::filesystem::path& cache, const echo::EchoRecipe& recipe,
                                             const base::CancelToken& cancel);
training::ClipPixels readKeptClip(const std::filesystem::path& file);

} // namespace echo2ecg::casework
