// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;
class QLineEdit;

namespace echo2ecg::ui {

// A small field beside a line just drawn: how long it is, in cm. Enter takes it, Escape gives up.
class LengthEditor : public QFrame
{
    Q_OBJECT
public:
    explicit LengthEditor(QWidget* parent);
    void ask(const QPoint& at); // in the parent

signals:
    void entered(double centimetres); // 0.1 … 40
    void givenUp();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void take();
    QLineEdit* m_field;
    QLabel* m_hint;
};

} // namespace echo2ecg::ui
