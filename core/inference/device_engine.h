// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/clip_pipeline.h"
#include "inference/engine.h"
#include "inference/plugin.h"

#include <functional>

// The engine behind loadEngine(), apart from where its networks come from: a test gives it networks of its own.
namespace echo2ecg::inference {

struct EngineParts
{
    EngineFacts facts; // device is filled in
    plugin::Shapes shapes;
    // Runs on the device thread, once.
    std::function<std::unique_ptr<plugin::Networks>()> openNetworks;
    ClipPipeline::Preprocess preprocessClip; // empty: echo::preprocess
};

std::unique_ptr<Engine> makeEngine(EngineParts parts, const EngineOptions& options, const base::JobContext& job = {});

} // namespace echo2ecg::inference
