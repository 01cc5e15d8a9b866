// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/image.h"

#include <QColor>
#include <QRect>

#include <functional>
#include <memory>

namespace echo2ecg::ui {

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
    // Where the cell is on the surface and where, on the surface, its picture is.
    void place(int cell, const QRect& area, const QRectF& picture);
    // Null: nothing. The pixels aren't copied, they live on while they are shown.
    void setImage(int cell, std::shared_ptr<const base::RgbImage> image);

    void render(const QSize& size, unsigned framebuffer);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
