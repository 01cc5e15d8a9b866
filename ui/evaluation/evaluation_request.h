// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "evaluation/evaluation.h"

#include <filesystem>
#include <functional>
#include <vector>

namespace echo2ecg::ui {

// What a person asks of an evaluation of the library.
struct EvaluationRequest
{
    std::vector<std::filesystem::path> bundles; // side by side; at least one
    std::filesystem::path pairs;                // which ECG goes with which study, and splits; empty: the library's links, patients drawn
    bool ablation = false, untrainedBaseline = false;
    int resamples = 1000, k = 5;
    std::int64_t seed = 1;
    double testShare = 0.3; // where no table has splits
    std::string title;
};

// Does it, on a job's thread. Throws base::Error, base::Cancelled.
using Evaluator = std::function<evaluation::Evaluation(const EvaluationRequest& request, const base::JobContext& job)>;

} // namespace echo2ecg::ui
