// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace echo2ecg::nn::cpu {

// Numbers that begin at a cache line, uninitialised. Kept and used again: fresh memory costs a page fault every 4 KiB.
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
            m_memory.reset(static_cast<T*>(::operator new(size * sizeof(T), kLine)));
            m_size = size;
        }
        return m_memory.get();
    }
    T* data() const { return m_memory.get(); }
    std::size_t size() const { return m_size; }

private:
    static constexpr std::align_val_t kLine{64};
    struct Free
    {
        void operator()(T* memory) const { ::operator delete(memory, kLine); }
    };
    std::unique_ptr<T, Free> m_memory;
    std::size_t m_size = 0;
};

} // namespace echo2ecg::nn::cpu
