// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/ranked_scores.h"

#include "base/error.h"
#include "evaluation/none.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace echo2ecg::evaluation {

namespace {

constexpr std::uint8_t isPositive = 1, isLast = 2;

std::vector<double> column(const ScoredSamples& samples, int c)
{
    std::vector<double> scores(samples.size());
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = samples.score(i, c);
    return scores;
}

std::vector<bool> isOf(const ScoredSamples& samples, int c)
{
    std::vector<bool> positive(samples.size());
    for (std::size_t i = 0; i < positive.size(); ++i)
        positive[i] = samples.labels[i] == c;
    return positive;
}

} // namespace

RankedScores::RankedScores(std::vector<double> scores, const std::vector<bool>& positive)
{
    if (scores.size() != positive.size() || scores.size() > std::numeric_limits<std::uint32_t>::max())
        throw base::Error(base::ErrorCode::Inconsistent, "scores and labels are of different number");
    m_order.resize(scores.size());
    std::iota(m_order.begin(), m_order.end(), 0u);
    std::sort(m_order.begin(), m_order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
    m_flags.resize(scores.size());
    m_scores.resize(scores.size());
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        m_scores[i] = scores[m_order[i]];
        m_flags[i] = positive[m_order[i]] ? isPositive : std::uint8_t(0);
        m_positives += positive[m_order[i]];
        if (i + 1 == m_order.size() || scores[m_order[i + 1]] != m_scores[i])
            m_flags[i] |= isLast;
    }
}

RankedScores::RankedScores(const ScoredSamples& samples, int classIndex) : RankedScores(column(samples, classIndex), isOf(samples, classIndex)) {}

template <class WeightOf>
RankMeasures RankedScores::pass(const WeightOf& weightOf) const
{
    // Counts are whole numbers, so that the result doesn't depend on the order of equal scores.
    std::uint64_t above = 0, negatives = 0;  // positives and negatives that score higher
    std::uint64_t tiedPositives = 0, tiedNegatives = 0;
    std::uint64_t twicePairs = 0;            // 2 × (positive higher) + 1 × (equal), over pairs
    double precisionSum = 0;
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        const std::uint64_t weight = weightOf(m_order[i]);
        const std::uint8_t flags = m_flags[i];
        (flags & isPositive ? tiedPositives : tiedNegatives) += weight;
        if (!(flags & isLast))
            continue;
        twicePairs += tiedNegatives * (2 * above + tiedPositives);
        above += tiedPositives;
        negatives += tiedNegatives;
        if (tiedPositives > 0)
            precisionSum += double(tiedPositives) * double(above) / double(above + negatives);
        tiedPositives = tiedNegatives = 0;
    }
    RankMeasures measures{none, none};
    if (above > 0)
        measures.averagePrecision = precisionSum / double(above);
    if (above > 0 && negatives > 0)
        measures.auroc = double(twicePairs) / (2.0 * double(above) * double(negatives));
    return measures;
}

RankMeasures RankedScores::measure() const
{
    return pass([](std::uint32_t) { return 1u; });
}

RankMeasures RankedScores::measure(Weights weights) const
{
    if (weights.size() != m_order.size())
        throw base::Error(base::ErrorCode::Inconsistent, "weights and scores are of different number");
    return pass([&](std::uint32_t sample) { return weights[sample]; });
}

std::vector<CurvePoint> RankedScores::curve() const
{
    std::vector<CurvePoint> points{{std::numeric_limits<double>::infinity(), 0, 0}};
    CurvePoint now;
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        ++(m_flags[i] & isPositive ? now.truePositives : now.falsePositives);
        now.threshold = m_scores[i];
        if (m_flags[i] & isLast)
            points.push_back(now);
    }
    return points;
}

} // namespace echo2ecg::evaluation
