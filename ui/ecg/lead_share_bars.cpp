// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/lead_share_bars.h"

#include "ui/theme/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kRows = 6, kColumnGap = 16;

QString nameOf(ecg::Lead lead)
{
    return QString::fromLatin1(ecg::name(lead).data(), qsizetype(ecg::name(lead).size()));
}

} // namespace

LeadShareBars::LeadShareBars(QWidget* parent) : QWidget(parent)
{
    setObjectName(QStringLiteral("leadShares"));
    setAccessibleName(tr("Share of each lead"));
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void LeadShareBars::setShares(const std::array<float, ecg::leadCount>& shares)
{
    m_shares = shares;
    QStringList words;
    for (const ecg::Lead lead : ecg::allLeads)
        words << tr("%1 %2 %").arg(nameOf(lead)).arg(double(shares[ecg::index(lead)]) * 100, 0, 'f', 1);
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void LeadShareBars::setLead(ecg::Lead lead)
{
    m_lead = lead;
    update();
}

double LeadShareBars::rowHeight() const
{
    return std::ceil(QFontMetricsF(font()).height()) + 3;
}

QSize LeadShareBars::sizeHint() const
{
    return {320, int(rowHeight()) * kRows};
}

QRectF LeadShareBars::rowOf(ecg::Lead lead) const
{
    const std::size_t i = ecg::index(lead);
    const double column = (width() - kColumnGap) / 2.0;
    return {i < kRows ? 0.0 : column + kColumnGap, double(i % kRows) * rowHeight(), column, rowHeight()};
}

double LeadShareBars::filled(ecg::Lead lead) const
{
    const float largest = *std::max_element(m_shares.begin(), m_shares.end());
    return largest > 0 ? double(m_shares[ecg::index(lead)] / largest) : 0.0;
}

void LeadShareBars::paintEvent(QPaintEvent*)
{
    const ThemeColours& c = Theme::instance().colours();
    QPainter painter(this);
    const QFontMetricsF metrics(font());
    const double nameWidth = metrics.horizontalAdvance(QStringLiteral("aVR")) + 8;
    const QFont numbers = Theme::numberFont(font());
    const double numberWidth = QFontMetricsF(numbers).horizontalAdvance(QStringLiteral("00.0 %")) + 6;
    for (const ecg::Lead lead : ecg::allLeads) {
        const QRectF row = rowOf(lead);
        const bool chosen = lead == m_lead;
        QFont words = font();
        words.setWeight(chosen ? QFont::DemiBold : QFont::Normal);
        painter.setFont(words);
        painter.setPen(chosen ? c.text : c.textMuted);
        painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, nameOf(lead));
        const QRectF room(row.left() + nameWidth, row.center().y() - 3.5, row.width() - nameWidth - numberWidth, 7);
        painter.fillRect(room, mixed(c.text, c.panel, 0.07));
        QRectF bar = room;
        bar.setWidth(room.width() * filled(lead));
        painter.fillRect(bar, chosen ? c.accent : mixed(c.accent, c.panel, 0.62));
        painter.setFont(numbers);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter,
                         tr("%1 %").arg(double(m_shares[ecg::index(lead)]) * 100, 0, 'f', 1));
    }
    if (hasFocus()) {
        painter.setPen(QPen(c.accent, 1));
        painter.drawRect(rowOf(m_lead).adjusted(-0.0, 0.5, -1, -0.5));
    }
}

void LeadShareBars::mousePressEvent(QMouseEvent* event)
{
    for (const ecg::Lead lead : ecg::allLeads)
        if (rowOf(lead).contains(event->position()))
            emit leadChosen(lead);
}

void LeadShareBars::keyPressEvent(QKeyEvent* event)
{
    const int move = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    const int to = int(ecg::index(m_lead)) + move;
    if (move && to >= 0 && to < int(ecg::leadCount))
        emit leadChosen(ecg::allLeads[std::size_t(to)]);
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
