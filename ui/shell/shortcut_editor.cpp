// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/shortcut_editor.h"

#include "ui/shell/shortcut_store.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

QString keysText(const QAction* action)
{
    return QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText);
}

} // namespace

ShortcutEditor::ShortcutEditor(ShortcutStore* store, QWidget* parent) : QDialog(parent), m_store(store)
{
    setWindowTitle(tr("Keys"));
    resize(560, 620);
    auto* down = new QVBoxLayout(this);
    m_search = new QLineEdit;
    m_search->setObjectName(QStringLiteral("shortcutSearch"));
    m_search->setPlaceholderText(tr("Command or key"));
    m_search->setClearButtonEnabled(true);
    m_list = new QTreeWidget;
    m_list->setObjectName(QStringLiteral("shortcutList"));
    m_list->setColumnCount(2);
    m_list->setHeaderLabels({tr("Command"), tr("Key")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_name = new QLabel;
    m_name->setProperty("role", QStringLiteral("heading"));
    m_key = new QKeySequenceEdit;
    m_key->setObjectName(QStringLiteral("shortcutKey"));
    m_clear = new QPushButton(tr("No key"));
    m_reset = new QPushButton(tr("Default"));
    m_take = new QPushButton(tr("Take it"));
    m_take->setObjectName(QStringLiteral("shortcutTake"));
    m_take->setToolTip(tr("The key is used here, and no longer there"));
    m_conflict = new QLabel;
    m_conflict->setObjectName(QStringLiteral("shortcutConflict"));
    m_conflict->setProperty("role", QStringLiteral("warning"));
    m_conflict->setWordWrap(true);
    auto* edit = new QHBoxLayout;
    edit->addWidget(m_key, 1);
    edit->addWidget(m_clear);
    edit->addWidget(m_reset);
    auto* trouble = new QHBoxLayout;
    trouble->addWidget(m_conflict, 1);
    trouble->addWidget(m_take);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* all = buttons->addButton(tr("All defaults"), QDialogButtonBox::ResetRole);
    down->addWidget(m_search);
    down->addWidget(m_list, 1);
    down->addWidget(m_name);
    down->addLayout(edit);
    down->addLayout(trouble);
    down->addWidget(buttons);

    connect(m_search, &QLineEdit::textChanged, this, &ShortcutEditor::filter);
    connect(m_list, &QTreeWidget::currentItemChanged, this, &ShortcutEditor::showChosen);
    connect(m_list, &QTreeWidget::itemActivated, m_key, qOverload<>(&QWidget::setFocus));
    connect(m_key, &QKeySequenceEdit::editingFinished, this, &ShortcutEditor::offer);
    connect(m_take, &QPushButton::clicked, this, [this] { apply(true); });
    connect(m_clear, &QPushButton::clicked, this, [this] {
        m_key->clear();
        apply(false);
    });
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (QAction* action = chosen()) {
            m_store->reset(action);
            fill();
        }
    });
    connect(all, &QPushButton::clicked, this, [this] {
        m_store->resetAll();
        fill();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    fill();
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void ShortcutEditor::fill()
{
    QAction* before = chosen();
    const QSignalBlocker quiet(m_list);
    m_list->clear();
    for (QAction* action : m_store->actions()) {
        auto* item = new QTreeWidgetItem(m_list, {ShortcutStore::nameOf(action), keysText(action)});
        item->setData(0, Qt::UserRole, QVariant::fromValue(static_cast<QObject*>(action)));
        item->setToolTip(0, action->toolTip());
        QFont font = item->font(1);
        font.setBold(m_store->isChanged(action));
        item->setFont(1, font);
        if (action == before)
            m_list->setCurrentItem(item);
    }
    filter(m_search->text());
    showChosen();
}

void ShortcutEditor::filter(const QString& text)
{
    for (int i = 0; i < m_list->topLevelItemCount(); ++i) {
        QTreeWidgetItem* item = m_list->topLevelItem(i);
        item->setHidden(!item->text(0).contains(text, Qt::CaseInsensitive) && item->text(1).compare(text, Qt::CaseInsensitive) != 0);
    }
}

QAction* ShortcutEditor::chosen() const
{
    const QTreeWidgetItem* item = m_list->currentItem();
    return item ? qobject_cast<QAction*>(item->data(0, Qt::UserRole).value<QObject*>()) : nullptr;
}

void ShortcutEditor::showChosen()
{
    QAction* action = chosen();
    m_name->setText(action ? ShortcutStore::nameOf(action) : QString());
    m_key->setKeySequence(action ? action->shortcut() : QKeySequence());
    m_key->setEnabled(action);
    m_clear->setEnabled(action && !action->shortcut().isEmpty());
    m_reset->setEnabled(action && m_store->isChanged(action));
    m_conflict->clear();
    m_take->hide();
}

void ShortcutEditor::offer()
{
    QAction* action = chosen();
    if (!action || m_key->keySequence() == action->shortcut())
        return;
    const QList<QAction*> others = m_store->conflicts(action, m_key->keySequence());
    if (others.isEmpty())
        return apply(false);
    QStringList names;
    for (const QAction* other : others)
        names << ShortcutStore::nameOf(other);
    m_conflict->setText(tr("%1 is the key of: %2").arg(m_key->keySequence().toString(QKeySequence::NativeText), names.join(QStringLiteral(", "))));
    m_take->show();
}

void ShortcutEditor::apply(bool takeAway)
{
    QAction* action = chosen();
    if (!action)
        return;
    if (takeAway)
        for (QAction* other : m_store->conflicts(action, m_key->keySequence()))
            m_store->set(other, {});
    m_store->set(action, m_key->keySequence());
    fill();
}

} // namespace echo2ecg::ui
