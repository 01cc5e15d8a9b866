// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "ecg/preprocess.h"

namespace echo2ecg::ecg {

// One step of the chain for the eyes of a person. Values are 12 × EcgSteps::kept, row-major; mV, or standard deviations
// from Normalised on.
struct EcgStepValues
{
    EcgStep step = EcgStep::Started;
    std::vector<float> values;
};

// What preprocess() did to a record, step by step: collected while it runs, never computed a second time.
struct EcgSteps
{
    std::vector<EcgStepValues> steps; // those that the recipe has
    std::size_t kept = 0;             // columns of each step: all samples, or the first `mostKept`
    PreprocessedEcg result;           // with the window that the encoder gets
};

inline constexpr std::size_t mostKept = 300'000; // ten minutes at 500 Hz: a recording of a day isn't held five times

// Throws what preprocess() throws, and base::Cancelled between two steps.
EcgSteps preprocessSteps(const EcgRecord& record, const EcgRecipe& recipe, const base::CancelToken& cancel = {});

} // namespace echo2ecg::ecg
