// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_overlay.h"

#include "ui/theme/simulated_badge.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kTissue2d = 1, kCentimetres = 3;
constexpr double kGap = 12.0;

QString words(const char* text)
{
    return QCoreApplication::translate("CineOverlay", text);
}

QString millimetres(double x, double y)
{
    const auto number = [](double v) { return QString::number(v, 'f', v < 0.1 ? 3 : 2); };
    if (std::abs(x - y) > 0.01 * std::max(x, y))
        return QStringLiteral("%1 × %2 mm/px").arg(number(x), number(y));
    return number(x) + QStringLiteral(" mm/px");
}

// Two texts on one line. Where there is no room for both, the right one takes the second line, as long as that leaves the
// picture free; at last the left one gives way when the right one matters more.
void paintLine(QPainter& painter, const QRectF& line, const QString& left, const QColor& leftColour,
               const QString& right, const QColor& rightColour, const QRectF& secondLine, bool rightMatters)
{
    const QFontMetricsF metrics(painter.font());
    const double leftWidth = metrics.horizontalAdvance(left), rightWidth = metrics.horizontalAdvance(right);
    const bool oneLine = leftWidth + rightWidth + kGap <= line.width();
    const bool twoLines = !right.isEmpty() && !oneLine && !secondLine.isEmpty();
    const bool beside = !right.isEmpty() && (oneLine || (!twoLines && rightMatters));
    const double room = beside ? line.width() - rightWidth - kGap : line.width();
    painter.setPen(leftColour);
    painter.drawText(QRectF(line.topLeft(), QSizeF(room, line.height())), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(left, Qt::ElideRight, room));
    painter.setPen(rightColour);
    if (beside)
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, right);
    else if (twoLines)
        painter.drawText(secondLine, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(right, Qt::ElideRight, secondLine.width()));
}

// The line next to `line`, or nothing where it would cover the picture.
QRectF nextLine(const QRectF& line, double direction, const QRectF& picture)
{
    const QRectF next = line.translated(0, direction * line.height());
    return next.intersects(picture) ? QRectF() : next;
}

// Where there is no line of its own, the words stand beside the picture: in the black at its left and right.
void paintBesidePicture(QPainter& painter, const QRectF& cell, const CellLayout& layout, const CellOverlay& overlay,
                        const QColor& colour)
{
    const QFontMetricsF metrics(painter.font());
    const QRectF left(layout.footer.left(), layout.picture.top(), layout.picture.left() - layout.footer.left() - 4,
                      cell.bottom() - layout.picture.top() - 4);
    const QRectF right(layout.picture.right() + 4, left.top(), layout.footer.right() - layout.picture.right() - 4,
                       left.height());
    const auto stack = [&](const QRectF& column, const QString& text, Qt::Alignment side) {
        const QStringList parts = text.split(QStringLiteral(" · "));
        const auto fits = [&](const QString& part) { return metrics.horizontalAdvance(part) <= column.width(); };
        if (!text.isEmpty() && std::all_of(parts.begin(), parts.end(), fits))
            painter.drawText(column, int(side | Qt::AlignBottom), parts.join(QLatin1Char('\n')));
    };
    painter.setPen(colour);
    stack(left, overlay.footerLeft, Qt::AlignLeft);
    stack(right, overlay.footerRight, Qt::AlignRight);
}

} // namespace

QString calibrationBadge(const dicom::ImageHeader& header)
{
    for (std::size_t i = 0; i < header.regions.size(); ++i) {
        const dicom::UltrasoundRegion& r = header.regions[i];
        if (r.spatialFormat != kTissue2d || r.unitsX != kCentimetres || r.unitsY != kCentimetres)
            continue;
        const double x = std::abs(r.deltaX) * 10.0, y = std::abs(r.deltaY) * 10.0;
        if (x > 0 && y > 0 && std::isfinite(x) && std::isfinite(y))
            return words("US region %1").arg(i + 1) + QStringLiteral(" · ") + millimetres(x, y);
    }
    if (header.pixelSpacingColumnMm.value_or(0) > 0 && header.pixelSpacingRowMm.value_or(0) > 0)
        return words("pixel spacing") + QStringLiteral(" · ") +
               millimetres(*header.pixelSpacingColumnMm, *header.pixelSpacingRowMm);
    return words("not calibrated");
}

QString weightText(std::optional<float> weight)
{
    return weight ? words("view weight %1").arg(double(*weight), 0, 'f', 2) : QString();
}

void paintOverlay(QPainter& painter, const QRectF& cell, const CellLayout& layout, const CellOverlay& overlay,
                  const ThemeColours& colours)
{
    const QColor& text = colours.cineText;
    const QColor quiet = mixed(text, colours.cineBackground, 0.62);
    // Accents of the dark room: the picture's surroundings are black in both themes.
    const QColor accent = Theme::coloursOf(ThemeKind::Dark).accent, error = Theme::coloursOf(ThemeKind::Dark).error;
    if (overlay.own)
        painter.fillRect(QRectF(cell.left() + 1, cell.top() + 1, cell.width() - 2, 2), accent);
    if (overlay.selected) {
        painter.setPen(QPen(mixed(text, colours.cineBackground, 0.5), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (overlay.dropTarget) {
        painter.setPen(QPen(accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cell.adjusted(1, 1, -1, -1));
    }
    QRectF title = layout.title;
    if (overlay.simulated) {
        const QFont font = painter.font();
        const BadgeWord word = simulatedBadgeSize(font).width() < title.width() / 3 ? BadgeWord::Full : BadgeWord::Short;
        const QSizeF size = simulatedBadgeSize(font, word);
        paintSimulatedBadge(painter, {title.left(), title.center().y() - size.height() / 2}, font, Theme::coloursOf(ThemeKind::Dark), word);
        title.setLeft(title.left() + size.width() + kGap / 2);
    }
    paintLine(painter, title, overlay.title, text, overlay.weight, quiet, nextLine(layout.title, 1, layout.picture), true);
    if (!overlay.error.isEmpty()) {
        painter.setPen(error);
        const QRectF middle(layout.title.left(), layout.title.bottom(), layout.title.width(),
                            cell.bottom() - layout.title.bottom() - 4);
        painter.drawText(middle, Qt::AlignCenter | Qt::TextWordWrap, overlay.error);
        return;
    }
    if (overlay.waiting) {
        painter.setPen(quiet);
        painter.drawText(layout.picture, Qt::AlignCenter, words("reading …"));
    }
    if (!overlay.note.isEmpty())
        paintLine(painter, layout.footer, overlay.note, error, {}, error, {}, false);
    else if (layout.footerOverPicture)
        paintBesidePicture(painter, cell, layout, overlay, quiet);
    else
        paintLine(painter, layout.footer, overlay.footerLeft, quiet, overlay.footerRight, quiet,
                  nextLine(layout.footer, -1, layout.picture), false);
}

void paintEmpty(QPainter& painter, const QRectF& area, const QString& what, const QString& how,
                const ThemeColours& colours)
{
    const QFont body = painter.font();
    QFont heading = body;
    heading.setPointSizeF(body.pointSizeF() * 1.25);
    const QFontMetricsF big(heading), small(body);
    const double width = std::min(area.width() - 32, small.averageCharWidth() * 56);
    const QRectF below = small.boundingRect(QRectF(0, 0, width, 1000), Qt::AlignHCenter | Qt::TextWordWrap, how);
    const double height = big.height() + 6 + below.height();
    const QRectF top(area.center().x() - width / 2, area.center().y() - height / 2, width, big.height());
    painter.setFont(heading);
    painter.setPen(mixed(colours.cineText, colours.cineBackground, 0.85));
    painter.drawText(top, Qt::AlignCenter, what);
    painter.setFont(body);
    painter.setPen(mixed(colours.cineText, colours.cineBackground, 0.6));
    painter.drawText(QRectF(top.left(), top.bottom() + 6, width, below.height() + 4),
                     Qt::AlignHCenter | Qt::TextWordWrap, how);
}

} // namespace echo2ecg::ui
