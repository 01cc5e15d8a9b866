// SPDX-License-Identifier: GPL-3.0-or-later
#include "screenshot_job.h"

#include "ui/shell/case_window.h"

#include <QApplication>
#include <QPixmap>

#include <cstdio>

namespace {

constexpr int tickMs = 100;
constexpr int quietTicksNeeded = 8;        // clips have had time to play
constexpr int patienceTicks = 30 * 60 * 10;  // half an hour: a full-size bundle or a whole demo library on a slow machine

} // namespace

ScreenshotJob::ScreenshotJob(echo2ecg::ui::CaseWindow& window, QString picture, QString report, bool quit)
    : m_window(window), m_picture(std::move(picture)), m_report(std::move(report)), m_quit(quit)
{
    connect(&m_timer, &QTimer::timeout, this, &ScreenshotJob::check);
    m_timer.start(tickMs);
}

void ScreenshotJob::check()
{
    const bool patienceIsOver = ++m_ticks > patienceTicks;
    m_quietTicks = m_window.isSettled() ? m_quietTicks + 1 : 0;
    if (m_quietTicks < quietTicksNeeded && !patienceIsOver)
        return;
    if (!m_picture.isEmpty()) {
        const bool written = m_window.grab().save(m_picture);
        std::fprintf(stderr, written ? "wrote %s\n" : "can't write %s\n", qPrintable(m_picture));
        m_picture.clear();
        if (!written)
            return finish(1);
    }
    if (!m_report.isEmpty() && !m_reportAsked) {
        m_reportAsked = true;
        m_quietTicks = 0;
        m_window.writeReport(m_report.toStdString());
        return;
    }
    if (m_reportAsked && !m_window.notice().isEmpty())
        std::fprintf(stderr, "%s\n", qPrintable(m_window.notice()));
    finish(patienceIsOver ? 1 : 0);
}

void ScreenshotJob::finish(int exitCode)
{
    m_timer.stop();
    if (m_quit)
        QApplication::exit(exitCode);
}
