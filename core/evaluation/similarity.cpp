// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/similarity.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::evaluation {

namespace {

constexpr std::size_t lanes = 8, together = 4;

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
    float a[lanes] = {}, b[lanes] = {}, c[lanes] = {}, d[lanes] = {};
    const float *qa = query[0], *qb = query[1], *qc = query[2], *qd = query[3];
    for (std::size_t i = 0; i < width; ++i, panel += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            a[l] += qa[i] * panel[l];
            b[l] += qb[i] * panel[l];
            c[l] += qc[i] * panel[l];
            d[l] += qd[i] * panel[l];
        }
    }
    std::copy(a, a + lanes, sums[0]);
    std::copy(b, b + lanes, sums[1]);
    std::copy(c, c + lanes, sums[2]);
    std::copy(d, d + lanes, sums[3]);
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
