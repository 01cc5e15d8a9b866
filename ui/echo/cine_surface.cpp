// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_surface.h"

#include "ui/echo/gl_canvas.h"
#include "ui/echo/raster_scene.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QPaintEvent>
#include <QPainter>

#include <cmath>

namespace echo2ecg::ui {

namespace {

QFont overlayFont(const QFont& base)
{
    QFont font = Theme::numberFont(base);
    font.setPointSizeF(base.pointSizeF() * 0.9);
    return font;
}

} // namespace

CineSurface::CineSurface(QWidget* parent) : QWidget(parent)
{
    if (hasGraphicsCard()) {
        m_canvas = new GlCanvas(
            [this] {
                if (!m_arranged)
                    arrange();
            },
            [this](QPainter& painter) { paintWords(painter, rect()); }, this);
        m_scene = &m_canvas->scene();
        connect(m_canvas, &GlCanvas::painted, this, &CineSurface::painted);
    } else {
        m_raster = std::make_unique<RasterScene>();
        m_scene = m_raster.get();
        setAttribute(Qt::WA_OpaquePaintEvent);
    }
    setFocusPolicy(Qt::ClickFocus);
    setMouseTracking(true);
    const auto dress = [this] {
        m_scene->setBackground(Theme::instance().colours().cineBackground);
        update();
    };
    dress();
    connect(&Theme::instance(), &Theme::changed, this, dress);
}

CineSurface::~CineSurface() = default;

void CineSurface::update()
{
    if (m_canvas)
        m_canvas->update();
    else
        QWidget::update();
}

QImage CineSurface::grabPicture()
{
    return m_canvas ? m_canvas->grabFramebuffer() : grab().toImage();
}

void CineSurface::setGrid(int rows, int columns, std::vector<int> shown, int cells)
{
    m_rows = std::max(1, rows);
    m_columns = std::max(1, columns);
    m_shown = std::move(shown);
    if (int(m_places.size()) != cells) {
        m_places.resize(std::size_t(cells));
        // A cell that isn't shown keeps its place in the scene, outside the picture.
        if (m_canvas)
            m_canvas->setCellCount(cells);
        else
            m_scene->setCellCount(cells);
    }
    for (Place& place : m_places)
        place.shown = false;
    for (int cell : m_shown)
        m_places.at(std::size_t(cell)).shown = true;
    m_arranged = false;
    update();
}

void CineSurface::setEmptyText(const QString& what, const QString& how)
{
    m_emptyWhat = what;
    m_emptyHow = how;
    update();
}

void CineSurface::setImage(int cell, std::shared_ptr<const base::RgbImage> image, const QSize& size, double pixelAspect)
{
    Place& place = m_places.at(std::size_t(cell));
    if (size != place.image || pixelAspect != place.pixelAspect) {
        place.image = size;
        place.pixelAspect = pixelAspect;
        m_arranged = false;
    }
    m_scene->setImage(cell, std::move(image));
    if (m_raster && m_arranged)
        QWidget::update(place.area.toAlignedRect()); // the others stay as they are
    else
        update();
}

CellOverlay& CineSurface::overlay(int cell)
{
    return m_places.at(std::size_t(cell)).overlay;
}

int CineSurface::cellAt(const QPointF& position) const
{
    for (int cell : m_shown)
        if (m_places[std::size_t(cell)].area.contains(position))
            return cell;
    return -1;
}

bool CineSurface::isShown(int cell) const
{
    return cell >= 0 && std::size_t(cell) < m_places.size() && m_places[std::size_t(cell)].shown;
}

QRectF CineSurface::areaOf(int cell)
{
    if (!m_arranged)
        arrange();
    return m_places.at(std::size_t(cell)).area;
}

QRectF CineSurface::roomOf(int cell)
{
    if (!m_arranged)
        arrange();
    return m_places.at(std::size_t(cell)).layout.room;
}

QRectF CineSurface::pictureOf(int cell)
{
    if (!m_arranged)
        arrange();
    return m_places.at(std::size_t(cell)).layout.picture;
}

QSize CineSurface::frameSizeOf(int cell) const
{
    return m_places.at(std::size_t(cell)).image;
}

double CineSurface::pixelAspectOf(int cell) const
{
    return m_places.at(std::size_t(cell)).pixelAspect;
}

QTransform CineSurface::toWidget(int cell)
{
    if (!m_arranged)
        arrange();
    const Place& place = m_places.at(std::size_t(cell));
    return frameToWidget(place.view, place.image, place.pixelAspect, place.layout.room, place.layout.picture);
}

void CineSurface::setView(int cell, const CellView& view)
{
    Place& place = m_places.at(std::size_t(cell));
    if (view == place.view)
        return;
    place.view = view;
    m_scene->setColours(cell, view);
    if (m_arranged && place.shown)
        put(cell);
    update();
}

const CellView& CineSurface::view(int cell) const
{
    return m_places.at(std::size_t(cell)).view;
}

void CineSurface::put(int cell)
{
    const Place& place = m_places[std::size_t(cell)];
    const double ratio = devicePixelRatioF();
    const QRectF room(place.layout.room.topLeft() * ratio, place.layout.room.size() * ratio);
    // The picture's unit square to frame pixels, to the widget, to device pixels.
    const QTransform picture = QTransform::fromScale(std::max(1, place.image.width()), std::max(1, place.image.height())) *
                               toWidget(cell) * QTransform::fromScale(ratio, ratio);
    m_scene->place(cell, room.toAlignedRect(), picture);
}

void CineSurface::arrange()
{
    m_arranged = true;
    const double ratio = devicePixelRatioF();
    const QSize device(int(std::lround(width() * ratio)), int(std::lround(height() * ratio)));
    const std::vector<QRect> areas = gridCells(device, m_rows, m_columns);
    const double line = std::ceil(QFontMetricsF(overlayFont(font())).height()) + 4;
    for (std::size_t i = 0; i < m_places.size(); ++i)
        if (!m_places[i].shown)
            m_scene->place(int(i), QRect(), QTransform());
    for (std::size_t i = 0; i < m_shown.size() && i < areas.size(); ++i) {
        Place& place = m_places[std::size_t(m_shown[i])];
        const QRect& d = areas[i];
        place.area = QRectF(d.x() / ratio, d.y() / ratio, d.width() / ratio, d.height() / ratio);
        place.layout = layoutCell(place.area, line, place.image, place.pixelAspect, ratio);
        put(m_shown[i]);
    }
}

void CineSurface::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_arranged = false;
    if (m_canvas)
        m_canvas->setGeometry(rect());
    emit resized();
}

void CineSurface::paintEvent(QPaintEvent* event)
{
    if (!m_raster)
        return;
    if (!m_arranged)
        arrange();
    const double ratio = devicePixelRatioF();
    const QRectF part = event->rect();
    QPainter painter(this);
    painter.save();
    painter.scale(1 / ratio, 1 / ratio);
    m_raster->paint(painter, QRectF(part.topLeft() * ratio, part.size() * ratio).toAlignedRect());
    painter.restore();
    paintWords(painter, part);
    painter.end();
    emit painted();
}

void CineSurface::paintWords(QPainter& painter, const QRectF& part)
{
    const ThemeColours& colours = Theme::instance().colours();
    painter.setRenderHint(QPainter::TextAntialiasing);
    painter.setFont(overlayFont(font()));
    if (m_shown.empty())
        paintEmpty(painter, rect(), m_emptyWhat, m_emptyHow, colours);
    for (int cell : m_shown) {
        const Place& place = m_places[std::size_t(cell)];
        if (!place.area.intersects(part))
            continue;
        paintOverlay(painter, place.area, place.layout, place.overlay, colours);
        if (m_paintMore) {
            painter.save();
            painter.setClipRect(place.area, Qt::IntersectClip);
            m_paintMore(painter, cell);
            painter.restore();
        }
    }
}

} // namespace echo2ecg::ui
