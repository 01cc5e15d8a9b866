// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>
#include <QRectF>
#include <QSize>

#include <vector>

namespace echo2ecg::ui {

// Rows × columns of one pixel raster, each cell at whole pixels, nothing lost to rounding.
std::vector<QRect> gridCells(const QSize& size, int rows, int columns);
// Rows and columns for so many cells on that area: as many rows as columns, or one row less, wide areas get more
// columns.
QSize gridFor(int cells, const QSizeF& area);

// Where things are in a cell: the text lines are beside the picture, not on it, as long as that leaves it most of its
// size.
struct CellLayout
{
    QRectF room;    // for the picture, zoomed or not
    QRectF picture; // of the scaled image
    QRectF title;   // one line at the top
    QRectF footer;  // one line at the bottom; empty when there is no place for it
    bool footerOverPicture = false;
};

// Lengths in one unit (device-independent pixels). pixelAspect: height / width of one image pixel. pixelRatio: device
// pixels per unit; a picture that nearly fits is shown 1:1.
CellLayout layoutCell(const QRectF& cell, double lineHeight, const QSize& image, double pixelAspect, double pixelRatio);

} // namespace echo2ecg::ui
