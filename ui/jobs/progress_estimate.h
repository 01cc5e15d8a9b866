// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"

namespace echo2ecg::ui {

// Seconds left of the step that is running, from its rate so far. Silent for the first two seconds of a step: an early
// guess is worse than none. Times are seconds on any one clock.
class ProgressEstimate
{
public:
    void report(const base::Progress& progress, double now);
    // < 0: unknown.
    double secondsLeft(double now) const;

private:
    base::Progress m_last;
    double m_stepStart = 0, m_lastTime = 0;
    std::int64_t m_doneAtStart = 0;
    bool m_started = false;
};

} // namespace echo2ecg::ui
