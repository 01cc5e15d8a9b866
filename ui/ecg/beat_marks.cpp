// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/beat_marks.h"

#include "ui/ecg/page_plot.h"
#include "ui/ecg/page_tag.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double markGripPixels = 6;
constexpr double roomForInterval = 44; // pixels between two marks that a number needs

// Top and bottom of the rows of a page, in painter units.
std::pair<double, double> reach(const PagePlot& plot)
{
    const report::PageScale scale = plot.scale();
    return {scale.map(0, 1).y(), scale.map(0, plot.page().height - 6).y()};
}

// One strip per column: the lines go through all its rows.
std::vector<const ecg::Strip*> columnsOf(const ecg::Page& page)
{
    std::vector<const ecg::Strip*> columns;
    for (const ecg::Strip& strip : page.strips)
        if (std::ranges::none_of(columns, [&](const ecg::Strip* c) { return std::abs(c->x - strip.x) < 0.5; }))
            columns.push_back(&strip);
    return columns;
}

} // namespace

const std::array<BorderHandles::Border, 6>& BorderHandles::all()
{
    static const std::array<Border, 6> borders{{{&Borders::pOnset, "P on"},
                                                {&Borders::pOffset, "P end"},
                                                {&Borders::qrsOnset, "QRS on"},
                                                {&Borders::qrsOffset, "QRS end"},
                                                {&Borders::tOnset, "T on"},
                                                {&Borders::tOffset, "T end"}}};
    return borders;
}

void BorderHandles::paint(QPainter& painter, const PagePlot& plot)
{
    if (!m_enabled)
        return;
    const auto [top, bottom] = reach(plot);
    const EcgPaperColours colours = plot.colours();
    const auto columns = columnsOf(plot.page());
    for (std::size_t i = 0; i < all().size(); ++i) {
        const auto& time = m_borders.*all()[i].time;
        if (!time)
            continue;
        const bool chosen = m_chosen == i;
        painter.setPen(QPen(colours.mark, chosen ? 1.8 : 1.0, chosen ? Qt::SolidLine : Qt::DashLine));
        for (const ecg::Strip* strip : columns) {
            const double x = plot.scale().map(ecg::xOf(plot.page(), *strip, *time), 0).x();
            painter.drawLine(QPointF(x, top), QPointF(x, bottom));
        }
        if (columns.empty() || (columns.size() > 1 && !chosen))
            continue; // names where there is room, else that of the chosen one
        const double x = plot.scale().map(ecg::xOf(plot.page(), *columns.front(), *time), 0).x();
        const QString name = QString::fromLatin1(all()[i].name);
        paintTag(painter, plot, QPointF(x, bottom - 24 * double(2 - i % 3)),
                 chosen ? QStringLiteral("%1 %2 ms").arg(name).arg(*time * 1000, 0, 'f', 0) : name, colours.mark,
                 colours.paper);
    }
}

std::optional<std::size_t> BorderHandles::borderAt(const PagePlot& plot, const QPointF& at) const
{
    std::optional<std::size_t> nearest;
    double best = markGripPixels;
    for (std::size_t i = 0; i < all().size(); ++i)
        if (const auto& time = m_borders.*all()[i].time)
            for (const ecg::Strip* strip : columnsOf(plot.page()))
                if (const double away =
                        std::abs(plot.scale().map(ecg::xOf(plot.page(), *strip, *time), 0).x() - at.x());
                    away < best) {
                    best = away;
                    nearest = i;
                }
    return nearest;
}

void BorderHandles::moveTo(const PagePlot& plot, std::size_t border, double seconds)
{
    const double step = plot.record() && plot.record()->samplingHz > 0 ? 1 / plot.record()->samplingHz : 0.001;
    double least = 0, most = plot.record() ? plot.record()->seconds() : 0;
    for (std::size_t i = 0; i < all().size(); ++i)
        if (const auto& other = m_borders.*all()[i].time; other && i != border)
            (i < border ? least : most) = i < border ? std::max(least, *other + step) : std::min(most, *other - step);
    if (most < least)
        return;
    m_borders.*all()[border].time = std::clamp(std::round(seconds / step) * step, least, most);
    if (onMoved)
        onMoved(m_borders);
}

bool BorderHandles::press(const PagePlot& plot, const QMouseEvent& event)
{
    if (!m_enabled)
        return false;
    m_chosen = borderAt(plot, event.position());
    return m_chosen.has_value();
}

void BorderHandles::drag(const PagePlot& plot, const QMouseEvent& event)
{
    if (!m_chosen)
        return;
    // In the column under the pointer.
    const double x = plot.scale().xMm(event.position().x());
    const ecg::Strip* column = nullptr;
    for (const ecg::Strip* strip : columnsOf(plot.page()))
        if (!column || x >= strip->x)
            column = strip;
    if (column)
        moveTo(plot, *m_chosen, ecg::secondsAt(plot.page(), *column, x));
}

bool BorderHandles::wantsKey(const PagePlot&, const QKeyEvent& event) const
{
    return m_enabled && m_chosen && (event.key() == Qt::Key_Left || event.key() == Qt::Key_Right);
}

void BorderHandles::key(const PagePlot& plot, const QKeyEvent& event)
{
    const auto& time = m_borders.*all()[*m_chosen].time;
    if (!time || !plot.record() || !(plot.record()->samplingHz > 0))
        return;
    const double samples = (event.modifiers() & Qt::ShiftModifier ? 10 : 1) * (event.key() == Qt::Key_Left ? -1 : 1);
    moveTo(plot, *m_chosen, *time + samples / plot.record()->samplingHz);
}

std::optional<Qt::CursorShape> BorderHandles::cursorAt(const PagePlot& plot, const QPointF& at) const
{
    return m_enabled && borderAt(plot, at) ? std::optional(Qt::SizeHorCursor) : std::nullopt;
}

void PeakMarks::paint(QPainter& painter, const PagePlot& plot)
{
    if (!m_enabled || !m_measurements || m_measurements->rPeaks.empty() || !plot.record() || plot.page().strips.empty())
        return;
    const ecg::Page& page = plot.page();
    const report::PageScale scale = plot.scale();
    const EcgPaperColours colours = plot.colours();
    double lowest = 0;
    for (const ecg::Strip& strip : page.strips)
        lowest = std::max(lowest, strip.baselineY);
    QFont font = Theme::numberFont(plot.font());
    font.setPixelSize(11);
    painter.setFont(font);
    for (const ecg::Strip& strip : page.strips) {
        if (strip.baselineY < lowest - 0.5)
            continue;
        std::optional<double> before;
        const double y = scale.map(0, page.height - 8).y();
        for (std::size_t i = 0; i < m_measurements->rPeaks.size(); ++i) {
            const double seconds = double(m_measurements->rPeaks[i]) / plot.record()->samplingHz;
            if (seconds < strip.fromSeconds || seconds > strip.toSeconds)
                continue;
            const double x = scale.map(ecg::xOf(page, strip, seconds), 0).x();
            const QPointF tip[] = {{x, y - 5}, {x - 3.5, y + 1}, {x + 3.5, y + 1}};
            const bool counted = i < m_measurements->inMedian.size() && m_measurements->inMedian[i];
            painter.setPen(QPen(colours.mark, 1));
            painter.setBrush(counted ? QBrush(colours.mark) : Qt::NoBrush);
            painter.drawPolygon(tip, 3);
            if (before && i > 0 && x - *before > roomForInterval) {
                const double ms = double(m_measurements->rPeaks[i] - m_measurements->rPeaks[i - 1]) /
                                  plot.record()->samplingHz * 1000;
                painter.setPen(colours.text);
                painter.drawText(QRectF(*before, y - 10, x - *before, 14), Qt::AlignCenter,
                                 QString::number(ms, 'f', 0));
            }
            before = x;
        }
        if (page.settings.format == ecg::PageFormat::Superimposed)
            break;
    }
}

} // namespace echo2ecg::ui
