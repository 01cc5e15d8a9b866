// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/calliper.h"
#include "ui/ecg/page_plot.h"

class QPainter;

namespace echo2ecg::ui {

// "412 ms · 146/min · 1.23 mV"
QString readingOf(const ecg::Calliper& calliper);
QString readingOf(const ecg::QtTangent& tangent);

// Every strip of a page that shows some of this lead's time.
template <class Do> void onStrips(const ecg::Page& page, ecg::Lead lead, double from, double to, Do act)
{
    for (const ecg::Strip& strip : page.strips)
        if (strip.lead == lead && to >= strip.fromSeconds && from <= strip.toSeconds)
            act(strip);
}

// Draws callipers and tangents on the strips that show them, each with its reading below.
class CalliperPainter
{
public:
    CalliperPainter(QPainter& painter, const PagePlot& plot);

    // chosenEnd: which of its ends the keys move; true is the second.
    void draw(const ecg::Calliper& calliper, bool chosen, std::optional<bool> chosenEnd);
    void draw(const ecg::QtTangent& tangent);
    // Words at its first point.
    void say(const ecg::Calliper& where, const QString& words);

private:
    QPointF at(const ecg::Strip& strip, const ecg::TracePoint& point) const;
    void pen(double width, Qt::PenStyle style = Qt::SolidLine);
    void grip(const QPointF& centre, bool chosen);
    void drawMarch(const ecg::Calliper& calliper);

    QPainter& m_painter;
    const ecg::Page& m_page;
    report::PageScale m_scale;
    EcgPaperColours m_colours;
    const PagePlot& m_plot;
};

} // namespace echo2ecg::ui
