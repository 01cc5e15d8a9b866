// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace echo2ecg::base {

int threadsFor(int asked) noexcept
{
    return std::max(1, asked > 0 ? asked : int(std::thread::hardware_concurrency()));
}

void inParallel(int threads, int count, const std::function<void(int thread, int i)>& work)
{
    std::atomic<int> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    const auto run = [&](int thread) {
        try {
            for (int i = next++; i < count; i = next++)
                work(thread, i);
        } catch (...) {
            next = count;
            const std::lock_guard lock(mutex);
            if (!failure)
                failure = std::current_exception();
        }
    };
    std::vector<std::thread> helpers;
    try {
        helpers.reserve(std::size_t(std::max(0, threads)));
        for (int thread = 1; thread < std::min(threads, count); ++thread)
            helpers.emplace_back(run, thread);
    } catch (const std::system_error&) {
        // Fewer threads do the same work.
    }
    run(0);
    for (std::thread& helper : helpers)
        helper.join();
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace echo2ecg::base
