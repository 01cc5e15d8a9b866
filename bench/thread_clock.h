// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ctime>

namespace echo2ecg::bench {

// Processor time of this thread in milliseconds: what a painting costs whatever else the machine does. 0 where there is
// no such clock.
inline double threadMs()
{
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return double(t.tv_sec) * 1000.0 + double(t.tv_nsec) * 1e-6;
#else
    return 0;
#endif
}

} // namespace echo2ecg::bench
