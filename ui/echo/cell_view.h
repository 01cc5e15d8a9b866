// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QRectF>
#include <QSize>
#include <QTransform>

#include <array>
#include <cstdint>

namespace echo2ecg::ui {

// How a person looks at the picture of one cell; defaults show it as it is.
struct CellView
{
    double zoom = 1;                 // 1: fits the cell; 0.25 … 32
    QPointF centre{0.5, 0.5};        // of the picture that stands in the middle of the cell, as fractions of its size
    int quarterTurns = 0;            // clockwise
    bool flipX = false, flipY = false; // left–right, up–down, before turning
    // Of each colour channel, 0 … 1: out = clamp((in − level) / window + 0.5) ^ (1 / gamma)
    double window = 1, level = 0.5, gamma = 1;
    bool inverted = false;

    bool operator==(const CellView&) const = default;
    bool changesColour() const { return window != 1 || level != 0.5 || gamma != 1 || inverted; }
    bool changesPlace() const { return zoom != 1 || centre != QPointF(0.5, 0.5) || quarterTurns != 0 || flipX || flipY; }
};

// Frame pixels ((0, 0): outer corner of the first pixel) to the widget's device-independent pixels. `fitted`: where the picture is at zoom 1, unturned frames of
// `frame` pixels with that pixel aspect; after an odd number of quarter turns it is fitted anew into `room`.
QTransform frameToWidget(const CellView& view, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted);

// Zooms so that what is at `at` (widget) stays there, as long as the middle of the cell is still on the picture. Zoom is kept within 0.25 … 32.
CellView zoomedAt(CellView view, double factor, const QPointF& at, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted);

// Moves the picture by so much in the widget; its edge goes no further than the middle of the cell.
CellView pannedBy(CellView view, const QPointF& by, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted);

// The same with every number in its range.
CellView kept(CellView view);

// What the window makes of each value of a channel; the values themselves by default.
std::array<std::uint8_t, 256> colourTable(const CellView& view);

} // namespace echo2ecg::ui
