// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/baseline.h"

#include "ecg/lanes.h"
#include "ecg/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace echo2ecg::ecg {

namespace {

struct Method
{
    std::size_t n;
    double lambda, p;
};

// Bands of the second-difference penalty DᵀD at row i of n, times λ: diagonal and first off-diagonal below the row. The
// second off-diagonal is λ wherever there is one.
struct PenaltyRow
{
    double diagonal, first;
};

PenaltyRow penaltyRow(std::size_t i, const Method& m)
{
    // D has n − 2 rows [1 −2 1]; row k of D touches i = k, k + 1 and k + 2.
    const bool starts = i + 2 < m.n, middle = i >= 1 && i + 1 < m.n, ends = i >= 2;
    return {m.lambda * ((starts ? 1.0 : 0.0) + (middle ? 4.0 : 0.0) + (ends ? 1.0 : 0.0)),
            m.lambda * ((starts ? -2.0 : 0.0) + (middle ? -2.0 : 0.0))};
}

// LDLᵀ of diag(w) + λP row by row, together with the forward substitution. V is one lead, or several side by side.
template <class V> struct Elimination
{
    V l1{}, l2{}, l2Before{}; // L[i][i−1], L[i+1][i−1], L[i][i−2]
    V numerator{};            // of l1: the pivot before × l1
    V x1{}, x2{};             // of the two rows before
    V smallestPivot = V{} + 1.0, largestWeight{};

    E2E_INLINE void row(const V& y, const V& w, const PenaltyRow& p, double lambda, V& inverse, V& factor, V& z)
    {
        const V pivot = w + p.diagonal - numerator * l1 - lambda * l2Before;
        const V x = w * y - l1 * x1 - l2Before * x2;
        inverse = 1.0 / pivot;
        numerator = p.first - numerator * l2;
        l2Before = l2;
        l1 = numerator * inverse;
        l2 = lambda * inverse;
        x2 = x1;
        x1 = x;
        smallestPivot = pivot < smallestPivot ? pivot : smallestPivot;
        largestWeight = w > largestWeight ? w : largestWeight;
        factor = l1;
        z = x * inverse;
    }
};

template <class V> E2E_INLINE void load(const double* from, V& value)
{
    std::memcpy(&value, from, sizeof(V));
}

template <class V> E2E_INLINE void keep(const V& value, double* to)
{
    std::memcpy(to, &value, sizeof(V));
}

// Solves (diag(w) + λP) z = w∘y once, in place of the z before, from which w is taken unless `isFirst`. y and z hold
// the leads of V interleaved; `factors` has room for twice as much. Tells each lead's smallest pivot and largest
// weight: unless both are positive, its z is unusable.
template <class V>
E2E_INLINE void solve(const double* y, double* z, double* factors, bool isFirst, const Method& m, double* smallestPivot,
                      double* largestWeight)
{
    constexpr std::size_t lanes = sizeof(V) / sizeof(double);
    Elimination<V> e;
    const V none{}, below = none + m.p, above = none + (1 - m.p), one = none + 1.0;
    for (std::size_t i = 0; i < m.n; ++i) {
        const bool isInner = i >= 2 && i + 2 < m.n;
        const PenaltyRow p = isInner ? PenaltyRow{6 * m.lambda, -4 * m.lambda} : penaltyRow(i, m);
        V here, before;
        load(y + lanes * i, here);
        load(z + lanes * i, before);
        V w = here > before ? below : here < before ? above : none;
        w = isFirst ? one : w;
        V inverse, factor, partial;
        e.row(here, w, p, m.lambda, inverse, factor, partial);
        keep(inverse, factors + 2 * lanes * i);
        keep(factor, factors + 2 * lanes * i + lanes);
        keep(partial, z + lanes * i);
    }
    keep(e.smallestPivot, smallestPivot);
    keep(e.largestWeight, largestWeight);

    V after1{}, after2{};
    for (std::size_t i = m.n; i-- > 0;) {
        V value, inverse, factor;
        load(z + lanes * i, value);
        load(factors + 2 * lanes * i, inverse);
        load(factors + 2 * lanes * i + lanes, factor);
        value -= factor * after1 + m.lambda * inverse * after2;
        keep(value, z + lanes * i);
        after2 = after1;
        after1 = value;
    }
}

E2E_VERSIONS void solveLanes(const double* y, double* z, double* factors, bool isFirst, const Method& m,
                             double* smallestPivot, double* largestWeight)
{
    solve<Lanes>(y, z, factors, isFirst, m, smallestPivot, largestWeight);
}

// One lead alone, with a way back to the z before.
void solveCarefully(const double* y, const Method& m, int iterations, double* z)
{
    std::fill_n(z, m.n, 0.0);
    if (std::all_of(y, y + m.n, [](double value) { return value == 0; }))
        return;
    std::vector<double> next(m.n), factors(2 * m.n);
    for (int iteration = 0; iteration < iterations; ++iteration) {
        double smallestPivot = 0, largestWeight = 0;
        std::copy_n(z, m.n, next.begin());
        solve<double>(y, next.data(), factors.data(), iteration == 0, m, &smallestPivot, &largestWeight);
        // Either too few weighted samples are left to define a curve, or z is y and there is nothing to improve: the
        // last good one stays.
        if (!(smallestPivot > 0) || !(largestWeight > 0))
            break;
        std::copy(next.begin(), next.end(), z);
    }
}

} // namespace

std::vector<double> baselineAls(const double* y, std::size_t n, double lambda, double p, int iterations)
{
    std::vector<double> z(n, 0.0);
    if (std::isfinite(6 * lambda))
        solveCarefully(y, {n, lambda, p}, iterations, z.data());
    return z;
}

void baselinesAls(const double* y, std::size_t rows, std::size_t n, double lambda, double p, int iterations, double* z)
{
    if (!std::isfinite(6 * lambda)) {
        std::fill_n(z, rows * n, 0.0);
        return;
    }
    const Method m{n, lambda, p};
    std::vector<double> side(laneCount * n), curve(laneCount * n), factors(2 * laneCount * n);
    for (std::size_t first = 0; first < rows; first += laneCount) {
        const std::size_t used = std::min(laneCount, rows - first);
        for (std::size_t k = 0; k < laneCount; ++k) // lanes beyond the last lead repeat it
            for (std::size_t i = 0, row = first + std::min(k, used - 1); i < n; ++i)
                side[laneCount * i + k] = y[row * n + i];
        std::array<bool, laneCount> isGood;
        isGood.fill(iterations > 0);
        for (int iteration = 0; iteration < iterations; ++iteration) {
            std::array<double, laneCount> smallestPivot, largestWeight;
            solveLanes(side.data(), curve.data(), factors.data(), iteration == 0, m, smallestPivot.data(),
                       largestWeight.data());
            for (std::size_t k = 0; k < laneCount; ++k)
                isGood[k] = isGood[k] && smallestPivot[k] > 0 && largestWeight[k] > 0;
        }
        for (std::size_t k = 0; k < used; ++k) {
            double* const row = z + (first + k) * n;
            if (isGood[k])
                for (std::size_t i = 0; i < n; ++i)
                    row[i] = curve[laneCount * i + k];
            else
                solveCarefully(y + (first + k) * n, m, iterations, row);
        }
    }
}

} // namespace echo2ecg::ecg
