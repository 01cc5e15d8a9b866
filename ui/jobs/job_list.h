// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"

#include <QFrame>

#include <map>

class QLabel;
class QVBoxLayout;

namespace echo2ecg::ui {

// The popup of the job bar: every job with its state, Cancel while it runs or waits, Retry and Dismiss when it failed.
class JobList : public QFrame
{
    Q_OBJECT
public:
    JobList(JobRunner& runner, QWidget* parent);
    // Opens with its bottom right corner there.
    void openAbove(const QPoint& bottomRight);

private:
    struct Row
    {
        QWidget* widget = nullptr;
        QLabel* state = nullptr;
    };
    void refresh();
    void rebuild(const std::vector<JobInfo>& jobs);
    QWidget* makeRow(const JobInfo& job);

    JobRunner& m_runner;
    QVBoxLayout* m_layout = nullptr;
    std::vector<std::pair<int, JobState>> m_shown;
    std::map<int, Row> m_rows;
    QPoint m_bottomRight;
};

} // namespace echo2ecg::ui
