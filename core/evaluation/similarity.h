// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/samples.h"

namespace echo2ecg::evaluation {

// Cosines of queries with every candidate, some queries at a time, so that thousands by thousands never lie in memory. Both sides are L2-normalised here (rows of
// zeros stay zero). A pair's cosine doesn't depend on which other rows there are, so that equal candidates score equally. Const and thread-safe.
class Cosines
{
public:
    static constexpr std::size_t queriesAtOnce = 16;

    // Throws base::Error(Mismatch) for another width, Error(Inconsistent) for values that aren't finite.
    Cosines(const EmbeddingMatrix& queries, const EmbeddingMatrix& candidates);

    std::size_t queries() const { return m_queryCount; }
    std::size_t candidates() const { return m_candidateCount; }
    // Queries first … first+count−1 (count up to queriesAtOnce); out: count × candidates.
    void block(std::size_t first, std::size_t count, std::vector<float>& out) const;

private:
    std::size_t m_queryCount = 0, m_candidateCount = 0, m_width = 0;
    std::vector<float> m_queries;
    std::vector<float> m_panels; // candidates in groups of 8, interleaved value by value
};

} // namespace echo2ecg::evaluation
