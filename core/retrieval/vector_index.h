// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace echo2ecg::retrieval {

enum class Metric { Euclidean, Cosine };

struct Hit
{
    std::int64_t id = 0;
    // Euclidean: distance, ascending. Cosine: similarity, descending.
    float score = 0;
};

// Exact search (FAISS flat). Rows are copied in; cosine rows and queries are expected L2-normalised. Ties are ordered
// by the order of adding. Concurrent searches are fine, adding is not.
class VectorIndex
{
public:
    VectorIndex(Metric metric, int width);
    ~VectorIndex();
    VectorIndex(VectorIndex&&) noexcept;
    VectorIndex& operator=(VectorIndex&&) noexcept;

    void add(std::int64_t id,
             const std::vector<float>& row); // throws base::Error(Mismatch) for another width or non-finite values
    std::size_t size() const;
    int width() const;
    // The k best whose id `accept` lets through (empty: all). Fewer when there are fewer.
    std::vector<Hit> search(const std::vector<float>& query, int k,
                            const std::function<bool(std::int64_t)>& accept = {}) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::retrieval
