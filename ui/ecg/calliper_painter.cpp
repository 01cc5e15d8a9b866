// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/calliper_painter.h"

#include "ui/ecg/page_tag.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr double overhangMm = 4; // of the upright lines beyond the two points
constexpr double tagDrop = 25;   // pixels from a mark to the lower edge of its reading: below, where fewer traces run

const QString dot = QStringLiteral(" · ");

// Nothing is drawn beside a strip: there are other leads at other times.
class Clip
{
public:
    Clip(QPainter& painter, const PagePlot& plot, const report::PageScale& scale, const ecg::Strip& strip)
        : m_painter(painter)
    {
        constexpr double gripMm = 1.5;
        const double left = scale.map(strip.x - gripMm, 0).x(),
                     right = scale.map(strip.x + strip.width + gripMm, 0).x();
        painter.save();
        painter.setClipRect(QRectF(left, 0, right - left, plot.height()), Qt::IntersectClip);
    }
    ~Clip() { m_painter.restore(); }
    Clip(const Clip&) = delete;
    Clip& operator=(const Clip&) = delete;

private:
    QPainter& m_painter;
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

CalliperPainter::CalliperPainter(QPainter& painter, const PagePlot& plot)
    : m_painter(painter), m_page(plot.page()), m_scale(plot.scale()), m_colours(plot.colours()), m_plot(plot)
{
}

void CalliperPainter::draw(const ecg::Calliper& c, bool chosen, std::optional<bool> chosenEnd)
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

void CalliperPainter::say(const ecg::Calliper& where, const QString& words)
{
    onStrips(m_page, where.lead, where.from.seconds, where.from.seconds, [&](const ecg::Strip& strip) {
        paintTag(m_painter, m_plot, at(strip, where.from) + QPointF(0, tagDrop), words, m_colours.paper,
                 m_colours.text);
    });
}

void CalliperPainter::draw(const ecg::QtTangent& t)
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
        paintTag(m_painter, m_plot, end + QPointF(0, half + tagDrop), readingOf(t), m_colours.mark, m_colours.paper);
    });
}

QPointF CalliperPainter::at(const ecg::Strip& strip, const ecg::TracePoint& p) const
{
    return m_scale.map(ecg::xOf(m_page, strip, p.seconds), ecg::yOf(m_page, strip, p.millivolts));
}

void CalliperPainter::pen(double width, Qt::PenStyle style)
{
    m_painter.setBrush(Qt::NoBrush);
    m_painter.setPen(QPen(m_colours.mark, width, style));
}

void CalliperPainter::grip(const QPointF& centre, bool chosen)
{
    m_painter.setPen(QPen(m_colours.mark, 1.4));
    m_painter.setBrush(chosen ? m_colours.mark : m_colours.paper);
    m_painter.drawEllipse(centre, 3.4, 3.4);
}

// Along the whole row, whatever leads stand in it: columns follow each other in time.
void CalliperPainter::drawMarch(const ecg::Calliper& c)
{
    std::vector<double> rows;
    onStrips(m_page, c.lead, c.from.seconds, c.to.seconds, [&](const ecg::Strip& s) { rows.push_back(s.baselineY); });
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

} // namespace echo2ecg::ui
