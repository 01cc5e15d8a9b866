// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/vector_index.h"

#include "base/error.h"

#include <faiss/IndexFlat.h>
#include <faiss/utils/distances.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace echo2ecg::retrieval {

namespace {

// Float rounding of one score, generously: rows this close to the k-th are compared again in double.
constexpr float slack = 1e-5F;
// Rows scored at once: the scores stay in the cache and no query needs memory of the size of the library.
constexpr std::size_t blockRows = 8192;

void checkVector(const std::vector<float>& values, int width)
{
    if (values.size() != std::size_t(width))
        throw base::Error(base::ErrorCode::Mismatch, "A vector of " + std::to_string(values.size()) +
                                                         " values doesn't fit an index of width " +
                                                         std::to_string(width) + ".");
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        throw base::Error(base::ErrorCode::Mismatch, "A vector holds a value that isn't a finite number.");
}

// Ascending is better: squared distance, or the negative dot product.
struct Candidate
{
    float score = 0;
    std::size_t row = 0;
};

double exactScore(Metric metric, const float* a, const float* b, int width)
{
    double sum = 0;
    for (int i = 0; i < width; ++i) {
        const double x = double(a[i]), y = double(b[i]);
        sum += metric == Metric::Euclidean ? (x - y) * (x - y) : -x * y;
    }
    return sum;
}

} // namespace

struct VectorIndex::Impl
{
    Impl(Metric metric_, int width_)
        : metric(metric_), width(width_),
          flat(width_, metric_ == Metric::Euclidean ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT)
    {
    }

    float limitAround(float kth) const
    {
        const float scale = metric == Metric::Euclidean ? std::abs(kth) : std::max(1.0F, std::abs(kth));
        return kth + slack * scale;
    }

    void scoreBlock(const float* query, std::size_t first, std::size_t rows, float* scores) const
    {
        const float* base = flat.get_xb() + first * std::size_t(width);
        if (metric == Metric::Euclidean) {
            faiss::fvec_L2sqr_ny(scores, query, base, std::size_t(width), rows);
            return;
        }
        faiss::fvec_inner_products_ny(scores, query, base, std::size_t(width), rows);
        for (std::size_t i = 0; i < rows; ++i)
            scores[i] = -scores[i];
    }

    Metric metric;
    int width;
    faiss::IndexFlat flat;
    std::vector<std::int64_t> ids;
};

VectorIndex::VectorIndex(Metric metric, int width)
{
    if (width <= 0)
        throw base::Error(base::ErrorCode::Mismatch, "An index needs a width above zero.");
    m_impl = std::make_unique<Impl>(metric, width);
}

VectorIndex::~VectorIndex() = default;
VectorIndex::VectorIndex(VectorIndex&&) noexcept = default;
VectorIndex& VectorIndex::operator=(VectorIndex&&) noexcept = default;

void VectorIndex::add(std::int64_t id, const std::vector<float>& row)
{
    checkVector(row, m_impl->width);
    m_impl->flat.add(1, row.data());
    m_impl->ids.push_back(id);
}

std::size_t VectorIndex::size() const
{
    return m_impl->ids.size();
}

int VectorIndex::width() const
{
    return m_impl->width;
}

// Scores come from FAISS in float; the k best and everything within rounding of the k-th are then compared in double,
// so that the answer doesn't depend on the order of summation and equal rows keep the order in which they were added.
std::vector<Hit> VectorIndex::search(const std::vector<float>& query, int k,
                                     const std::function<bool(std::int64_t)>& accept) const
{
    checkVector(query, m_impl->width);
    if (k <= 0 || m_impl->ids.empty())
        return {};

    std::vector<Candidate> near;   // everything that may be among the k best
    std::vector<float> bestScores; // max-heap of the k best scores
    std::vector<float> scores(std::min(blockRows, size()));
    for (std::size_t first = 0; first < size(); first += blockRows) {
        const std::size_t rows = std::min(blockRows, size() - first);
        m_impl->scoreBlock(query.data(), first, rows, scores.data());
        for (std::size_t i = 0; i < rows; ++i) {
            const bool full = bestScores.size() == std::size_t(k);
            if (full && scores[i] > m_impl->limitAround(bestScores.front()))
                continue;
            if (accept && !accept(m_impl->ids[first + i]))
                continue;
            near.push_back({scores[i], first + i});
            if (full && scores[i] >= bestScores.front())
                continue;
            if (full) {
                std::pop_heap(bestScores.begin(), bestScores.end());
                bestScores.back() = scores[i];
            } else {
                bestScores.push_back(scores[i]);
            }
            std::push_heap(bestScores.begin(), bestScores.end());
        }
    }
    if (near.empty())
        return {};

    const float limit = m_impl->limitAround(bestScores.front());
    struct Exact
    {
        double score;
        std::size_t row;
    };
    std::vector<Exact> exact;
    for (const Candidate& candidate : near)
        if (candidate.score <= limit)
            exact.push_back(
                {exactScore(m_impl->metric, query.data(),
                            m_impl->flat.get_xb() + candidate.row * std::size_t(m_impl->width), m_impl->width),
                 candidate.row});
    const std::size_t count = std::min(std::size_t(k), exact.size());
    std::partial_sort(
        exact.begin(), exact.begin() + std::ptrdiff_t(count), exact.end(),
        [](const Exact& a, const Exact& b) { return a.score != b.score ? a.score < b.score : a.row < b.row; });
    std::vector<Hit> hits;
    hits.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        hits.push_back({m_impl->ids[exact[i].row],
                        float(m_impl->metric == Metric::Euclidean ? std::sqrt(exact[i].score) : -exact[i].score)});
    return hits;
}

} // namespace echo2ecg::retrieval
