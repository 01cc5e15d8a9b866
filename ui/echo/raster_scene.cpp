// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/raster_scene.h"

#include <QPainter>

#include <cmath>

namespace echo2ecg::ui {

namespace {

QImage forScreen(const base::RgbImage& image, const CellView& view)
{
    QImage made(image.columns, image.rows, QImage::Format_RGB32);
    const auto table = colourTable(view);
    const std::uint8_t* from = image.pixels.data();
    for (int y = 0; y < image.rows; ++y) {
        auto* line = reinterpret_cast<QRgb*>(made.scanLine(y));
        if (view.changesColour())
            for (int x = 0; x < image.columns; ++x, from += 3)
                line[x] = qRgb(table[from[0]], table[from[1]], table[from[2]]);
        else
            for (int x = 0; x < image.columns; ++x, from += 3)
                line[x] = qRgb(from[0], from[1], from[2]);
    }
    return made;
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
