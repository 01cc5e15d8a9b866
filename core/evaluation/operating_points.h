// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/ranked_scores.h"

#include <optional>

namespace echo2ecg::evaluation {

// A threshold on the score of one class and what it does. PPV and NPV are of this sample's prevalence; NaN when nothing is called positive (negative).
struct OperatingPoint
{
    std::string rule;     // "youden", "specificity>=0.90", "sensitivity>=0.90"
    double threshold = 0; // positive is what scores at least this; +∞: nothing is
    double sensitivity = 0, specificity = 0, ppv = 0, npv = 0;
    std::int64_t truePositives = 0, falsePositives = 0, trueNegatives = 0, falseNegatives = 0;
};

// All of them nothing for a class without positives or without negatives. Of equally good thresholds the highest.
// Largest sensitivity + specificity − 1 (Youden 1950).
std::optional<OperatingPoint> youdenPoint(const RankedScores& ranked);
// The highest sensitivity with a specificity of at least `specificity`.
std::optional<OperatingPoint> pointAtSpecificity(const RankedScores& ranked, double specificity);
// The highest specificity with a sensitivity of at least `sensitivity`.
std::optional<OperatingPoint> pointAtSensitivity(const RankedScores& ranked, double sensitivity);
// What positive at or above a threshold does.
std::optional<OperatingPoint> pointAtThreshold(const RankedScores& ranked, double threshold);

} // namespace echo2ecg::evaluation
