// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/measure/paint_measurement.h"

#include "echo/measure/ventricle.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double lineWidth = 1.5, haloWidth = 3.5, mark = 5, handle = 3.5, gap = 8;

QString text(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}

QPointF at(const QTransform& t, echo::Point p)
{
    return t.map(QPointF(p.x, p.y));
}

QPolygonF mapped(const QTransform& t, const std::vector<echo::Point>& points)
{
    QPolygonF line;
    for (const echo::Point p : points)
        line << at(t, p);
    return line;
}

void addCross(QPainterPath& path, QPointF p)
{
    path.moveTo(p - QPointF(mark, 0));
    path.lineTo(p + QPointF(mark, 0));
    path.moveTo(p - QPointF(0, mark));
    path.lineTo(p + QPointF(0, mark));
}

// The ellipse through both ends of an axis and as wide as the third point says, in frame pixels.
QPolygonF ellipseLine(const QTransform& t, const std::vector<echo::Point>& p)
{
    const QPointF a(p[0].x, p[0].y), b(p[1].x, p[1].y), c(p[2].x, p[2].y);
    const QPointF middle = (a + b) / 2, along = (b - a) / 2;
    const double length = std::hypot(along.x(), along.y());
    if (length <= 0)
        return {};
    const QPointF across(-along.y() / length, along.x() / length);
    const double width = std::abs(QPointF::dotProduct(c - middle, across));
    QPolygonF line;
    for (int i = 0; i <= 72; ++i) {
        const double angle = i * 2 * 3.14159265358979 / 72;
        line << t.map(middle + along * std::cos(angle) + across * width * std::sin(angle));
    }
    return line;
}

QPainterPath shapeOf(const echo::Measurement& m, const QTransform& t)
{
    QPainterPath path;
    const auto line = [&](const QPolygonF& points, bool isClosed) {
        if (points.isEmpty())
            return;
        path.addPolygon(points);
        if (isClosed && points.size() > 2)
            path.closeSubpath();
    };
    switch (m.tool) {
    case echo::Tool::Trace: line(mapped(t, m.points), true); break;
    case echo::Tool::LvContour: line(mapped(t, echo::outlineOf(m)), true); break;
    case echo::Tool::Ellipse:
        if (m.points.size() == 3)
            line(ellipseLine(t, m.points), true);
        if (m.points.size() >= 2)
            line(mapped(t, {m.points[0], m.points[1]}), false);
        break;
    case echo::Tool::Velocity:
        if (!m.points.empty())
            addCross(path, at(t, m.points[0]));
        break;
    case echo::Tool::MModeInterval: // upright lines at both times
        for (const echo::Point p : m.points) {
            path.moveTo(at(t, {p.x, p.y}) - QPointF(0, 4 * mark));
            path.lineTo(at(t, {p.x, p.y}) + QPointF(0, 4 * mark));
        }
        line(mapped(t, m.points), false);
        break;
    default:
        line(mapped(t, m.points), false);
        if (m.tool == echo::Tool::Calliper || m.tool == echo::Tool::Slope)
            for (const echo::Point p : m.points)
                addCross(path, at(t, p));
        break;
    }
    return path;
}

QPainterPath discsOf(const echo::Measurement& m, const echo::Calibration& c, const QTransform& t)
{
    QPainterPath path;
    if (const auto cut = echo::cutIntoDiscs(echo::outlineOf(m), c.perPixelX, c.perPixelY)) {
        path.moveTo(at(t, cut->annulus));
        path.lineTo(at(t, cut->apex));
        for (const auto& [left, right] : cut->discs) {
            path.moveTo(at(t, left));
            path.lineTo(at(t, right));
        }
    }
    return path;
}

// Beside the shape, where nothing else stands: right of it, left of it, below, above, then further down.
QRectF placeFor(const QSizeF& size, const QRectF& shape, const QRectF& area, const std::vector<QRectF>& taken)
{
    const double middle = shape.center().y() - size.height() / 2;
    std::vector<QRectF> places{{{shape.right() + gap, middle}, size},
                               {{shape.left() - gap - size.width(), middle}, size},
                               {{shape.center().x() - size.width() / 2, shape.bottom() + gap}, size},
                               {{shape.center().x() - size.width() / 2, shape.top() - gap - size.height()}, size}};
    for (int i = 1; i < 8; ++i)
        places.push_back(places[0].translated(0, i * (size.height() + 2)));
    for (const QRectF& place : places)
        if (area.contains(place) && std::none_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(place); }))
            return place;
    QRectF last = places[0];
    last.moveLeft(std::clamp(last.left(), area.left() + 2, std::max(area.left() + 2, area.right() - size.width() - 2)));
    last.moveTop(std::clamp(last.top(), area.top() + 2, std::max(area.top() + 2, area.bottom() - size.height() - 2)));
    return last;
}

} // namespace

MeasureLook measureLook(bool isSelected)
{
    const ThemeColours& dark = Theme::coloursOf(ThemeKind::Dark);
    MeasureLook look;
    look.line = isSelected ? dark.accent : mixed(dark.accent, dark.cineText, 0.35);
    look.text = isSelected ? dark.cineText : mixed(dark.cineText, dark.cineBackground, 0.85);
    look.halo = QColor(0, 0, 0, 150);
    look.refused = dark.warning;
    look.isSelected = isSelected;
    return look;
}

QString measurementText(const echo::Measurement& m, const echo::Evaluation& e)
{
    QString name = m.quantity == echo::Quantity::Free ? text(m.label) : QString::fromUtf8(echo::wordsFor(m.quantity));
    if (!name.isEmpty())
        name += QLatin1Char(' ');
    if (!e.refused.empty())
        return name + text(e.refused);
    // Two volumes or two lengths without their names would be a riddle: the first value, and the second where its unit tells it apart.
    echo::Evaluation shown = e;
    const bool isShape = m.tool == echo::Tool::LvContour || m.tool == echo::Tool::Ellipse || m.tool == echo::Tool::Trace;
    if (isShape && shown.values.size() > 1)
        shown.values.resize(m.tool == echo::Tool::LvContour ? 1 : 2);
    return name + text(echo::textOf(shown));
}

void paintMeasurement(QPainter& painter, const echo::Measurement& m, const echo::Evaluation& e, const QTransform& t, const QRectF& area,
                      const MeasureLook& look, std::vector<QRectF>& taken)
{
    if (m.points.empty())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QPainterPath shape = shapeOf(m, t);
    const auto stroke = [&](const QPainterPath& path, const QColor& colour, double width) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(look.halo, width + haloWidth - lineWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(path);
        painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPath(path);
    };
    if (look.isSelected && m.tool == echo::Tool::LvContour && e.refused.empty() && !e.values.empty()) {
        QColor quiet = look.line;
        quiet.setAlphaF(0.55f);
        painter.setPen(QPen(quiet, 1));
        painter.drawPath(discsOf(m, e.calibration, t));
    }
    stroke(shape, e.refused.empty() ? look.line : look.refused, lineWidth);
    QRectF bounds = shape.boundingRect();
    for (const echo::Point p : m.points)
        bounds = bounds.united(QRectF(at(t, p), QSizeF(0.1, 0.1)));
    // Handles of a line drawn by hand would hide it.
    if ((look.isSelected || look.isDraft) && m.points.size() <= 40) {
        painter.setPen(QPen(look.halo, 1));
        painter.setBrush(look.line);
        for (const echo::Point p : m.points)
            painter.drawEllipse(at(t, p), handle, handle);
    }
    const QString words = measurementText(m, e);
    if (!words.isEmpty()) {
        const QFontMetricsF metrics(painter.font());
        const double widest = std::min(std::max(80.0, area.width() - 12), metrics.averageCharWidth() * 44);
        const QRectF need = metrics.boundingRect(QRectF(0, 0, widest, 1000), Qt::AlignLeft | Qt::TextWordWrap, words);
        const QRectF place = placeFor({std::ceil(need.width()) + 10, std::ceil(need.height()) + 4}, bounds, area, taken);
        taken.push_back(place);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0, 0, 0, 165));
        painter.drawRoundedRect(place, 3, 3);
        painter.setPen(e.refused.empty() ? look.text : look.refused);
        painter.drawText(place.adjusted(5, 2, -5, -2), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, words);
    }
    painter.restore();
}

} // namespace echo2ecg::ui
