// SPDX-License-Identifier: GPL-3.0-or-later
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

base::RgbImage cropAndScale(const base::RgbImage& frame, double zoom, int size)
{
    if (frame.isEmpty() || size < 1 || !(zoom >= 0 && zoom < 0.5))
        throw base::Error(base::ErrorCode::Unsuitable, "The frame or the crop is empty.");
    int x = 0, y = 0, width = frame.columns, height = frame.rows;
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
    const cv::Rect part(x + zoomX, y + zoomY, width - 2 * zoomX, height - 2 * zoomY);

    const cv::Mat from(frame.rows, frame.columns, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data()));
    base::RgbImage result(size, size);
    cv::Mat to(size, size, CV_8UC3, result.pixels.data());
    cv::resize(from(part), to, to.size(), 0, 0, cv::INTER_CUBIC);
    return result;
}

} // namespace echo2ecg::echo
