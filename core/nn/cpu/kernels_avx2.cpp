// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_SIMD_WIDTH 8
#define E2E_STRIP 6
#include "nn/cpu/kernels_body.h"

namespace echo2ecg::nn::cpu {

const Kernels& avx2Kernels();
const Kernels& avx2Kernels()
{
    static const Kernels kernels = makeKernels("AVX2", false);
    return kernels;
}

} // namespace echo2ecg::nn::cpu
