// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/team.h"

#include <algorithm>

namespace echo2ecg::nn::cpu {

namespace {

// The pieces of two consecutive layers are this far apart at most; going to sleep and waking costs more.
constexpr int kShortWait = 2000;

constexpr unsigned kOpen = 1u << 31; // of the gate; the rest counts

inline void breathe()
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) && defined(__GNUC__)
    __asm__ __volatile__("yield");
#endif
}

// Returns when `value` is no longer `old`.
template <class T> void waitWhile(const std::atomic<T>& value, T old)
{
    for (int i = 0; i < kShortWait; ++i) {
        if (value.load(std::memory_order_acquire) != old)
            return;
        breathe();
    }
    value.wait(old, std::memory_order_acquire);
}

} // namespace

Team::Team(int threads)
{
    for (int worker = 1; worker < std::max(1, threads); ++worker)
        m_helpers.emplace_back([this, worker] { help(worker); });
}

Team::~Team()
{
    m_stop = true;
    ++m_round;
    m_round.notify_all();
}

void Team::takePieces(int worker)
{
    try {
        for (int piece = m_next++; piece < m_count; piece = m_next++)
            (*m_work)(piece, worker);
    } catch (...) {
        const std::lock_guard lock(m_failureLock);
        if (!m_failure)
            m_failure = std::current_exception();
        m_next = m_count;
    }
}

void Team::help(int worker)
{
    unsigned seen = 0;
    for (;;) {
        waitWhile(m_round, seen);
        seen = m_round.load(std::memory_order_acquire);
        if (m_stop)
            return;
        unsigned gate = m_gate.load();
        while ((gate & kOpen) != 0 && !m_gate.compare_exchange_weak(gate, gate + 1)) {
        }
        if ((gate & kOpen) == 0)
            continue; // came too late: the others have done it
        takePieces(worker);
        if (--m_gate == 0)
            m_gate.notify_one();
    }
}

void Team::forEach(int count, const std::function<void(int, int)>& work)
{
    if (m_helpers.empty() || count <= 1) {
        for (int piece = 0; piece < count; ++piece)
            work(piece, 0);
        return;
    }
    m_work = &work;
    m_count = count;
    m_failure = nullptr;
    m_next = 0;
    m_gate = kOpen;
    ++m_round;
    m_round.notify_all();
    takePieces(0);
    m_gate &= ~kOpen;
    for (unsigned inside = m_gate.load(); inside != 0; inside = m_gate.load())
        waitWhile(m_gate, inside);
    if (m_failure)
        std::rethrow_exception(m_failure);
}

} // namespace echo2ecg::nn::cpu
