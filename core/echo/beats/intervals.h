// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/beats/beats.h"

#include <algorithm>

namespace echo2ecg::echo {

// Heart rates that are believed, per minute, and the shortest interval between two R waves of one clip.
inline constexpr double kLowestRate = 30, kHighestRate = 220;
inline constexpr double kShortestRrMs = 200;

// Of a list that isn't empty.
inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::optional<double> medianInterval(const std::vector<double>& rWaveMs);
// Of the header's heart rate, where that is believable.
std::optional<double> headerInterval(const EchoClip& clip);

} // namespace echo2ecg::echo
