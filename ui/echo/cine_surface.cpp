// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_surface.h"

#include "ui/echo/texture_scene.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QOpenGLContext>
#include <QOpenGLPaintDevice>
#include <QPainter>
#include <QSurfaceFormat>

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

CineSurface::CineSurface(QWidget* parent) : QOpenGLWidget(parent)
{
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    format.setStencilBufferSize(8);
    format.setSamples(0);
    setFormat(format);
    // The widget's own makeCurrent() would bind its framebuffer behind VTK's back: only context and surface are made
    // current.
    m_scene = std::make_unique<TextureScene>(
        [this] {
            if (context() && m_surface)
                context()->makeCurrent(m_surface);
        },
        [this] { return context() && QOpenGLContext::currentContext() == context(); });
    setFocusPolicy(Qt::ClickFocus);
    setMouseTracking(true);
    const auto dress = [this] {
        m_scene->setBackground(Theme::instance().colours().cineBackground);
        update();
    };
    dress();
    connect(&Theme::instance(), &Theme::changed, this, dress);
}

CineSurface::~CineSurface()
{
    // The context outlives this part of the object and would call back.
    if (context())
        disconnect(context(), nullptr, this, nullptr);
    releaseContext();
}

void CineSurface::releaseContext()
{
    if (!context())
        return;
    makeCurrent();
    m_device.reset();
    m_scene->release();
    doneCurrent();
}

void CineSurface::setGrid(int rows, int columns, std::vector<int> shown, int cells)
{
    m_rows = std::max(1, rows);
    m_columns = std::max(1, columns);
    m_shown = std::move(shown);
    if (int(m_places.size()) != cells) {
        m_places.resize(std::size_t(cells));
        if (context())
            makeCurrent();
        // A cell that isn't shown keeps its renderer, outside the picture.
        m_scene->setCellCount(cells);
        if (context())
            doneCurrent();
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

void CineSurface::initializeGL()
{
    m_surface = context()->surface();
    // Docking and floating give the widget another context.
    connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &CineSurface::releaseContext, Qt::UniqueConnection);
    m_device = std::make_unique<QOpenGLPaintDevice>();
    m_scene->initialise();
}

void CineSurface::resizeGL(int, int)
{
    m_arranged = false;
    emit resized();
}

void CineSurface::paintGL()
{
    if (!m_arranged)
        arrange();
    const double ratio = devicePixelRatioF();
    const QSize device(int(std::lround(width() * ratio)), int(std::lround(height() * ratio)));
    m_scene->render(device, defaultFramebufferObject());

    const ThemeColours& colours = Theme::instance().colours();
    // Not a painter on the widget: QWidget::grab() would redirect that to behind the picture.
    m_device->setSize(device);
    m_device->setDevicePixelRatio(ratio);
    QPainter painter(m_device.get());
    painter.setRenderHint(QPainter::TextAntialiasing);
    painter.setFont(overlayFont(font()));
    if (m_shown.empty())
        paintEmpty(painter, rect(), m_emptyWhat, m_emptyHow, colours);
    for (int cell : m_shown) {
        const Place& place = m_places[std::size_t(cell)];
        paintOverlay(painter, place.area, place.layout, place.overlay, colours);
        if (m_paintMore) {
            painter.save();
            painter.setClipRect(place.area);
            m_paintMore(painter, cell);
            painter.restore();
        }
    }
    painter.end();
    emit painted();
}

} // namespace echo2ecg::ui
