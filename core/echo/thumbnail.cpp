// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/echo_study.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace echo2ecg::echo {

base::RgbImage thumbnail(ClipFrames& frames, int width, int height)
{
    std::shared_ptr<const base::RgbImage> picture;
    for (int i = 0; !picture; ++i) {
        try {
            picture = frames.frame(i);
        } catch (const base::ParseError&) {
            if (i + 1 >= frames.count())
                throw;
        }
    }
    // Pixels that are taller than wide make the picture taller.
    const double shownHeight = picture->rows * frames.pixelAspect();
    const double scale = std::min(std::max(1, width) / double(picture->columns), std::max(1, height) / shownHeight);
    base::RgbImage small(std::max(1, int(std::lround(shownHeight * scale))),
                         std::max(1, int(std::lround(picture->columns * scale))));
    const cv::Mat from(picture->rows, picture->columns, CV_8UC3, const_cast<std::uint8_t*>(picture->pixels.data()));
    cv::Mat to(small.rows, small.columns, CV_8UC3, small.pixels.data());
    cv::resize(from, to, to.size(), 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    return small;
}

} // namespace echo2ecg::echo
