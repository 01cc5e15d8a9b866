// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_plot.h"

#include "report/page_arrangement.h"
#include "ui/ecg/page_layers.h"
#include "ui/theme/theme.h"

#include <QMouseEvent>
#include <QTimer>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double closestPixelsPerMm = 60; // one small square as large as a thumbnail
constexpr double zoomPerStep = 1.15;
constexpr double marginMm = 6; // how far the view may go beyond the page

} // namespace

PagePlot::PagePlot(QWidget* parent) : QCustomPlot(parent), m_ratio(devicePixelRatioF())
{
    setObjectName(QStringLiteral("ecgPlot"));
    setAccessibleName(tr("ECG page"));
    setFocusPolicy(Qt::ClickFocus);
    axisRect()->setAutoMargins(QCP::msNone);
    axisRect()->setMargins({});
    axisRect()->setMinimumMargins({});
    for (QCPAxis* axis : axisRect()->axes()) {
        axis->setVisible(false);
        axis->grid()->setVisible(false);
    }
    yAxis->setRangeReversed(true);
    // Owned by the plot: a layerable is deleted with its layer's plot.
    m_paper = new PaperLayer(*this);
    m_traces = new TraceLayer(*this);
    connect(&Theme::instance(), &Theme::changed, this, &PagePlot::restyle);
    restyle();
}

void PagePlot::restyle()
{
    setBackground(QBrush(Theme::instance().colours().ecgPaper));
    m_paper->forget();
    replot(rpQueuedReplot);
}

void PagePlot::setPage(std::shared_ptr<const ecg::EcgRecord> record, const ecg::Page& page)
{
    m_record = std::move(record);
    m_laidOut = m_page = page;
    fit();
}

report::PageScale PagePlot::scale() const
{
    const double perMm = m_perFive / (5.0 * m_ratio);
    return {QPointF(-xAxis->range().lower, -yAxis->range().lower) * perMm, perMm};
}

int PagePlot::fittingZoom(const QSizeF& size) const
{
    if (m_page.width <= 0 || m_page.height <= 0)
        return int(20 * m_ratio);
    const double perMm = std::min(size.width() / m_page.width, size.height() / m_page.height);
    return std::max(5, int(std::floor(perMm * 5 * m_ratio)));
}

void PagePlot::setView(int perFive, QPointF topLeft, const QSizeF& size)
{
    m_perFive = perFive;
    const double perMm = perFive / (5.0 * m_ratio);
    const QSizeF view = size / perMm;
    const auto held = [&](double at, double viewLength, double pageLength) {
        if (viewLength >= pageLength)
            return (pageLength - viewLength) / 2;
        const double slack = std::min(marginMm, viewLength / 4);
        return std::clamp(at, -slack, std::max(-slack, pageLength + slack - viewLength));
    };
    const double devicePerMm = perMm * m_ratio;
    const double x = std::round(held(topLeft.x(), view.width(), m_page.width) * devicePerMm) / devicePerMm;
    const double y = std::round(held(topLeft.y(), view.height(), m_page.height) * devicePerMm) / devicePerMm;
    xAxis->setRange(x, x + view.width());
    yAxis->setRange(y, y + view.height());
    setCursor(m_fitted ? Qt::ArrowCursor : Qt::OpenHandCursor);
    emit viewChanged();
}

void PagePlot::fitTo(const QSizeF& size)
{
    m_fitted = true;
    if (m_record && size.width() > 0)
        m_page = report::arranged(m_laidOut, *m_record, m_laidOut.width * size.height() / size.width());
    setView(fittingZoom(size), {}, size);
}

void PagePlot::fit()
{
    fitTo(size());
    replot(rpQueuedReplot);
}

void PagePlot::zoom(double steps, const QPointF& anchor)
{
    const int nearest = fittingZoom(size());
    const int farthest = std::max(nearest, int(closestPixelsPerMm * 5 * m_ratio));
    int wanted = int(std::lround(m_perFive * std::pow(zoomPerStep, steps)));
    if (wanted == m_perFive && steps != 0)
        wanted += steps > 0 ? 1 : -1;
    wanted = std::clamp(wanted, nearest, farthest);
    if (wanted == nearest) {
        fit();
        return;
    }
    const report::PageScale before = scale();
    const QPointF under(before.xMm(anchor.x()), before.yMm(anchor.y()));
    m_fitted = false;
    setView(wanted, under - anchor / (wanted / (5.0 * m_ratio)), size());
    replot(rpQueuedReplot);
}

void PagePlot::resizeEvent(QResizeEvent* event)
{
    m_ratio = devicePixelRatioF();
    const QSizeF size = event->size();
    if (m_fitted || m_perFive <= fittingZoom(size))
        fitTo(size);
    else
        setView(m_perFive, {xAxis->range().lower, yAxis->range().lower}, size);
    QCustomPlot::resizeEvent(event);
}

void PagePlot::paintEvent(QPaintEvent* event)
{
    // Moved to a screen of another density: same page, other pixels.
    if (m_ratio != devicePixelRatioF()) {
        const double change = devicePixelRatioF() / m_ratio;
        m_ratio = devicePixelRatioF();
        if (m_fitted)
            fitTo(size());
        else
            setView(std::max(5, int(std::lround(m_perFive * change))), {xAxis->range().lower, yAxis->range().lower},
                    size());
    }
    QCustomPlot::paintEvent(event);
}

void PagePlot::wheelEvent(QWheelEvent* event)
{
    if (const double steps = event->angleDelta().y() / 120.0; steps != 0)
        zoom(steps, event->position());
    event->accept();
}

void PagePlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && !m_fitted) {
        m_dragging = true;
        m_dragFrom = event->position();
        m_dragTopLeft = {xAxis->range().lower, yAxis->range().lower};
        setCursor(Qt::ClosedHandCursor);
    }
    event->accept();
}

void PagePlot::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_dragging)
        return;
    setView(m_perFive, m_dragTopLeft - (event->position() - m_dragFrom) / scale().unitsPerMm, size());
    setCursor(Qt::ClosedHandCursor);
    replot(rpQueuedReplot);
}

void PagePlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_dragging)
        return;
    m_dragging = false;
    setCursor(m_fitted ? Qt::ArrowCursor : Qt::OpenHandCursor);
}

void PagePlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    event->accept();
    fit();
}

} // namespace echo2ecg::ui
