// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QLabel;
class QToolButton;

namespace echo2ecg::ui {

class MeasureActions;

// One quiet line above the pictures: the tools, and which scale holds in the selected cell. What has no room is in the menu at its end.
class MeasureBar : public QWidget
{
    Q_OBJECT
public:
    explicit MeasureBar(const MeasureActions& actions, QWidget* parent = nullptr);
    void setBadge(const QString& text, bool isWarning);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {120, sizeHint().height()}; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    std::vector<QToolButton*> m_buttons;
    QToolButton* m_more;
    QLabel* m_badge;
};

} // namespace echo2ecg::ui
