// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/bicubic.h"
#include "echo/crop.h"
#include "echo/preprocess.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

std::vector<int> sampledFrames(int clipFrames, const EchoRecipe& recipe)
{
    std::vector<int> frames;
    for (long long i = 0; i < clipFrames && int(frames.size()) < recipe.frames; i += recipe.stride)
        frames.push_back(int(i));
    return frames;
}

Crop shownPart(int rows, int columns, double zoom)
{
    if (rows < 1 || columns < 1 || !(zoom >= 0 && zoom < 0.5))
        throw base::Error(base::ErrorCode::Unsuitable, "The frame or the crop is empty.");
    int x = 0, y = 0, width = columns, height = rows;
    // Half of the difference, rounded half to even as the weights were trained: an odd difference leaves one pixel off
    // square.
    // A strip of one pixel keeps that pixel.
    const int longSide = std::max(width, height);
    const int margin = std::min(int(std::nearbyint(std::abs(width - height) / 2.0)), (longSide - 1) / 2);
    if (width > height) {
        x += margin;
        width -= 2 * margin;
    } else {
        y += margin;
        height -= 2 * margin;
    }
    const int zoomX = int(zoom * width), zoomY = int(zoom * height);
    return {x + zoomX, y + zoomY, width - 2 * zoomX, height - 2 * zoomY};
}

void cut(const base::RgbImage& frame, const Crop& crop, std::uint8_t* part)
{
    const std::size_t stride = 3 * std::size_t(crop.width);
    for (int y = 0; y < crop.height; ++y)
        std::copy_n(frame.row(crop.y + y) + 3 * crop.x, stride, part + stride * std::size_t(y));
}

void hideOutside(const std::vector<std::uint8_t>& mask, int columns, const Crop& crop, std::uint8_t* part)
{
    for (int y = 0; y < crop.height; ++y, part += 3 * std::ptrdiff_t(crop.width)) {
        const std::uint8_t* const first = mask.data() + std::size_t(crop.y + y) * std::size_t(columns) + crop.x;
        const std::uint8_t* const end = first + crop.width;
        for (const std::uint8_t* at = first; at != end;) {
            const std::uint8_t* const hidden = std::find(at, end, std::uint8_t(0));
            at = std::find_if(hidden, end, [](std::uint8_t shown) { return shown != 0; });
            std::fill(part + 3 * (hidden - first), part + 3 * (at - first), std::uint8_t(0));
        }
    }
}

base::RgbImage scaled(const std::uint8_t* part, const Crop& crop, int size)
{
    return bicubic(part, crop.height, crop.width, size);
}

base::RgbImage cropAndScale(const base::RgbImage& frame, double zoom, int size)
{
    if (frame.isEmpty() || size < 1)
        throw base::Error(base::ErrorCode::Unsuitable, "The frame or the crop is empty.");
    const Crop crop = shownPart(frame.rows, frame.columns, zoom);
    std::vector<std::uint8_t> part(crop.bytes());
    cut(frame, crop, part.data());
    return scaled(part.data(), crop, size);
}

} // namespace echo2ecg::echo
