// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Small numeric helpers that measurements and the quality gate share.
namespace echo2ecg::ecg {

// The value below which `share` of them lie; 0 for none. Reorders `values`.
double quantile(std::vector<double>& values, double share);
double medianOf(std::vector<double> values);

// Centred moving average over `width` samples (odd is best); at the edges over what is there.
std::vector<double> movingAverage(std::span<const double> values, std::size_t width);

// A signal at `hz`, its gaps bridged by straight lines; `valid` is the share of it that was there.
struct Reduced
{
    std::vector<double> values;
    double hz = 0, valid = 0;
    std::size_t factor = 1; // samples of the original per value
};
// Averages blocks of samples so that the rate comes close to `aboutHz`; a lower rate stays. `bridge` holds spans of
// samples [from, to) that are left out as if they were gaps.
struct SampleSpan
{
    std::size_t from = 0, to = 0;
};
Reduced reduced(std::span<const float> lead, double hz, double aboutHz, std::span<const SampleSpan> bridge = {});

// Value at a fractional index by cubic convolution (R. Keys 1981), the ends held.
double cubicAt(std::span<const double> values, double position);

// -1 … 1 about the means; 0 where one of them is constant.
double correlation(std::span<const double> a, std::span<const double> b);

} // namespace echo2ecg::ecg
