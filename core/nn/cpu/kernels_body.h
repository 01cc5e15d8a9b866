// SPDX-License-Identifier: GPL-3.0-or-later
// No include guard: each instruction set's translation unit includes this once, with its own vector width.
#include "nn/cpu/attention_kernel.h"
#include "nn/cpu/grid_kernels.h"

namespace echo2ecg::nn::cpu {
namespace {

Kernels makeKernels(const char* name, bool fastBFloat16)
{
    Kernels k;
    k.name = name;
    k.width = kWidth;
    k.strip = kStrip;
    k.panel = kPanel;
    k.fastBFloat16 = fastBFloat16;
    k.linear = linear;
    k.norm = norm;
    k.gelu = geluAll;
    k.add = addAll;
    k.pool = pool;
    k.maxPool = maxPool;
    k.attention = attention;
    k.packColumns = packColumns;
    k.packRows = packRows;
    return k;
}

} // namespace
} // namespace echo2ecg::nn::cpu
