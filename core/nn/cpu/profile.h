// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

// Where the encoders' time goes on the CPU, for the benchmark.
namespace echo2ecg::nn::cpu {

struct KernelUse
{
    std::string name;
    long calls = 0;
    double milliseconds = 0; // of all threads together
    double gflop = 0;        // of matrix products
};

// Models built from here on measure what their kernels do. Costs less than 1 %.
void profileKernels();
// What was measured since the last call.
std::vector<KernelUse> takeKernelProfile();

} // namespace echo2ecg::nn::cpu
