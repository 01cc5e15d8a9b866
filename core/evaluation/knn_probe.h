// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "evaluation/samples.h"

namespace echo2ecg::evaluation {

struct KnnOptions
{
    int k = 5;
    int threads = 0; // 0: as many as the processor has
};

// The paper's probe (SPEC §9): each test vector gets the share of votes of its k nearest training vectors, Euclidean, through retrieval::KnnClassifier. The
// embeddings are ECG tokens that are neither aligned nor normalised. A class without training samples has probability 0.
// Throws base::Error(Unsuitable) for fewer than k training vectors, Error(Mismatch) for other widths or labels, Error(Inconsistent) for numbers that don't fit.
ScoredSamples knnProbabilities(const EmbeddingMatrix& train, const std::vector<int>& trainLabels, const EmbeddingMatrix& test,
                               const std::vector<int>& testLabels, int classes, const KnnOptions& options = {}, const base::JobContext& context = {});

} // namespace echo2ecg::evaluation
