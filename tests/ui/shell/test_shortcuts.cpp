// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/shortcut_editor.h"
#include "ui/shell/shortcut_store.h"

#include <QAction>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <QtTest>

using namespace echo2ecg::ui;

class TestShortcuts : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    QObject m_owner;

    QList<QAction*> fresh()
    {
        qDeleteAll(m_owner.findChildren<QAction*>());
        const auto make = [&](const char* name, const QString& text, const QList<QKeySequence>& keys) {
            auto* action = new QAction(text, &m_owner);
            action->setObjectName(QLatin1String(name));
            action->setShortcuts(keys);
            return action;
        };
        return {make("a.play", "&Play", {QKeySequence("Space")}), make("a.loop", "&Loop", {QKeySequence("L"), QKeySequence("Ctrl+L")}),
                make("", "No &name", {})};
    }

private slots:
    void changesAreKeptByName()
    {
        const QString file = m_folder.filePath("keys.ini");
        {
            QSettings settings(file, QSettings::IniFormat);
            const auto actions = fresh();
            ShortcutStore store(actions, settings);
            QVERIFY(!store.isChanged(actions[0]));
            store.set(actions[0], QKeySequence("P"));
            store.set(actions[1], {});
            store.set(actions[2], QKeySequence("Ctrl+Alt+N"));
            QVERIFY(store.isChanged(actions[1]));
        }
        QSettings settings(file, QSettings::IniFormat);
        const auto actions = fresh();
        ShortcutStore store(actions, settings);
        QCOMPARE(actions[0]->shortcut(), QKeySequence("P"));
        QVERIFY(actions[1]->shortcuts().isEmpty());
        QCOMPARE(actions[2]->shortcut(), QKeySequence("Ctrl+Alt+N"));
        QCOMPARE(store.defaults(actions[0]), QList<QKeySequence>{QKeySequence("Space")});
        store.reset(actions[1]);
        QCOMPARE(actions[1]->shortcuts().size(), 2);
        store.resetAll();
        QCOMPARE(actions[0]->shortcut(), QKeySequence("Space"));
        QVERIFY(settings.allKeys().isEmpty());
    }

    void conflictsAreFound()
    {
        QSettings settings(m_folder.filePath("other.ini"), QSettings::IniFormat);
        const auto actions = fresh();
        ShortcutStore store(actions, settings);
        QCOMPARE(store.conflicts(actions[0], QKeySequence("Ctrl+L")), QList<QAction*>{actions[1]});
        QCOMPARE(store.conflicts(actions[0], QKeySequence("L, K")), QList<QAction*>{actions[1]}); // would never be reached
        QVERIFY(store.conflicts(actions[1], QKeySequence("L")).isEmpty());                        // its own
        QVERIFY(store.conflicts(actions[0], {}).isEmpty());
    }

    void editorShowsAConflictAndTakesTheKeyOnlyWhenAsked()
    {
        QSettings settings(m_folder.filePath("editor.ini"), QSettings::IniFormat);
        const auto actions = fresh();
        ShortcutStore store(actions, settings);
        ShortcutEditor editor(&store);
        editor.show();
        auto* list = editor.findChild<QTreeWidget*>("shortcutList");
        auto* key = editor.findChild<QKeySequenceEdit*>("shortcutKey");
        auto* take = editor.findChild<QPushButton*>("shortcutTake");
        QCOMPARE(list->topLevelItemCount(), 3);
        QCOMPARE(key->keySequence(), QKeySequence("Space"));
        key->setKeySequence(QKeySequence("L"));
        emit key->editingFinished();
        QCOMPARE(actions[0]->shortcut(), QKeySequence("Space"));
        QVERIFY(editor.findChild<QLabel*>("shortcutConflict")->text().contains("Loop"));
        QVERIFY(take->isVisible());
        take->click();
        QCOMPARE(actions[0]->shortcut(), QKeySequence("L"));
        QVERIFY(actions[1]->shortcuts().isEmpty());
        QVERIFY(!take->isVisible());
        key->setKeySequence(QKeySequence("Q"));
        emit key->editingFinished();
        QCOMPARE(actions[0]->shortcut(), QKeySequence("Q"));
        // Found by name and by key.
        auto* search = editor.findChild<QLineEdit*>("shortcutSearch");
        search->setText("loo");
        QVERIFY(list->topLevelItem(0)->isHidden() && !list->topLevelItem(1)->isHidden());
        search->setText("q");
        QVERIFY(!list->topLevelItem(0)->isHidden() && list->topLevelItem(1)->isHidden());
    }
};

QTEST_MAIN(TestShortcuts)
#include "test_shortcuts.moc"
