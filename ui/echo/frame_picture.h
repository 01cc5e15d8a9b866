// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/echo/cell_view.h"

#include "base/image.h"

#include <QImage>

namespace echo2ecg::ui {

// A whole frame as a person looks at it: turned, flipped, windowed, its pixels made square; not zoomed.
struct FramePicture
{
    QImage image;
    QTransform fromFrame; // frame pixels → pixels of the image
};

// `pixels` may be a reduced picture of a frame of that size.
FramePicture framePicture(const base::RgbImage& pixels, const QSize& frame, double pixelAspect, const CellView& view);

// Part of the frame (clipped to it), windowed. `region` is in frame pixels; `taken` becomes the whole pixels of it.
QImage windowedPart(const base::RgbImage& pixels, const QRectF& region, const CellView& view, QRect& taken);

} // namespace echo2ecg::ui
