// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/limb_algebra.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

namespace {

constexpr double half3 = 0.8660254037844386; // √3 / 2

// Direction and length of each limb lead in the frontal plane, x to the left, y down.
constexpr std::array<std::array<double, 2>, limbLeads> projection{
    {{1, 0}, {0.5, half3}, {-0.5, half3}, {-0.75, -half3 / 2}, {0.75, -half3 / 2}, {0, half3}}};

// Weights w such that the vector's coordinates are w · channels, by least squares.
std::vector<std::array<double, 2>> solution(const std::vector<Lead>& takenFor)
{
    double xx = 0, xy = 0, yy = 0;
    for (const Lead lead : takenFor) {
        const auto& u = projection[index(lead)];
        xx += u[0] * u[0];
        xy += u[0] * u[1];
        yy += u[1] * u[1];
    }
    const double determinant = xx * yy - xy * xy;
    std::vector<std::array<double, 2>> weights;
    for (const Lead lead : takenFor) {
        const auto& u = projection[index(lead)];
        weights.push_back({(yy * u[0] - xy * u[1]) / determinant, (xx * u[1] - xy * u[0]) / determinant});
    }
    return weights;
}

} // namespace

LimbAlgebra::LimbAlgebra(const EcgRecord& record, const std::vector<Lead>& leads)
{
    std::size_t n = leads.empty() ? 0 : record[leads.front()].size();
    for (const Lead lead : leads)
        n = std::min(n, record[lead].size());
    const std::size_t stride = 1 + n / 60000;
    std::array<double, limbLeads> sum{};
    for (std::size_t i = 0; i < n; i += stride) {
        std::array<double, limbLeads> v{};
        bool there = true;
        for (const Lead lead : leads) {
            v[index(lead)] = double(record[lead][i]);
            there = there && std::isfinite(record[lead][i]);
        }
        if (!there)
            continue;
        ++m_samples;
        for (const Lead a : leads) {
            sum[index(a)] += v[index(a)];
            for (const Lead b : leads)
                m_covariance[index(a)][index(b)] += v[index(a)] * v[index(b)];
        }
    }
    const double count = double(std::max<std::size_t>(1, m_samples));
    for (const Lead a : leads)
        for (const Lead b : leads) {
            auto& c = m_covariance[index(a)][index(b)];
            c = c / count - sum[index(a)] / count * (sum[index(b)] / count);
        }
}

LimbAlgebra::Rest LimbAlgebra::rest(const std::vector<Lead>& channels, const std::vector<Lead>& takenFor) const
{
    const auto weights = solution(takenFor);
    const std::size_t n = channels.size();
    double rest = 0, total = 0;
    std::vector<double> row(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto& u = projection[index(takenFor[i])];
        for (std::size_t k = 0; k < n; ++k)
            row[k] = (i == k ? 1.0 : 0.0) - u[0] * weights[k][0] - u[1] * weights[k][1];
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < n; ++b)
                rest += row[a] * row[b] * m_covariance[index(channels[a])][index(channels[b])];
        total += m_covariance[index(channels[i])][index(channels[i])];
    }
    rest = std::max(0.0, rest);
    return {total > 0 ? std::sqrt(rest / total) : 0, std::sqrt(rest / double(std::max<std::size_t>(1, n)))};
}

LimbAlgebra::Fit LimbAlgebra::fit(Lead channel, const std::vector<Lead>& others) const
{
    const auto weights = solution(others);
    const auto& u = projection[index(channel)];
    std::vector<double> row;
    for (const auto& w : weights)
        row.push_back(u[0] * w[0] + u[1] * w[1]);
    double expected = 0, both = 0;
    for (std::size_t a = 0; a < others.size(); ++a) {
        both += row[a] * m_covariance[index(channel)][index(others[a])];
        for (std::size_t b = 0; b < others.size(); ++b)
            expected += row[a] * row[b] * m_covariance[index(others[a])][index(others[b])];
    }
    const double own = m_covariance[index(channel)][index(channel)];
    Fit fit;
    if (expected > 0 && own > 0) {
        fit.factor = both / expected;
        fit.correlation = both / std::sqrt(expected * own);
    }
    fit.restMv = std::sqrt(std::max(0.0, own - 2 * both + expected));
    return fit;
}

} // namespace echo2ecg::ecg::gate
