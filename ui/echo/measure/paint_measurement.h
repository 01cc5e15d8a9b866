// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "echo/measure/measurement.h"

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QTransform>

#include <vector>

namespace echo2ecg::ui {

// How one measurement is drawn.
struct MeasureLook
{
    QColor line, halo, text, refused;
    bool isSelected = false; // with handles and, of a contour, its discs
    bool isDraft = false;    // of the last point only a dot
};
// Of the dark room that pictures stand in, whatever the theme.
MeasureLook measureLook(bool isSelected);

// Draws lines, marks and the value beside it, in lengths that don't change with zoom. `taken`: where words stand already; this one's are added, beside those
// and inside `area`. Any thread, on any paint device.
void paintMeasurement(QPainter& painter, const echo::Measurement& measurement, const echo::Evaluation& evaluation, const QTransform& toPainter,
                      const QRectF& area, const MeasureLook& look, std::vector<QRectF>& taken);

// "LVIDd 4.56 cm", "LV, four-chamber, ED 132 mL", "refused: …" in short.
QString measurementText(const echo::Measurement& measurement, const echo::Evaluation& evaluation);

} // namespace echo2ecg::ui
