// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace echo2ecg::ui {

// The left side of a window that is told what to do: a column that scrolls, and below it, always in sight, one status line and the buttons.
class FormPanel : public QFrame
{
    Q_OBJECT
public:
    FormPanel(const QString& statusName, int width, QWidget* parent = nullptr);

    QVBoxLayout& column() { return *m_column; }
    QHBoxLayout& buttons() { return *m_buttons; }
    // In the status line; `role` as in ui/theme/theme.h.
    void say(const QString& words, const char* role = "muted");

private:
    QVBoxLayout* m_column;
    QHBoxLayout* m_buttons;
    QLabel* m_status;
};

} // namespace echo2ecg::ui
