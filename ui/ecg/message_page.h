// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace echo2ecg::ui {

// What stands in place of a page: a title, a sentence, one thing to do.
class MessagePage : public QWidget
{
    Q_OBJECT
public:
    explicit MessagePage(QWidget* parent = nullptr);
    void set(const QString& title, const QString& sentence, const QString& button, bool primary);

    QSize minimumSizeHint() const override { return {240, 180}; }

signals:
    void pressed();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitSentence();
    QLabel* m_title;
    QLabel* m_sentence;
    QPushButton* m_button;
};

} // namespace echo2ecg::ui
