// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/kernels.h"

#include <cstdlib>
#include <string_view>

namespace echo2ecg::nn::cpu {

// One of each translation unit in CMakeLists.txt.
const Kernels& baselineKernels();
#ifdef E2E_X86_KERNELS
const Kernels& avx2Kernels();
const Kernels& avx512Kernels();
const Kernels& avx512Bfloat16Kernels();
#endif

long Kernels::panelBytes(long depth, long columns, Precision precision) const
{
    const long padded = (columns + panel - 1) / panel * panel;
    return precision == Precision::Float32 ? padded * depth * 4 : padded * (depth + depth % 2) * 2;
}

// Scores; one row of positions and the three axes' products; for BFloat16 the queries or probabilities as pairs.
long Kernels::attentionScratch(long rows, long keys, long channels, const RelativeTables* positions) const
{
    const long padded = (keys + panel - 1) / panel * panel;
    const long products = positions ? positions->padY + positions->padX + positions->padT : 0;
    return rows * padded + padded + panel + products + rows * ((keys > channels ? keys : channels) / 2 + 1);
}

const std::vector<const Kernels*>& availableKernels()
{
    static const std::vector<const Kernels*> all = [] {
        std::vector<const Kernels*> found{&baselineKernels()};
#ifdef E2E_X86_KERNELS
        __builtin_cpu_init();
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            found.push_back(&avx2Kernels());
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
            found.push_back(&avx512Kernels());
            if (__builtin_cpu_supports("avx512bf16"))
                found.push_back(&avx512Bfloat16Kernels());
        }
#endif
        return found;
    }();
    return all;
}

const Kernels& bestKernels()
{
    if (const char* wanted = std::getenv("ECHO2ECG_CPU_KERNELS"))
        for (const Kernels* kernels : availableKernels())
            if (std::string_view(kernels->name) == wanted)
                return *kernels;
    return *availableKernels().back();
}

} // namespace echo2ecg::nn::cpu
