// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/page_layout.h"

#include <QColor>
#include <QFont>
#include <QPointF>
#include <QRectF>

#include <memory>

class QPainter;

// Paints a page of ecg::layOutPage with QPainter, on screen and on paper alike.
namespace echo2ecg::report {

// From page millimetres to the painter's units. One scale for both directions: the aspect can't be lost.
struct PageScale
{
    QPointF origin; // where (0 mm, 0 mm) is
    double unitsPerMm = 1;

    QPointF map(double xMm, double yMm) const { return origin + QPointF(xMm, yMm) * unitsPerMm; }
    double xMm(double x) const { return (x - origin.x()) / unitsPerMm; }
    double yMm(double y) const { return (y - origin.y()) / unitsPerMm; }
};

struct PageInk
{
    QColor trace, text, paper;
    double traceWidth = 1;     // painter units
    double columnWidth = 0.25; // painter units that one drawn column may be wide: the size of a device pixel
    QFont labelFont;           // in painter units (pixel size)
    double haloWidth = 0;      // outline of paper around words, so that a trace never runs through them
};

// A record on the page: its own time, `shiftSeconds` later than the page's. Overlays are shifted, so that beats meet.
struct PageTrace
{
    std::shared_ptr<const ecg::EcgRecord> record;
    double shiftSeconds = 0;
};

// `visible` is in painter units; what lies outside is not built. Order: marks first, traces, then words on top.
void paintMarks(QPainter& painter, const ecg::Page& page, const PageScale& scale, const PageInk& ink);
void paintTraces(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink, const QRectF& visible, double shiftSeconds = 0);
// Lead names, and `foot` at the lower right edge.
void paintLabels(QPainter& painter, const ecg::EcgRecord& record, const ecg::Page& page, const PageScale& scale,
                 const PageInk& ink, const QString& foot);
// One word or line with its halo; `at` is the left end of the baseline.
void paintText(QPainter& painter, const QPointF& at, const QString& text, const QFont& font, const QColor& colour,
               const PageInk& ink);

} // namespace echo2ecg::report
