// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_scene.h"
#include "ui/echo/cell_view.h"

#include <QImage>

#include <vector>

class QPainter;

namespace echo2ecg::ui {

// Drawn by QPainter into memory: for machines without a graphics card, where an OpenGL that is computed takes longer for a window than there is time
// between two frames.
class RasterScene : public CellScene
{
public:
    // What lies in `part`, background included. The painter counts device pixels.
    void paint(QPainter& painter, const QRect& part);

    void setBackground(const QColor& colour) override { m_background = colour; }
    void setCellCount(int cells) override { m_cells.resize(std::size_t(cells)); }
    void place(int cell, const QRect& room, const QTransform& picture) override;
    void setColours(int cell, const CellView& view) override;
    void setImage(int cell, std::shared_ptr<const base::RgbImage> image) override;

private:
    struct Cell
    {
        QRect room;
        QTransform picture;
        CellView view;
        std::shared_ptr<const base::RgbImage> pixels;
        QImage ready; // with the view's colours, as the screen wants it; null: to be made
    };
    std::vector<Cell> m_cells;
    QColor m_background = Qt::black;
};

} // namespace echo2ecg::ui
