// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/retrieval_metrics.h"

#include "base/parallel.h"
#include "evaluation/none.h"
#include "evaluation/similarity.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <numeric>

namespace echo2ecg::evaluation {

namespace {

// Unsigned numbers that ascend as the score descends.
std::uint32_t descending(float score)
{
    const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F); // −0 is 0
    return bits & 0x80000000u ? bits : ~bits & 0x7FFFFFFFu;
}

// Candidates by descending score; equal ones stay in order. Three passes of a radix sort.
class Ranker
{
public:
    const std::vector<std::uint32_t>& rank(const float* scores, std::size_t count)
    {
        m_keys.resize(count);
        m_order.resize(count);
        m_other.resize(count);
        for (std::size_t i = 0; i < count; ++i)
            m_keys[i] = descending(scores[i]);
        std::iota(m_order.begin(), m_order.end(), 0u);
        for (const int shift : {0, 11, 22}) {
            std::array<std::uint32_t, 2049> starts{};
            for (const std::uint32_t key : m_keys)
                ++starts[(key >> shift & 2047u) + 1];
            std::partial_sum(starts.begin(), starts.end(), starts.begin());
            for (const std::uint32_t i : m_order)
                m_other[starts[m_keys[i] >> shift & 2047u]++] = i;
            m_order.swap(m_other);
        }
        return m_order;
    }

private:
    std::vector<std::uint32_t> m_keys, m_order, m_other;
};

struct Scratch
{
    std::vector<float> scores;
    std::vector<std::uint8_t> flags;
    Ranker ranker;
};

QueryOutcome outcomeOf(const float* scores, std::size_t candidates, std::size_t relevant, Scratch& scratch)
{
    QueryOutcome out;
    out.relevant = std::uint32_t(relevant);
    out.firstRank = std::uint32_t(candidates + 1);
    const auto& order = scratch.ranker.rank(scores, candidates);
    std::uint32_t hits = 0;
    double near = 0, all = 0, precisions = 0;
    for (std::size_t i = 0; i < candidates; ++i)
        all += double(scores[i]);
    for (std::size_t r = 0; r < candidates && (hits < relevant || r < std::size_t(retrievalDepths.back())); ++r) {
        if (scratch.flags[order[r]]) {
            ++hits;
            near += double(scores[order[r]]);
            precisions += double(hits) / double(r + 1);
            if (hits == 1)
                out.firstRank = std::uint32_t(r + 1);
        }
        for (std::size_t d = 0; d < retrievalDepths.size(); ++d)
            if (r < std::size_t(retrievalDepths[d]))
                out.hits[d] = hits;
    }
    out.averagePrecision = relevant > 0 ? precisions / double(relevant) : 0;
    out.alignment = relevant > 0 ? near / double(relevant) : none;
    out.overall = all / double(candidates);
    return out;
}

// The middle of the ranks, each taken as often as its weight; of an even number the mean of the two.
double weightedMedian(std::vector<std::pair<std::uint32_t, std::uint64_t>> ranks)
{
    std::sort(ranks.begin(), ranks.end());
    std::uint64_t total = 0;
    for (const auto& [rank, weight] : ranks)
        total += weight;
    if (total == 0)
        return none;
    const auto at = [&](std::uint64_t position) {
        for (const auto& [rank, weight] : ranks) {
            if (position < weight)
                return double(rank);
            position -= weight;
        }
        return none;
    };
    return 0.5 * (at((total - 1) / 2) + at(total / 2));
}

// Chances that the first relevant of R among N is found after rank r: S(0) = 1, S(r) = S(r−1) (N−r+1−R)/(N−r+1).
void addSurvival(std::vector<double>& survival, std::size_t candidates, std::size_t relevant, double share)
{
    double chance = share;
    for (std::size_t r = 1; r <= candidates && chance > 0; ++r) {
        const double left = double(candidates - r + 1);
        chance *= left > double(relevant) ? (left - double(relevant)) / left : 0;
        survival[r] += chance;
    }
}

} // namespace

RetrievalMeasures summarise(const std::vector<QueryOutcome>& outcomes, std::size_t candidates)
{
    const std::vector<std::uint32_t> once(outcomes.size(), 1u);
    return summarise(outcomes, candidates, once);
}

RetrievalMeasures summarise(const std::vector<QueryOutcome>& outcomes, std::size_t candidates, Weights weights)
{
    RetrievalMeasures out;
    out.candidates = candidates;
    double total = 0, aligned = 0, relevant = 0;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> ranks;
    ranks.reserve(outcomes.size());
    for (std::size_t q = 0; q < outcomes.size(); ++q) {
        if (weights[q] == 0)
            continue;
        const QueryOutcome& one = outcomes[q];
        const double w = weights[q];
        total += w;
        for (std::size_t d = 0; d < retrievalDepths.size(); ++d) {
            out.precision[d] += w * one.hits[d] / retrievalDepths[d];
            out.recall[d] += one.relevant > 0 ? w * one.hits[d] / one.relevant : 0;
        }
        out.meanAveragePrecision += w * one.averagePrecision;
        out.meanRank += w * one.firstRank;
        relevant += w * one.relevant;
        ranks.emplace_back(one.firstRank, weights[q]);
        if (one.relevant > 0) {
            out.alignment += w * one.alignment;
            aligned += w;
        }
    }
    out.queries = std::size_t(total);
    out.queriesWithoutRelevant = std::size_t(total - aligned);
    const double divisor = total > 0 ? total : none;
    for (std::size_t d = 0; d < retrievalDepths.size(); ++d) {
        out.precision[d] /= divisor;
        out.recall[d] /= divisor;
    }
    out.meanAveragePrecision /= divisor;
    out.meanRank /= divisor;
    out.meanRelevant = relevant / divisor;
    out.alignment = aligned > 0 ? out.alignment / aligned : none;
    out.medianRank = weightedMedian(std::move(ranks));
    return out;
}

RetrievalMeasures randomExpectation(const std::vector<QueryOutcome>& outcomes, std::size_t candidates)
{
    RetrievalMeasures out;
    out.queries = outcomes.size();
    out.candidates = candidates;
    const double n = double(candidates), queries = double(outcomes.size());
    double harmonic = 0;
    for (std::size_t i = 1; i <= candidates; ++i)
        harmonic += 1.0 / double(i);
    std::map<std::size_t, std::size_t> byRelevant;
    for (const QueryOutcome& one : outcomes) {
        ++byRelevant[one.relevant];
        out.alignment += one.overall / queries;
    }
    std::vector<double> survival(candidates + 2, 0.0);
    for (const auto& [relevant, count] : byRelevant) {
        const double share = double(count) / queries, r = double(relevant);
        for (std::size_t d = 0; d < retrievalDepths.size(); ++d) {
            const double shown = std::min(double(retrievalDepths[d]), n);
            out.precision[d] += share * shown * r / (n * retrievalDepths[d]);
            out.recall[d] += relevant > 0 ? share * shown / n : 0;
        }
        if (relevant > 0)
            out.meanAveragePrecision += share * (harmonic + (candidates > 1 ? (r - 1) / (n - 1) * (n - harmonic) : 0)) / n;
        else
            out.queriesWithoutRelevant += count;
        out.meanRank += share * (n + 1) / (r + 1);
        out.meanRelevant += share * r;
        addSurvival(survival, candidates, relevant, share);
    }
    std::size_t median = 1;
    while (median <= candidates && survival[median] > 0.5)
        ++median;
    out.medianRank = double(median);
    return out;
}

DirectionResult evaluateScores(const Relevance& relevance, const ScoreBlock& scores, const RetrievalOptions& options, const base::JobContext& context)
{
    const std::size_t queries = relevance.queries(), candidates = relevance.candidates();
    if (queries == 0 || candidates == 0)
        throw base::Error(base::ErrorCode::Unsuitable, "there is nothing to retrieve");
    DirectionResult result;
    result.outcomes.resize(queries);
    const int threads = base::threadsFor(options.threads);
    const int blocks = int((queries + Cosines::queriesAtOnce - 1) / Cosines::queriesAtOnce);
    std::vector<Scratch> scratch(std::size_t(std::min(threads, blocks)));
    std::atomic<std::int64_t> done{0};
    base::inParallel(threads, blocks, [&](int thread, int b) {
        context.throwIfCancelled();
        Scratch& mine = scratch[std::size_t(thread)];
        const std::size_t first = std::size_t(b) * Cosines::queriesAtOnce, count = std::min(Cosines::queriesAtOnce, queries - first);
        scores(first, count, mine.scores);
        for (std::size_t q = 0; q < count; ++q) {
            const std::size_t relevant = relevance.mark(first + q, mine.flags);
            result.outcomes[first + q] = outcomeOf(mine.scores.data() + q * candidates, candidates, relevant, mine);
        }
        const auto now = done += std::int64_t(count);
        if (thread == 0)
            context.report({"retrieval", now, std::int64_t(queries), "queries"});
    });
    result.measures = summarise(result.outcomes, candidates);
    result.random = randomExpectation(result.outcomes, candidates);
    return result;
}

DirectionResult evaluateDirection(const Relevance& relevance, const EmbeddingMatrix& queries, const EmbeddingMatrix& candidates, const RetrievalOptions& options,
                                  const base::JobContext& context)
{
    if (queries.rows() != relevance.queries() || candidates.rows() != relevance.candidates())
        throw base::Error(base::ErrorCode::Inconsistent, "there are other numbers of embeddings than of ECGs and studies");
    const Cosines cosines(queries, candidates);
    return evaluateScores(relevance, [&](std::size_t first, std::size_t count, std::vector<float>& out) { cosines.block(first, count, out); }, options, context);
}

RetrievalResult evaluateRetrieval(const RetrievalTask& task, const EmbeddingMatrix& ecgs, const EmbeddingMatrix& studies, const RetrievalOptions& options,
                                  const base::JobContext& context)
{
    RetrievalResult result;
    result.ecgToEcho = evaluateDirection(task.ecgToEcho, ecgs, studies, options, context);
    result.echoToEcg = evaluateDirection(task.echoToEcg, studies, ecgs, options, context);
    result.tolerance = task.tolerance;
    result.droppedRows = task.droppedRows;
    return result;
}

std::vector<std::pair<std::string, double>> namedMeasures(const RetrievalMeasures& m)
{
    std::vector<std::pair<std::string, double>> out;
    for (std::size_t d = 0; d < retrievalDepths.size(); ++d)
        out.emplace_back("P@" + std::to_string(retrievalDepths[d]), m.precision[d]);
    for (std::size_t d = 0; d < retrievalDepths.size(); ++d)
        out.emplace_back("R@" + std::to_string(retrievalDepths[d]), m.recall[d]);
    out.emplace_back("mAP", m.meanAveragePrecision);
    out.emplace_back("mean_rank", m.meanRank);
    out.emplace_back("median_rank", m.medianRank);
    out.emplace_back("alignment", m.alignment);
    return out;
}

std::map<std::string, Interval> bootstrapRetrieval(const DirectionResult& result, const Resampler& resampler, const BootstrapOptions& options,
                                                   const base::JobContext& context)
{
    if (resampler.samples() != result.outcomes.size())
        throw base::Error(base::ErrorCode::Inconsistent, "resamples are of another number of queries");
    const auto names = namedMeasures(result.measures);
    std::vector<double> estimates;
    for (const auto& [name, value] : names)
        estimates.push_back(value);
    const auto intervals = bootstrap(resampler, options, estimates, [&](Weights weights, std::span<double> out) {
        const auto values = namedMeasures(summarise(result.outcomes, result.measures.candidates, weights));
        for (std::size_t k = 0; k < values.size(); ++k)
            out[k] = values[k].second;
    }, context);
    std::map<std::string, Interval> out;
    for (std::size_t k = 0; k < names.size(); ++k)
        out.emplace(names[k].first, intervals[k]);
    return out;
}

} // namespace echo2ecg::evaluation
