// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <vector>

namespace echo2ecg::training {

// How well queries find what belongs to them (SPEC §9), for the curves.
struct RetrievalScores
{
    double p1 = 0, r5 = 0;           // the nearest is one of the query's own; one of them is among the nearest five
    double meanRank = 0, medianRank = 0; // of the first of its own, from 1
    double chance = 0;               // P@1 of a ranking at random
};
// similarity: queries × candidates, row-major; belongs[q]: the candidates of query q, at least one. Of equal candidates the one that belongs counts as the
// later one, so that a model that says the same of all finds nothing.
RetrievalScores retrievalScores(const std::vector<float>& similarity, std::size_t candidates,
                                const std::vector<std::vector<std::size_t>>& belongs);

} // namespace echo2ecg::training
