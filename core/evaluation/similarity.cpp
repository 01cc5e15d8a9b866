// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/similarity.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace echo2ecg::evaluation {

namespace {

constexpr std::size_t lanes = 8, together = 4;

// Four floats that are added and multiplied at once on every processor that this is built for.
#ifdef __GNUC__
using Four = float __attribute__((vector_size(16)));
#else
struct Four
{
    float v[4];
    void operator+=(const Four& other)
    {
        for (int i = 0; i < 4; ++i)
            v[i] += other.v[i];
    }
    Four operator*(float factor) const { return {{v[0] * factor, v[1] * factor, v[2] * factor, v[3] * factor}}; }
};
#endif

Four load(const float* from)
{
    Four out;
    std::memcpy(&out, from, sizeof out);
    return out;
}

void store(float* to, const Four& low, const Four& high)
{
    std::memcpy(to, &low, sizeof low);
    std::memcpy(to + 4, &high, sizeof high);
}

std::vector<float> normalised(const EmbeddingMatrix& matrix)
{
    std::vector<float> out(matrix.values.size());
    const auto width = std::size_t(matrix.width);
    for (std::size_t r = 0; r < matrix.rows(); ++r) {
        const auto row = matrix.row(r);
        double squares = 0;
        for (const float v : row)
            squares += double(v) * double(v);
        if (!std::isfinite(squares))
            throw base::Error(base::ErrorCode::Inconsistent, "an embedding holds a value that isn't a finite number", {{}, "row " + std::to_string(r)});
        const double scale = 1.0 / std::max(std::sqrt(squares), 1e-12);
        for (std::size_t i = 0; i < width; ++i)
            out[r * width + i] = float(double(row[i]) * scale);
    }
    return out;
}

// Four queries against eight candidates: the sums stay in registers, and each is added up in the order of the values.
void dots(const float* const query[together], const float* panel, std::size_t width, float sums[together][lanes])
{
    const float *qa = query[0], *qb = query[1], *qc = query[2], *qd = query[3];
    Four a{}, b{}, c{}, d{}, a2{}, b2{}, c2{}, d2{};
    for (std::size_t i = 0; i < width; ++i, panel += lanes) {
        const Four low = load(panel), high = load(panel + 4);
        a += low * qa[i];
        a2 += high * qa[i];
        b += low * qb[i];
        b2 += high * qb[i];
        c += low * qc[i];
        c2 += high * qc[i];
        d += low * qd[i];
        d2 += high * qd[i];
    }
    store(sums[0], a, a2);
    store(sums[1], b, b2);
    store(sums[2], c, c2);
    store(sums[3], d, d2);
}

} // namespace

Cosines::Cosines(const EmbeddingMatrix& queries, const EmbeddingMatrix& candidates)
    : m_queryCount(queries.rows()), m_candidateCount(candidates.rows()), m_width(std::size_t(queries.width)), m_queries(normalised(queries))
{
    if (queries.width != candidates.width)
        throw base::Error(base::ErrorCode::Mismatch,
                          "queries have " + std::to_string(queries.width) + " values and candidates " + std::to_string(candidates.width));
    const std::vector<float> rows = normalised(candidates);
    m_panels.assign((m_candidateCount + lanes - 1) / lanes * lanes * m_width, 0.0F);
    for (std::size_t c = 0; c < m_candidateCount; ++c)
        for (std::size_t i = 0; i < m_width; ++i)
            m_panels[c / lanes * lanes * m_width + i * lanes + c % lanes] = rows[c * m_width + i];
}

void Cosines::block(std::size_t first, std::size_t count, std::vector<float>& out) const
{
    count = std::min({count, queriesAtOnce, m_queryCount - std::min(first, m_queryCount)});
    out.resize(count * m_candidateCount);
    for (std::size_t panel = 0; panel < m_candidateCount; panel += lanes) {
        const std::size_t columns = std::min(lanes, m_candidateCount - panel);
        for (std::size_t q = 0; q < count; q += together) {
            const float* rows[together];
            for (std::size_t t = 0; t < together; ++t)
                rows[t] = m_queries.data() + (first + std::min(q + t, count - 1)) * m_width;
            float sums[together][lanes];
            dots(rows, m_panels.data() + panel * m_width, m_width, sums);
            for (std::size_t t = 0; t < together && q + t < count; ++t)
                std::copy(sums[t], sums[t] + columns, out.data() + (q + t) * m_candidateCount + panel);
        }
    }
}

} // namespace echo2ecg::evaluation
