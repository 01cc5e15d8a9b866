// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/bootstrap.h"
#include "evaluation/retrieval_task.h"

#include <array>
#include <map>

namespace echo2ecg::evaluation {

inline constexpr std::array<int, 4> retrievalDepths{1, 3, 5, 10};

// What one query got. Candidates are ranked by descending cosine, equal ones in their own order.
struct QueryOutcome
{
    std::uint32_t relevant = 0;               // candidates that it should find
    std::uint32_t firstRank = 0;              // 1-based rank of the first of them; candidates + 1 if there is none
    std::array<std::uint32_t, 4> hits{};      // of them among the first 1, 3, 5, 10
    double averagePrecision = 0;              // mean over hits of (hits so far / rank); 0 when nothing is relevant
    double alignment = 0;                     // mean cosine to the relevant; NaN when nothing is
    double overall = 0;                       // mean cosine to all candidates
};

// Means over all queries (SPEC §9). A query without anything relevant counts as 0 in P@k, R@k and mAP and as candidates + 1 in the ranks; the alignment score,
// which the reference makes NaN by it, is the mean over the other queries.
struct RetrievalMeasures
{
    std::array<double, 4> precision{}, recall{}; // at retrievalDepths; P@k is divided by k even when there are fewer candidates
    double meanAveragePrecision = 0, meanRank = 0, medianRank = 0, alignment = 0;
    std::size_t queries = 0, candidates = 0, queriesWithoutRelevant = 0;
    double meanRelevant = 0;
};

struct DirectionResult
{
    RetrievalMeasures measures;
    RetrievalMeasures random; // what a random order of the candidates is expected to give
    std::vector<QueryOutcome> outcomes;
};

struct RetrievalOptions
{
    int threads = 0; // 0: as many as the processor has; the numbers don't depend on it
};

// Fills one row of scores for each of `count` queries from `first` on (count × candidates). Called on several threads.
using ScoreBlock = std::function<void(std::size_t first, std::size_t count, std::vector<float>& out)>;

// Ranks by any scores. Throws base::Error(Unsuitable) without queries or candidates.
DirectionResult evaluateScores(const Relevance& relevance, const ScoreBlock& scores, const RetrievalOptions& options = {}, const base::JobContext& context = {});
// Ranks by cosine; rows of `queries` and `candidates` are in the task's order.
DirectionResult evaluateDirection(const Relevance& relevance, const EmbeddingMatrix& queries, const EmbeddingMatrix& candidates,
                                  const RetrievalOptions& options = {}, const base::JobContext& context = {});

struct RetrievalResult
{
    DirectionResult ecgToEcho, echoToEcg;
    std::optional<double> tolerance;
    std::size_t droppedRows = 0;
};
// Both directions; ecgs and studies in the order of task.ecgs and task.studies.
RetrievalResult evaluateRetrieval(const RetrievalTask& task, const EmbeddingMatrix& ecgs, const EmbeddingMatrix& studies, const RetrievalOptions& options = {},
                                  const base::JobContext& context = {});

// Measures of these outcomes; with weights each counts as often as drawn.
RetrievalMeasures summarise(const std::vector<QueryOutcome>& outcomes, std::size_t candidates);
RetrievalMeasures summarise(const std::vector<QueryOutcome>& outcomes, std::size_t candidates, Weights weights);

// Expected over all orders of N candidates of which R are relevant, exactly: P@k = min(k,N)R/(kN), R@k = min(k,N)/N,
// AP = (H_N + (R−1)/(N−1) (N − H_N))/N, first rank = (N+1)/(R+1). The median rank is the median of all queries' ranks taken together; the alignment score is the mean
// cosine to all candidates.
RetrievalMeasures randomExpectation(const std::vector<QueryOutcome>& outcomes, std::size_t candidates);

// Names of measures as they are written: "P@1" … "R@10", "mAP", "mean_rank", "median_rank", "alignment".
std::vector<std::pair<std::string, double>> namedMeasures(const RetrievalMeasures& measures);
// Intervals over queries, by those names.
std::map<std::string, Interval> bootstrapRetrieval(const DirectionResult& result, const Resampler& resampler, const BootstrapOptions& options = {},
                                                   const base::JobContext& context = {});

} // namespace echo2ecg::evaluation
