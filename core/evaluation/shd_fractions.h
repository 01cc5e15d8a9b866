// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/classification.h"
#include "evaluation/knn_probe.h"

namespace echo2ecg::evaluation {

// Structural heart disease by kNN from a part of the training set, as the paper's label-efficiency table.
struct FractionOptions
{
    std::vector<double> fractions{0.001, 0.01, 0.1, 1.0};
    int seeds = 5;          // draws for each fraction below 1; everything is drawn once
    std::uint64_t seed = 1;
    KnnOptions knn;
};

struct MeanSd
{
    double mean = 0, sd = 0; // sd: ddof 1 over draws, 0 for one draw
};

struct FractionResult
{
    double fraction = 0;
    std::size_t trainingSamples = 0;
    int neighbours = 0; // k, or fewer where fewer training samples were drawn
    MeanSd auroc, averagePrecision, f1, balancedAccuracy; // of the positive class (AUROC, AP), macro (F1, balanced accuracy)
    std::vector<double> aurocs; // one a draw
};

// round(fraction × N) training samples without replacement, two at least. A draw that has one class alone gives its last sample for a random one of the other class,
// where the training set has both. Of k samples or fewer every test vector gets the same votes, which is an AUROC of 0.5. Labels are 0 and 1; test data needs both. Throws as knnProbabilities, and base::Error(Unsuitable) for one class alone in the test data.
std::vector<FractionResult> shdByFraction(const EmbeddingMatrix& train, const std::vector<int>& trainLabels, const EmbeddingMatrix& test,
                                          const std::vector<int>& testLabels, const FractionOptions& options = {}, const base::JobContext& context = {});

// The samples of one draw, ascending.
std::vector<std::size_t> drawFraction(const std::vector<int>& labels, double fraction, std::uint64_t seed, std::uint64_t draw);

} // namespace echo2ecg::evaluation
