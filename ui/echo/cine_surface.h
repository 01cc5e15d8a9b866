// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_view.h"
#include "ui/echo/cine_overlay.h"

#include "base/image.h"

#include <QWidget>

#include <functional>
#include <memory>

namespace echo2ecg::ui {

class CellScene;
class GlCanvas;
class RasterScene;

// What the grid is seen on: pictures, and words on top. One OpenGL widget with VTK where there is a graphics card, else memory. Knows nothing of time, nor
// of what the mouse does.
class CineSurface : public QWidget
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
    void setView(int cell, const CellView& view);
    const CellView& view(int cell) const;
    // What is painted over a cell after its words, clipped to its area.
    using PaintMore = std::function<void(QPainter& painter, int cell)>;
    void setPaintMore(PaintMore paint) { m_paintMore = std::move(paint); }
    CellOverlay& overlay(int cell); // call update() after a change
    void update();                  // all of it, soon
    QImage grabPicture();           // as it is on the screen
    // -1: none there.
    int cellAt(const QPointF& position) const;
    bool isShown(int cell) const;
    QRectF areaOf(int cell);
    QRectF roomOf(int cell);    // where the picture may be
    QRectF pictureOf(int cell); // where it is as it fits, without zoom and turns
    QSize frameSizeOf(int cell) const;
    double pixelAspectOf(int cell) const;
    QTransform toWidget(int cell); // frame pixels → widget

signals:
    void painted();
    void resized();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Place
    {
        CellOverlay overlay;
        QSize image;
        double pixelAspect = 1.0;
        QRectF area;
        CellLayout layout;
        CellView view;
        bool shown = false;
    };
    void arrange();
    void put(int cell);
    void paintWords(QPainter& painter, const QRectF& part);

    GlCanvas* m_canvas = nullptr; // or
    std::unique_ptr<RasterScene> m_raster;
    CellScene* m_scene; // of the one or the other
    std::vector<Place> m_places;
    std::vector<int> m_shown;
    int m_rows = 1, m_columns = 1;
    bool m_arranged = false;
    PaintMore m_paintMore;
    QString m_emptyWhat, m_emptyHow;
};

} // namespace echo2ecg::ui
