// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "evaluation/classification.h"

#include <functional>

namespace echo2ecg::evaluation {

struct BootstrapOptions
{
    int resamples = 1000;
    std::uint64_t seed = 1;
    double level = 0.95; // of the interval
    int threads = 0;     // 0: as many as the processor has; the numbers don't depend on it
};

// An estimate from all samples with its percentile interval (Efron 1981): the resamples' (1 ± level)/2 quantiles, interpolated linearly between order
// statistics as numpy.percentile. Resamples in which the estimate isn't defined, for example for want of a class, are left out and counted.
struct Interval
{
    double estimate = 0;
    double low = 0, high = 0; // NaN when no resample defines it
    double standardError = 0; // standard deviation (ddof 1) over the resamples
    int resamples = 0;        // that define it
    int undefined = 0;        // that don't

    double width() const { return high - low; }
};

// Resample b of a seed, as how often each sample is drawn. With groups (numbers 0 … G−1, evaluation::groupsOf) whole groups are drawn, G of them, so that a
// patient's samples come and go together. Const and thread-safe.
class Resampler
{
public:
    Resampler(std::size_t samples, std::uint64_t seed) : m_samples(samples), m_seed(seed) {}
    // Throws base::Error(Inconsistent) for another number of groups than samples or a negative group.
    Resampler(std::size_t samples, std::span<const int> groups, std::uint64_t seed);
    void draw(int resample, std::vector<std::uint32_t>& weights) const;
    std::size_t samples() const { return m_samples; }

private:
    std::size_t m_samples;
    std::uint64_t m_seed;
    std::vector<std::uint32_t> m_members, m_starts; // samples of each group; empty: each sample is its own
};

// One interval for each of `estimates.size()` numbers. `statistic` fills its output from weights, NaN where undefined; it is called on several threads.
std::vector<Interval> bootstrap(const Resampler& resampler, const BootstrapOptions& options, const std::vector<double>& estimates,
                                const std::function<void(Weights weights, std::span<double> out)>& statistic, const base::JobContext& context = {});

// All measures of a classification. A macro mean over classes of which a resample lacks one would be another measure: it is undefined in that resample.
struct ClassificationIntervals
{
    Interval auroc, averagePrecision, precision, recall, f1, balancedAccuracy, accuracy;
    std::vector<Interval> classAuroc, classAveragePrecision;
};
ClassificationIntervals bootstrapClassification(const Classification& classification, const Resampler& resampler, const BootstrapOptions& options = {},
                                                const base::JobContext& context = {});

// The macro AUROC alone, for many samples.
Interval bootstrapAuroc(const Classification& classification, const Resampler& resampler, const BootstrapOptions& options = {},
                        const base::JobContext& context = {});

// numpy.percentile(values, 100 q) of sorted values, NaN of none.
double quantile(const std::vector<double>& sorted, double q);

} // namespace echo2ecg::evaluation
