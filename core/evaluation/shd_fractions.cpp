// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/shd_fractions.h"

#include "base/error.h"
#include "evaluation/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace echo2ecg::evaluation {

using base::Error;
using base::ErrorCode;

namespace {

MeanSd meanSd(const std::vector<double>& values)
{
    MeanSd out;
    out.mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
    for (const double v : values)
        out.sd += (v - out.mean) * (v - out.mean);
    out.sd = values.size() > 1 ? std::sqrt(out.sd / double(values.size() - 1)) : 0;
    return out;
}

std::vector<int> picked(const std::vector<int>& labels, const std::vector<std::size_t>& which)
{
    std::vector<int> out;
    for (const std::size_t i : which)
        out.push_back(labels[i]);
    return out;
}

} // namespace

std::vector<std::size_t> drawFraction(const std::vector<int>& labels, double fraction, std::uint64_t seed, std::uint64_t draw)
{
    if (!(fraction > 0 && fraction <= 1))
        throw Error(ErrorCode::Inconsistent, "a fraction of the training set is more than 0 and at most 1");
    std::vector<std::size_t> samples(labels.size());
    std::iota(samples.begin(), samples.end(), std::size_t(0));
    const std::size_t count = std::min(samples.size(), std::max<std::size_t>(2, std::size_t(std::llround(fraction * double(samples.size())))));
    if (count == samples.size())
        return samples;
    Random random(seed, draw);
    random.draw(samples, count);
    const int first = labels[samples[0]];
    const auto drawn = samples.begin() + std::ptrdiff_t(count);
    if (std::all_of(samples.begin(), drawn, [&](std::size_t i) { return labels[i] == first; })) {
        std::vector<std::size_t> others;
        std::copy_if(drawn, samples.end(), std::back_inserter(others), [&](std::size_t i) { return labels[i] != first; });
        if (!others.empty())
            samples[count - 1] = others[random.below(std::uint32_t(others.size()))];
    }
    samples.resize(count);
    std::sort(samples.begin(), samples.end());
    return samples;
}

std::vector<FractionResult> shdByFraction(const EmbeddingMatrix& train, const std::vector<int>& trainLabels, const EmbeddingMatrix& test,
                                          const std::vector<int>& testLabels, const FractionOptions& options, const base::JobContext& context)
{
    if (train.rows() != trainLabels.size())
        throw Error(ErrorCode::Inconsistent, "embeddings and labels are of different number");
    if (std::find(testLabels.begin(), testLabels.end(), 0) == testLabels.end() || std::find(testLabels.begin(), testLabels.end(), 1) == testLabels.end())
        throw Error(ErrorCode::Unsuitable, "the test data has one class alone");
    std::vector<FractionResult> results;
    for (std::size_t f = 0; f < options.fractions.size(); ++f) {
        FractionResult result;
        result.fraction = options.fractions[f];
        std::vector<double> precision, f1, balanced;
        const int draws = result.fraction >= 1 ? 1 : std::max(1, options.seeds);
        for (int d = 0; d < draws; ++d) {
            context.report({"training fractions", std::int64_t(f) * options.seeds + d, std::int64_t(options.fractions.size()) * options.seeds, "draws"});
            const auto which = drawFraction(trainLabels, result.fraction, options.seed + f, std::uint64_t(d));
            KnnOptions knn = options.knn;
            knn.k = std::min(knn.k, int(which.size()));
            result.trainingSamples = which.size();
            result.neighbours = knn.k;
            base::JobContext quiet; // progress is told in draws
            quiet.cancel = context.cancel;
            const auto measures =
                measureClassification(knnProbabilities(train.subset(which), picked(trainLabels, which), test, testLabels, 2, knn, quiet));
            result.aurocs.push_back(measures.classes[1].auroc);
            precision.push_back(measures.classes[1].averagePrecision);
            f1.push_back(measures.f1);
            balanced.push_back(measures.balancedAccuracy);
        }
        result.auroc = meanSd(result.aurocs);
        result.averagePrecision = meanSd(precision);
        result.f1 = meanSd(f1);
        result.balancedAccuracy = meanSd(balanced);
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace echo2ecg::evaluation
