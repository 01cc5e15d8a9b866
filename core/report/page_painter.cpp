// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/page_painter.h"

#include "report/ecg_caption.h"
#include "report/trace_path.h"

#include <QCoreApplication>
#include <QPaintEngine>
#include <QPainter>
#include <QPainterPath>
#include <QPen>
#include <QPixmap>
#include <QPixmapCache>
#include <QPolygonF>
#include <QThread>
#include <QVector>

#include <algorithm>
#include <cmath>
#include <limits>

namespace echo2ecg::report {

namespace {

QPen inkPen(const QColor& colour, double width)
{
    return {colour, width, Qt::SolidLine, Qt::RoundCap, Qt::BevelJoin};
}

// Stroking a long polyline costs a raster engine ten times what its segments cost one by one, so pixels get segments
// and paper gets polylines.
class TraceStroke
{
public:
    TraceStroke(QPainter& painter, const PageInk& ink)
        : m_painter(painter), m_segments(painter.paintEngine() && painter.paintEngine()->type() == QPaintEngine::Raster)
    {
        QPen pen = inkPen(ink.trace, ink.traceWidth);
        if (m_segments)
            pen.setCapStyle(Qt::SquareCap); // closes the joints; a round cap would leave the fast path
        painter.setPen(pen);
    }
    void operator()(const TraceRun& run, const PageScale& scale)
    {
        if (run.size() == 1)
            return m_painter.drawPoint(scale.map(run.front().x, run.front().y));
        m_line.clear();
        for (const PagePoint& p : run)
            m_line << scale.map(p.x, p.y);
        if (!m_segments)
            return m_painter.drawPolyline(m_line);
        m_pieces.clear();
        for (qsizetype i = 1; i < m_line.size(); ++i)
            m_pieces << QLineF(m_line[i - 1], m_line[i]);
        m_painter.drawLines(m_pieces);
    }

private:
    QPainter& m_painter;
    bool m_segments;
    QPolygonF m_line;
    QVector<QLineF> m_pieces;
};

void drawText(QPainter& painter, const QPointF& at, const QString& text, const QFont& font, const QColor& colour,
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

// A word with its halo as a picture: outlining text costs as much as drawing the traces, and the words stay the same
// while a page is moved. `origin`: the left end of the baseline in it.
QPixmap picture(const QString& text, const QFont& font, const QColor& colour, const PageInk& ink, double ratio,
                QPointF& origin)
{
    const QRectF bounds = QFontMetricsF(font)
                              .boundingRect(text)
                              .adjusted(-2, -2, 2, 2)
                              .adjusted(-ink.haloWidth, -ink.haloWidth, ink.haloWidth, ink.haloWidth);
    origin = QPointF(std::ceil(-bounds.left()), std::ceil(-bounds.top()));
    const QString key = QStringLiteral("ecg %1|%2|%3|%4|%5|%6")
                            .arg(text, font.key(), colour.name(), ink.paper.name())
                            .arg(ink.haloWidth)
                            .arg(ratio);
    QPixmap pixmap;
    if (QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap((QSizeF(bounds.width() + 2, bounds.height() + 2) * ratio).toSize());
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    drawText(p, origin, text, font, colour, ink);
    p.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

// Where a strip's trace runs when no part of it is on the page: "off the page, −8.9 to −6.6 mV". An empty strip would
// look like a lead that wasn't recorded.
QString whereOffPage(const ecg::EcgRecord& record, const ecg::Page& page, const ecg::Strip& strip)
{
    const auto& samples = record[strip.lead];
    const auto at = [&](double seconds) {
        return std::size_t(std::clamp(seconds * record.samplingHz, 0.0, double(samples.size())));
    };
    float lowest = std::numeric_limits<float>::infinity(), highest = -lowest;
    for (std::size_t i = at(strip.fromSeconds); i < at(strip.toSeconds); ++i) {
        if (!std::isfinite(samples[i]))
            continue;
        const double y = ecg::yOf(page, strip, double(samples[i]));
        if (y > 0 && y < page.height)
            return {};
        lowest = std::min(lowest, samples[i]);
        highest = std::max(highest, samples[i]);
    }
    if (lowest > highest)
        return {};
    return QStringLiteral("off the page, %1 to %2 mV")
        .arg(double(lowest), 0, 'f', 1)
        .arg(double(highest), 0, 'f', 1)
        .replace(u'-', QChar(0x2212));
}

} // namespace

void paintText(QPainter& painter, const QPointF& at, const QString& text, const QFont& font, const QColor& colour,
               const PageInk& ink)
{
    const bool pixels = painter.paintEngine() && painter.paintEngine()->type() == QPaintEngine::Raster;
    if (!pixels || ink.haloWidth <= 0 || QThread::currentThread() != qApp->thread())
        return drawText(painter, at, text, font, colour, ink);
    const double ratio = painter.device()->devicePixelRatioF();
    QPointF origin;
    const QPixmap word = picture(text, font, colour, ink, ratio, origin);
    const QPointF corner = at - origin;
    // On whole pixels, so that letters stay sharp.
    painter.drawPixmap(QPointF(std::round(corner.x() * ratio) / ratio, std::round(corner.y() * ratio) / ratio), word);
}

void paintMarks(QPainter& painter, const ecg::Page& page, const PageScale& scale, const PageInk& ink)
{
    painter.setBrush(Qt::NoBrush);
    painter.setPen(inkPen(ink.trace, ink.traceWidth));
    for (const ecg::CalibrationPulse& p : page.pulses) {
        const double right = p.x + p.width, top = p.baselineY - p.height;
        const QPointF corners[] = {
            scale.map(p.x - 1, p.baselineY), scale.map(p.x, p.baselineY),   scale.map(p.x, top),
            scale.map(right, top),           scale.map(right, p.baselineY), scale.map(right + 1, p.baselineY)};
        painter.drawPolyline(corners, int(std::size(corners)));
    }

    // A column border is a short tick at each row, as on printouts: it divides the leads without fencing them in.
    QColor quiet = ink.text;
    quiet.setAlphaF(0.55f);
    painter.setPen(inkPen(quiet, ink.traceWidth));
    for (const double x : page.separators)
        for (const ecg::Strip& strip : page.strips)
            if (std::abs(strip.x - x) < 0.5) {
                painter.drawLine(scale.map(x, strip.baselineY - 5), scale.map(x, strip.baselineY - 2));
                painter.drawLine(scale.map(x, strip.baselineY + 2), scale.map(x, strip.baselineY + 5));
            }
}

void paintTraces(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink, const QRectF& visible, double shiftSeconds)
{
    painter.setBrush(Qt::NoBrush);
    TraceStroke stroke(painter, ink);
    const double column = ink.columnWidth / scale.unitsPerMm;
    for (ecg::Strip strip : page.strips) {
        strip.fromSeconds += shiftSeconds;
        strip.toSeconds += shiftSeconds;
        for (const TraceRun& run :
             traceRuns(record, strip, page.settings, column, scale.xMm(visible.left()), scale.xMm(visible.right())))
            stroke(run, scale);
    }
}

void paintLabels(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink, const QString& foot)
{
    QFont plain = ink.labelFont;
    plain.setWeight(QFont::Normal);
    const bool superimposed = page.settings.format == ecg::PageFormat::Superimposed;
    if (superimposed && !page.strips.empty()) {
        const ecg::Strip& strip = page.strips.front();
        paintText(painter, scale.map(strip.labelX, 6),
                  QStringLiteral("%1 leads superimposed").arg(record.presentLeads()), ink.labelFont, ink.text, ink);
    }
    for (const ecg::Strip& strip : page.strips) {
        if (superimposed)
            break;
        const QString lead = QString::fromStdString(ecg::label(strip));
        paintText(painter, scale.map(strip.labelX, strip.labelY), lead, ink.labelFont, ink.text, ink);
        if (!record.has(strip.lead))
            paintText(painter, scale.map(strip.labelX + 10, strip.baselineY), QStringLiteral("not recorded"), plain,
                      ink.text, ink);
        else if (const QString off = whereOffPage(record, page, strip); !off.isEmpty())
            paintText(painter, scale.map(strip.labelX + 10, strip.baselineY), off, plain, ink.text, ink);
    }
    if (!foot.isEmpty()) {
        const double width = QFontMetricsF(plain, painter.device()).horizontalAdvance(foot);
        paintText(painter, scale.map(page.width - 3, page.height - 2) - QPointF(width, 0), foot, plain, ink.text, ink);
    }
}

} // namespace echo2ecg::report
