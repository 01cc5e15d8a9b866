// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace echo2ecg::base {

// Asks for large pages for memory of megabytes that will be written soon: the system then gives it in a few steps instead of thousands,
// which otherwise take longer than the writing. Call it before the first write. Changes nothing but speed; does nothing for less than
// 2 MiB and where the system has no such wish.
void preferLargePages(void* memory, std::size_t bytes) noexcept;

// Memory that frames of a film leave is used again instead of being given back to the system and asked for anew. For programs that show films, once, at their
// start. Changes nothing but speed.
void keepFreedFrames() noexcept;

// While it lives, freed memory stays with the process, as each step of a training asks for the same tensors anew: where the system is slow to hand out pages, that takes as long as the step's
// arithmetic. Afterwards what is free goes back and keepFreedFrames() holds. For the whole process, so the end of one ends it for all. Changes nothing but speed; does nothing where the C library isn't glibc.
class KeptMemory
{
public:
    KeptMemory() noexcept;
    ~KeptMemory();
    KeptMemory(const KeptMemory&) = delete;
    KeptMemory& operator=(const KeptMemory&) = delete;
};

} // namespace echo2ecg::base
