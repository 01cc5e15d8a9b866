// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/knn_classifier.h"

#include "base/error.h"

#include <algorithm>
#include <string>

namespace echo2ecg::retrieval {

KnnClassifier::KnnClassifier(int width, int classes, int k)
    : m_index(Metric::Euclidean, width), m_classCount(classes), m_k(k)
{
    if (classes < 2 || k < 1)
        throw base::Error(base::ErrorCode::Mismatch, "A classifier needs at least two classes and one neighbour.");
}

void KnnClassifier::add(std::int64_t id, const std::vector<float>& row, int classIndex)
{
    if (classIndex < 0 || classIndex >= m_classCount)
        throw base::Error(base::ErrorCode::Mismatch, "Class " + std::to_string(classIndex) +
                                                         " is outside the classifier's " +
                                                         std::to_string(m_classCount) + " classes.");
    // The index is keyed by position, so that a hit finds its class at once.
    m_index.add(std::int64_t(m_classes.size()), row);
    m_classes.emplace_back(id, classIndex);
}

std::size_t KnnClassifier::size() const
{
    return m_classes.size();
}

std::optional<Vote> KnnClassifier::classify(const std::vector<float>& query,
                                            const std::function<bool(std::int64_t)>& accept) const
{
    std::function<bool(std::int64_t)> byPosition;
    if (accept)
        byPosition = [&](std::int64_t position) { return accept(m_classes[std::size_t(position)].first); };
    Vote vote;
    vote.neighbours = m_index.search(query, m_k, byPosition);
    if (vote.neighbours.size() < std::size_t(m_k))
        return std::nullopt;

    std::vector<int> votes(std::size_t(m_classCount), 0);
    for (Hit& hit : vote.neighbours) {
        const auto& [id, classIndex] = m_classes[std::size_t(hit.id)];
        hit.id = id;
        vote.neighbourClasses.push_back(classIndex);
        ++votes[std::size_t(classIndex)];
    }
    for (int count : votes)
        vote.probabilities.push_back(double(count) / double(m_k));
    vote.predicted = int(std::max_element(votes.begin(), votes.end()) - votes.begin());
    return vote;
}

} // namespace echo2ecg::retrieval
