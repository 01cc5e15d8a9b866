// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/parallel.h"

namespace echo2ecg::echo {

// How many threads one clip is spread over: the processor's, but no more than ClipFrames opens a file for.
int clipThreads() noexcept;

using base::inParallel;

} // namespace echo2ecg::echo
