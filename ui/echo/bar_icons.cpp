// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/bar_icons.h"

#include "ui/theme/theme.h"

#include <QPainter>
#include <QPolygonF>

namespace echo2ecg::ui {

namespace {

QPixmap drawn(BarGlyph glyph, const QColor& colour, double ratio)
{
    QPixmap pixmap(QSize(kBarIconSize, kBarIconSize) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    p.setBrush(colour);
    const QPen line(colour, 1.6, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
    const auto lines = [&] {
        p.setPen(line);
        p.setBrush(Qt::NoBrush);
    };
    const auto heads = [&] {
        p.setPen(Qt::NoPen);
        p.setBrush(colour);
    };
    switch (glyph) {
    case BarGlyph::Play:
        p.drawPolygon(QPolygonF({{3, 1.5}, {12.5, 7}, {3, 12.5}}));
        break;
    case BarGlyph::Pause:
        p.drawRect(QRectF(2.5, 2, 3, 10));
        p.drawRect(QRectF(8.5, 2, 3, 10));
        break;
    case BarGlyph::Back:
        p.drawRect(QRectF(2, 2.5, 2, 9));
        p.drawPolygon(QPolygonF({{11.5, 2.5}, {5, 7}, {11.5, 11.5}}));
        break;
    case BarGlyph::Forward:
        p.drawRect(QRectF(10, 2.5, 2, 9));
        p.drawPolygon(QPolygonF({{2.5, 2.5}, {9, 7}, {2.5, 11.5}}));
        break;
    case BarGlyph::Loop: // once around, with a head at the gap
        lines();
        p.drawArc(QRectF(2, 2.5, 9.5, 9.5), 70 * 16, 290 * 16);
        heads();
        p.drawPolygon(QPolygonF({{8, 0}, {13, 3}, {8, 6.2}}));
        break;
    case BarGlyph::Sweep:
        lines();
        p.drawLine(QPointF(3.5, 7), QPointF(10.5, 7));
        heads();
        p.drawPolygon(QPolygonF({{4.5, 3.5}, {0.5, 7}, {4.5, 10.5}}));
        p.drawPolygon(QPolygonF({{9.5, 3.5}, {13.5, 7}, {9.5, 10.5}}));
        break;
    case BarGlyph::InPoint:
        lines();
        p.drawPolyline(QPolygonF({{8, 2.5}, {4, 2.5}, {4, 11.5}, {8, 11.5}}));
        break;
    case BarGlyph::OutPoint:
        lines();
        p.drawPolyline(QPolygonF({{6, 2.5}, {10, 2.5}, {10, 11.5}, {6, 11.5}}));
        break;
    case BarGlyph::More:
        for (double x : {2.5, 7.0, 11.5})
            p.drawEllipse(QPointF(x, 7), 1.4, 1.4);
        break;
    }
    return pixmap;
}

} // namespace

QIcon barIcon(BarGlyph glyph, const ThemeColours& colours)
{
    QIcon made;
    for (double ratio : {1.0, 1.5, 2.0, 3.0}) {
        made.addPixmap(drawn(glyph, colours.text, ratio), QIcon::Normal);
        made.addPixmap(drawn(glyph, colours.textFaint, ratio), QIcon::Disabled);
    }
    return made;
}

} // namespace echo2ecg::ui
