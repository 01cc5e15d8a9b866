// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nn/cpu/kernels.h"

namespace echo2ecg::test {

// Runs everywhere; slow.
const nn::cpu::Kernels& wideKernels();

} // namespace echo2ecg::test
