// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_layers.h"

#include "ui/ecg/page_plot.h"
#include "ui/ecg/saliency_overlay.h"
#include "ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double fineLinesFrom = 2.0, fineLinesFull = 4.0; // device pixels per mm

double positiveRemainder(double value, double divisor)
{
    return value - std::floor(value / divisor) * divisor;
}

} // namespace

PaperLayer::PaperLayer(PagePlot& plot) : QCPLayerable(&plot, QStringLiteral("background")), m_page(plot) {}

QPixmap PaperLayer::render(const QSize& size, double perFive, const QPointF& origin, double ratio) const
{
    const EcgPaperColours c = m_page.colours();
    QPixmap paper(size);
    paper.fill(c.paper);
    QPainter p(&paper);
    const int lineWidth = std::max(1, int(std::lround(ratio * 0.75)));
    const auto lines = [&](const QColor& colour, bool bold) {
        const QPointF first(positiveRemainder(origin.x(), perFive) - perFive,
                            positiveRemainder(origin.y(), perFive) - perFive);
        for (int square = 0; (square - 1) * perFive < std::max(size.width(), size.height()); ++square)
            for (int k = bold ? 0 : 1; k < (bold ? 1 : 5); ++k) {
                const double at = square * perFive + k * perFive / 5.0;
                p.fillRect(QRect(int(std::lround(first.x() + at)), 0, lineWidth, size.height()), colour);
                p.fillRect(QRect(0, int(std::lround(first.y() + at)), size.width(), lineWidth), colour);
            }
    };
    const double pixelsPerMm = perFive / 5.0;
    const double presence = std::clamp((pixelsPerMm - fineLinesFrom) / (fineLinesFull - fineLinesFrom), 0.0, 1.0);
    if (presence > 0)
        lines(mixed(c.gridFine, c.paper, presence), false);
    lines(c.gridBold, true);
    p.end();
    paper.setDevicePixelRatio(ratio);
    return paper;
}

void PaperLayer::draw(QCPPainter* painter)
{
    const double ratio = m_page.pixelRatio();
    const double perFive = m_page.devicePixelsPerFiveMm();
    const QPointF origin = m_page.scale().origin * ratio;
    const bool whole = perFive == std::floor(perFive);
    const int more = whole ? int(perFive) + 1 : 0;
    const QSize needed = (QSizeF(m_page.size()) * ratio).toSize() + QSize(more, more);
    const QPointF drawnFor = whole ? QPointF() : origin;
    if (m_cache.isNull() || m_cachedPerFive != perFive || m_cachedOrigin != drawnFor ||
        m_cache.devicePixelRatio() != ratio || m_cache.size().width() < needed.width() ||
        m_cache.size().height() < needed.height()) {
        m_cache = render(needed, perFive, drawnFor, ratio);
        m_cachedPerFive = perFive;
        m_cachedOrigin = drawnFor;
    }
    if (!whole) {
        painter->drawPixmap(0, 0, m_cache);
        return;
    }
    const QPointF shift(positiveRemainder(std::round(origin.x()), perFive) - perFive,
                        positiveRemainder(std::round(origin.y()), perFive) - perFive);
    painter->drawPixmap(shift / ratio, m_cache);
}

TraceLayer::TraceLayer(PagePlot& plot) : QCPLayerable(&plot, QStringLiteral("main")), m_page(plot) {}

QRect TraceLayer::clipRect() const
{
    return m_page.rect().adjusted(-1, -1, 1, 2);
}

void TraceLayer::draw(QCPPainter* painter)
{
    const ecg::EcgRecord* record = m_page.record();
    if (!record)
        return;
    const EcgPaperColours c = m_page.colours();
    const report::PageScale scale = m_page.scale();

    report::PageInk ink;
    ink.trace = c.trace;
    ink.text = c.text;
    ink.paper = c.paper;
    ink.traceWidth = std::clamp(0.27 * scale.unitsPerMm, 1.1, 2.4);
    ink.columnWidth = 1.0 / m_page.pixelRatio();
    ink.haloWidth = 3.5;
    ink.labelFont = m_page.font();
    ink.labelFont.setPixelSize(int(std::lround(std::clamp(2.9 * scale.unitsPerMm, 11.0, 16.0))));
    ink.labelFont.setWeight(QFont::DemiBold);

    // The plot's own painter shifts everything by half a pixel with its antialiasing switch, so the base class is
    // asked.
    QPainter& p = *painter;
    const bool quick = m_page.isMoving();
    if (quick)
        ink.traceWidth = 0; // one device pixel, whatever the scale
    p.setRenderHint(QPainter::Antialiasing, !quick);
    if (const auto& content = m_page.content(); content.saliency && content.saliencyStrength) {
        const SaliencyInk tint{c.mark, c.paper, c.text, m_page.font()};
        paintSaliency(p, *content.saliency, *content.saliencyStrength, m_page.page(), scale, tint);
        // Above the foot of the page.
        QRectF area = QRectF(m_page.rect()).adjusted(0, 0, -12, -24);
        area.setBottom(std::min(area.bottom(), scale.map(0, m_page.page().height - 2).y() - 22));
        paintSaliencyLegend(p, *content.saliency, m_page.page(), area, tint);
    }
    report::paintMarks(p, m_page.page(), scale, ink);
    if (const auto& overlay = m_page.content().overlay) {
        report::PageInk second = ink;
        second.trace = c.overlay;
        report::paintTraces(p, *overlay->record, m_page.page(), scale, second, QRectF(m_page.rect()),
                            overlay->shiftSeconds);
    }
    report::paintTraces(p, *record, m_page.page(), scale, ink, QRectF(m_page.rect()));
    report::paintLabels(p, *record, m_page.page(), scale, ink, m_page.content().foot);
    p.setRenderHint(QPainter::Antialiasing, true);
    m_page.paintTools(p);
    p.setRenderHint(QPainter::Antialiasing, false);
}

} // namespace echo2ecg::ui
