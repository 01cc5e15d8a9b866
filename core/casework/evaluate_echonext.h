// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/cohort.h"
#include "evaluation/inputs/echonext.h"
#include "inference/engine.h"

namespace echo2ecg::casework {

// EchoNext's table as a cohort: its own splits, labels and flags; no echo studies, so no retrieval.
evaluation::Cohort cohortOf(const evaluation::EchoNext& data, const std::filesystem::path& folder);

// Tokens of the training and test waveforms by ecg_key, one at a time. They are given to the recipe as they are stored, in the publishers' standardised unit, at
// 250 Hz: a recipe that standardises gets what it needs, which the vectors' note says. An ECG that can't be embedded is noted. Throws base::Cancelled.
evaluation::ModelVectors modelVectors(const evaluation::EchoNext& data, inference::Engine& engine, const base::JobContext& job = {});

} // namespace echo2ecg::casework
