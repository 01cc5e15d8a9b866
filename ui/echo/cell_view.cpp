// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cell_view.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::ui {

namespace {
constexpr double kLeastZoom = 0.25, kMostZoom = 32, kNearlyOne = 0.02;
} // namespace

QTransform frameToWidget(const CellView& view, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted)
{
    const double width = std::max(1, frame.width()), height = std::max(1, frame.height());
    const int turns = ((view.quarterTurns % 4) + 4) % 4;
    double across = fitted.width() / width, down = fitted.height() / height;
    QPointF middle = fitted.center();
    if (turns % 2) {
        across = std::min(room.width() / (height * pixelAspect), room.height() / width);
        down = across * pixelAspect;
        middle = room.center();
    }
    QTransform t;
    t.translate(middle.x(), middle.y());
    t.rotate(90.0 * turns);
    t.scale(across * view.zoom * (view.flipX ? -1 : 1), down * view.zoom * (view.flipY ? -1 : 1));
    t.translate(-view.centre.x() * width, -view.centre.y() * height);
    return t;
}

CellView zoomedAt(CellView view, double factor, const QPointF& at, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted)
{
    if (!std::isfinite(factor) || !(factor > 0))
        return view;
    const QPointF stays = frameToWidget(view, frame, pixelAspect, room, fitted).inverted().map(at);
    view.zoom = std::clamp(view.zoom * factor, kLeastZoom, kMostZoom);
    if (std::abs(view.zoom - 1) < kNearlyOne)
        view.zoom = 1; // steps there and back end where they began
    const QPointF moved = stays - frameToWidget(view, frame, pixelAspect, room, fitted).inverted().map(at);
    view.centre += QPointF(moved.x() / std::max(1, frame.width()), moved.y() / std::max(1, frame.height()));
    return kept(view);
}

CellView pannedBy(CellView view, const QPointF& by, const QSize& frame, double pixelAspect, const QRectF& room, const QRectF& fitted)
{
    const QTransform back = frameToWidget(view, frame, pixelAspect, room, fitted).inverted();
    const QPointF moved = back.map(by) - back.map(QPointF());
    view.centre -= QPointF(moved.x() / std::max(1, frame.width()), moved.y() / std::max(1, frame.height()));
    return kept(view);
}

CellView kept(CellView view)
{
    view.zoom = std::isfinite(view.zoom) ? std::clamp(view.zoom, kLeastZoom, kMostZoom) : 1.0;
    const auto within = [](double value, double least, double most, double otherwise) {
        return std::isfinite(value) ? std::clamp(value, least, most) : otherwise;
    };
    view.centre = {within(view.centre.x(), 0, 1, 0.5), within(view.centre.y(), 0, 1, 0.5)};
    view.quarterTurns = ((view.quarterTurns % 4) + 4) % 4;
    view.window = within(view.window, 0.01, 4, 1);
    view.level = within(view.level, -0.5, 1.5, 0.5);
    view.gamma = within(view.gamma, 0.2, 5, 1);
    return view;
}

std::array<std::uint8_t, 256> colourTable(const CellView& view)
{
    std::array<std::uint8_t, 256> table{};
    for (int in = 0; in < 256; ++in) {
        if (!view.changesColour()) {
            table[std::size_t(in)] = std::uint8_t(in);
            continue;
        }
        double out = std::pow(std::clamp((in / 255.0 - view.level) / view.window + 0.5, 0.0, 1.0), 1 / view.gamma);
        if (view.inverted)
            out = 1 - out;
        table[std::size_t(in)] = std::uint8_t(std::lround(out * 255));
    }
    return table;
}

} // namespace echo2ecg::ui
