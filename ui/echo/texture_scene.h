// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <QColor>
#include <QRect>
#include <QTransform>

#include <functional>
#include <memory>

namespace echo2ecg::ui {

struct CellView;

// The pictures of all cells, drawn by VTK into a context that somebody else owns: one renderer per cell, one textured
// quad in each. Everything is in device pixels with y down. render(), initialise() and release() need the context to be
// current.
class TextureScene
{
public:
    TextureScene(std::function<void()> makeCurrent, std::function<bool()> isCurrent);
    ~TextureScene();

    void initialise();
    void release(); // before the context goes

    void setBackground(const QColor& colour);
    void setCellCount(int cells);
    // Where on the surface there is room for the cell's picture, which is cut off there, and how the picture's unit square
    // (y down) lies on the surface.
    void place(int cell, const QRect& room, const QTransform& picture);
    // Window, level, gamma and inversion, by the graphics card; the bytes themselves by default.
    void setColours(int cell, const CellView& view);
    // Null: nothing. The pixels aren't copied, they live on while they are shown.
    void setImage(int cell, std::shared_ptr<const base::RgbImage> image);

    void render(const QSize& size, unsigned framebuffer);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
