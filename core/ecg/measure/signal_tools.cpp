// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/measure/signal_tools.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::ecg {

double quantile(std::vector<double>& values, double share)
{
    if (values.empty())
        return 0;
    const auto at = std::size_t(std::clamp(share, 0.0, 1.0) * double(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(at), values.end());
    return values[at];
}

double medianOf(std::vector<double> values)
{
    if (values.empty())
        return 0;
    const double upper = quantile(values, 0.5);
    if (values.size() % 2 == 1)
        return upper;
    const auto middle = values.begin() + std::ptrdiff_t((values.size() - 1) / 2);
    std::nth_element(values.begin(), middle, values.end());
    const double lower = *middle;
    return (lower + *std::min_element(middle + 1, values.end())) / 2;
}

std::vector<double> movingAverage(std::span<const double> values, std::size_t width)
{
    const std::size_t n = values.size(), half = width / 2;
    std::vector<double> result(n);
    double sum = 0;
    std::size_t from = 0, to = 0; // [from, to) is in the sum
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t last = std::min(n, i + half + 1), first = i > half ? i - half : 0;
        while (to < last)
            sum += values[to++];
        while (from < first)
            sum -= values[from++];
        result[i] = sum / double(to - from);
    }
    return result;
}

Reduced reduced(std::span<const float> lead, double hz, double aboutHz, std::span<const SampleSpan> bridge)
{
    Reduced result;
    result.factor = std::max<std::size_t>(1, std::size_t(std::clamp(std::round(hz / aboutHz), 1.0, 1e6)));
    result.hz = hz / double(result.factor);
    const std::size_t n = (lead.size() + result.factor - 1) / result.factor;
    result.values.assign(n, 0);
    std::size_t filled = 0, valid = 0; // values that are final; samples that were there
    std::size_t next = 0;              // of `bridge`
    bool any = false;
    double last = 0;
    for (std::size_t block = 0; block < n; ++block) {
        const std::size_t from = block * result.factor, to = std::min(lead.size(), from + result.factor);
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t i = from; i < to; ++i) {
            while (next < bridge.size() && bridge[next].to <= i)
                ++next;
            const bool left = next < bridge.size() && bridge[next].from <= i;
            if (std::isfinite(lead[i])) {
                ++valid;
                if (!left) {
                    sum += double(lead[i]);
                    ++count;
                }
            }
        }
        if (count == 0)
            continue;
        const double value = sum / double(count);
        const double start = any ? last : value;
        for (std::size_t gap = filled; gap < block; ++gap)
            result.values[gap] = start + (value - start) * double(gap + 1 - filled) / double(block + 1 - filled);
        result.values[block] = last = value;
        filled = block + 1;
        any = true;
    }
    for (std::size_t gap = filled; gap < n; ++gap)
        result.values[gap] = last;
    result.valid = lead.empty() ? 0 : double(valid) / double(lead.size());
    return result;
}

double cubicAt(std::span<const double> values, double position)
{
    const auto last = std::ptrdiff_t(values.size()) - 1;
    const double clamped = std::clamp(position, 0.0, double(last));
    const auto i = std::ptrdiff_t(clamped);
    const double t = clamped - double(i);
    const auto at = [&](std::ptrdiff_t k) { return values[std::size_t(std::clamp<std::ptrdiff_t>(k, 0, last))]; };
    const double a = at(i - 1), b = at(i), c = at(i + 1), d = at(i + 2);
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

double correlation(std::span<const double> a, std::span<const double> b)
{
    const std::size_t n = std::min(a.size(), b.size());
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t i = 0; i < n; ++i) {
        sa += a[i];
        sb += b[i];
    }
    const double ma = n ? sa / double(n) : 0, mb = n ? sb / double(n) : 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = a[i] - ma, y = b[i] - mb;
        saa += x * x;
        sbb += y * y;
        sab += x * y;
    }
    const double norm = std::sqrt(saa * sbb);
    return norm > 0 && std::isfinite(norm) ? sab / norm : 0;
}

} // namespace echo2ecg::ecg
