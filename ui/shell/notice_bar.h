// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QToolButton;

namespace echo2ecg::ui {

// One quiet line that says what was just done, with one action ("Undo", "Details") and a close button. Takes the place of message boxes.
class NoticeBar : public QFrame
{
    Q_OBJECT
public:
    enum class Tone { Plain, Warning, Error };

    explicit NoticeBar(QWidget* parent = nullptr);
    void show(const QString& text, Tone tone = Tone::Plain, const QString& actionText = {}, std::function<void()> action = {});
    QString text() const;
    void clear();

private:
    QLabel* m_text;
    QToolButton* m_action;
    std::function<void()> m_run;
};

} // namespace echo2ecg::ui
