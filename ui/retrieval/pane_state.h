// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace echo2ecg::ui {

// What a pane says when it has nothing to show: what belongs there and how to get it, what is under way, or what went wrong with a retry.
class PaneState : public QWidget
{
    Q_OBJECT
public:
    explicit PaneState(QWidget* parent = nullptr);
    void showEmpty(const QString& whatBelongsHere, const QString& howToGetIt);
    void showBusy(const QString& what);
    void showError(const QString& sentence);

signals:
    void retryRequested();

private:
    void show(const QString& title, const char* titleRole, const QString& detail, bool retry);
    QLabel* m_title;
    QLabel* m_detail;
    QPushButton* m_retry;
};

} // namespace echo2ecg::ui
