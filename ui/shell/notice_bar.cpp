// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStyle>
#include <QToolButton>

namespace echo2ecg::ui {

NoticeBar::NoticeBar(QWidget* parent) : QFrame(parent), m_text(new QLabel), m_action(new QToolButton)
{
    setProperty("role", "raised");
    setObjectName(QStringLiteral("notice"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 6, 4);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setWordWrap(true);
    auto* close = new QToolButton;
    close->setText(QStringLiteral("✕"));
    close->setToolTip(tr("Close this line"));
    row->addWidget(m_text, 1);
    row->addWidget(m_action);
    row->addWidget(close);
    connect(m_action, &QToolButton::clicked, this, [this] {
        const auto run = m_run;
        clear();
        if (run)
            run();
    });
    connect(close, &QToolButton::clicked, this, &NoticeBar::clear);
    hide();
}

void NoticeBar::show(const QString& text, Tone tone, const QString& actionText, std::function<void()> action)
{
    m_text->setText(text);
    m_text->setProperty("role", tone == Tone::Error ? "error" : tone == Tone::Warning ? "warning" : "");
    m_text->style()->unpolish(m_text);
    m_text->style()->polish(m_text);
    m_run = std::move(action);
    m_action->setText(actionText);
    m_action->setVisible(!actionText.isEmpty());
    QFrame::show();
}

QString NoticeBar::text() const
{
    return isHidden() ? QString() : m_text->text();
}

void NoticeBar::clear()
{
    hide();
    m_run = {};
}

} // namespace echo2ecg::ui
