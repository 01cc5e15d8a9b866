// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/raster_scene.h"

#include "ui/echo/frame_picture.h"

#include <QPainter>

#include <cmath>

namespace echo2ecg::ui {

namespace {

// With the view's colours, in the format that the screen wants.
QImage forScreen(const base::RgbImage& image, const CellView& view)
{
    QImage picture(image.pixels.data(), image.columns, image.rows, image.columns * 3, QImage::Format_RGB888);
    QRect all;
    if (view.changesColour())
        picture = windowedPart(image, picture.rect(), view, all);
    return picture.convertToFormat(QImage::Format_RGB32);
}

bool isNear(double a, double b)
{
    return std::abs(a - b) < 1e-3;
}

} // namespace

void RasterScene::place(int cell, const QRect& room, const QTransform& picture)
{
    Cell& c = m_cells.at(std::size_t(cell));
    c.room = room;
    c.picture = picture;
}

void RasterScene::setColours(int cell, const CellView& view)
{
    Cell& c = m_cells.at(std::size_t(cell));
    c.view = view;
    c.ready = {};
}

void RasterScene::setImage(int cell, std::shared_ptr<const base::RgbImage> image)
{
    Cell& c = m_cells.at(std::size_t(cell));
    if (image == c.pixels)
        return;
    c.pixels = std::move(image);
    c.ready = {};
}

void RasterScene::paint(QPainter& painter, const QRect& part)
{
    painter.fillRect(part, m_background);
    for (Cell& cell : m_cells) {
        if (!cell.pixels || cell.pixels->isEmpty() || !cell.room.intersects(part))
            continue;
        if (cell.ready.isNull())
            cell.ready = forScreen(*cell.pixels, cell.view);
        const QTransform place = QTransform::fromScale(1.0 / cell.ready.width(), 1.0 / cell.ready.height()) * cell.picture;
        painter.save();
        painter.setClipRect(cell.room.intersected(part));
        // A picture that was reduced to its place on the screen is copied as it is.
        if (isNear(place.m11() * cell.ready.width(), cell.ready.width()) && isNear(place.m22() * cell.ready.height(), cell.ready.height()) && isNear(place.m12(), 0) &&
            isNear(place.m21(), 0) && isNear(place.dx(), std::round(place.dx())) && isNear(place.dy(), std::round(place.dy()))) {
            painter.drawImage(QPoint(int(std::lround(place.dx())), int(std::lround(place.dy()))), cell.ready);
        } else {
            painter.setRenderHint(QPainter::SmoothPixmapTransform);
            painter.setTransform(place, true);
            painter.drawImage(0, 0, cell.ready);
        }
        painter.restore();
    }
}

} // namespace echo2ecg::ui
