// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include "ui/echo/frame_picture.h"

#include <algorithm>

namespace echo2ecg::ui {

void CineGrid::Impl::paintMore(QPainter& painter, int cell)
{
    if (at(cell).shown < 0 || painters.empty())
        return;
    const CellOnScreen on = q->onScreen(cell);
    for (CellPainter* one : painters) {
        painter.save();
        one->paint(painter, on);
        painter.restore();
    }
}

void CineGrid::Impl::pointerMoved()
{
    for (int i = 0; i < active; ++i)
        if (surface->overlay(i).dropTarget != (i == mouse->dropTarget())) {
            surface->overlay(i).dropTarget = i == mouse->dropTarget();
            surface->update();
        }
}

void CineGrid::setTool(CellTool* tool)
{
    m_impl->mouse->setTool(tool);
}

void CineGrid::addPainter(CellPainter* painter)
{
    m_impl->painters.push_back(painter);
    repaintPictures();
}

void CineGrid::removePainter(CellPainter* painter)
{
    std::erase(m_impl->painters, painter);
    repaintPictures();
}

void CineGrid::repaintPictures()
{
    m_impl->surface->update();
}

CellOnScreen CineGrid::onScreen(int cell) const
{
    CellOnScreen on;
    if (!m_impl->has(cell) || !m_impl->surface->isShown(cell))
        return on;
    CineSurface& surface = *m_impl->surface;
    const GridCell& c = m_impl->at(cell);
    on.cell = cell;
    on.clip = &c.info.clip;
    on.frame = c.shown;
    on.toWidget = surface.toWidget(cell);
    on.area = surface.areaOf(cell);
    on.picture = on.toWidget.mapRect(QRectF(QPointF(), surface.frameSizeOf(cell))).intersected(surface.roomOf(cell));
    on.pixelRatio = surface.devicePixelRatioF();
    return on;
}

const CineCell& CineGrid::cell(int cell) const
{
    return m_impl->cells.at(std::size_t(cell)).info;
}

CellView CineGrid::cellView(int cell) const
{
    return m_impl->has(cell) ? m_impl->at(cell).view : CellView();
}

void CineGrid::setCellView(int cell, const CellView& view)
{
    if (!m_impl->has(cell) || m_impl->at(cell).view == view)
        return;
    m_impl->at(cell).view = kept(view);
    m_impl->surface->setView(cell, m_impl->at(cell).view);
    m_impl->refresh();
    emit viewChanged(cell);
}

QImage CineGrid::pictureOf(int cell, bool withOverlays)
{
    if (!m_impl->has(cell) || m_impl->at(cell).shown < 0)
        return {};
    const GridCell& c = m_impl->at(cell);
    auto pixels = m_impl->pool->whole(cell, c.shown);
    FramePicture made = framePicture(pixels ? *pixels : *c.pixels, m_impl->frameSize(cell), m_impl->aspect(cell), c.view);
    if (withOverlays) {
        CellOnScreen on;
        on.cell = cell;
        on.clip = &c.info.clip;
        on.frame = c.shown;
        on.toWidget = made.fromFrame;
        on.area = on.picture = QRectF(made.image.rect());
        QPainter painter(&made.image);
        painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
        painter.setFont(font());
        for (CellPainter* one : m_impl->painters) {
            painter.save();
            one->paint(painter, on);
            painter.restore();
        }
    }
    return made.image;
}

} // namespace echo2ecg::ui
