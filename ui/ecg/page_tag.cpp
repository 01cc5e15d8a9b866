// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_tag.h"

#include "ui/ecg/page_plot.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace echo2ecg::ui {

void paintTag(QPainter& painter, const PagePlot& plot, const QPointF& bottom, const QString& text, const QColor& ground,
              const QColor& ink)
{
    QFont font = Theme::numberFont(plot.font());
    font.setPixelSize(12);
    font.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(font);
    const QSizeF size(metrics.horizontalAdvance(text) + 12, metrics.height() + 4);
    QRectF box(QPointF(bottom.x() - size.width() / 2, bottom.y() - size.height()), size);
    const QRectF view(plot.rect());
    box.moveLeft(std::clamp(box.left(), view.left() + 2, std::max(view.left() + 2, view.right() - size.width() - 2)));
    box.moveTop(std::clamp(box.top(), view.top() + 2, std::max(view.top() + 2, view.bottom() - size.height() - 2)));
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    painter.drawRoundedRect(box, 4, 4);
    painter.setFont(font);
    painter.setPen(ink);
    painter.drawText(box, Qt::AlignCenter, text);
}

} // namespace echo2ecg::ui
