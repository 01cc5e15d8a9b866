// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

// The published mask with all its properties, so that ours can be compared with it stage by stage. Never used on a
// patient's clip.
namespace echo2ecg::echo {

namespace {

using Plane = std::vector<std::uint8_t>;

std::uint8_t clamped(int value)
{
    return std::uint8_t(std::clamp(value, 0, 255));
}

struct Rgb
{
    std::uint8_t r, g, b;
};

// The analogue "YUV" matrix on 14 bits, not the one of JPEG (SPEC §8.4 a).
Rgb fromYuv(const std::uint8_t* p)
{
    const int y = p[0], u = p[1] - 128, v = p[2] - 128;
    const auto scaled = [](int product) { return (product + 8192) >> 14; };
    return {clamped(y + scaled(v * 18678)), clamped(y + scaled(u * -6472 + v * -9519)), clamped(y + scaled(u * 33292))};
}

int greyOf(const Rgb& c)
{
    return (9798 * c.r + 19235 * c.g + 3735 * c.b + 16384) >> 15;
}

// Grey of the first frame as the reference has it there: in float, with a chroma offset of one half.
float floatGrey(const std::uint8_t* p)
{
    const float y = p[0], u = float(p[1]) - 0.5f, v = float(p[2]) - 0.5f;
    return 0.299f * (y + 1.140f * v) + 0.587f * (y - 0.395f * u - 0.581f * v) + 0.114f * (y + 2.032f * u);
}

cv::Mat view(Plane& plane, int rows, int columns)
{
    return cv::Mat(rows, columns, CV_8UC1, plane.data());
}

// What a flood fill from the top left corner doesn't reach.
cv::Mat notReached(const cv::Mat& mask)
{
    cv::Mat filled = mask.clone();
    cv::floodFill(filled, cv::Point(0, 0), cv::Scalar(100));
    return (filled != 100) / 255;
}

} // namespace

ReferenceMaskStages referenceMask(const std::vector<std::vector<std::uint8_t>>& framesYbr, int rows, int columns)
{
    const std::size_t n = std::size_t(rows) * std::size_t(columns);
    if (framesYbr.empty() || n == 0 ||
        std::any_of(framesYbr.begin(), framesYbr.end(), [&](const auto& f) { return f.size() != 3 * n; }))
        throw base::Error(base::ErrorCode::Inconsistent, "The frames differ from the size given.");

    ReferenceMaskStages result;
    Plane count(n), first(n), last(n), diff(n), lit(n);
    for (std::size_t i = 0; i < n; ++i)
        count[i] = floatGrey(&framesYbr[0][3 * i]) > 0;
    for (std::size_t f = 0; f < framesYbr.size(); ++f) {
        Plane bgr(3 * n);
        for (std::size_t i = 0; i < n; ++i) {
            const Rgb c = fromYuv(&framesYbr[f][3 * i]);
            bgr[3 * i] = c.b;
            bgr[3 * i + 1] = c.g;
            bgr[3 * i + 2] = c.r;
            last[i] = std::uint8_t(greyOf(c));
            count[i] = std::uint8_t(count[i] + (last[i] > 0)); // wraps at 256, as the reference does
        }
        if (f == 0)
            first = last;
        result.outputBgr.push_back(std::move(bgr));
    }
    for (std::size_t i = 0; i < n; ++i) {
        const bool corner = i / std::size_t(columns) < 20 && i % std::size_t(columns) < 20;
        diff[i] = !corner && first[i] != last[i];
    }

    const cv::Mat ones = cv::Mat::ones(3, 3, CV_8U);
    cv::Mat eroded, dilated;
    cv::erode(view(count, rows, columns), eroded, ones, cv::Point(-1, -1), 10);
    eroded = cv::min(eroded, 1);
    cv::dilate(eroded & view(diff, rows, columns), dilated, ones, cv::Point(-1, -1), 10);
    const cv::Mat filled = notReached(dilated);

    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(filled.clone(), contours, cv::RETR_TREE, cv::CHAIN_APPROX_SIMPLE);
    cv::Mat hulls = filled.clone();
    for (const auto& contour : contours) {
        std::vector<std::vector<cv::Point>> hull(1);
        cv::convexHull(contour, hull[0]);
        cv::drawContours(hulls, hull, 0, cv::Scalar(1), 3);
    }
    const cv::Mat finalMask = notReached(hulls);

    const auto keep = [&](const cv::Mat& stage) {
        Plane plane(n);
        stage.copyTo(view(plane, rows, columns));
        result.stages.push_back(std::move(plane));
    };
    for (const cv::Mat& stage :
         {view(count, rows, columns), eroded, view(diff, rows, columns), dilated, filled, hulls, finalMask})
        keep(stage);
    const Plane& mask = result.stages.back();
    for (Plane& bgr : result.outputBgr)
        for (std::size_t i = 0; i < n; ++i)
            if (!mask[i])
                bgr[3 * i] = bgr[3 * i + 1] = bgr[3 * i + 2] = 0;
    return result;
}

} // namespace echo2ecg::echo
