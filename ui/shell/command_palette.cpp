// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/command_palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimer>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

QString plainName(const QAction* action)
{
    return action->text().remove(QLatin1Char('&'));
}

} // namespace

CommandPalette::CommandPalette(QWidget* window) : QFrame(window), m_field(new QLineEdit), m_list(new QListWidget)
{
    setProperty("role", "raised");
    setObjectName(QStringLiteral("commandPalette"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 10, 10, 10);
    column->setSpacing(6);
    m_field->setPlaceholderText(tr("Type a command"));
    column->addWidget(m_field);
    column->addWidget(m_list);
    m_field->installEventFilter(this);
    m_list->setFocusPolicy(Qt::NoFocus);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::refill);
    connect(m_list, &QListWidget::itemClicked, this, [this] { run(); });
    hide();
}

void CommandPalette::setActions(const QList<QAction*>& actions)
{
    m_actions = actions;
}

void CommandPalette::open()
{
    const QSize window = parentWidget()->size();
    resize(qMin(560, window.width() - 80), qMin(460, window.height() - 120));
    move((window.width() - width()) / 2, 60);
    m_field->clear();
    refill({});
    show();
    raise();
    m_field->setFocus();
}

int CommandPalette::shownCount() const
{
    return m_list->count();
}

void CommandPalette::refill(const QString& text)
{
    m_list->clear();
    for (QAction* action : std::as_const(m_actions)) {
        if (!action->isVisible() || plainName(action).isEmpty() || !plainName(action).contains(text, Qt::CaseInsensitive))
            continue;
        QStringList keys;
        for (const auto& key : action->shortcuts())
            keys << key.toString(QKeySequence::NativeText);
        auto* item = new QListWidgetItem(keys.isEmpty() ? plainName(action) : QStringLiteral("%1   ·   %2").arg(plainName(action), keys.join(QStringLiteral(", "))), m_list);
        item->setData(Qt::UserRole, QVariant::fromValue(action));
        if (!action->isEnabled())
            item->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(0);
}

void CommandPalette::run()
{
    const QListWidgetItem* item = m_list->currentItem();
    auto* action = item ? item->data(Qt::UserRole).value<QAction*>() : nullptr;
    hide();
    if (action && action->isEnabled())
        QTimer::singleShot(0, action, &QAction::trigger);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::FocusOut)
        hide();
    if (event->type() == QEvent::ShortcutOverride)
        event->accept();  // typing here is text, not the window's keys
    if (event->type() == QEvent::KeyPress) {
        switch (static_cast<QKeyEvent*>(event)->key()) {
        case Qt::Key_Escape: hide(); return true;
        case Qt::Key_Return:
        case Qt::Key_Enter: run(); return true;
        case Qt::Key_Down: m_list->setCurrentRow(qMin(m_list->currentRow() + 1, m_list->count() - 1)); return true;
        case Qt::Key_Up: m_list->setCurrentRow(qMax(m_list->currentRow() - 1, 0)); return true;
        default: break;
        }
    }
    return QFrame::eventFilter(watched, event);
}

} // namespace echo2ecg::ui
