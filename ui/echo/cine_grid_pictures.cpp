// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_grid_impl.h"

#include "ui/echo/frame_picture.h"
#include "ui/theme/theme.h"

#include <QPainterPath>

#include <algorithm>

namespace echo2ecg::ui {

namespace {
constexpr double kLensRadius = 110, kLensZoom = 2.5;
} // namespace

void CineGrid::Impl::paintMore(QPainter& painter, int cell)
{
    const bool lens = magnifier && surface->cellAt(mouse->position()) == cell;
    if (at(cell).shown < 0 || (painters.empty() && !lens))
        return;
    const CellOnScreen on = q->onScreen(cell);
    paintAll(painter, on);
    if (lens && on.picture.contains(mouse->position()))
        paintLens(painter, on);
}

void CineGrid::Impl::paintAll(QPainter& painter, const CellOnScreen& on)
{
    for (CellPainter* one : painters) {
        painter.save();
        one->paint(painter, on);
        painter.restore();
    }
}

void CineGrid::Impl::paintLens(QPainter& painter, const CellOnScreen& on)
{
    const GridCell& cell = at(on.cell);
    const QPointF middle = mouse->position();
    const double radius = std::min(kLensRadius, std::min(on.area.width(), on.area.height()) * 0.4);
    const QRectF round(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius);
    CellOnScreen enlarged = on;
    enlarged.toWidget *= QTransform::fromTranslate(-middle.x(), -middle.y()) * QTransform::fromScale(kLensZoom, kLensZoom) *
                         QTransform::fromTranslate(middle.x(), middle.y());
    enlarged.area = enlarged.picture = round;
    const auto whole = pool->whole(on.cell, cell.shown);
    const base::RgbImage& pixels = whole ? *whole : *cell.pixels;
    const QSize frame = frameSize(on.cell);
    // From the pixels that there are, which may be reduced, to the lens.
    const QTransform fromPixels = QTransform::fromScale(double(frame.width()) / pixels.columns, double(frame.height()) / pixels.rows) *
                                  enlarged.toWidget;
    QRect taken;
    const QImage part = windowedPart(pixels, fromPixels.inverted().mapRect(round).adjusted(-1, -1, 1, 1), cell.view, taken);
    QPainterPath edge;
    edge.addEllipse(round);
    painter.save();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.setClipPath(edge, Qt::IntersectClip);
    painter.fillRect(round, Theme::instance().colours().cineBackground);
    painter.save();
    painter.setTransform(fromPixels, true);
    painter.drawImage(taken.topLeft(), part);
    painter.restore();
    paintAll(painter, enlarged);
    painter.restore();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(mixed(Theme::instance().colours().cineText, Theme::instance().colours().cineBackground, 0.6), 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(round);
    painter.restore();
}

void CineGrid::Impl::pointerMoved()
{
    if (magnifier) {
        surface->update();
        if (!timer.isActive())
            tick(); // the frame under the lens is wanted as it is
    }
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

void CineGrid::zoomBy(double factor)
{
    CineSurface& surface = *m_impl->surface;
    const int cell = m_impl->selected;
    m_impl->changeView([&](CellView& view) {
        view = zoomedAt(view, factor, surface.roomOf(cell).center(), surface.frameSizeOf(cell), surface.pixelAspectOf(cell),
                        surface.roomOf(cell), surface.pictureOf(cell));
    });
}

void CineGrid::turn(int quarters)
{
    m_impl->changeView([quarters](CellView& view) { view.quarterTurns += quarters; });
}

void CineGrid::flip(Qt::Orientation along)
{
    // As it is seen: in a picture on its side, left and right are the frame's top and bottom.
    m_impl->changeView([along](CellView& view) {
        const bool x = (along == Qt::Horizontal) == (view.quarterTurns % 2 == 0);
        (x ? view.flipX : view.flipY) ^= true;
    });
}

void CineGrid::invert()
{
    m_impl->changeView([](CellView& view) { view.inverted = !view.inverted; });
}

void CineGrid::resetView()
{
    m_impl->changeView([](CellView& view) { view = {}; });
}

void CineGrid::setMagnifier(bool on)
{
    if (m_impl->magnifier == on)
        return;
    m_impl->magnifier = on;
    m_impl->refresh();
    m_impl->surface->update();
    emit stateChanged();
}

bool CineGrid::magnifier() const
{
    return m_impl->magnifier;
}

CacheUse CineGrid::cacheUse() const
{
    return m_impl->pool->use();
}

void CineGrid::setCacheLimit(std::size_t bytes)
{
    m_impl->pool->setLimit(bytes);
    m_impl->refresh();
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
        m_impl->paintAll(painter, on);
    }
    return made.image;
}

} // namespace echo2ecg::ui
