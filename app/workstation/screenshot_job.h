// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

namespace echo2ecg::ui {
class CaseWindow;
}

// Waits until the case is complete on screen, then writes the picture and the report that the command line asked for, and quits if told to. A case that
// doesn't settle in time is written as it is, with exit code 1.
class ScreenshotJob : public QObject
{
    Q_OBJECT
public:
    ScreenshotJob(echo2ecg::ui::CaseWindow& window, QString picture, QString report, bool quit);

private:
    void check();
    void finish(int exitCode);
    echo2ecg::ui::CaseWindow& m_window;
    QString m_picture, m_report;
    bool m_quit;
    bool m_reportAsked = false;
    int m_quietTicks = 0, m_ticks = 0;
    QTimer m_timer;
};
