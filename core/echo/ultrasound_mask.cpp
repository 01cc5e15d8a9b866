// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include <opencv2/imgproc.hpp>

namespace echo2ecg::echo {

namespace {

constexpr int radiusSteps = 10; // 3×3, ten times: a 21×21 window
// Fewer changing pixels than this part of the lit area are a clock or an ECG cursor over a frozen picture, not a moving
// heart.
constexpr double leastMovingPart = 0.01;

cv::Mat view(const std::vector<std::uint8_t>& values, int rows, int columns)
{
    return cv::Mat(rows, columns, CV_8UC1, const_cast<std::uint8_t*>(values.data()));
}

// Filled convex hull of every outer component with an outline of thickness 3. No flood fill, so no pixel has to be
// outside.
void fillHulls(const cv::Mat& area, cv::Mat& mask)
{
    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(area.clone(), contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
    for (const auto& contour : contours) {
        std::vector<std::vector<cv::Point>> hull(1);
        cv::convexHull(contour, hull[0]);
        cv::drawContours(mask, hull, 0, cv::Scalar(1), cv::FILLED);
        cv::drawContours(mask, hull, 0, cv::Scalar(1), 3);
    }
}

} // namespace

UltrasoundMask::UltrasoundMask(int rows, int columns) : m_rows(rows), m_columns(columns)
{
    const std::size_t n = std::size_t(rows) * std::size_t(columns);
    m_lit.resize(n);
    m_firstGrey.resize(n);
    m_lastGrey.resize(n);
    m_changed.resize(n);
}

void UltrasoundMask::add(const base::RgbImage& frame)
{
    if (frame.rows != m_rows || frame.columns != m_columns)
        throw base::Error(base::ErrorCode::Inconsistent, "The frames of the clip differ in size.");
    const cv::Mat rgb(m_rows, m_columns, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data()));
    cv::Mat grey = view(m_lastGrey, m_rows, m_columns);
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    if (m_frames == 0)
        m_firstGrey = m_lastGrey;
    for (std::size_t i = 0; i < m_lastGrey.size(); ++i) {
        m_lit[i] += m_lastGrey[i] > 0;
        m_changed[i] = std::uint8_t(m_changed[i] | (m_lastGrey[i] ^ m_firstGrey[i]));
    }
    ++m_frames;
}

std::vector<std::uint8_t> UltrasoundMask::finish(Basis* basis) const
{
    const std::size_t n = m_lit.size();
    const auto result = [&](Basis used, const std::vector<std::uint8_t>& mask) {
        if (basis)
            *basis = used;
        return mask;
    };
    std::vector<std::uint8_t> litPixels(n), litAreas(n), area(n), mask(n);
    for (std::size_t i = 0; i < n; ++i)
        litPixels[i] = m_lit[i] > 0;
    cv::Mat areas = view(litAreas, m_rows, m_columns);
    cv::erode(view(litPixels, m_rows, m_columns), areas, cv::Mat::ones(3, 3, CV_8U), cv::Point(-1, -1), radiusSteps);
    const int lit = cv::countNonZero(view(litPixels, m_rows, m_columns));
    const int wide = cv::countNonZero(areas);
    if (lit == 0)
        return result(Basis::Everything, std::vector<std::uint8_t>(n, 1));

    cv::Mat picture = view(mask, m_rows, m_columns);
    const auto grown = [&] {
        cv::Mat grownArea;
        cv::dilate(view(area, m_rows, m_columns), grownArea, cv::Mat::ones(3, 3, CV_8U), cv::Point(-1, -1),
                   radiusSteps);
        fillHulls(grownArea, picture);
    };
    const auto moves = [&](auto&& changedAt) {
        std::size_t moving = 0;
        for (std::size_t i = 0; i < n; ++i)
            moving += area[i] = litAreas[i] && changedAt(i);
        return moving > 0 && double(moving) >= leastMovingPart * wide;
    };
    if (moves([&](std::size_t i) { return m_firstGrey[i] != m_lastGrey[i]; })) {
        grown();
        return result(Basis::FirstAgainstLast, mask);
    }
    if (moves([&](std::size_t i) { return m_changed[i] != 0; })) {
        grown();
        return result(Basis::AnyChange, mask);
    }
    if (wide > 0) {
        area = litAreas;
        grown();
    } else {
        fillHulls(view(litPixels, m_rows, m_columns), picture);
    }
    return result(Basis::LitArea, mask);
}

} // namespace echo2ecg::echo
