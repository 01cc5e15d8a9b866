// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QAction;
class QKeySequenceEdit;
class QLabel;
class QLineEdit;
class QPushButton;
class QTreeWidget;

namespace echo2ecg::ui {

class ShortcutStore;

// Every command with its key: found by name or key, changed, put back. A key that another command has is shown as such and taken from
// it only when a person says so. Changes hold at once.
class ShortcutEditor : public QDialog
{
    Q_OBJECT
public:
    explicit ShortcutEditor(ShortcutStore* store, QWidget* parent = nullptr);

private:
    void fill();
    void filter(const QString& text);
    void showChosen();
    void offer();     // the key that was typed
    void apply(bool takeAway);
    QAction* chosen() const;

    ShortcutStore* m_store;
    QLineEdit* m_search;
    QTreeWidget* m_list;
    QKeySequenceEdit* m_key;
    QLabel *m_name, *m_conflict;
    QPushButton *m_take, *m_clear, *m_reset;
};

} // namespace echo2ecg::ui
