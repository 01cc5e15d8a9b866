// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/samples.h"

namespace echo2ecg::evaluation {

// How probabilities compare with what happened, in bins of equal width over [0, 1]. A bin holds [low, high), the last one 1 as well.
struct ReliabilityBin
{
    double low = 0, high = 0;
    std::int64_t count = 0;
    double meanProbability = 0, observedFraction = 0; // NaN in an empty bin
};

struct Reliability
{
    std::vector<ReliabilityBin> bins;
    std::int64_t samples = 0;
    double expectedError = 0; // ECE: Σ count/N · |mean probability − observed fraction| (Naeini 2015)
    double largestError = 0;  // MCE: the largest of them
    double brier = 0;         // mean squared difference from the outcome
};

// Of one class against the rest. Throw base::Error(Inconsistent) when a score isn't a probability.
Reliability classReliability(const ScoredSamples& samples, int classIndex, int bins = 10);
// Of the predicted class's probability against whether it is right (Guo 2017); brier is over all classes (Brier 1950).
Reliability topReliability(const ScoredSamples& samples, int bins = 10);

} // namespace echo2ecg::evaluation
