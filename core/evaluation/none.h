// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>

namespace echo2ecg::evaluation {

// The value of a measure that can't be had: NaN, which tables leave empty.
inline constexpr double none = std::numeric_limits<double>::quiet_NaN();

} // namespace echo2ecg::evaluation
