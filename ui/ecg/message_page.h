// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace echo2ecg::ui {

// What stands in place of a page: a title, a sentence, one thing to do, or two.
class MessagePage : public QWidget
{
    Q_OBJECT
public:
    explicit MessagePage(QWidget* parent = nullptr);
    void set(const QString& title, const QString& sentence, const QString& button, bool primary);
    // A second thing to do, beside the first; empty: none.
    void setOther(const QString& button);

    QSize minimumSizeHint() const override { return {240, 180}; }

signals:
    void pressed();
    void otherPressed();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitSentence();
    QLabel* m_title;
    QLabel* m_sentence;
    QPushButton* m_button;
    QPushButton* m_other;
};

} // namespace echo2ecg::ui
