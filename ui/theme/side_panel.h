// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QScrollArea;
class QVBoxLayout;

namespace echo2ecg::ui {

// A panel beside an ECG page or an echo grid: one column that scrolls, built when it is looked at and again when its content or the
// theme changed, so that what is closed costs nothing.
class SidePanel : public QFrame
{
    Q_OBJECT
public:
    SidePanel(const QString& objectName, int width, QWidget* parent);

protected:
    // The content is another one.
    void changed();
    // Fills an empty column; widgets are owned by the panel.
    virtual void build(QVBoxLayout& column) = 0;
    void addHeading(QVBoxLayout& column, const QString& text);
    // Below the column, always in sight.
    void addBelow(QLayout* row);
    void showEvent(QShowEvent* event) override;

private:
    void rebuild();

    QScrollArea* m_scroll;
    QVBoxLayout* m_all;
    bool m_stale = true;
};

} // namespace echo2ecg::ui
