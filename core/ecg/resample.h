// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace echo2ecg::ecg {

// Band-limited change of rate with a Kaiser-windowed sinc (polyphase where the rates form a small fraction). The signal
// is continued by odd reflection at its ends, so that an offset or slope there doesn't ring into the first samples.
// Result length: floor(n · toHz / fromHz). Sample 0 stays where it was. Values must be finite.
std::vector<double> resample(const double* values, std::size_t n, double fromHz, double toHz);

} // namespace echo2ecg::ecg
