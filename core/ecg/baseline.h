// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace echo2ecg::ecg {

// baselineAls (preprocess.h) of each of `rows` leads of n samples, row-major, into z of the same shape. Several leads
// are solved side by side in the lanes of vector registers; a lead's baseline doesn't depend on its neighbours. z may
// not overlap y.
void baselinesAls(const double* y, std::size_t rows, std::size_t n, double lambda, double p, int iterations, double* z);

} // namespace echo2ecg::ecg
