// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/gate/findings.h"
#include "ecg/measure/axes.h"
#include "ecg/measure/signal_tools.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ecg::gate {

namespace {

constexpr Lead chest[]{Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5, Lead::V6};

// Every sample of the public sets has its shortest way as it is, so a quarter less is far from chance.
constexpr double shorter = 0.75, leastGain = 0.3;

// QRS to the end of T of the median beat.
std::vector<double> shapeOf(const Measurements& m, Lead lead)
{
    const auto& values = (*m.beat)[lead];
    const double hz = m.beat->samplingHz, n = double(values.size());
    const auto from = std::size_t(std::clamp(*m.borders.qrsOnset * hz, 0.0, n));
    const auto to = std::size_t(std::clamp(m.borders.tOffset.value_or(*m.borders.qrsOffset) * hz, double(from), n));
    return {values.begin() + std::ptrdiff_t(from), values.begin() + std::ptrdiff_t(to)};
}

// Unlikeness of neighbours along an order of leads. Shapes change steadily from V1 to V6, so the true order has the
// shortest way.
double wayOf(const std::array<std::array<double, 6>, 6>& unlike, const std::array<std::size_t, 6>& order)
{
    double way = 0;
    for (std::size_t i = 1; i < 6; ++i)
        way += unlike[order[i - 1]][order[i]];
    return way;
}

} // namespace

ChestOrder chestOrderOf(const Measurements& m)
{
    ChestOrder result;
    std::array<std::vector<double>, 6> shapes;
    for (std::size_t i = 0; i < 6; ++i)
        shapes[i] = shapeOf(m, chest[i]);
    std::array<std::array<double, 6>, 6> unlike{};
    for (std::size_t a = 0; a < 6; ++a)
        for (std::size_t b = 0; b < 6; ++b)
            unlike[a][b] = 1 - correlation(shapes[a], shapes[b]);
    std::array<std::size_t, 6> order{0, 1, 2, 3, 4, 5};
    result.asIs = wayOf(unlike, order);
    result.best = result.asIs;
    for (std::size_t a = 0; a < 6; ++a)
        for (std::size_t b = a + 1; b < 6; ++b) {
            std::swap(order[a], order[b]);
            if (const double way = wayOf(unlike, order); way < result.best) {
                result.best = way;
                result.first = chest[a];
                result.second = chest[b];
            }
            std::swap(order[a], order[b]);
        }
    return result;
}

void checkChestLeads(const Material& material, Findings& findings)
{
    const Measurements& m = material.measured;
    if (!m.beat || !m.borders.qrsOnset || !m.borders.qrsOffset)
        return;
    for (const Lead lead : chest)
        if (!material.usable(lead) || !m.beat->has(lead))
            return;
    const ChestOrder order = chestOrderOf(m);
    if (order.best < shorter * order.asIs && order.asIs - order.best > leastGain)
        findings.add("swap-chest", Severity::Warn,
                     "The shapes from V1 to V6 change steadily only with " + nameOf(order.first) + " and " +
                         nameOf(order.second) + " in each other's place: their electrodes may be swapped.",
                     order.first);
    const auto area = [&](Lead lead) {
        return netArea(*m.beat, lead, *m.borders.qrsOnset, *m.borders.qrsOffset, Level::QrsOnset, m.borders)
            .value_or(0);
    };
    // R waves that shrink from V1 to V6 while I is upright: the chest cable the wrong way round (or the heart is).
    constexpr double small = 4; // µV·s
    if (area(Lead::V1) > small && area(Lead::V6) < -small && area(Lead::V2) > area(Lead::V5) && area(Lead::I) > small)
        findings.add("swap-chest-reversed", Severity::Warn,
                     "The R wave shrinks from V1 to V6: the chest electrodes may be in reverse order.", Lead::V1);
}

void checkCopies(const Material& material, Findings& findings)
{
    // Limb leads follow from each other and may look alike; a chest lead never equals another lead.
    const EcgRecord& record = material.record;
    for (std::size_t a = 0; a < leadCount; ++a)
        for (std::size_t b = std::max<std::size_t>(a + 1, 6); b < leadCount; ++b) {
            const Lead one = Lead(a), other = Lead(b);
            if (!material.usable(one) || !material.usable(other))
                continue;
            const auto &x = record[one], &y = record[other];
            const std::size_t n = std::min(x.size(), y.size()), stride = 1 + n / 20000;
            double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, count = 0;
            for (std::size_t i = 0; i < n; i += stride) {
                const double u = double(x[i]), v = double(y[i]);
                if (!std::isfinite(u) || !std::isfinite(v))
                    continue;
                sx += u;
                sy += v;
                sxx += u * u;
                syy += v * v;
                sxy += u * v;
                ++count;
            }
            if (count < 100)
                continue;
            const double vx = sxx / count - sx / count * (sx / count), vy = syy / count - sy / count * (sy / count),
                         c = sxy / count - sx / count * (sy / count);
            if (!(vx > 0 && vy > 0) || 1 - c * c / (vx * vy) > 2e-4)
                continue;
            const double factor = c / vx;
            const bool same = std::abs(factor - 1) < 0.01;
            findings.add("lead-copy", Severity::Warn,
                         "Lead " + nameOf(other) + " is a copy of " + nameOf(one) +
                             (same ? std::string(".") : ", times " + fixed(factor, 2) + "."),
                         other);
            break;
        }
}

} // namespace echo2ecg::ecg::gate
