// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/samples.h"

namespace echo2ecg::evaluation {

// What the order of the scores says of one class against the rest. NaN where it isn't defined: no positives, or (AUROC) no negatives.
struct RankMeasures
{
    double auroc = 0;            // probability that a positive scores higher than a negative, equal scores counting a half (mid-ranks)
    double averagePrecision = 0; // Σ (R_n − R_n−1) P_n over the distinct scores, no interpolation (scikit-learn, torchmetrics)
};

// One point of the ROC and precision-recall curves: positive is what scores at least `threshold`.
struct CurvePoint
{
    double threshold = 0; // +∞ for the first point, where nothing is positive
    std::int64_t truePositives = 0, falsePositives = 0;
};

// The scores of one class, sorted once; every resample then costs one pass over the samples. Thread-safe.
class RankedScores
{
public:
    // One entry a sample: its score, and whether it is of the class. Scores are finite (ScoredSamples::check).
    RankedScores(std::vector<double> scores, const std::vector<bool>& positive);
    RankedScores(const ScoredSamples& samples, int classIndex);

    RankMeasures measure() const;
    RankMeasures measure(Weights weights) const;
    // From "nothing is positive" to "everything is", one point a distinct score.
    std::vector<CurvePoint> curve() const;
    std::int64_t positives() const { return m_positives; }
    std::int64_t negatives() const { return std::int64_t(m_order.size()) - m_positives; }

private:
    template <class WeightOf>
    RankMeasures pass(const WeightOf& weightOf) const;

    std::vector<std::uint32_t> m_order;  // samples, descending score
    std::vector<std::uint8_t> m_flags;   // parallel: positive, last of equal scores
    std::vector<double> m_scores;        // parallel
    std::int64_t m_positives = 0;
};

} // namespace echo2ecg::evaluation
