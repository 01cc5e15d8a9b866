// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/page_plot.h"

#include "report/page_arrangement.h"
#include "ui/ecg/page_layers.h"
#include "ui/theme/theme.h"

#include <QCursor>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace echo2ecg::ui {

namespace {

constexpr double closestPixelsPerMm = 60; // one small square as large as a thumbnail
constexpr double zoomPerStep = 1.15;
constexpr int settleMs = 120;     // after the last movement
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
    m_settle.setSingleShot(true);
    m_settle.setInterval(settleMs);
    connect(&m_settle, &QTimer::timeout, this, [this] { replot(rpQueuedReplot); });
    // The plot's own topmost layer is never used; as a buffer of its own it would cost a third of each frame.
    if (QCPLayer* overlay = layer(QStringLiteral("overlay")))
        overlay->setMode(QCPLayer::lmLogical);
    // Owned by the plot: a layerable is deleted with its layer's plot.
    m_paper = new PaperLayer(*this);
    m_traces = new TraceLayer(*this);
    connect(&Theme::instance(), &Theme::changed, this, &PagePlot::restyle);
    restyle();
}

void PagePlot::restyle()
{
    setBackground(QBrush(colours().paper));
    m_paper->forget();
    replot(rpQueuedReplot);
}

void PagePlot::setContent(PageContent content)
{
    const auto sizeOf = [](const PageContent& c) {
        return std::tuple(bool(c.record), c.page.width, c.page.height, c.page.settings.format);
    };
    const bool stays = m_trueSize || (!m_fitted && sizeOf(content) == sizeOf(m_content));
    const double heldHeight = m_page.height;
    const bool repaper = content.paper != m_content.paper;
    m_content = std::move(content);
    if (repaper)
        restyle();
    m_page = m_content.page;
    if (!stays)
        return fit();
    if (m_content.record)
        m_page = report::arranged(m_content.page, *m_content.record, m_trueSize ? m_content.page.height : heldHeight);
    setView(m_perFive, {xAxis->range().lower, yAxis->range().lower}, size());
    replot(rpQueuedReplot);
}

void PagePlot::setTools(std::vector<PageTool*> tools)
{
    m_tools = std::move(tools);
    m_holding = nullptr;
    setMouseTracking(!m_tools.empty());
    replot(rpQueuedReplot);
}

void PagePlot::paintTools(QPainter& painter)
{
    for (PageTool* tool : m_tools)
        tool->paint(painter, *this);
}

EcgPaperColours PagePlot::colours() const
{
    return coloursOf(m_content.paper, Theme::instance().colours());
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

void PagePlot::setView(double perFive, QPointF topLeft, const QSizeF& size)
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
    showCursor(mapFromGlobal(QCursor::pos()));
}

void PagePlot::fitTo(const QSizeF& size)
{
    m_fitted = true;
    m_trueSize = false;
    if (m_content.record && size.width() > 0)
        m_page =
            report::arranged(m_content.page, *m_content.record, m_content.page.width * size.height() / size.width());
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
    if (double(wanted) == m_perFive && steps != 0)
        wanted += steps > 0 ? 1 : -1;
    wanted = std::clamp(wanted, nearest, farthest);
    if (wanted == nearest) {
        fit();
        return;
    }
    const report::PageScale before = scale();
    const QPointF under(before.xMm(anchor.x()), before.yMm(anchor.y()));
    m_fitted = m_trueSize = false;
    m_settle.start();
    setView(wanted, under - anchor / (wanted / (5.0 * m_ratio)), size());
    replot(rpQueuedReplot);
}

void PagePlot::setTrueSize(double pixelsPerMm)
{
    if (!(pixelsPerMm > 0.5 && pixelsPerMm < closestPixelsPerMm))
        return;
    const report::PageScale before = scale();
    const QPointF middle = QRectF(rect()).center();
    const QPointF under(before.xMm(middle.x()), before.yMm(middle.y()));
    m_fitted = false;
    m_trueSize = true;
    if (m_content.record)
        m_page = report::arranged(m_content.page, *m_content.record, m_content.page.height);
    setView(pixelsPerMm * 5 * m_ratio, under - middle / pixelsPerMm, size());
    replot(rpQueuedReplot);
}

void PagePlot::showCursor(const QPointF& at)
{
    for (const PageTool* tool : m_tools)
        if (const auto shape = tool->cursorAt(*this, at)) {
            setCursor(*shape);
            return;
        }
    setCursor(m_dragging ? Qt::ClosedHandCursor : m_fitted ? Qt::ArrowCursor : Qt::OpenHandCursor);
}

void PagePlot::resizeEvent(QResizeEvent* event)
{
    m_ratio = devicePixelRatioF();
    const QSizeF size = event->size();
    if (!m_trueSize && (m_fitted || m_perFive <= fittingZoom(size)))
        fitTo(size);
    else
        setView(m_perFive, {xAxis->range().lower, yAxis->range().lower}, size);
    // Not the plot's own handler: it draws at once, and a pane that is being built is resized several times.
    setViewport(rect());
    m_resized = true;
    update();
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
            setView(m_trueSize ? m_perFive * change : std::max(5.0, std::round(m_perFive * change)),
                    {xAxis->range().lower, yAxis->range().lower}, size());
    }
    if (std::exchange(m_resized, false))
        replot(rpQueuedRefresh); // draws now, so that nothing is ever seen in an old size
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
    event->accept();
    if (event->button() == Qt::LeftButton)
        for (PageTool* tool : m_tools)
            if (tool->press(*this, *event)) {
                m_holding = tool;
                replot(rpQueuedReplot);
                return;
            }
    if (event->button() == Qt::LeftButton && !m_fitted) {
        m_dragging = true;
        m_dragFrom = event->position();
        m_dragTopLeft = {xAxis->range().lower, yAxis->range().lower};
        setCursor(Qt::ClosedHandCursor);
    }
}

void PagePlot::mouseMoveEvent(QMouseEvent* event)
{
    if (m_holding) {
        m_holding->drag(*this, *event);
        replot(rpQueuedReplot);
        return;
    }
    if (!m_dragging) {
        showCursor(event->position());
        return;
    }
    m_settle.start();
    setView(m_perFive, m_dragTopLeft - (event->position() - m_dragFrom) / scale().unitsPerMm, size());
    replot(rpQueuedReplot);
}

void PagePlot::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    if (PageTool* tool = std::exchange(m_holding, nullptr)) {
        tool->release(*this, *event);
        replot(rpQueuedReplot);
    }
    m_dragging = false;
    showCursor(event->position());
}

bool PagePlot::event(QEvent* event)
{
    // A tool's keys come before those of the window while the page has the focus.
    if (event->type() == QEvent::ShortcutOverride)
        for (const PageTool* tool : m_tools)
            if (tool->wantsKey(*this, *static_cast<QKeyEvent*>(event))) {
                event->accept();
                return true;
            }
    // Tab would leave the page before keyPressEvent() sees it.
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Tab)
        for (const PageTool* tool : m_tools)
            if (tool->wantsKey(*this, *static_cast<QKeyEvent*>(event))) {
                keyPressEvent(static_cast<QKeyEvent*>(event));
                return true;
            }
    return QCustomPlot::event(event);
}

void PagePlot::keyPressEvent(QKeyEvent* event)
{
    for (PageTool* tool : m_tools)
        if (tool->wantsKey(*this, *event)) {
            tool->key(*this, *event);
            replot(rpQueuedReplot);
            event->accept();
            return;
        }
    QCustomPlot::keyPressEvent(event);
}

void PagePlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    event->accept();
    fit();
}

} // namespace echo2ecg::ui
