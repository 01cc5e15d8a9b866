// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cine_overlay.h"

#include "base/image.h"

#include <QOpenGLWidget>

#include <memory>

class QOpenGLPaintDevice;
class QSurface;

namespace echo2ecg::ui {

class TextureScene;

// The one OpenGL widget of the grid: pictures by VTK, words by QPainter on top. Knows nothing of time.
class CineSurface : public QOpenGLWidget
{
    Q_OBJECT
public:
    explicit CineSurface(QWidget* parent = nullptr);
    ~CineSurface() override;

    // Which cells are shown, in order, on rows × columns places. `cells` is how many there are in all.
    void setGrid(int rows, int columns, std::vector<int> shown, int cells);
    void setEmptyText(const QString& what, const QString& how);
    // `size` is that of the frame in the file; `image` may be smaller when the picture is.
    void setImage(int cell, std::shared_ptr<const base::RgbImage> image, const QSize& size, double pixelAspect);
    CellOverlay& overlay(int cell); // call update() after a change
    // -1: none there.
    int cellAt(const QPointF& position) const;
    QRectF pictureOf(int cell);

signals:
    void cellClicked(int cell);
    void cellDoubleClicked(int cell);
    void painted();
    void resized();

protected:
    void initializeGL() override;
    void resizeGL(int width, int height) override;
    void paintGL() override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;

private:
    struct Place
    {
        CellOverlay overlay;
        QSize image;
        double pixelAspect = 1.0;
        QRectF area;
        CellLayout layout;
        bool shown = false;
    };
    void arrange();
    void releaseContext();

    std::unique_ptr<TextureScene> m_scene;
    std::unique_ptr<QOpenGLPaintDevice> m_device; // for the words
    QSurface* m_surface = nullptr;
    std::vector<Place> m_places;
    std::vector<int> m_shown;
    int m_rows = 1, m_columns = 1;
    bool m_arranged = false;
    QString m_emptyWhat, m_emptyHow;
};

} // namespace echo2ecg::ui
