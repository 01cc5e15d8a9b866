// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/gl_canvas.h"

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLFunctions>
#include <QOpenGLPaintDevice>
#include <QPainter>
#include <QSurfaceFormat>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr int kMajor = 3, kMinor = 2;

QSurfaceFormat wantedFormat()
{
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(kMajor, kMinor);
    format.setProfile(QSurfaceFormat::CoreProfile);
    format.setDepthBufferSize(24);
    format.setStencilBufferSize(8);
    format.setSamples(0);
    return format;
}

bool lookForCard()
{
    QOffscreenSurface surface;
    surface.setFormat(wantedFormat());
    surface.create();
    QOpenGLContext context;
    context.setFormat(wantedFormat());
    if (!surface.isValid() || !context.create() || !context.makeCurrent(&surface))
        return false;
    const auto* words = reinterpret_cast<const char*>(context.functions()->glGetString(GL_RENDERER));
    const QByteArray renderer = QByteArray(words ? words : "").toLower();
    const bool isNew = context.format().version() >= qMakePair(kMajor, kMinor);
    context.doneCurrent();
    static constexpr const char* computed[] = {"llvmpipe", "softpipe", "swrast", "software", "swiftshader", "gdi generic", "basic render"};
    return isNew && std::none_of(std::begin(computed), std::end(computed), [&](const char* name) { return renderer.contains(name); });
}

} // namespace

bool hasGraphicsCard()
{
    const QByteArray asked = qgetenv("ECHO2ECG_CINE");
    if (asked == "gl" || asked == "raster")
        return asked == "gl";
    static const bool has = lookForCard();
    return has;
}

GlCanvas::GlCanvas(std::function<void()> arrange, std::function<void(QPainter&)> words, QWidget* parent)
    : QOpenGLWidget(parent), m_arrange(std::move(arrange)), m_words(std::move(words))
{
    setFormat(wantedFormat());
    setAttribute(Qt::WA_TransparentForMouseEvents);
    // The widget's own makeCurrent() would bind its framebuffer behind VTK's back: only context and surface are made
    // current.
    m_scene = std::make_unique<TextureScene>(
        [this] {
            if (context() && m_surface)
                context()->makeCurrent(m_surface);
        },
        [this] { return context() && QOpenGLContext::currentContext() == context(); });
}

GlCanvas::~GlCanvas()
{
    // The context outlives this part of the object and would call back.
    if (context())
        disconnect(context(), nullptr, this, nullptr);
    releaseContext();
}

void GlCanvas::releaseContext()
{
    if (!context())
        return;
    makeCurrent();
    m_device.reset();
    m_scene->release();
    doneCurrent();
}

void GlCanvas::setCellCount(int cells)
{
    if (context())
        makeCurrent();
    m_scene->setCellCount(cells);
    if (context())
        doneCurrent();
}

void GlCanvas::initializeGL()
{
    m_surface = context()->surface();
    // Docking and floating give the widget another context.
    connect(context(), &QOpenGLContext::aboutToBeDestroyed, this, &GlCanvas::releaseContext, Qt::UniqueConnection);
    m_device = std::make_unique<QOpenGLPaintDevice>();
    m_scene->initialise();
}

void GlCanvas::paintGL()
{
    m_arrange();
    const double ratio = devicePixelRatioF();
    const QSize device(int(std::lround(width() * ratio)), int(std::lround(height() * ratio)));
    m_scene->render(device, defaultFramebufferObject());
    // Not a painter on the widget: QWidget::grab() would redirect that to behind the picture.
    m_device->setSize(device);
    m_device->setDevicePixelRatio(ratio);
    {
        QPainter painter(m_device.get());
        m_words(painter);
    }
    emit painted();
}

} // namespace echo2ecg::ui
