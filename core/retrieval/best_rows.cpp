// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/best_rows.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::retrieval {

void BestRows::offer(float score, std::size_t row)
{
    if (score > m_limit)
        return;
    m_near.push_back({score, row});
    const bool isFull = m_scores.size() == m_k;
    if (isFull && score < m_scores.front()) {
        std::pop_heap(m_scores.begin(), m_scores.end());
        m_scores.back() = score;
        std::push_heap(m_scores.begin(), m_scores.end());
    } else if (!isFull) {
        m_scores.push_back(score);
        std::push_heap(m_scores.begin(), m_scores.end());
    }
    if (m_scores.size() == m_k)
        m_limit = m_scores.front() + m_share * std::max(m_smallest, std::abs(m_scores.front()));
    if (m_near.size() > m_most)
        forgetFar();
}

void BestRows::forgetFar()
{
    std::erase_if(m_near, [&](const Row& near) { return near.score > m_limit; });
    m_most = std::max(m_most, 2 * m_near.size());
}

void BestRows::take(const BestRows& other)
{
    for (const Row& near : other.m_near)
        offer(near.score, near.row);
}

const std::vector<BestRows::Row>& BestRows::rows()
{
    forgetFar();
    return m_near;
}

} // namespace echo2ecg::retrieval
