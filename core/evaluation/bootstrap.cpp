// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/bootstrap.h"

#include "base/parallel.h"
#include "evaluation/none.h"
#include "evaluation/random.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

namespace echo2ecg::evaluation {

namespace {

Interval interval(double estimate, std::vector<double> values, double level)
{
    Interval out;
    out.estimate = estimate;
    const std::size_t all = values.size();
    std::erase_if(values, [](double v) { return std::isnan(v); });
    std::sort(values.begin(), values.end());
    out.resamples = int(values.size());
    out.undefined = int(all - values.size());
    out.low = quantile(values, (1 - level) / 2);
    out.high = quantile(values, (1 + level) / 2);
    out.standardError = none;
    if (values.size() > 1) {
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
        double squares = 0;
        for (const double v : values)
            squares += (v - mean) * (v - mean);
        out.standardError = std::sqrt(squares / double(values.size() - 1));
    }
    return out;
}

// Macro mean over the classes that all samples define; NaN when one of them isn't defined here.
double macroLike(const std::vector<double>& whole, const std::vector<double>& here)
{
    double sum = 0;
    int count = 0;
    for (std::size_t c = 0; c < whole.size(); ++c) {
        if (std::isnan(whole[c]))
            continue;
        sum += here[c];
        ++count;
    }
    return count ? sum / count : none;
}

} // namespace

double quantile(const std::vector<double>& sorted, double q)
{
    if (sorted.empty())
        return none;
    const double at = std::clamp(q, 0.0, 1.0) * double(sorted.size() - 1);
    const auto below = std::size_t(at);
    if (below + 1 >= sorted.size())
        return sorted.back();
    return sorted[below] + (at - double(below)) * (sorted[below + 1] - sorted[below]);
}

Resampler::Resampler(std::size_t samples, std::span<const int> groups, std::uint64_t seed) : m_samples(samples), m_seed(seed)
{
    if (groups.size() != samples)
        throw base::Error(base::ErrorCode::Inconsistent, "there are " + std::to_string(groups.size()) + " groups for " + std::to_string(samples) + " samples");
    if (samples == 0)
        return;
    const auto [least, most] = std::minmax_element(groups.begin(), groups.end());
    if (*least < 0 || std::size_t(*most) >= samples)
        throw base::Error(base::ErrorCode::Inconsistent, "groups aren't numbered from 0 on");
    // Numbers that nobody has would be drawn for nothing.
    std::vector<std::uint32_t> sizes(std::size_t(*most) + 1, 0);
    for (const int group : groups)
        ++sizes[std::size_t(group)];
    std::vector<std::uint32_t> next(sizes.size(), 0);
    m_starts.push_back(0);
    for (std::size_t g = 0; g < sizes.size(); ++g) {
        next[g] = m_starts.back();
        if (sizes[g] > 0)
            m_starts.push_back(m_starts.back() + sizes[g]);
    }
    m_members.resize(samples);
    for (std::size_t i = 0; i < samples; ++i)
        m_members[next[std::size_t(groups[i])]++] = std::uint32_t(i);
}

void Resampler::draw(int resample, std::vector<std::uint32_t>& weights) const
{
    weights.assign(m_samples, 0u);
    Random random(m_seed, std::uint64_t(resample));
    if (m_starts.empty()) {
        for (std::size_t i = 0; i < m_samples; ++i)
            ++weights[random.below(std::uint32_t(m_samples))];
        return;
    }
    const auto groups = std::uint32_t(m_starts.size() - 1);
    for (std::uint32_t i = 0; i < groups; ++i) {
        const std::uint32_t group = random.below(groups);
        for (std::uint32_t m = m_starts[group]; m < m_starts[group + 1]; ++m)
            ++weights[m_members[m]];
    }
}

std::vector<Interval> bootstrap(const Resampler& resampler, const BootstrapOptions& options, const std::vector<double>& estimates,
                                const std::function<void(Weights, std::span<double>)>& statistic, const base::JobContext& context)
{
    if (options.resamples < 1 || !(options.level > 0 && options.level < 1))
        throw base::Error(base::ErrorCode::Inconsistent, "a bootstrap needs a resample and a level between 0 and 1");
    const std::size_t count = estimates.size();
    const int threads = base::threadsFor(options.threads);
    std::vector<double> values(std::size_t(options.resamples) * count, none);
    std::vector<std::vector<std::uint32_t>> weights(std::size_t(std::min(threads, options.resamples)));
    std::atomic<int> done{0};
    base::inParallel(threads, options.resamples, [&](int thread, int b) {
        context.throwIfCancelled();
        auto& mine = weights[std::size_t(thread)];
        resampler.draw(b, mine);
        statistic(mine, std::span(values).subspan(std::size_t(b) * count, count));
        const int now = ++done;
        if (thread == 0)
            context.report({"bootstrap", now, options.resamples, "resamples"});
    });
    std::vector<Interval> out;
    for (std::size_t k = 0; k < count; ++k) {
        std::vector<double> one(std::size_t(options.resamples));
        for (std::size_t b = 0; b < one.size(); ++b)
            one[b] = values[b * count + k];
        out.push_back(interval(estimates[k], std::move(one), options.level));
    }
    return out;
}

ClassificationIntervals bootstrapClassification(const Classification& classification, const Resampler& resampler, const BootstrapOptions& options,
                                                const base::JobContext& context)
{
    constexpr std::size_t macros = 7;
    const auto classes = std::size_t(classification.classes());
    const ClassificationMeasures whole = classification.measure();
    std::vector<double> wholeAuroc, wholeAp;
    for (const ClassMeasures& c : whole.classes) {
        wholeAuroc.push_back(c.auroc);
        wholeAp.push_back(c.averagePrecision);
    }
    std::vector<double> estimates{whole.auroc, whole.averagePrecision, whole.precision, whole.recall, whole.f1, whole.balancedAccuracy, whole.accuracy};
    estimates.insert(estimates.end(), wholeAuroc.begin(), wholeAuroc.end());
    estimates.insert(estimates.end(), wholeAp.begin(), wholeAp.end());

    const auto intervals = bootstrap(resampler, options, estimates, [&](Weights weights, std::span<double> out) {
        const ClassificationMeasures m = classification.measure(weights);
        std::vector<double> auroc, ap;
        for (const ClassMeasures& c : m.classes) {
            auroc.push_back(c.auroc);
            ap.push_back(c.averagePrecision);
        }
        const double macro[macros] = {macroLike(wholeAuroc, auroc), macroLike(wholeAp, ap), m.precision, m.recall, m.f1, m.balancedAccuracy, m.accuracy};
        std::copy(std::begin(macro), std::end(macro), out.begin());
        std::copy(auroc.begin(), auroc.end(), out.begin() + macros);
        std::copy(ap.begin(), ap.end(), out.begin() + std::ptrdiff_t(macros + classes));
        // A class that the data has and the resample lacks.
        for (std::size_t c = 0; c < classes; ++c)
            if (whole.classes[c].samples > 0 && m.classes[c].samples == 0)
                std::fill(out.begin(), out.begin() + macros - 1, none);
    }, context);

    ClassificationIntervals out;
    Interval* const macro[macros] = {&out.auroc, &out.averagePrecision, &out.precision, &out.recall, &out.f1, &out.balancedAccuracy, &out.accuracy};
    for (std::size_t k = 0; k < macros; ++k)
        *macro[k] = intervals[k];
    const auto perClass = intervals.begin() + macros;
    out.classAuroc.assign(perClass, perClass + std::ptrdiff_t(classes));
    out.classAveragePrecision.assign(perClass + std::ptrdiff_t(classes), intervals.end());
    return out;
}

Interval bootstrapAuroc(const Classification& classification, const Resampler& resampler, const BootstrapOptions& options, const base::JobContext& context)
{
    std::vector<double> whole;
    for (int c = 0; c < classification.classes(); ++c)
        whole.push_back(classification.ranked(c).measure().auroc);
    return bootstrap(resampler, options, {macroLike(whole, whole)}, [&](Weights weights, std::span<double> out) {
        std::vector<double> here;
        for (int c = 0; c < classification.classes(); ++c)
            here.push_back(classification.ranked(c).measure(weights).auroc);
        out[0] = macroLike(whole, here);
    }, context).front();
}

} // namespace echo2ecg::evaluation
