// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/retrieval_scores.h"

#include <algorithm>

namespace echo2ecg::training {

RetrievalScores retrievalScores(const std::vector<float>& similarity, std::size_t candidates,
                                const std::vector<std::vector<std::size_t>>& belongs)
{
    RetrievalScores scores;
    if (belongs.empty() || candidates == 0)
        return scores;
    std::vector<double> ranks;
    for (std::size_t q = 0; q < belongs.size(); ++q) {
        const float* row = similarity.data() + q * candidates;
        std::vector<char> own(candidates, 0);
        float best = row[belongs[q].front()];
        for (const std::size_t c : belongs[q]) {
            own[c] = 1;
            best = std::max(best, row[c]);
        }
        std::size_t before = 0;
        for (std::size_t c = 0; c < candidates; ++c)
            before += !own[c] && !(row[c] < best);
        ranks.push_back(double(before + 1));
        scores.p1 += before == 0;
        scores.r5 += before < 5;
        scores.meanRank += double(before + 1);
        scores.chance += double(belongs[q].size()) / double(candidates);
    }
    const double n = double(belongs.size());
    for (double* value : {&scores.p1, &scores.r5, &scores.meanRank, &scores.chance})
        *value /= n;
    std::sort(ranks.begin(), ranks.end());
    const std::size_t half = ranks.size() / 2;
    scores.medianRank = ranks.size() % 2 ? ranks[half] : (ranks[half - 1] + ranks[half]) / 2;
    return scores;
}

} // namespace echo2ecg::training
