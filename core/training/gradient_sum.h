// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <mutex>
#include <vector>

namespace echo2ecg::training {

// Gradients of the parts of a batch, added in the parts' order whoever comes first: sums of floats depend on it. Names
// torch types: not a public header.
class GradientSum
{
public:
    void add(int part, std::vector<at::Tensor> gradients)
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.emplace(part, std::move(gradients));
        const at::NoGradGuard plain;
        for (auto next = m_waiting.find(m_next); next != m_waiting.end(); next = m_waiting.find(m_next)) {
            if (m_sum.empty())
                m_sum.resize(next->second.size());
            for (std::size_t i = 0; i < m_sum.size(); ++i)
                if (!m_sum[i].defined())
                    m_sum[i] = next->second[i];
                else if (next->second[i].defined())
                    m_sum[i].add_(next->second[i]);
            m_waiting.erase(next);
            ++m_next;
        }
    }
    std::vector<at::Tensor> take() { return std::move(m_sum); }

private:
    std::mutex m_mutex;
    std::map<int, std::vector<at::Tensor>> m_waiting;
    std::vector<at::Tensor> m_sum;
    int m_next = 0;
};

} // namespace echo2ecg::training
