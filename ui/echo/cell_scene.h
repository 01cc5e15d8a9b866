// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <QColor>
#include <QRect>
#include <QTransform>

#include <memory>

namespace echo2ecg::ui {

struct CellView;

// The pictures of all cells of the grid. Everything is in device pixels with y down.
class CellScene
{
public:
    virtual ~CellScene() = default;

    virtual void setBackground(const QColor& colour) = 0;
    virtual void setCellCount(int cells) = 0;
    // Where on the surface there is room for the cell's picture, which is cut off there, and how the picture's unit square
    // (y down) lies on the surface.
    virtual void place(int cell, const QRect& room, const QTransform& picture) = 0;
    // Window, level, gamma and inversion; the bytes themselves by default.
    virtual void setColours(int cell, const CellView& view) = 0;
    // Null: nothing. The pixels aren't copied, they live on while they are shown.
    virtual void setImage(int cell, std::shared_ptr<const base::RgbImage> image) = 0;
};

} // namespace echo2ecg::ui
