// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cell_layout.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kPadding = 3.0;
constexpr double kNearlyOne = 1.15;
// A footer of its own is worth it when it costs the picture less than a tenth of its height.
constexpr double kFooterShare = 0.1;
} // namespace

std::vector<QRect> gridCells(const QSize& size, int rows, int columns)
{
    std::vector<QRect> cells;
    for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c) {
            const int x0 = size.width() * c / columns, x1 = size.width() * (c + 1) / columns;
            const int y0 = size.height() * r / rows, y1 = size.height() * (r + 1) / rows;
            cells.emplace_back(x0, y0, x1 - x0, y1 - y0);
        }
    return cells;
}

QSize gridFor(int cells, const QSizeF& area)
{
    constexpr double kPictureShape = 4.0 / 3.0;
    QSize best(1, 1);
    double bestWidth = -1;
    for (int rows = 1; rows <= std::max(1, cells); ++rows) {
        const int columns = (std::max(1, cells) + rows - 1) / rows;
        const double width = std::min(area.width() / columns, area.height() / rows * kPictureShape);
        if (width > bestWidth * 1.02) {
            best = {columns, rows};
            bestWidth = width;
        }
    }
    return best;
}

CellLayout layoutCell(const QRectF& cell, double lineHeight, const QSize& image, double pixelAspect, double pixelRatio)
{
    CellLayout layout;
    const QRectF inner = cell.adjusted(kPadding, kPadding, -kPadding, -kPadding);
    layout.title =
        QRectF(inner.left() + kPadding, inner.top(), std::max(0.0, inner.width() - 2 * kPadding), lineHeight);
    layout.footer = QRectF(layout.title.left(), inner.bottom() - lineHeight, layout.title.width(), lineHeight);
    QRectF room = inner.adjusted(0, lineHeight, 0, 0);

    const double width = std::max(1, image.width()),
                 height = std::max(1, image.height()) * (pixelAspect > 0 ? pixelAspect : 1.0);
    const auto fit = [&](const QRectF& place) { return std::min(place.width() / width, place.height() / height); };
    const QRectF withFooter = room.adjusted(0, 0, 0, -lineHeight);
    if (fit(withFooter) >= fit(room) * (1 - kFooterShare))
        room = withFooter;
    else
        layout.footerOverPicture = true;
    double scale = std::max(0.0, fit(room));
    // One image pixel on one device pixel is crisper than a few per cent more size.
    if (scale * pixelRatio > 1.0 && scale * pixelRatio < kNearlyOne && pixelAspect == 1.0)
        scale = 1.0 / pixelRatio;
    // Whole device pixels, so that 1:1 is really 1:1.
    const auto whole = [pixelRatio](double length) { return std::round(length * pixelRatio) / pixelRatio; };
    const QSizeF size(whole(width * scale), whole(height * scale));
    layout.picture = QRectF(QPointF(whole(room.left() + (room.width() - size.width()) / 2),
                                    whole(room.top() + (room.height() - size.height()) / 2)),
                            size);
    layout.room = room.united(layout.picture); // rounding may have taken a fraction of a pixel more
    return layout;
}

} // namespace echo2ecg::ui
