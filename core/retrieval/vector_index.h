// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
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

    void reserve(std::size_t rows); // memory for so many, at once
    void add(std::int64_t id,
             const std::vector<float>& row); // throws base::Error(Mismatch) for another width or non-finite values
    // Many rows, one after the other. Throws as above, and nothing is added then.
    void add(std::span<const std::int64_t> ids, std::span<const float> rows);
    std::size_t size() const;
    int width() const;
    // The k best whose id `accept` lets through (empty: all). Fewer when there are fewer. A large index is searched on all cores, and `accept` is then called on
    // several threads at once.
    std::vector<Hit> search(const std::vector<float>& query, int k,
                            const std::function<bool(std::int64_t)>& accept = {}) const;
    // The same for queries one after the other, in one pass over the rows.
    std::vector<std::vector<Hit>> searchAll(std::span<const float> queries, int k, const std::function<bool(std::int64_t)>& accept = {}) const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::retrieval
