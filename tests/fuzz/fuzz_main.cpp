// SPDX-License-Identifier: GPL-3.0-or-later
#include "fuzz/readers.h"

#include <cstddef>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const echo2ecg::fuzz::Target* const target = echo2ecg::fuzz::targetNamed(E2E_FUZZ_TARGET);
    target->read({data, size});
    return 0;
}
