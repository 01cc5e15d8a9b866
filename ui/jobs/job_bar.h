// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"

#include <QWidget>

namespace echo2ecg::ui {

// What a running job says of itself: "embedding 14 of 62 clips · 0:41 left".
QString progressText(const JobInfo& job);
// "0:41", "12:05", "1:02:05".
QString durationText(double seconds);

// The jobs' place in the status bar: the running job with a thin progress line and Cancel, both after 300 ms, and a
// list of all jobs on a click. Takes its place in the layout always, so that nothing moves when a job starts. GUI
// thread only.
class JobBar : public QWidget
{
    Q_OBJECT
public:
    explicit JobBar(JobRunner& runner, QWidget* parent = nullptr);
    ~JobBar() override;

    QSize sizeHint() const override;

public slots:
    void showList();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
