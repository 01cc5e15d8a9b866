// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/echo_trainer.h"

#include <array>
#include <initializer_list>

namespace echo2ecg::training {

// One change for a whole clip, so that the heart's motion stays what it is: moved by parts of the picture's size, black coming in; then (value − 128) · contrast + 128 + brightness
// where the clip isn't black, within 0 and 255.
struct ClipChange
{
    double right = 0, down = 0, contrast = 1, brightness = 0;

    static ClipChange random(double mostShift, double gain, std::initializer_list<std::uint64_t> keys);
    bool isNone() const { return right == 0 && down == 0 && contrast == 1 && brightness == 0; }
};

// 3 × frames × size × size normalised values, as echo::preprocess() leaves them, behind `values`.
void appendNormalised(std::vector<float>& values, const ClipPixels& pixels, const ClipChange& change, const std::array<double, 3>& mean, const std::array<double, 3>& std);

} // namespace echo2ecg::training
