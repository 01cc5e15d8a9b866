// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace echo2ecg::nn {

// What the encoders multiply; sums, normalisations and everything after the encoders are float32.
// BFloat16 is for the CPU, Float16 for the GPU.
enum class Precision { Float32, BFloat16, Float16 };

} // namespace echo2ecg::nn
