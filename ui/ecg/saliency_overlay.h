// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/page_layout.h"
#include "inference/saliency.h"
#include "report/page_painter.h"

#include <QColor>
#include <QFont>
#include <QImage>
#include <QString>

#include <vector>

// Saliency drawn: a tint of one hue behind the traces, stronger where more of the embedding came from. Pure functions;
// the same on screen and on paper.
namespace echo2ecg::ui {

// Share of the hue where attribution is at its highest: a trace on it keeps a contrast of 7:1 in both themes.
inline constexpr double strongestTint = 0.36;

// 12 × columns, 0 … 1. The size of the attribution, whatever its sign, smoothed over 15 ms, relative to its 99.8th
// percentile over all leads; weaker than a twelfth is nothing. Of a rollout, what is above the median: where attention
// is spread evenly nothing stands out.
std::vector<float> saliencyStrength(const inference::EcgSaliency& saliency);

// One pixel high, a pixel per column, premultiplied: to be stretched over the time of the window.
QImage saliencyBand(const float* strength, int columns, const QColor& hue);

struct SaliencyInk
{
    QColor hue, paper, text;
    QFont font; // of the legend
};

// The bands of all strips, and a line where the window ends inside a strip. Paint it above the paper and below the
// traces. `strength`: of saliencyStrength(); computed once, not for each paint. shiftSeconds: how much later than the
// page's time the recording's is, as in report::paintTraces.
void paintSaliency(QPainter& painter, const inference::EcgSaliency& saliency, const std::vector<float>& strength,
                   const ecg::Page& page, const report::PageScale& scale, const SaliencyInk& ink,
                   double shiftSeconds = 0);

// "What moved the embedding (integrated gradients)".
QString saliencyLegend(inference::SaliencyMethod method);
// Leads of the page whose strips show none of the window: columns one after the other show most leads at another time.
std::vector<ecg::Lead> leadsElsewhere(const inference::EcgSaliency& saliency, const ecg::Page& page);
// The legend with a scale from weak to strong and, where it is so, that leads show other seconds than the window;
// right-aligned in `area` at its bottom. Gives what it covers.
QRectF paintSaliencyLegend(QPainter& painter, const inference::EcgSaliency& saliency, const ecg::Page& page,
                           const QRectF& area, const SaliencyInk& ink);

} // namespace echo2ecg::ui
