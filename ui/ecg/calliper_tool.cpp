// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/calliper_tool.h"

#include "ui/ecg/page_plot.h"
#include "ui/ecg/page_tag.h"
#include "ui/theme/ecg_paper.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double gripPixels = 9;  // how near the pointer must be to an end
constexpr double snapMm = 1.5;    // to the trace
constexpr double overhangMm = 4;  // of the upright lines beyond the two points
constexpr double leastDragMs = 4; // a click isn't a calliper
constexpr double nudgeMillivolts = 0.01;
constexpr double tagDrop = 25; // pixels from a mark to the lower edge of its reading: below, where fewer traces run

const QString dot = QStringLiteral(" · ");

// Every strip that shows some of this lead's time.
template <class Do> void onStrips(const ecg::Page& page, ecg::Lead lead, double from, double to, Do act)
{
    for (const ecg::Strip& strip : page.strips)
        if (strip.lead == lead && to >= strip.fromSeconds && from <= strip.toSeconds)
            act(strip);
}

// Nothing is drawn beside a strip: there are other leads at other times.
class Clip
{
public:
    Clip(QPainter& painter, const PagePlot& plot, const report::PageScale& scale, const ecg::Strip& strip)
        : m_painter(painter)
    {
        constexpr double gripMm = 1.5;
        const double left = scale.map(strip.x - gripMm, 0).x(), right = scale.map(strip.x + strip.width + gripMm, 0).x();
        painter.save();
        painter.setClipRect(QRectF(left, 0, right - left, plot.height()), Qt::IntersectClip);
    }
    ~Clip() { m_painter.restore(); }
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

private:
    QPainter& m_painter;
};

class CalliperPainter
{
public:
    CalliperPainter(QPainter& painter, const PagePlot& plot)
        : m_painter(painter), m_page(plot.page()), m_scale(plot.scale()), m_colours(plot.colours()), m_plot(plot)
    {
    }

    void draw(const ecg::Calliper& c, bool chosen, std::optional<bool> chosenEnd)
    {
        const double from = std::min(c.from.seconds, c.to.seconds), to = std::max(c.from.seconds, c.to.seconds);
        onStrips(m_page, c.lead, from, to, [&](const ecg::Strip& strip) {
            const QPointF a = at(strip, c.from), b = at(strip, c.to);
            const Clip inside(m_painter, m_plot, m_scale, strip);
            const double top = std::min(a.y(), b.y()) - overhangMm * m_scale.unitsPerMm;
            const double bottom = std::max(a.y(), b.y()) + overhangMm * m_scale.unitsPerMm;
            pen(chosen ? 1.6 : 1.1);
            m_painter.drawLine(QPointF(a.x(), top), QPointF(a.x(), bottom));
            m_painter.drawLine(QPointF(b.x(), top), QPointF(b.x(), bottom));
            m_painter.drawLine(QPointF(a.x(), top), QPointF(b.x(), top));
            pen(1.0, Qt::DashLine);
            m_painter.drawLine(QPointF(a.x(), a.y()), QPointF(b.x(), a.y()));
            if (std::abs(a.y() - b.y()) > 2)
                m_painter.drawLine(QPointF(b.x(), a.y()), QPointF(b.x(), b.y()));
            grip(a, chosenEnd && !*chosenEnd);
            grip(b, chosenEnd && *chosenEnd);
            paintTag(m_painter, m_plot, QPointF((a.x() + b.x()) / 2, bottom + tagDrop), readingOf(c), m_colours.mark,
                     m_colours.paper);
        });
        if (c.march)
            drawMarch(c);
    }

    void say(const ecg::Calliper& where, const QString& words)
    {
        onStrips(m_page, where.lead, where.from.seconds, where.from.seconds, [&](const ecg::Strip& strip) {
            paintTag(m_painter, m_plot, at(strip, where.from) + QPointF(0, tagDrop), words, m_colours.paper, m_colours.text);
        });
    }

    void draw(const ecg::QtTangent& t)
    {
        const double left = t.qrsOnset.value_or(t.steepest.seconds - 0.1);
        onStrips(m_page, t.lead, left, t.tEnd, [&](const ecg::Strip& strip) {
            const Clip inside(m_painter, m_plot, m_scale, strip);
            const QPointF steepest = at(strip, t.steepest), end = at(strip, {t.tEnd, t.baseline});
            pen(1.4);
            m_painter.drawLine(steepest - (end - steepest) * 0.7, end + (end - steepest) * 0.25);
            pen(1.0, Qt::DashLine);
            m_painter.drawLine(at(strip, {left, t.baseline}), at(strip, {t.tEnd + 0.04, t.baseline}));
            pen(1.2);
            const double half = overhangMm * m_scale.unitsPerMm;
            m_painter.drawLine(end - QPointF(0, half), end + QPointF(0, half));
            if (t.qrsOnset) {
                const QPointF onset = at(strip, {*t.qrsOnset, t.baseline});
                m_painter.drawLine(onset - QPointF(0, half), onset + QPointF(0, half));
            }
            grip(end, false);
            paintTag(m_painter, m_plot, end + QPointF(0, half + tagDrop), readingOf(t), m_colours.mark,
                     m_colours.paper);
        });
    }

private:
    QPointF at(const ecg::Strip& strip, const ecg::TracePoint& p) const
    {
        return m_scale.map(ecg::xOf(m_page, strip, p.seconds), ecg::yOf(m_page, strip, p.millivolts));
    }
    void pen(double width, Qt::PenStyle style = Qt::SolidLine)
    {
        m_painter.setBrush(Qt::NoBrush);
        m_painter.setPen(QPen(m_colours.mark, width, style));
    }
    void grip(const QPointF& centre, bool chosen)
    {
        m_painter.setPen(QPen(m_colours.mark, 1.4));
        m_painter.setBrush(chosen ? m_colours.mark : m_colours.paper);
        m_painter.drawEllipse(centre, 3.4, 3.4);
    }
    // Along the whole row, whatever leads stand in it: columns follow each other in time.
    void drawMarch(const ecg::Calliper& c)
    {
        std::vector<double> rows;
        onStrips(m_page, c.lead, c.from.seconds, c.to.seconds,
                 [&](const ecg::Strip& s) { rows.push_back(s.baselineY); });
        QColor quiet = m_colours.mark;
        quiet.setAlphaF(0.7f);
        m_painter.setPen(QPen(quiet, 1.0, Qt::DotLine));
        const double reach = 9 * m_scale.unitsPerMm;
        for (const ecg::Strip& strip : m_page.strips)
            if (std::ranges::find(rows, strip.baselineY) != rows.end())
                for (const double time : ecg::marchTimes(c, strip.fromSeconds, strip.toSeconds)) {
                    const QPointF middle = m_scale.map(ecg::xOf(m_page, strip, time), strip.baselineY);
                    m_painter.drawLine(middle - QPointF(0, reach), middle + QPointF(0, reach));
                }
    }

    QPainter& m_painter;
    const ecg::Page& m_page;
    report::PageScale m_scale;
    EcgPaperColours m_colours;
    const PagePlot& m_plot;
};

} // namespace

QString readingOf(const ecg::Calliper& calliper)
{
    QString text = QStringLiteral("%1 ms").arg(calliper.milliseconds(), 0, 'f', 0);
    if (const auto rate = calliper.perMinute(); rate && *rate < 1000)
        text += dot + QStringLiteral("%1/min").arg(*rate, 0, 'f', 0);
    return text + dot + QStringLiteral("%1 mV").arg(calliper.millivolts(), 0, 'f', 2);
}

QString readingOf(const ecg::QtTangent& tangent)
{
    const auto qt = tangent.qtMilliseconds();
    return qt ? QStringLiteral("QT %1 ms (tangent, %2)")
                    .arg(*qt, 0, 'f', 0)
                    .arg(QString::fromUtf8(ecg::name(tangent.lead)))
              : QStringLiteral("T end; the QRS onset isn't measurable");
}

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
    double best = gripPixels;
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
