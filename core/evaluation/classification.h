// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/ranked_scores.h"

namespace echo2ecg::evaluation {

// Measures of a classifier (SPEC §9; agrees with scikit-learn and torchmetrics where those agree).
//
// Macro means: AUROC and average precision over the classes for which they are defined; precision, recall and F1 over the classes that occur among labels or
// predictions, 0/0 counting as 0 (torchmetrics); balanced accuracy over the classes that occur among labels (scikit-learn). NaN when there is no such class.
struct ClassMeasures
{
    std::int64_t samples = 0; // with this label
    double auroc = 0, averagePrecision = 0, precision = 0, recall = 0, f1 = 0;
};

struct ClassificationMeasures
{
    std::int64_t samples = 0;
    double auroc = 0, averagePrecision = 0, precision = 0, recall = 0, f1 = 0; // macro
    double balancedAccuracy = 0, accuracy = 0;
    int undefinedClasses = 0; // without AUROC: no samples, or nothing else
    std::vector<ClassMeasures> classes;
    std::vector<std::vector<std::int64_t>> confusion; // rows: truth, columns: prediction
};

// A classifier's answers, prepared so that every resample costs one pass for each class. Thread-safe.
class Classification
{
public:
    // Throws as ScoredSamples::check.
    explicit Classification(const ScoredSamples& samples);

    ClassificationMeasures measure() const;
    ClassificationMeasures measure(Weights weights) const;
    const RankedScores& ranked(int classIndex) const { return m_ranked[std::size_t(classIndex)]; }
    int classes() const { return int(m_ranked.size()); }
    std::size_t size() const { return m_labels.size(); }

private:
    std::vector<RankedScores> m_ranked;
    std::vector<int> m_labels, m_predicted;
};

ClassificationMeasures measureClassification(const ScoredSamples& samples);

} // namespace echo2ecg::evaluation
