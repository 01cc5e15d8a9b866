// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/calliper_tool.h"

#include "ui/ecg/calliper_painter.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double endGripPixels = 9; // how near the pointer must be to an end
constexpr double snapMm = 1.5;      // to the trace
constexpr double leastDragMs = 4;   // a click isn't a calliper
constexpr double nudgeMillivolts = 0.01;
} // namespace

void CalliperTool::clear()
{
    m_callipers.clear();
    m_tangents.clear();
    m_otherCallipers.clear();
    m_otherTangents.clear();
    m_missed.reset();
    m_chosen.reset();
}

void CalliperTool::turnPage()
{
    std::swap(m_callipers, m_otherCallipers);
    std::swap(m_tangents, m_otherTangents);
    m_missed.reset();
    m_chosen.reset();
}

void CalliperTool::paint(QPainter& painter, const PagePlot& plot)
{
    CalliperPainter draw(painter, plot);
    for (std::size_t i = 0; i < m_callipers.size(); ++i) {
        const bool chosen = m_chosen && m_chosen->calliper == i;
        draw.draw(m_callipers[i], chosen, chosen ? std::optional(m_chosen->second) : std::nullopt);
    }
    for (const ecg::QtTangent& tangent : m_tangents)
        draw.draw(tangent);
    if (m_missed)
        draw.say(*m_missed, QStringLiteral("no limb of a T wave here"));
}

std::optional<CalliperTool::Grip> CalliperTool::gripAt(const PagePlot& plot, const QPointF& at) const
{
    const report::PageScale scale = plot.scale();
    std::optional<Grip> nearest;
    double best = endGripPixels;
    for (std::size_t i = 0; i < m_callipers.size(); ++i)
        for (const bool second : {false, true}) {
            const ecg::Calliper& c = m_callipers[i];
            const ecg::TracePoint& p = second ? c.to : c.from;
            onStrips(plot.page(), c.lead, p.seconds, p.seconds, [&](const ecg::Strip& strip) {
                const QPointF away =
                    scale.map(ecg::xOf(plot.page(), strip, p.seconds), ecg::yOf(plot.page(), strip, p.millivolts)) - at;
                if (const double distance = std::hypot(away.x(), away.y()); distance < best) {
                    best = distance;
                    nearest = Grip{i, second};
                }
            });
        }
    return nearest;
}

ecg::TracePoint& CalliperTool::end(const Grip& grip)
{
    ecg::Calliper& c = m_callipers[grip.calliper];
    return grip.second ? c.to : c.from;
}

void CalliperTool::moveTo(const PagePlot& plot, const QPointF& at, bool freely)
{
    const ecg::Lead lead = m_callipers[m_chosen->calliper].lead;
    const report::PageScale scale = plot.scale();
    const ecg::Page& page = plot.page();
    // The strip of this lead that the pointer is nearest to: a calliper can be drawn on into the next column.
    const ecg::Strip* strip = nullptr;
    double best = 0;
    for (const ecg::Strip& s : page.strips) {
        const double aside = std::max({0.0, s.x - scale.xMm(at.x()), scale.xMm(at.x()) - s.x - s.width});
        const double distance = aside + std::abs(s.baselineY - scale.yMm(at.y()));
        if (s.lead == lead && (!strip || distance < best)) {
            strip = &s;
            best = distance;
        }
    }
    if (!strip || !plot.record())
        return;
    const double x = std::clamp(scale.xMm(at.x()), strip->x, strip->x + strip->width);
    const ecg::TracePoint point{ecg::secondsAt(page, *strip, x), ecg::millivoltsAt(page, *strip, scale.yMm(at.y()))};
    end(*m_chosen) = ecg::snapped(*plot.record(), lead, point, freely ? 0 : snapMm / page.settings.mmPerMillivolt);
}

void CalliperTool::addTangent(const PagePlot& plot, const QPointF& at)
{
    const report::PageScale scale = plot.scale();
    const ecg::Strip* strip = ecg::stripAt(plot.page(), scale.xMm(at.x()), scale.yMm(at.y()));
    if (!strip || !plot.record())
        return;
    const double seconds = ecg::secondsAt(plot.page(), *strip, scale.xMm(at.x()));
    const auto onset = m_onset ? m_onset(seconds) : std::nullopt;
    m_tangents.clear();
    m_missed.reset();
    if (auto tangent = ecg::qtTangent(*plot.record(), strip->lead, seconds, onset)) {
        m_tangents = {*tangent};
    } else {
        m_missed = ecg::Calliper{};
        m_missed->lead = strip->lead;
        m_missed->from = {seconds, ecg::millivoltsAt(plot.page(), *strip, scale.yMm(at.y()))};
    }
}

bool CalliperTool::press(const PagePlot& plot, const QMouseEvent& event)
{
    if (m_mode == Mode::Off || !plot.record())
        return false;
    if (m_mode == Mode::Tangent) {
        addTangent(plot, event.position());
        return true;
    }
    if ((m_chosen = gripAt(plot, event.position())))
        return true;
    const report::PageScale scale = plot.scale();
    const ecg::Strip* strip =
        ecg::stripAt(plot.page(), scale.xMm(event.position().x()), scale.yMm(event.position().y()));
    if (!strip || !plot.record()->has(strip->lead))
        return false;
    ecg::Calliper c;
    c.lead = strip->lead;
    m_callipers.push_back(c);
    m_chosen = Grip{m_callipers.size() - 1, false};
    moveTo(plot, event.position(), event.modifiers() & Qt::AltModifier);
    m_callipers.back().to = m_callipers.back().from;
    m_chosen->second = true;
    return true;
}

void CalliperTool::drag(const PagePlot& plot, const QMouseEvent& event)
{
    if (m_mode == Mode::Calliper && m_chosen)
        moveTo(plot, event.position(), event.modifiers() & Qt::AltModifier);
}

void CalliperTool::release(const PagePlot&, const QMouseEvent&)
{
    if (m_mode != Mode::Calliper || !m_chosen)
        return;
    const ecg::Calliper& c = m_callipers[m_chosen->calliper];
    if (c.milliseconds() < leastDragMs && std::abs(c.millivolts()) < nudgeMillivolts) {
        m_callipers.erase(m_callipers.begin() + std::ptrdiff_t(m_chosen->calliper));
        m_chosen.reset();
    }
}

bool CalliperTool::wantsKey(const PagePlot&, const QKeyEvent& event) const
{
    if (m_mode == Mode::Off)
        return false;
    switch (event.key()) {
    case Qt::Key_Escape:
        return true;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_Tab:
    case Qt::Key_P:
        return m_chosen.has_value();
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
        return m_chosen.has_value() || !m_tangents.empty();
    default:
        return false;
    }
}

void CalliperTool::key(const PagePlot& plot, const QKeyEvent& event)
{
    const int samples = event.modifiers() & Qt::ShiftModifier ? 10 : 1;
    const auto nudge = [&](int by) {
        if (plot.record())
            end(*m_chosen) = ecg::nudged(*plot.record(), m_callipers[m_chosen->calliper].lead, end(*m_chosen), by);
    };
    switch (event.key()) {
    case Qt::Key_Escape:
        if (onPutAway)
            onPutAway();
        return;
    case Qt::Key_Left:
        return nudge(-samples);
    case Qt::Key_Right:
        return nudge(samples);
    case Qt::Key_Up:
        end(*m_chosen).millivolts += samples * nudgeMillivolts;
        return;
    case Qt::Key_Down:
        end(*m_chosen).millivolts -= samples * nudgeMillivolts;
        return;
    case Qt::Key_Tab:
        m_chosen->second = !m_chosen->second;
        return;
    case Qt::Key_P:
        m_callipers[m_chosen->calliper].march ^= true;
        return;
    default:
        if (m_chosen)
            m_callipers.erase(m_callipers.begin() + std::ptrdiff_t(m_chosen->calliper));
        else
            m_tangents.clear();
        m_chosen.reset();
    }
}

std::optional<Qt::CursorShape> CalliperTool::cursorAt(const PagePlot& plot, const QPointF& at) const
{
    if (m_mode == Mode::Off)
        return std::nullopt;
    return m_mode == Mode::Calliper && gripAt(plot, at) ? Qt::SizeAllCursor : Qt::CrossCursor;
}

} // namespace echo2ecg::ui
