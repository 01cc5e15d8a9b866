// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/integrated_gradients.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::nn {

namespace {

// Gauss–Lobatto on [−1, 1] with both ends and the middle, so that halving a panel keeps three of its points.
const double inner = std::sqrt(3.0 / 7.0);
const std::array<double, 5> nodes{-1, -inner, 0, inner, 1};
constexpr std::array<double, 5> weights{0.1, 49.0 / 90, 32.0 / 45, 49.0 / 90, 0.1};
constexpr std::array firstCuts{0.0, 1.0 / 16, 0.25, 1.0};

} // namespace

double IntegratedGradients::position(const Panel& panel, int node)
{
    // Ends and middle exactly, because they are looked up by value.
    if (node == 0 || node == 4)
        return node == 0 ? panel.from : panel.to;
    const double middle = (panel.from + panel.to) / 2;
    return node == 2 ? middle : middle + nodes[std::size_t(node)] * (panel.to - panel.from) / 2;
}

IntegratedGradients::IntegratedGradients(const TokenNetwork& network, at::Tensor x, const Limits& limits)
    : m_network(network), m_limits(limits), m_x(std::move(x)),
      m_evaluate([this](const std::vector<double>& positions) { return evaluate(positions); })
{
    const at::Tensor tokens = m_network.token(at::cat({m_x, at::zeros_like(m_x)}));
    const at::Tensor difference = tokens.select(0, 0) - tokens.select(0, 1);
    m_change = difference.to(at::kDouble).norm().item<double>();
    if (!(m_change > 0)) // also not a number: the caller looks at the change
        return;
    m_direction = difference / m_change;
    for (std::size_t i = 0; i + 1 < firstCuts.size(); ++i) {
        m_panels.push_back({firstCuts[i], firstCuts[i + 1]});
        want(m_panels.back());
    }
}

std::vector<TokenNetwork::Gradient> IntegratedGradients::evaluate(const std::vector<double>& positions) const
{
    const at::Tensor along = at::tensor(positions, at::kDouble).to(m_x.options()).view({-1, 1, 1});
    const TokenNetwork::Gradient all = m_network.gradient(along * m_x, m_direction);
    std::vector<TokenNetwork::Gradient> each;
    for (std::int64_t i = 0; i < std::int64_t(positions.size()); ++i)
        each.push_back({all.value.select(0, i), all.input.select(0, i)});
    return each;
}

void IntegratedGradients::want(const Panel& panel)
{
    for (int node = 0; node < 5; ++node) {
        const double at = position(panel, node);
        if (!m_points.count(at) && std::find(m_wanted.begin(), m_wanted.end(), at) == m_wanted.end())
            m_wanted.push_back(at);
    }
}

bool IntegratedGradients::advance(int points)
{
    if (m_wanted.empty())
        return false;
    const auto count = std::ptrdiff_t(std::min(m_wanted.size(), std::size_t(std::max(1, points))));
    const std::vector<double> now(m_wanted.begin(), m_wanted.begin() + count);
    const auto results = m_evaluate(now);
    const at::Tensor x = m_x.select(0, 0).to(at::kCPU, at::kDouble);
    for (std::size_t i = 0; i < now.size(); ++i) {
        const at::Tensor gradient = results[i].input.to(at::kCPU, at::kDouble);
        m_points[now[i]] = {results[i].value.to(at::kDouble).item<double>(), (gradient * x).sum().item<double>(),
                            gradient.to(at::kFloat)};
    }
    m_wanted.erase(m_wanted.begin(), m_wanted.begin() + count);
    if (m_wanted.empty())
        settle();
    return true;
}

double IntegratedGradients::error(const Panel& panel) const
{
    double integral = 0;
    for (int node = 0; node < 5; ++node)
        integral += weights[std::size_t(node)] * m_points.at(position(panel, node)).slope * (panel.to - panel.from) / 2;
    return std::abs(integral - (m_points.at(panel.to).value - m_points.at(panel.from).value));
}

double IntegratedGradients::totalError() const
{
    double sum = 0;
    for (const Panel& panel : m_panels)
        sum += panel.error;
    return sum;
}

bool IntegratedGradients::converged() const
{
    return m_wanted.empty() && totalError() <= m_limits.tolerance * m_change;
}

// All points of all panels are there: halves what is off most, as many at once as bring the rest below the tolerance.
void IntegratedGradients::settle()
{
    for (Panel& panel : m_panels)
        panel.error = error(panel);
    std::sort(m_panels.begin(), m_panels.end(), [](const Panel& a, const Panel& b) { return a.error > b.error; });
    double rest = totalError();
    std::vector<Panel> halves;
    std::size_t halved = 0;
    for (; halved < m_panels.size() && rest > m_limits.tolerance * m_change; ++halved) {
        if (pointsDone() + 6 * int(halved + 1) > m_limits.mostPoints)
            break;
        const Panel& panel = m_panels[halved];
        rest -= panel.error;
        const double middle = (panel.from + panel.to) / 2;
        halves.push_back({panel.from, middle});
        halves.push_back({middle, panel.to});
    }
    m_panels.erase(m_panels.begin(), m_panels.begin() + std::ptrdiff_t(halved));
    for (const Panel& half : halves) {
        m_panels.push_back(half);
        want(half);
    }
}

at::Tensor IntegratedGradients::attribution() const
{
    const at::Tensor x = m_x.select(0, 0).to(at::kCPU, at::kDouble);
    at::Tensor sum = at::zeros_like(x);
    for (const Panel& panel : m_panels)
        for (int node = 0; node < 5; ++node)
            sum.add_(m_points.at(position(panel, node)).gradient.to(at::kDouble),
                     weights[std::size_t(node)] * (panel.to - panel.from) / 2);
    return sum * x;
}

double IntegratedGradients::completenessError() const
{
    return m_change > 0 ? std::abs(attribution().sum().item<double>() - m_change) / m_change : 0;
}

} // namespace echo2ecg::nn
