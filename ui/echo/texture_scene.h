// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_scene.h"

#include <functional>

namespace echo2ecg::ui {

// Drawn by VTK into a context that somebody else owns: one renderer per cell, one textured quad in each, colours by the graphics card. render(),
// initialise(), release() and setCellCount() need the context to be current.
class TextureScene : public CellScene
{
public:
    TextureScene(std::function<void()> makeCurrent, std::function<bool()> isCurrent);
    ~TextureScene() override;

    void initialise();
    void release(); // before the context goes
    void render(const QSize& size, unsigned framebuffer);

    void setBackground(const QColor& colour) override;
    void setCellCount(int cells) override;
    void place(int cell, const QRect& room, const QTransform& picture) override;
    void setColours(int cell, const CellView& view) override;
    void setImage(int cell, std::shared_ptr<const base::RgbImage> image) override;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::ui
