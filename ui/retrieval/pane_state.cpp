// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/pane_state.h"

#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

namespace echo2ecg::ui {

PaneState::PaneState(QWidget* parent)
    : QWidget(parent), m_title(new QLabel), m_detail(new QLabel), m_retry(new QPushButton(tr("Try again")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 20, 16, 20);
    column->setSpacing(6);
    for (QLabel* label : {m_title, m_detail}) {
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(label);
    }
    m_detail->setProperty("role", "faint");
    column->addSpacing(6);
    column->addWidget(m_retry, 0, Qt::AlignLeft);
    column->addStretch();
    connect(m_retry, &QPushButton::clicked, this, &PaneState::retryRequested);
}

void PaneState::show(const QString& title, const char* titleRole, const QString& detail, bool retry)
{
    m_title->setText(title);
    m_title->setProperty("role", titleRole);
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    m_retry->setVisible(retry);
}

void PaneState::showEmpty(const QString& whatBelongsHere, const QString& howToGetIt)
{
    show(whatBelongsHere, "muted", howToGetIt, false);
}

void PaneState::showBusy(const QString& what)
{
    show(what, "muted", {}, false);
}

void PaneState::showError(const QString& sentence)
{
    show(sentence, "error", {}, true);
}

} // namespace echo2ecg::ui
