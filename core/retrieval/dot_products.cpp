// SPDX-License-Identifier: GPL-3.0-or-later
#include "retrieval/dot_products.h"

namespace echo2ecg::retrieval {

const DotProducts& dotProducts()
{
#ifdef E2E_X86_DOT_PRODUCTS
    static const DotProducts& best = __builtin_cpu_supports("avx512f")                                   ? avx512DotProducts
                                     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2DotProducts
                                                                                                       : baselineDotProducts;
    return best;
#else
    return baselineDotProducts;
#endif
}

} // namespace echo2ecg::retrieval
