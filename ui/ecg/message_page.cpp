// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/message_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

MessagePage::MessagePage(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_sentence(new QLabel(this)), m_button(new QPushButton(this)),
      m_other(new QPushButton(this))
{
    QFont large = m_title->font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setWeight(QFont::DemiBold);
    m_title->setFont(large);
    m_title->setAlignment(Qt::AlignCenter);
    m_title->setTextFormat(Qt::PlainText);
    m_sentence->setProperty("role", QStringLiteral("muted"));
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button->setObjectName(QStringLiteral("ecgOpen"));
    m_other->setObjectName(QStringLiteral("ecgOther"));
    m_other->setProperty("role", QStringLiteral("primary")); // the first choice of who has nothing to open
    m_other->hide();

    auto* column = new QVBoxLayout(this);
    column->setSizeConstraint(QLayout::SetNoConstraint);
    column->addStretch(2);
    column->addWidget(m_title);
    column->addSpacing(6);
    column->addWidget(m_sentence, 0, Qt::AlignHCenter);
    column->addSpacing(14);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(10);
    buttons->addStretch();
    buttons->addWidget(m_other);
    buttons->addWidget(m_button);
    buttons->addStretch();
    column->addLayout(buttons);
    column->addStretch(3);
    connect(m_button, &QPushButton::clicked, this, &MessagePage::pressed);
    connect(m_other, &QPushButton::clicked, this, &MessagePage::otherPressed);
}

void MessagePage::setOther(const QString& button)
{
    m_other->setText(button);
    m_other->setVisible(!button.isEmpty());
}

void MessagePage::set(const QString& title, const QString& sentence, const QString& button, bool primary)
{
    m_title->setText(title);
    m_sentence->setText(sentence);
    fitSentence();
    m_button->setText(button);
    m_button->setProperty("role", primary ? QStringLiteral("primary") : QString());
    m_button->style()->unpolish(m_button);
    m_button->style()->polish(m_button);
}

void MessagePage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitSentence();
}

void MessagePage::fitSentence()
{
    const int line = std::clamp(width() - 48, 180, 440);
    m_sentence->setFixedSize(line, m_sentence->heightForWidth(line));
}

} // namespace echo2ecg::ui
