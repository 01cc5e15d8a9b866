// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QKeySequence>
#include <QList>

class QAction;
class QSettings;

namespace echo2ecg::ui {

// The keys of all actions: their defaults, and what a person made of them, kept in the settings under the objectName (without one,
// the text) of each action. Actions outlive the store.
class ShortcutStore
{
public:
    // What the actions have now are the defaults; what the settings say is applied.
    ShortcutStore(const QList<QAction*>& actions, QSettings& settings);

    const QList<QAction*>& actions() const { return m_actions; }
    QList<QKeySequence> defaults(const QAction* action) const { return m_defaults.value(action); }
    bool isChanged(const QAction* action) const;
    // Others that have this key, or one that begins with it or that it begins with: neither would work.
    QList<QAction*> conflicts(const QAction* action, const QKeySequence& key) const;
    void set(QAction* action, const QKeySequence& key); // empty: no key
    void reset(QAction* action);
    void resetAll();
    static QString nameOf(const QAction* action); // for a person

private:
    static QString idOf(const QAction* action);
    QList<QAction*> m_actions;
    QHash<const QAction*, QList<QKeySequence>> m_defaults;
    QSettings& m_settings;
};

} // namespace echo2ecg::ui
