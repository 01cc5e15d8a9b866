// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/vector_index.h"

#include "base/error.h"
#include "base/parallel.h"
#include "retrieval/best_rows.h"
#include "retrieval/dot_products.h"

#include <faiss/IndexFlat.h>
#include <faiss/utils/distances.h>

#include <algorithm>
#include <cmath>
#include <string>

namespace echo2ecg::retrieval {

namespace {

// Rows that one thread takes at a time, …
constexpr std::size_t rowsAtOnce = 4096;
// … and bytes of them that stay in the cache while all queries pass.
constexpr std::size_t blockBytes = 256 * 1024;
// Products below which threads cost more than they help.
constexpr double smallSearch = 16e6;
// Up to here each query is taken by itself: a group would be mostly empty.
constexpr std::size_t fewQueries = 3;

void checkVectors(std::span<const float> values, std::size_t rows, int width)
{
    if (values.size() != rows * std::size_t(width))
        throw base::Error(base::ErrorCode::Mismatch, "A vector of " + std::to_string(rows == 1 ? values.size() : values.size() / std::max<std::size_t>(rows, 1)) +
                                                         " values doesn't fit an index of width " + std::to_string(width) + ".");
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        throw base::Error(base::ErrorCode::Mismatch, "A vector holds a value that isn't a finite number.");
}

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

    const float* row(std::size_t i) const { return flat.get_xb() + i * std::size_t(width); }

    // Float rounding of one score, generously: a sum of `width` products of unit vectors is off by width × 2⁻²⁴ at most.
    BestRows best(std::size_t k) const
    {
        const float rounding = std::max(1e-5F, 1.25e-7F * float(width));
        return BestRows(k, rounding, metric == Metric::Euclidean ? 0.0F : 1.0F);
    }

    Metric metric;
    int width;
    faiss::IndexFlat flat;
    std::vector<std::int64_t> ids;
};

namespace {

// One search: queries as the kernels want them, and what each thread has found.
class Search
{
public:
    Search(Metric metric, std::size_t width, std::span<const float> queries, std::size_t count)
        : m_metric(metric), m_width(width), m_queries(queries), m_count(count), m_group(dotProducts().group)
    {
        if (!isGrouped())
            return;
        const std::size_t groups = (count + m_group - 1) / m_group;
        m_packed.assign(groups * m_group * width, 0.0F);
        for (std::size_t q = 0; q < count; ++q)
            for (std::size_t k = 0; k < width; ++k)
                m_packed[(q / m_group * width + k) * m_group + q % m_group] = queries[q * width + k];
    }

    // Of `count` rows from number `first` on. `scores` is room for one call.
    template <class Offer>
    void scan(const float* rows, std::size_t first, std::size_t count, std::vector<float>& scores, const Offer& offer) const
    {
        if (!isGrouped()) {
            scores.resize(count);
            for (std::size_t q = 0; q < m_count; ++q) {
                scoresOf(rows, count, q, scores.data());
                const float sign = m_metric == Metric::Euclidean ? 1.0F : -1.0F;
                for (std::size_t r = 0; r < count; ++r)
                    offer(q, sign * scores[r], first + r);
            }
            return;
        }
        scores.resize(count * m_group);
        for (std::size_t begin = 0; begin < m_count; begin += m_group) {
            dotProducts().grouped(rows, count, m_width, m_packed.data() + begin * m_width, scores.data());
            const std::size_t present = std::min(m_group, m_count - begin);
            for (std::size_t r = 0; r < count; ++r)
                for (std::size_t q = 0; q < present; ++q)
                    offer(begin + q, -scores[r * m_group + q], first + r);
        }
    }

private:
    bool isGrouped() const { return m_metric == Metric::Cosine && m_count > fewQueries; }
    void scoresOf(const float* rows, std::size_t count, std::size_t q, float* scores) const
    {
        const float* query = m_queries.data() + q * m_width;
        if (m_metric == Metric::Euclidean)
            faiss::fvec_L2sqr_ny(scores, query, rows, m_width, count);
        else
            dotProducts().one(rows, count, m_width, query, scores);
    }

    Metric m_metric;
    std::size_t m_width;
    std::span<const float> m_queries;
    std::size_t m_count, m_group;
    std::vector<float> m_packed;
};

} // namespace

VectorIndex::VectorIndex(Metric metric, int width)
{
    if (width <= 0)
        throw base::Error(base::ErrorCode::Mismatch, "An index needs a width above zero.");
    m_impl = std::make_unique<Impl>(metric, width);
}

VectorIndex::~VectorIndex() = default;
VectorIndex::VectorIndex(VectorIndex&&) noexcept = default;
VectorIndex& VectorIndex::operator=(VectorIndex&&) noexcept = default;

void VectorIndex::reserve(std::size_t rows)
{
    m_impl->flat.codes.reserve(rows * m_impl->flat.code_size);
    m_impl->ids.reserve(rows);
}

void VectorIndex::add(std::int64_t id, const std::vector<float>& row)
{
    add(std::span(&id, 1), row);
}

void VectorIndex::add(std::span<const std::int64_t> ids, std::span<const float> rows)
{
    checkVectors(rows, ids.size(), m_impl->width);
    m_impl->flat.add(std::int64_t(ids.size()), rows.data());
    m_impl->ids.insert(m_impl->ids.end(), ids.begin(), ids.end());
}

std::size_t VectorIndex::size() const
{
    return m_impl->ids.size();
}

int VectorIndex::width() const
{
    return m_impl->width;
}

std::vector<Hit> VectorIndex::search(const std::vector<float>& query, int k, const std::function<bool(std::int64_t)>& accept) const
{
    checkVectors(query, 1, m_impl->width);
    return std::move(searchAll(query, k, accept).front());
}

// Scores come in float; the k best and everything within rounding of the k-th are then compared in double, so that the answer doesn't depend on the order of
// summation and equal rows keep the order in which they were added.
std::vector<std::vector<Hit>> VectorIndex::searchAll(std::span<const float> queries, int k, const std::function<bool(std::int64_t)>& accept) const
{
    const Impl& in = *m_impl;
    const auto width = std::size_t(in.width);
    const std::size_t count = queries.size() / width;
    checkVectors(queries, std::max<std::size_t>(count, 1), in.width);
    std::vector<std::vector<Hit>> out(count);
    if (k <= 0 || size() == 0)
        return out;

    const Search search(in.metric, width, queries, count);
    const std::size_t parts = (size() + rowsAtOnce - 1) / rowsAtOnce;
    const double products = double(size()) * double(width) * double(count);
    const int threads = products < smallSearch ? 1 : std::min(base::threadsFor(0), int(std::min<std::size_t>(parts, 1024)));
    std::vector<std::vector<BestRows>> found(std::size_t(threads), std::vector<BestRows>(count, in.best(std::size_t(k))));
    std::vector<std::vector<float>> scores(found.size());
    const std::size_t block = std::max<std::size_t>(1, blockBytes / (width * sizeof(float)));
    base::inParallel(threads, int(parts), [&](int thread, int part) {
        std::vector<BestRows>& best = found[std::size_t(thread)];
        const std::size_t end = std::min(size(), std::size_t(part + 1) * rowsAtOnce);
        for (std::size_t first = std::size_t(part) * rowsAtOnce; first < end; first += block)
            search.scan(in.row(first), first, std::min(block, end - first), scores[std::size_t(thread)], [&](std::size_t q, float score, std::size_t row) {
                if (score <= best[q].limit() && (!accept || accept(in.ids[row])))
                    best[q].offer(score, row);
            });
    });

    struct Exact
    {
        double score;
        std::size_t row;
    };
    for (std::size_t q = 0; q < count; ++q) {
        BestRows& best = found.front()[q];
        for (std::size_t thread = 1; thread < found.size(); ++thread)
            best.take(found[thread][q]);
        std::vector<Exact> exact;
        for (const BestRows::Row& near : best.rows())
            exact.push_back({exactScore(in.metric, queries.data() + q * width, in.row(near.row), in.width), near.row});
        const std::size_t hits = std::min(std::size_t(k), exact.size());
        std::partial_sort(exact.begin(), exact.begin() + std::ptrdiff_t(hits), exact.end(),
                          [](const Exact& a, const Exact& b) { return a.score != b.score ? a.score < b.score : a.row < b.row; });
        for (std::size_t i = 0; i < hits; ++i)
            out[q].push_back({in.ids[exact[i].row], float(in.metric == Metric::Euclidean ? std::sqrt(exact[i].score) : -exact[i].score)});
    }
    return out;
}

} // namespace echo2ecg::retrieval
