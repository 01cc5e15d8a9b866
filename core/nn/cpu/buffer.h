// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/pages.h"

#include <cstddef>
#include <memory>
#include <new>

namespace echo2ecg::nn::cpu {

// Uninitialised numbers that begin at a cache line, large ones at a large page: products walk through megabytes of
// weights. Kept and used again, because fresh memory costs more than what is written into it.
template <class T> class Buffer
{
public:
    Buffer() = default;
    explicit Buffer(std::size_t size) { atLeast(size); }

    // The contents are lost when it grows. Throws std::bad_alloc.
    T* atLeast(std::size_t size)
    {
        if (size > m_size) {
            m_memory.reset();
            m_size = 0;
            const std::align_val_t alignment = size * sizeof(T) < std::size_t(kLargePage) ? kLine : kLargePage;
            m_memory = {static_cast<T*>(::operator new(size * sizeof(T), alignment)), Free{alignment}};
            m_size = size;
            base::preferLargePages(m_memory.get(), size * sizeof(T));
        }
        return m_memory.get();
    }
    T* data() const { return m_memory.get(); }
    std::size_t size() const { return m_size; }

private:
    static constexpr std::align_val_t kLine{64}, kLargePage{std::size_t(2) << 20};
    struct Free
    {
        std::align_val_t alignment = kLine;
        void operator()(T* memory) const { ::operator delete(memory, alignment); }
    };
    std::unique_ptr<T, Free> m_memory;
    std::size_t m_size = 0;
};

} // namespace echo2ecg::nn::cpu
