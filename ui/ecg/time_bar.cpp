// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/time_bar.h"

#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollBar>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double stepsPerSecond = 100;

QString seconds(double value)
{
    return QString::number(value, 'f', 1);
}

} // namespace

TimeBar::TimeBar(QWidget* parent)
    : QWidget(parent), m_scroll(new QScrollBar(Qt::Horizontal, this)), m_label(new QLabel(this))
{
    setObjectName(QStringLiteral("ecgTime"));
    m_scroll->setObjectName(QStringLiteral("ecgTimeScroll"));
    m_scroll->setToolTip(tr("Where in the recording the page is (Page up, Page down, Home, End)"));
    m_label->setProperty("role", QStringLiteral("muted"));
    m_label->setFont(Theme::numberFont(m_label->font()));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 2, 12, 4);
    row->setSpacing(10);
    row->addWidget(m_scroll, 1);
    row->addWidget(m_label);
    connect(m_scroll, &QScrollBar::valueChanged, this, [this](int value) { emit moved(value / stepsPerSecond); });
}

void TimeBar::setTimes(double total, double from, double pageLength)
{
    const bool needed = total > pageLength + 0.05 || from > 0;
    setVisible(needed);
    if (!needed)
        return;
    const QSignalBlocker quiet(m_scroll);
    m_scroll->setRange(0, std::max(0, int(std::ceil((total - pageLength) * stepsPerSecond))));
    m_scroll->setPageStep(std::max(1, int(pageLength * stepsPerSecond)));
    m_scroll->setSingleStep(std::max(1, int(pageLength * stepsPerSecond / 10)));
    m_scroll->setValue(int(std::lround(from * stepsPerSecond)));
    m_label->setText(
        tr("%1–%2 s of %3 s").arg(seconds(from), seconds(std::min(total, from + pageLength)), seconds(total)));
}

void TimeBar::turn(double pages)
{
    m_scroll->setValue(m_scroll->value() + int(std::lround(pages * m_scroll->pageStep())));
}

void TimeBar::toStart()
{
    m_scroll->setValue(m_scroll->minimum());
}

void TimeBar::toEnd()
{
    m_scroll->setValue(m_scroll->maximum());
}

} // namespace echo2ecg::ui
