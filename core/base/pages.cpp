// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pages.h"

#include <cstdint>
#include <cstdlib>
#include <limits>

#ifdef __GLIBC__
#include <malloc.h>
#endif

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

void keepFreedFrames() noexcept
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 16 << 20); // a frame is smaller
    mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

KeptMemory::KeptMemory() noexcept
{
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most that glibc takes
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

KeptMemory::~KeptMemory()
{
#ifdef __GLIBC__
    mallopt(M_TOP_PAD, 128 << 10); // glibc's own
    keepFreedFrames();
    malloc_trim(0);
#endif
}

} // namespace echo2ecg::base
