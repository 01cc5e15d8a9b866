// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace echo2ecg::retrieval {

// The rows of one search that may be among its k best. Scores are floats, the smaller the better, each off by some rounding: whatever lies within that of the k-th is kept.
class BestRows
{
public:
    struct Row
    {
        float score = 0;
        std::size_t row = 0;
    };

    // How far around the k-th: `share` of its size, but of `smallest` at least.
    BestRows(std::size_t k, float share, float smallest) : m_k(k), m_share(share), m_smallest(smallest) {}

    // A score above it can't be among the k best.
    float limit() const { return m_limit; }
    void offer(float score, std::size_t row);
    void take(const BestRows& other);
    // All that may be among the best, in no order.
    const std::vector<Row>& rows();

private:
    void forgetFar();

    std::size_t m_k;
    float m_share, m_smallest, m_limit = std::numeric_limits<float>::infinity();
    std::vector<float> m_scores; // max-heap of the k best
    std::vector<Row> m_near;
    std::size_t m_most = 1024;   // of m_near, before it is looked through
};

} // namespace echo2ecg::retrieval
