// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/view_choice.h"
#include "inference/engine.h"
#include "library/library.h"

namespace echo2ecg::casework {

// One clip of a study as the model sees the study.
struct ModelView
{
    library::ClipRow row;
    echo::EchoClip clip;
    echo::ViewChoice choice;
    std::optional<float> weight; // in the pooling, once the study is embedded with this bundle
};

// All clips of a study in its order: what each shows, whether it is used and why not. Reads headers, and pixels where those say nothing: for jobs.
// Throws base::Error(Missing) without such a study, base::Cancelled.
std::vector<ModelView> modelViews(const library::Library& library, library::Id study,
                                  const inference::EngineFacts& facts, const base::JobContext& job = {});

} // namespace echo2ecg::casework
