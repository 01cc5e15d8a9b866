// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/side_panel.h"

#include "ui/theme/theme.h"

#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

namespace echo2ecg::ui {

SidePanel::SidePanel(const QString& objectName, int width, QWidget* parent)
    : QFrame(parent), m_scroll(new QScrollArea(this)), m_all(new QVBoxLayout(this))
{
    setObjectName(objectName);
    setProperty("role", QStringLiteral("panel"));
    setFixedWidth(width);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_all->setContentsMargins({});
    m_all->setSpacing(0);
    m_all->addWidget(m_scroll, 1);
    connect(&Theme::instance(), &Theme::changed, this, &SidePanel::changed);
}

void SidePanel::changed()
{
    m_stale = true;
    if (isVisible())
        rebuild();
}

void SidePanel::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    if (m_stale)
        rebuild();
}

void SidePanel::addHeading(QVBoxLayout& column, const QString& text)
{
    auto* heading = new QLabel(text.toUpper());
    heading->setProperty("role", QStringLiteral("heading"));
    column.addWidget(heading);
}

void SidePanel::addBelow(QLayout* row)
{
    m_all->addLayout(row);
}

void SidePanel::rebuild()
{
    m_stale = false;
    const int at = m_scroll->verticalScrollBar()->value();
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(14, 12, 12, 12);
    column->setSpacing(8);
    build(*column);
    column->addStretch(1);
    m_scroll->setWidget(content); // and deletes what was there
    m_scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);
    m_scroll->verticalScrollBar()->setValue(at);
}

} // namespace echo2ecg::ui
