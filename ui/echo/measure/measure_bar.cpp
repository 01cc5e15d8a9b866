// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/measure_bar.h"

#include "ui/echo/measure/measure_actions.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QResizeEvent>
#include <QToolButton>

namespace echo2ecg::ui {

MeasureBar::MeasureBar(const MeasureActions& actions, QWidget* parent) : QWidget(parent), m_more(new QToolButton(this)), m_badge(new QLabel(this))
{
    setObjectName(QStringLiteral("measureBar"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(6, 2, 8, 2);
    row->setSpacing(2);
    for (QAction* action : {actions.calliper, actions.area, actions.ellipse, actions.nextContour, actions.velocity, actions.vti, actions.interval, actions.angle,
                            actions.slope, actions.lvidd, actions.lvids, actions.ivsd, actions.pwd, actions.calibrate}) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextOnly);
        button->setProperty("role", QStringLiteral("chip"));
        button->setFocusPolicy(Qt::TabFocus);
        QString words = action->text();
        words.remove(u'&');
        if (action == actions.nextContour)
            words = tr("LV volume");
        if (action == actions.calibrate)
            words = tr("Calibrate");
        if (action == actions.interval)
            words = tr("Time");
        action->setIconText(words);
        button->setText(words);
        row->addWidget(button);
        m_buttons.push_back(button);
    }
    auto* menu = new QMenu(m_more);
    actions.fillMenu(menu);
    m_more->setMenu(menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setText(tr("Measure"));
    m_more->setToolTip(tr("All tools"));
    row->addWidget(m_more);
    row->addStretch(1);
    m_badge->setProperty("role", QStringLiteral("muted"));
    m_badge->setFont(Theme::numberFont(m_badge->font()));
    m_badge->setToolTip(tr("The scale of the selected measurement, or of the selected cell"));
    m_badge->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_badge->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_badge->setMinimumWidth(m_badge->fontMetrics().horizontalAdvance(QStringLiteral("US region 1 · 0.41 mm/px")));
    row->addWidget(m_badge, 1);
}

QSize MeasureBar::sizeHint() const
{
    return {400, m_more->sizeHint().height() + 4};
}

void MeasureBar::setBadge(const QString& text, bool isWarning)
{
    m_badge->setText(text);
    const QString role = isWarning ? QStringLiteral("warning") : QStringLiteral("muted");
    if (m_badge->property("role") != role) {
        m_badge->setProperty("role", role);
        m_badge->setStyleSheet(m_badge->styleSheet()); // a property is looked at when the style is set anew
    }
}

void MeasureBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    int room = event->size().width() - m_badge->minimumWidth() - m_more->sizeHint().width() - 24;
    for (QToolButton* button : m_buttons) {
        room -= button->sizeHint().width() + 2;
        button->setVisible(room >= 0);
    }
}

} // namespace echo2ecg::ui
