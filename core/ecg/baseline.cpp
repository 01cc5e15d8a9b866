// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/preprocess.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg {

namespace {

// Bands of the second-difference penalty DᵀD at row i of n: diagonal, first and second off-diagonal below the row.
struct PenaltyRow
{
    double diagonal, first, second;
};

PenaltyRow penaltyRow(std::size_t i, std::size_t n)
{
    // D has n − 2 rows [1 −2 1]; row k of D touches i = k, k + 1 and k + 2.
    const bool starts = i + 2 < n, middle = i >= 1 && i + 1 < n, ends = i >= 2;
    return {(starts ? 1.0 : 0.0) + (middle ? 4.0 : 0.0) + (ends ? 1.0 : 0.0),
            (starts ? -2.0 : 0.0) + (middle ? -2.0 : 0.0), starts ? 1.0 : 0.0};
}

// Solves (diag(w) + λP) z = w∘y by LDLᵀ of the band. False when a pivot vanishes; z is then unusable.
class Pentadiagonal
{
public:
    explicit Pentadiagonal(std::size_t n) : m_rows(n) {}

    bool solve(const double* y, const std::vector<double>& w, double lambda, std::vector<double>& z)
    {
        const std::size_t n = m_rows.size();
        // L[i][i-1] = l1 of row i-1, L[i][i-2] = l2 of row i-2: both are kept with the column they come from.
        double d1 = 0, d2 = 0, l1a = 0, l2a = 0, l2b = 0, x1 = 0, x2 = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const PenaltyRow p = i >= 2 && i + 2 < n ? PenaltyRow{6, -4, 1} : penaltyRow(i, n);
            const double d = w[i] + lambda * p.diagonal - d1 * l1a * l1a - d2 * l2b * l2b;
            if (!(d > 0) || !std::isfinite(d))
                return false;
            const double inverse = 1.0 / d;
            const double l1 = (lambda * p.first - d1 * l1a * l2a) * inverse;
            const double l2 = lambda * p.second * inverse;
            const double x = w[i] * y[i] - l1a * x1 - l2b * x2;
            m_rows[i] = {inverse, l1, l2};
            z[i] = x;
            x2 = x1;
            x1 = x;
            d2 = d1;
            d1 = d;
            l2b = l2a;
            l1a = l1;
            l2a = l2;
        }
        double after1 = 0, after2 = 0;
        for (std::size_t i = n; i-- > 0;) {
            const double value = z[i] * m_rows[i].inverse - m_rows[i].l1 * after1 - m_rows[i].l2 * after2;
            z[i] = value;
            after2 = after1;
            after1 = value;
        }
        return true;
    }

private:
    struct Row
    {
        double inverse = 0, l1 = 0, l2 = 0;
    };
    std::vector<Row> m_rows;
};

} // namespace

std::vector<double> baselineAls(const double* y, std::size_t n, double lambda, double p, int iterations)
{
    std::vector<double> z(n, 0.0);
    if (n == 0 || std::all_of(y, y + n, [](double value) { return value == 0; }))
        return z;
    std::vector<double> w(n, 1.0), next(n, 0.0);
    Pentadiagonal system(n);
    for (int iteration = 0; iteration < iterations; ++iteration) {
        if (!system.solve(y, w, lambda, next))
            break; // too few weighted samples are left to define a curve: the last good one stays
        z.swap(next);
        bool anyWeight = false;
        for (std::size_t i = 0; i < n; ++i) {
            w[i] = y[i] > z[i] ? p : y[i] < z[i] ? 1 - p : 0.0;
            anyWeight = anyWeight || w[i] != 0;
        }
        if (!anyWeight)
            break; // z is y: nothing left to improve, and the next system would be singular
    }
    return z;
}

} // namespace echo2ecg::ecg
