// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/neighbour_row.h"

#include "base/simulated.h"
#include "ui/retrieval/formatting.h"
#include "ui/theme/simulated_badge.h"

#include <QPainter>

namespace echo2ecg::ui {

NeighbourRow::NeighbourRow(int rank, const casework::Neighbour& neighbour, QWidget* parent)
    : QAbstractButton(parent), m_neighbour(neighbour)
{
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
    const QString who = QString::fromStdString(neighbour.label);
    setText(who);
    setToolTip(tr("Neighbour %1: %2\nLVEF %3 · Euclidean distance %4 in the 192-d space\nClick to open this ECG")
                   .arg(rank)
                   .arg(who, percent(neighbour.lvef), distance(neighbour.distance)));
    if (neighbour.simulated)
        setToolTip(toolTip() + QLatin1Char('\n') + QString::fromLatin1(base::virtualPatientSentence));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize NeighbourRow::sizeHint() const
{
    return {200, fontMetrics().height() + 10};
}

void NeighbourRow::paintEvent(QPaintEvent*)
{
    const auto& theme = Theme::instance();
    const auto& colours = theme.colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (underMouse() || hasFocus()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colours.raised);
        painter.drawRoundedRect(rect(), 4, 4);
    }
    const QFont numbers = Theme::numberFont(font());
    const QFontMetrics metrics(numbers);
    const int efWidth = metrics.horizontalAdvance(QStringLiteral("100 %")) + 12;
    const int distanceWidth = metrics.horizontalAdvance(QStringLiteral("88.88")) + 12;
    QRect box = rect().adjusted(6, 0, -6, 0);

    const int dot = 8;
    const auto c = retrieval::LvefClass(m_neighbour.classIndex);
    const bool known = m_neighbour.classIndex >= 0 && m_neighbour.classIndex <= 2;
    painter.setPen(Qt::NoPen);
    painter.setBrush(known ? theme.classColour(c) : colours.textFaint);
    painter.drawEllipse(QRectF(box.left(), box.center().y() - dot / 2.0 + 0.5, dot, dot));
    box.setLeft(box.left() + dot + 8);
    painter.setPen(colours.textMuted);
    painter.setFont(numbers);
    painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, distance(m_neighbour.distance));
    box.setRight(box.right() - distanceWidth);
    painter.setPen(colours.text);
    painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, percent(m_neighbour.lvef));
    box.setRight(box.right() - efWidth);
    painter.setFont(font());
    if (m_neighbour.simulated) {
        const QSizeF size = simulatedBadgeSize(font(), BadgeWord::Short);
        paintSimulatedBadge(painter, {double(box.left()), box.center().y() + 0.5 - size.height() / 2}, font(), colours, BadgeWord::Short);
        box.setLeft(box.left() + int(size.width()) + 6);
    }
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(text(), Qt::ElideRight, box.width()));
}

} // namespace echo2ecg::ui
