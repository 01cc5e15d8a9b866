// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>
#include <QString>

class QPainter;

namespace echo2ecg::ui {

class PagePlot;

// A short reading on a ground of its own, centred above `bottom` and kept inside the view.
void paintTag(QPainter& painter, const PagePlot& plot, const QPointF& bottom, const QString& text, const QColor& ground,
              const QColor& ink);

} // namespace echo2ecg::ui
