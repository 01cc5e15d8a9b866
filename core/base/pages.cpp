// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pages.h"

#include <cstdint>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace echo2ecg::base {

void preferLargePages(void* memory, std::size_t bytes) noexcept
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    constexpr std::uintptr_t page = 64 * 1024; // a multiple of every small page size in use
    const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / page * page;
    if (bytes >= std::size_t(2) << 20)
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE); // a refusal costs nothing
#else
    (void)memory, (void)bytes;
#endif
}

} // namespace echo2ecg::base
