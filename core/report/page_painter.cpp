// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/page_painter.h"

#include "report/ecg_caption.h"
#include "report/trace_path.h"

#include <QPainter>
#include <QPainterPath>
#include <QPen>
#include <QPolygonF>

#include <algorithm>

namespace echo2ecg::report {

namespace {

// Long polylines are stroked in pieces: the cost of a stroke grows faster than its length.
constexpr qsizetype pieceLength = 192;

QPen inkPen(const QColor& colour, double width)
{
    return {colour, width, Qt::SolidLine, Qt::RoundCap, Qt::BevelJoin};
}

void strokeRun(QPainter& painter, const TraceRun& run, const PageScale& scale)
{
    if (run.size() == 1) {
        painter.drawPoint(scale.map(run.front().x, run.front().y));
        return;
    }
    QPolygonF line;
    line.reserve(qsizetype(run.size()));
    for (const PagePoint& p : run)
        line << scale.map(p.x, p.y);
    for (qsizetype first = 0; first + 1 < line.size(); first += pieceLength)
        painter.drawPolyline(line.constData() + first, int(std::min(pieceLength + 1, line.size() - first)));
}

} // namespace

void paintText(QPainter& painter, const QPointF& at, const QString& text, const QFont& font, const QColor& colour,
               const PageInk& ink)
{
    if (ink.haloWidth > 0) {
        QPainterPath outline;
        outline.addText(at, font, text);
        painter.strokePath(outline, QPen(ink.paper, ink.haloWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    }
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(at, text);
}

void paintMarks(QPainter& painter, const ecg::Page& page, const PageScale& scale, const PageInk& ink)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(inkPen(ink.trace, ink.traceWidth));
    for (const ecg::CalibrationPulse& p : page.pulses) {
        const double right = p.x + p.width, top = p.baselineY - p.height;
        const QPointF corners[] = {scale.map(p.x - 1, p.baselineY), scale.map(p.x, p.baselineY), scale.map(p.x, top),
                                   scale.map(right, top), scale.map(right, p.baselineY),
                                   scale.map(right + 1, p.baselineY)};
        painter.drawPolyline(corners, int(std::size(corners)));
    }

    // A column border is a short tick at each row, as on printouts: it divides the leads without fencing them in.
    painter.setPen(inkPen(ink.text, ink.traceWidth));
    for (const double x : page.separators)
        for (const ecg::Strip& strip : page.strips)
            if (std::abs(strip.x - x) < 0.5) {
                painter.drawLine(scale.map(x, strip.baselineY - 5), scale.map(x, strip.baselineY - 2));
                painter.drawLine(scale.map(x, strip.baselineY + 2), scale.map(x, strip.baselineY + 5));
            }
}

void paintTraces(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink, const QRectF& visible)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(inkPen(ink.trace, ink.traceWidth));
    const double column = ink.columnWidth / scale.unitsPerMm;
    for (const ecg::Strip& strip : page.strips)
        for (const TraceRun& run : traceRuns(record, strip, page.settings, column, scale.xMm(visible.left()),
                                             scale.xMm(visible.right())))
            strokeRun(painter, run, scale);
}

void paintLabels(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink)
{
    QFont plain = ink.labelFont;
    plain.setWeight(QFont::Normal);
    for (const ecg::Strip& strip : page.strips) {
        const QString lead = QString::fromUtf8(ecg::name(strip.lead));
        paintText(painter, scale.map(strip.labelX, strip.labelY), lead, ink.labelFont, ink.text, ink);
        if (!record.has(strip.lead))
            paintText(painter, scale.map(strip.labelX + 10, strip.baselineY), QStringLiteral("not recorded"), plain,
                      ink.text, ink);
    }
    if (const QString columns = columnsLine(page); !columns.isEmpty()) {
        const double width = QFontMetricsF(plain, painter.device()).horizontalAdvance(columns);
        paintText(painter, scale.map(page.width - 3, page.height - 2) - QPointF(width, 0), columns, plain, ink.text,
                  ink);
    }
}

} // namespace echo2ecg::report
