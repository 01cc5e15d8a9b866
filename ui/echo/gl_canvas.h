// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/texture_scene.h"

#include <QOpenGLWidget>

#include <functional>

class QOpenGLPaintDevice;
class QSurface;

namespace echo2ecg::ui {

// Whether OpenGL is drawn by a graphics card here, and not computed by the processor. ECHO2ECG_CINE=gl or raster in the environment decides otherwise.
// GUI thread; looks once.
bool hasGraphicsCard();

// The one OpenGL widget of the grid: pictures by VTK, words by QPainter on top. It leaves the mouse to what it lies on.
class GlCanvas : public QOpenGLWidget
{
    Q_OBJECT
public:
    // `arrange` before each drawing, `words` on top of the pictures, in the widget's pixels.
    GlCanvas(std::function<void()> arrange, std::function<void(QPainter&)> words, QWidget* parent);
    ~GlCanvas() override;

    TextureScene& scene() { return *m_scene; }
    void setCellCount(int cells);

signals:
    void painted();

protected:
    void initializeGL() override;
    void paintGL() override;

private:
    void releaseContext();

    std::function<void()> m_arrange;
    std::function<void(QPainter&)> m_words;
    std::unique_ptr<TextureScene> m_scene;
    std::unique_ptr<QOpenGLPaintDevice> m_device; // for the words
    QSurface* m_surface = nullptr;
};

} // namespace echo2ecg::ui
