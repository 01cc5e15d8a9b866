// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "retrieval/vector_index.h"

#include <optional>

namespace echo2ecg::retrieval {

struct Vote
{
    std::vector<Hit> neighbours;       // k nearest, ascending distance
    std::vector<int> neighbourClasses; // parallel
    std::vector<double> probabilities; // per class, votes / k
    int predicted = -1;                // lowest-index maximum, as the reference (SPEC §9)
};

// k nearest neighbours, Euclidean, uniform votes (SPEC §9). Classes are 0 … classes-1.
class KnnClassifier
{
public:
    KnnClassifier(int width, int classes, int k = 5);
    void add(std::int64_t id, const std::vector<float>& row, int classIndex);
    std::size_t size() const;
    int k() const { return m_k; }
    // Empty when fewer than k rows are accepted: "not enough neighbours" is an answer, not a guess.
    std::optional<Vote> classify(const std::vector<float>& query,
                                 const std::function<bool(std::int64_t)>& accept = {}) const;

private:
    VectorIndex m_index;
    std::vector<std::pair<std::int64_t, int>> m_classes;
    int m_classCount, m_k;
};

} // namespace echo2ecg::retrieval
