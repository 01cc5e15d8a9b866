// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/shortcut_store.h"

#include <QAction>
#include <QSettings>

namespace echo2ecg::ui {

namespace {
const QString kGroup = QStringLiteral("shortcuts/");
} // namespace

ShortcutStore::ShortcutStore(const QList<QAction*>& actions, QSettings& settings) : m_actions(actions), m_settings(settings)
{
    for (QAction* action : actions) {
        m_defaults.insert(action, action->shortcuts());
        const QString at = kGroup + idOf(action);
        if (settings.contains(at))
            action->setShortcut(QKeySequence(settings.value(at).toString(), QKeySequence::PortableText));
    }
}

QString ShortcutStore::nameOf(const QAction* action)
{
    QString name = action->text();
    return name.remove(QLatin1Char('&'));
}

QString ShortcutStore::idOf(const QAction* action)
{
    QString id = action->objectName().isEmpty() ? nameOf(action) : action->objectName();
    return id.replace(QLatin1Char('/'), QLatin1Char('_')).replace(QLatin1Char('\\'), QLatin1Char('_'));
}

bool ShortcutStore::isChanged(const QAction* action) const
{
    return action->shortcuts() != defaults(action);
}

QList<QAction*> ShortcutStore::conflicts(const QAction* action, const QKeySequence& key) const
{
    QList<QAction*> found;
    if (key.isEmpty())
        return found;
    for (QAction* other : m_actions) {
        if (other == action)
            continue;
        for (const QKeySequence& theirs : other->shortcuts())
            if (!theirs.isEmpty() && (theirs.matches(key) != QKeySequence::NoMatch || key.matches(theirs) != QKeySequence::NoMatch)) {
                found << other;
                break;
            }
    }
    return found;
}

void ShortcutStore::set(QAction* action, const QKeySequence& key)
{
    action->setShortcut(key);
    if (isChanged(action))
        m_settings.setValue(kGroup + idOf(action), key.toString(QKeySequence::PortableText));
    else
        m_settings.remove(kGroup + idOf(action));
}

void ShortcutStore::reset(QAction* action)
{
    action->setShortcuts(defaults(action));
    m_settings.remove(kGroup + idOf(action));
}

void ShortcutStore::resetAll()
{
    for (QAction* action : m_actions)
        reset(action);
}

} // namespace echo2ecg::ui
