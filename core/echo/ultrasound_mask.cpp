// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>

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

// Plain loops over plain pointers to bytes, which compilers turn into vector instructions.
void raise(std::vector<std::uint8_t>& least, std::vector<std::uint8_t>& most, const std::vector<std::uint8_t>& low,
           const std::vector<std::uint8_t>& high)
{
    std::uint8_t *const to0 = least.data(), *const to1 = most.data();
    const std::uint8_t *const from0 = low.data(), *const from1 = high.data();
    for (std::size_t i = 0, n = least.size(); i < n; ++i) {
        to0[i] = std::min(to0[i], from0[i]);
        to1[i] = std::max(to1[i], from1[i]);
    }
}

void keepDiffering(const std::vector<std::uint8_t>& within, const std::vector<std::uint8_t>& a,
                   const std::vector<std::uint8_t>& b, std::vector<std::uint8_t>& area)
{
    const std::uint8_t *const in = within.data(), *const from0 = a.data(), *const from1 = b.data();
    std::uint8_t* const to = area.data();
    for (std::size_t i = 0, n = area.size(); i < n; ++i)
        to[i] = from0[i] != from1[i] ? in[i] : std::uint8_t(0);
}

// Filled convex hull of every outer component with an outline of thickness 3. No flood fill, so no pixel has to be
// outside.
void fillHulls(const cv::Mat& area, cv::Mat& mask)
{
    std::vector<std::vector<cv::Point>> contours;
    cv::findContours(area, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
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
    m_least.resize(n, 255);
    m_most.resize(n);
    m_first.resize(n);
    m_last.resize(n);
    m_grey.resize(n);
}

void UltrasoundMask::add(const base::RgbImage& frame)
{
    add(frame, m_lastIndex + 1);
}

void UltrasoundMask::add(const base::RgbImage& frame, int index)
{
    if (frame.rows != m_rows || frame.columns != m_columns)
        throw base::Error(base::ErrorCode::Inconsistent, "The frames of the clip differ in size.");
    const cv::Mat rgb(m_rows, m_columns, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data()));
    cv::Mat grey = view(m_grey, m_rows, m_columns);
    cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
    raise(m_least, m_most, m_grey, m_grey);
    if (m_firstIndex < 0 || index < m_firstIndex) {
        m_first = m_grey;
        m_firstIndex = index;
    }
    if (index > m_lastIndex) {
        m_last.swap(m_grey);
        m_lastIndex = index;
    }
}

void UltrasoundMask::add(const UltrasoundMask& other)
{
    if (other.m_rows != m_rows || other.m_columns != m_columns)
        throw base::Error(base::ErrorCode::Inconsistent, "The frames of the clip differ in size.");
    if (other.m_firstIndex < 0)
        return;
    raise(m_least, m_most, other.m_least, other.m_most);
    if (m_firstIndex < 0 || other.m_firstIndex < m_firstIndex) {
        m_first = other.m_first;
        m_firstIndex = other.m_firstIndex;
    }
    if (other.m_lastIndex > m_lastIndex) {
        m_last = other.m_last;
        m_lastIndex = other.m_lastIndex;
    }
}

std::vector<std::uint8_t> UltrasoundMask::finish(Basis* basis) const
{
    const std::size_t n = m_most.size();
    const auto result = [&](Basis used, std::vector<std::uint8_t>& mask) {
        if (basis)
            *basis = used;
        return std::move(mask);
    };
    std::vector<std::uint8_t> litPixels(n), litAreas(n), area(n), mask(n);
    cv::Mat lights = view(litPixels, m_rows, m_columns), areas = view(litAreas, m_rows, m_columns);
    cv::threshold(view(m_most, m_rows, m_columns), lights, 0, 1, cv::THRESH_BINARY);
    cv::erode(lights, areas, cv::Mat::ones(3, 3, CV_8U), cv::Point(-1, -1), radiusSteps);
    const int lit = cv::countNonZero(lights);
    const int wide = cv::countNonZero(areas);
    if (lit == 0) {
        std::fill(mask.begin(), mask.end(), std::uint8_t(1));
        return result(Basis::Everything, mask);
    }

    cv::Mat picture = view(mask, m_rows, m_columns);
    const auto grown = [&] {
        cv::Mat grownArea = view(area, m_rows, m_columns);
        cv::dilate(grownArea, grownArea, cv::Mat::ones(3, 3, CV_8U), cv::Point(-1, -1), radiusSteps);
        fillHulls(grownArea, picture);
    };
    const auto moves = [&](const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
        keepDiffering(litAreas, a, b, area);
        const int moving = cv::countNonZero(view(area, m_rows, m_columns));
        return moving > 0 && double(moving) >= leastMovingPart * wide;
    };
    if (moves(m_first, m_last)) {
        grown();
        return result(Basis::FirstAgainstLast, mask);
    }
    if (moves(m_least, m_most)) {
        grown();
        return result(Basis::AnyChange, mask);
    }
    if (wide > 0) {
        area = litAreas;
        grown();
    } else {
        fillHulls(lights, picture);
    }
    return result(Basis::LitArea, mask);
}

const char* name(UltrasoundMask::Basis basis) noexcept
{
    switch (basis) {
    case UltrasoundMask::Basis::FirstAgainstLast: return "first against last frame";
    case UltrasoundMask::Basis::AnyChange: return "change over all frames";
    case UltrasoundMask::Basis::LitArea: return "lit area";
    case UltrasoundMask::Basis::Everything: break;
    }
    return "nothing: the clip is black";
}

} // namespace echo2ecg::echo
