// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QScrollBar;

namespace echo2ecg::ui {

// Below a page that shows part of a longer recording: where it is, "20.0–30.0 s of 95.6 s". Hidden when all is shown.
class TimeBar : public QWidget
{
    Q_OBJECT
public:
    explicit TimeBar(QWidget* parent = nullptr);

    void setTimes(double total, double from, double pageLength);
    // Pages forwards or backwards; 0.1 is a small step.
    void turn(double pages);
    void toStart();
    void toEnd();

signals:
    void moved(double fromSeconds);

private:
    QScrollBar* m_scroll;
    QLabel* m_label;
};

} // namespace echo2ecg::ui
