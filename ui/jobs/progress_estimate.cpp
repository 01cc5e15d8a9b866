// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/progress_estimate.h"

#include <algorithm>

namespace echo2ecg::ui {

namespace {
constexpr double kSilenceSeconds = 2.0;
}

void ProgressEstimate::report(const base::Progress& progress, double now)
{
    if (!m_started || progress.step != m_last.step || progress.total != m_last.total || progress.done < m_last.done) {
        m_started = true;
        m_stepStart = now;
        m_doneAtStart = progress.done;
    }
    m_last = progress;
    m_lastTime = now;
}

double ProgressEstimate::secondsLeft(double now) const
{
    if (!m_started || m_last.total <= 0 || m_last.done <= m_doneAtStart || now - m_stepStart < kSilenceSeconds)
        return -1;
    const double perItem = (m_lastTime - m_stepStart) / double(m_last.done - m_doneAtStart);
    const double leftThen = perItem * double(std::max<std::int64_t>(0, m_last.total - m_last.done));
    return std::max(0.0, leftThen - (now - m_lastTime));
}

} // namespace echo2ecg::ui
