// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

namespace echo2ecg::base {

// The number that was asked for; 0: as many as the processor has.
int threadsFor(int asked) noexcept;

// Calls work(thread, i) once for each i from 0 to count − 1, in about that order, on up to `threads` threads; the caller's is thread 0.
// Once a call has thrown, no other begins; that exception is thrown here when all threads have come back.
void inParallel(int threads, int count, const std::function<void(int thread, int i)>& work);

} // namespace echo2ecg::base
