// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/tag_label.h"

#include "ui/theme/theme.h"

#include <QPainter>

namespace echo2ecg::ui {

TagLabel::TagLabel(const QString& text, Tone tone, const QString& objectName, QWidget* parent) : QLabel(text, parent), m_tone(tone)
{
    setObjectName(objectName);
    setTextFormat(Qt::PlainText);
    setProperty("role", tone == Tone::Warning ? QStringLiteral("warning") : QStringLiteral("muted"));
    setContentsMargins(8, 2, 8, 2);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Maximum);
}

void TagLabel::paintEvent(QPaintEvent* event)
{
    const ThemeColours& c = Theme::instance().colours();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_tone == Tone::Warning ? c.warning : c.line, 1));
    painter.setBrush(m_tone == Tone::Warning ? mixed(c.warning, c.panel, 0.12) : QColor(Qt::transparent));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.end();
    QLabel::paintEvent(event);
}

} // namespace echo2ecg::ui
