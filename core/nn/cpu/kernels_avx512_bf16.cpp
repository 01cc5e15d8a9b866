// SPDX-License-Identifier: GPL-3.0-or-later
#define E2E_SIMD_WIDTH 16
#define E2E_STRIP 12
#include "nn/cpu/kernels_body.h"

namespace echo2ecg::nn::cpu {

const Kernels& avx512Bfloat16Kernels();
const Kernels& avx512Bfloat16Kernels()
{
    static const Kernels kernels = makeKernels("AVX-512-BF16", true);
    return kernels;
}

} // namespace echo2ecg::nn::cpu
