// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_SIMD_WIDTH 4
#define E2E_STRIP 6
#include "nn/cpu/kernels_body.h"

namespace echo2ecg::nn::cpu {

const Kernels& baselineKernels();
const Kernels& baselineKernels()
{
    static const Kernels kernels = makeKernels("Baseline", false);
    return kernels;
}

} // namespace echo2ecg::nn::cpu
