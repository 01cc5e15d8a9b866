// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/knn_probe.h"

#include "base/parallel.h"
#include "retrieval/knn_classifier.h"

#include <algorithm>
#include <atomic>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;

ScoredSamples knnProbabilities(const EmbeddingMatrix& train, const std::vector<int>& trainLabels, const EmbeddingMatrix& test,
                               const std::vector<int>& testLabels, int classes, const KnnOptions& options, const base::JobContext& context)
{
    if (train.rows() != trainLabels.size() || test.rows() != testLabels.size())
        throw Error(ErrorCode::Inconsistent, "embeddings and labels are of different number");
    if (train.rows() < std::size_t(std::max(options.k, 1)))
        throw Error(ErrorCode::Unsuitable, std::to_string(train.rows()) + " training samples are too few for " + std::to_string(options.k) + " neighbours");
    if (train.width != test.width)
        throw Error(ErrorCode::Mismatch, "training and test embeddings have " + std::to_string(train.width) + " and " + std::to_string(test.width) + " values");

    retrieval::KnnClassifier knn(train.width, classes, options.k);
    for (std::size_t i = 0; i < train.rows(); ++i) {
        const auto row = train.row(i);
        knn.add(std::int64_t(i), {row.begin(), row.end()}, trainLabels[i]);
    }
    ScoredSamples out;
    out.classes = classes;
    out.labels = testLabels;
    out.scores.resize(test.rows() * std::size_t(classes));
    const int threads = base::threadsFor(options.threads);
    std::atomic<std::int64_t> done{0};
    base::inParallel(threads, int(test.rows()), [&](int thread, int i) {
        context.throwIfCancelled();
        const auto row = test.row(std::size_t(i));
        const auto vote = knn.classify({row.begin(), row.end()});
        std::copy(vote->probabilities.begin(), vote->probabilities.end(), out.scores.begin() + std::ptrdiff_t(i) * classes);
        const auto now = ++done;
        if (thread == 0)
            context.report({"nearest neighbours", now, std::int64_t(test.rows()), "samples"});
    });
    out.check();
    return out;
}

} // namespace echo2ecg::evaluation
