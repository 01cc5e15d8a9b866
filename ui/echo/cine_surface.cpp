// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cine_surface.h"

#include "ui/echo/texture_scene.h"
#include "ui/theme/theme.h"

#include <QFontMetricsF>
#include <QMouseEvent>
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

QRectF CineSurface::pictureOf(int cell)
{
    if (!m_arranged)
        arrange();
    return m_places.at(std::size_t(cell)).layout.picture;
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
            m_scene->place(int(i), QRect(), QRectF());
    for (std::size_t i = 0; i < m_shown.size() && i < areas.size(); ++i) {
        Place& place = m_places[std::size_t(m_shown[i])];
        const QRect& d = areas[i];
        place.area = QRectF(d.x() / ratio, d.y() / ratio, d.width() / ratio, d.height() / ratio);
        place.layout = layoutCell(place.area, line, place.image, place.pixelAspect, ratio);
        const QRectF& p = place.layout.picture;
        m_scene->place(m_shown[i], d, QRectF(p.topLeft() * ratio, p.size() * ratio));
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
    }
    painter.end();
    emit painted();
}

void CineSurface::mousePressEvent(QMouseEvent* event)
{
    const int cell = cellAt(event->position());
    if (event->button() == Qt::LeftButton && cell >= 0)
        emit cellClicked(cell);
    else
        QOpenGLWidget::mousePressEvent(event);
}

void CineSurface::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int cell = cellAt(event->position());
    if (event->button() == Qt::LeftButton && cell >= 0)
        emit cellDoubleClicked(cell);
}

} // namespace echo2ecg::ui
