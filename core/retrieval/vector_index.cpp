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
#include <limits>
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
        throw base::Error(base::ErrorCode::Mismatch, (rows > 1 ? std::to_string(rows) + " vectors" : std::string("A vector")) + " of " + std::to_string(values.size()) +
                                                         " values" + (rows > 1 ? " in all don't" : " doesn't") + " fit an index of width " + std::to_string(width) + ".");
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

// One search: its queries as the kernels want them.
class Search
{
public:
    using Accept = std::function<bool(std::size_t row)>;

    Search(Metric metric, std::size_t width, std::span<const float> queries, std::size_t count)
        : m_metric(metric), m_width(width), m_queries(queries), m_count(count),
          m_group(metric == Metric::Cosine && count > fewQueries ? dotProducts().group : 1)
    {
        if (metric == Metric::Euclidean)
            return;
        m_turned.assign(groups() * m_group * width, 0.0F);
        for (std::size_t q = 0; q < count; ++q)
            for (std::size_t k = 0; k < width; ++k)
                m_turned[(q / m_group * width + k) * m_group + q % m_group] = -queries[q * width + k];
    }
    std::size_t groups() const { return (m_count + m_group - 1) / m_group; }

    // What one thread has found, and its room for scores.
    struct Found
    {
        Found(const Search& search, const BestRows& none)
            : best(search.m_count, none), limits(search.groups() * search.m_group, -std::numeric_limits<float>::infinity())
        {
            std::fill_n(limits.begin(), search.m_count, none.limit());
        }
        std::vector<BestRows> best;
        std::vector<float> limits, scores; // those of the best side by side; no query of a group that isn't full lets anything through
    };

    // Looks at `count` rows from number `first` on.
    void scan(const float* rows, std::size_t first, std::size_t count, Found& found, const Accept& accept) const
    {
        found.scores.resize(count * m_group);
        for (std::size_t group = 0; group < groups(); ++group) {
            score(rows, count, group, found.scores.data());
            float* const limits = found.limits.data() + group * m_group;
            for (std::size_t r = 0; r < count; ++r) {
                const float* const scores = found.scores.data() + r * m_group;
                unsigned near = 0;
                for (std::size_t q = 0; q < m_group; ++q)
                    near |= unsigned(scores[q] <= limits[q]);
                if (!near || (accept && !accept(first + r)))
                    continue;
                for (std::size_t q = 0; q < m_group; ++q) {
                    if (!(scores[q] <= limits[q]))
                        continue;
                    BestRows& best = found.best[group * m_group + q];
                    best.offer(scores[q], first + r);
                    limits[q] = best.limit();
                }
            }
        }
    }

private:
    // The smaller the better.
    void score(const float* rows, std::size_t count, std::size_t group, float* scores) const
    {
        const std::size_t at = group * m_group * m_width;
        if (m_metric == Metric::Euclidean)
            faiss::fvec_L2sqr_ny(scores, m_queries.data() + at, rows, m_width, count);
        else
            (m_group > 1 ? dotProducts().grouped : dotProducts().one)(rows, count, m_width, m_turned.data() + at, scores);
    }

    Metric m_metric;
    std::size_t m_width;
    std::span<const float> m_queries;
    std::size_t m_count, m_group;
    std::vector<float> m_turned; // the queries of a group interleaved, with the other sign
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
    checkVectors(queries, count, in.width);
    std::vector<std::vector<Hit>> out(count);
    if (k <= 0 || size() == 0 || count == 0)
        return out;

    const Search search(in.metric, width, queries, count);
    const std::size_t parts = (size() + rowsAtOnce - 1) / rowsAtOnce;
    const double products = double(size()) * double(width) * double(count);
    const int threads = products < smallSearch ? 1 : std::min(base::threadsFor(0), int(std::min<std::size_t>(parts, 1024)));
    std::vector<Search::Found> found(std::size_t(threads), Search::Found(search, in.best(std::size_t(k))));
    Search::Accept acceptRow;
    if (accept)
        acceptRow = [&](std::size_t row) { return accept(in.ids[row]); };
    const std::size_t block = std::max<std::size_t>(1, blockBytes / (width * sizeof(float)));
    base::inParallel(threads, int(parts), [&](int thread, int part) {
        const std::size_t end = std::min(size(), std::size_t(part + 1) * rowsAtOnce);
        for (std::size_t first = std::size_t(part) * rowsAtOnce; first < end; first += block)
            search.scan(in.row(first), first, std::min(block, end - first), found[std::size_t(thread)], acceptRow);
    });

    struct Exact
    {
        double score;
        std::size_t row;
    };
    for (std::size_t q = 0; q < count; ++q) {
        BestRows& best = found.front().best[q];
        for (std::size_t thread = 1; thread < found.size(); ++thread)
            best.take(found[thread].best[q]);
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
