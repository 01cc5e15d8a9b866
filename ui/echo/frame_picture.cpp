// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/frame_picture.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

QImage windowedPart(const base::RgbImage& pixels, const QRectF& region, const CellView& view, QRect& taken)
{
    taken = region.toAlignedRect().intersected(QRect(0, 0, pixels.columns, pixels.rows));
    if (taken.isEmpty())
        return {};
    const auto table = colourTable(view);
    QImage image(taken.size(), QImage::Format_RGB888);
    for (int y = 0; y < taken.height(); ++y) {
        const std::uint8_t* from = pixels.row(taken.top() + y) + std::size_t(taken.left()) * 3;
        std::transform(from, from + std::size_t(taken.width()) * 3, image.scanLine(y), [&](std::uint8_t v) { return table[v]; });
    }
    return image;
}

FramePicture framePicture(const base::RgbImage& pixels, const QSize& frame, double pixelAspect, const CellView& view)
{
    CellView whole = view;
    whole.zoom = 1;
    whole.centre = {0.5, 0.5};
    const bool turned = whole.quarterTurns % 2;
    QSize size(frame.width(), std::max(1, int(std::lround(frame.height() * pixelAspect))));
    if (turned)
        size.transpose();
    const QRectF all(0, 0, size.width(), size.height());
    FramePicture made;
    made.fromFrame = frameToWidget(whole, frame, pixelAspect, all, all);
    QRect taken;
    const QImage windowed = windowedPart(pixels, QRectF(0, 0, pixels.columns, pixels.rows), view, taken);
    made.image = QImage(size, QImage::Format_RGB32);
    made.image.fill(Qt::black);
    QPainter painter(&made.image);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, windowed.size() != frame || pixelAspect != 1.0);
    painter.setTransform(made.fromFrame);
    painter.drawImage(QRectF(QPointF(), QSizeF(frame)), windowed);
    painter.end();
    return made;
}

} // namespace echo2ecg::ui
