// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/library/quarantine_list.h"

#include "ui/retrieval/formatting.h"

#include <QFileInfo>
#include <QListWidget>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace echo2ecg::ui {

QuarantineList::QuarantineList(QWidget* parent) : QWidget(parent), m_header(new QToolButton), m_list(new QListWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(4, 2, 4, 4);
    column->setSpacing(2);
    m_header->setCheckable(true);
    m_header->setToolButtonStyle(Qt::ToolButtonTextOnly);
    column->addWidget(m_header, 0, Qt::AlignLeft);
    column->addWidget(m_list);
    m_list->setWordWrap(true);
    m_list->setMaximumHeight(160);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->hide();
    connect(m_header, &QToolButton::toggled, m_list, &QWidget::setVisible);
    connect(m_list, &QListWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        const QListWidgetItem* item = m_list->itemAt(at);
        if (!item)
            return;
        QMenu menu;
        QAction* retry = menu.addAction(tr("Try again"));
        QAction* dismiss = menu.addAction(tr("Take off the list"));
        const QAction* chosen = menu.exec(m_list->viewport()->mapToGlobal(at));
        if (chosen == retry)
            emit retryRequested(item->data(Qt::UserRole + 1).toString());
        else if (chosen == dismiss)
            emit dismissRequested(item->data(Qt::UserRole).toLongLong());
    });
    hide();
}

void QuarantineList::setRows(const std::vector<library::QuarantineRow>& rows)
{
    m_list->clear();
    for (const auto& row : rows) {
        const QString file = QString::fromStdString(row.file);
        auto* item = new QListWidgetItem(QStringLiteral("%1\n%2").arg(QFileInfo(file).fileName(), QString::fromStdString(row.reason)), m_list);
        item->setToolTip(tr("%1\nRight-click to try again or to take it off the list").arg(file));
        item->setData(Qt::UserRole, qint64(row.id));
        item->setData(Qt::UserRole + 1, file);
    }
    m_header->setText(tr("▲ %1 couldn't be imported").arg(counted(qsizetype(rows.size()), "file", "files")));
    setVisible(!rows.empty());
}

int QuarantineList::count() const
{
    return m_list->count();
}

} // namespace echo2ecg::ui
