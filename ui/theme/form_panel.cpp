// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/form_panel.h"

#include "ui/theme/panel_words.h"

#include <QScrollArea>
#include <QVBoxLayout>

namespace echo2ecg::ui {

FormPanel::FormPanel(const QString& statusName, int width, QWidget* parent) : QFrame(parent), m_buttons(new QHBoxLayout), m_status(new QLabel)
{
    setProperty("role", "panel");
    setFixedWidth(width);

    auto* content = new QWidget;
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(18, 14, 18, 14);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    scroll->viewport()->setAutoFillBackground(false);
    content->setAutoFillBackground(false);

    m_status->setObjectName(statusName);
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    m_status->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_status->setMinimumHeight(2 * m_status->fontMetrics().lineSpacing());
    m_status->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    auto* bottom = new QVBoxLayout;
    bottom->setContentsMargins(18, 0, 18, 14);
    bottom->setSpacing(8);
    bottom->addWidget(m_status);
    bottom->addLayout(m_buttons);

    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(8);
    whole->addWidget(scroll, 1);
    whole->addLayout(bottom);
}

void FormPanel::say(const QString& words, const char* role)
{
    setRole(m_status, role);
    m_status->setText(words);
    m_status->setToolTip(words);
}

} // namespace echo2ecg::ui
