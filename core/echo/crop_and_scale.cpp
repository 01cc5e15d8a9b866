// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/crop.h"
#include "echo/preprocess.h"

#include <opencv2/imgproc.hpp>

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

base::RgbImage cut(const base::RgbImage& frame, const Crop& crop)
{
    base::RgbImage part;
    part.rows = crop.height;
    part.columns = crop.width;
    part.pixels.reserve(3 * std::size_t(crop.width) * std::size_t(crop.height));
    for (int y = 0; y < crop.height; ++y) {
        const std::uint8_t* const from = frame.row(crop.y + y) + 3 * crop.x;
        part.pixels.insert(part.pixels.end(), from, from + 3 * crop.width);
    }
    return part;
}

void hideOutside(const std::vector<std::uint8_t>& mask, int columns, const Crop& crop, base::RgbImage& part)
{
    for (int y = 0; y < crop.height; ++y) {
        const std::uint8_t* const first = mask.data() + std::size_t(crop.y + y) * std::size_t(columns) + crop.x;
        const std::uint8_t* const end = first + crop.width;
        for (const std::uint8_t* at = first; at != end;) {
            const std::uint8_t* const hidden = std::find(at, end, std::uint8_t(0));
            at = std::find_if(hidden, end, [](std::uint8_t shown) { return shown != 0; });
            std::fill(part.row(y) + 3 * (hidden - first), part.row(y) + 3 * (at - first), std::uint8_t(0));
        }
    }
}

base::RgbImage scaled(const base::RgbImage& part, int size)
{
    if (part.isEmpty() || size < 1)
        throw base::Error(base::ErrorCode::Unsuitable, "The frame or the crop is empty.");
    const cv::Mat from(part.rows, part.columns, CV_8UC3, const_cast<std::uint8_t*>(part.pixels.data()));
    base::RgbImage result(size, size);
    cv::Mat to(size, size, CV_8UC3, result.pixels.data());
    cv::resize(from, to, to.size(), 0, 0, cv::INTER_CUBIC);
    return result;
}

base::RgbImage cropAndScale(const base::RgbImage& frame, double zoom, int size)
{
    return scaled(cut(frame, shownPart(frame.rows, frame.columns, zoom)), size);
}

} // namespace echo2ecg::echo
