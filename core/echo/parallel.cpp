// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/parallel.h"

#include <algorithm>
#include <thread>

namespace echo2ecg::echo {

int clipThreads() noexcept
{
    return std::clamp(int(std::thread::hardware_concurrency()), 1, 4);
}

} // namespace echo2ecg::echo
