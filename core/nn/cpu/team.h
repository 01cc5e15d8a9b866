// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace echo2ecg::nn::cpu {

// A few threads that share the work of one network, piece by piece: who is free takes the next piece, so a core that
// something else uses slows the work by its share and no more. They sleep between calls; nothing spins for longer than
// a few microseconds, because threads that spin against each other cost many times the work (OpenMP's do).
class Team
{
public:
    // The caller of forEach() is one of them. threads ≥ 1.
    explicit Team(int threads);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int threads() const { return int(m_helpers.size()) + 1; }
    // Calls work(piece, worker) for 0 ≤ piece < count, 0 ≤ worker < threads(); one worker does one piece at a time.
    // Returns when all are done; the first failure is thrown then, and what had not begun is left out. One caller at a
    // time.
    void forEach(int count, const std::function<void(int piece, int worker)>& work);

private:
    void help(int worker);
    void takePieces(int worker);

    std::vector<std::jthread> m_helpers;
    std::atomic<unsigned> m_round{0}; // grows by one for each call; helpers wait for it
    // Helpers that are inside, and whether more may enter: the caller never waits for one that hasn't come.
    std::atomic<unsigned> m_gate{0};
    std::atomic<int> m_next{0};
    int m_count = 0;
    const std::function<void(int, int)>* m_work = nullptr;
    std::atomic<bool> m_stop{false};
    std::mutex m_failureLock;
    std::exception_ptr m_failure;
};

} // namespace echo2ecg::nn::cpu
