// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels as the 512-bit sets compile them, sixteen floats and twelve rows at a time, on vectors that the compiler
// puts together from smaller ones: so that their source is tested on processors without those sets too.
#define E2E_SIMD_WIDTH 16
#define E2E_STRIP 12
#include "nn/cpu/kernels_body.h"

#include "wide_kernels.h"

namespace echo2ecg::test {

const nn::cpu::Kernels& wideKernels()
{
    static const nn::cpu::Kernels kernels = nn::cpu::makeKernels("512 bits put together", false);
    return kernels;
}

} // namespace echo2ecg::test
