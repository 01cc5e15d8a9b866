// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

class QAction;
class QLineEdit;
class QListWidget;

namespace echo2ecg::ui {

// Every action of the window by name, with its key: type a few letters, Enter runs it. Ctrl+K opens it, ? opens it with everything shown.
class CommandPalette : public QFrame
{
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* window);
    void setActions(const QList<QAction*>& actions);
    void open();
    int shownCount() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void refill(const QString& text);
    void run();
    QList<QAction*> m_actions;
    QLineEdit* m_field;
    QListWidget* m_list;
};

} // namespace echo2ecg::ui
