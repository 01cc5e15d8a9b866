// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/content_pixels.h"

#include "echo/echo_study.h"

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace echo2ecg::echo {

namespace {

constexpr int changedGrey = 24;           // more than compression does
constexpr double leastMoving = 2e-4;      // of all pixels
constexpr double frontWidth = 0.12;       // of the columns, at most
constexpr double frontShare = 0.9;        // of all change, at least
constexpr double frontHeight = 0.25;      // of the rows that change in one column of it: a marker of the ECG is lower
constexpr double leastAdvance = 0.01;     // of the columns, between looks
constexpr int fewestSteps = 3;
constexpr int longestScroll = 32;
constexpr double scrollRest = 0.35;       // what a scroll leaves of the difference, at most
constexpr double leastScrollChange = 3.0; // grey levels per pixel that there are to explain
constexpr double leastColour = 0.003;     // of the region

// Red to yellow, or cyan to blue: what velocities are painted in. Tinted tissue is paler.
bool isFlowColour(const std::uint8_t* p)
{
    const int high = std::max({p[0], p[1], p[2]}), low = std::min({p[0], p[1], p[2]});
    if (high < 70 || 2 * (high - low) < high || high - low < 50)
        return false;
    return p[1] != high || p[0] > 3 * p[1] / 4 || p[2] > 3 * p[1] / 4;
}

cv::Rect pictureBox(const EchoClip& clip, int rows, int columns)
{
    const cv::Rect whole(0, 0, columns, rows);
    cv::Rect best;
    for (const dicom::UltrasoundRegion& region : clip.header.regions) {
        if (region.spatialFormat != 1)
            continue;
        const int x0 = std::clamp(region.x0, 0, columns), x1 = std::clamp(region.x1, -1, columns - 1);
        const int y0 = std::clamp(region.y0, 0, rows), y1 = std::clamp(region.y1, -1, rows - 1);
        const cv::Rect box(x0, y0, std::max(0, x1 - x0 + 1), std::max(0, y1 - y0 + 1));
        if (box.area() > best.area())
            best = box;
    }
    return best.area() > 0 ? best : whole;
}

} // namespace

ContentEvidence::ContentEvidence(const EchoClip& clip) : m_clip(clip) {}

void ContentEvidence::add(const base::RgbImage& frame, bool follows)
{
    if (frame.isEmpty())
        return skip();
    const std::size_t n = std::size_t(frame.rows) * std::size_t(frame.columns);
    if (m_rows == 0) {
        m_rows = frame.rows;
        m_columns = frame.columns;
        m_everColour.assign(n, 0);
        m_alwaysColour.assign(n, 1);
    }
    if (frame.rows != m_rows || frame.columns != m_columns)
        return skip();
    addColours(frame);
    std::vector<std::uint8_t> grey(n);
    const cv::Mat rgb(m_rows, m_columns, CV_8UC3, const_cast<std::uint8_t*>(frame.pixels.data()));
    cv::Mat to(m_rows, m_columns, CV_8U, grey.data());
    cv::cvtColor(rgb, to, cv::COLOR_RGB2GRAY);
    if (m_hasLast) {
        std::size_t changed = 0;
        for (std::size_t i = 0; i < n; ++i)
            changed += std::abs(int(grey[i]) - int(m_last[i])) > changedGrey;
        if (double(changed) > leastMoving * double(n)) {
            m_moving = true;
            if (follows)
                m_steps.push_back(stepTo(grey));
        }
    }
    m_last = std::move(grey);
    m_hasLast = true;
}

void ContentEvidence::addColours(const base::RgbImage& frame)
{
    std::vector<std::uint8_t> colour(m_everColour.size());
    for (std::size_t i = 0; i < colour.size(); ++i)
        colour[i] = isFlowColour(frame.pixels.data() + 3 * i);
    cv::Mat mask(m_rows, m_columns, CV_8U, colour.data());
    cv::erode(mask, mask, cv::Mat::ones(3, 3, CV_8U)); // traces, markers and letters are thin
    for (std::size_t i = 0; i < colour.size(); ++i) {
        m_everColour[i] |= colour[i];
        m_alwaysColour[i] &= colour[i];
    }
}

// A colour bar is always there; flow comes and goes.
bool ContentEvidence::hasFlowColours() const
{
    if (m_rows == 0)
        return false;
    const cv::Rect box = pictureBox(m_clip, m_rows, m_columns);
    std::size_t changing = 0;
    for (int y = box.y; y < box.y + box.height; ++y)
        for (int x = box.x; x < box.x + box.width; ++x) {
            const std::size_t i = std::size_t(y) * std::size_t(m_columns) + std::size_t(x);
            changing += m_everColour[i] && !m_alwaysColour[i];
        }
    return double(changing) > leastColour * double(box.area());
}

ContentEvidence::Step ContentEvidence::stepTo(const std::vector<std::uint8_t>& grey) const
{
    std::vector<int> column(static_cast<std::size_t>(m_columns));
    long total = 0;
    for (int y = 0; y < m_rows; ++y)
        for (int x = 0; x < m_columns; ++x) {
            const std::size_t i = std::size_t(y) * std::size_t(m_columns) + std::size_t(x);
            const bool changed = std::abs(int(grey[i]) - int(m_last[i])) > changedGrey;
            column[std::size_t(x)] += changed;
            total += changed;
        }
    const int width = std::max(1, int(frontWidth * m_columns));
    long sum = 0, most = 0;
    int at = 0;
    for (int x = 0; x < m_columns; ++x) {
        sum += column[std::size_t(x)];
        if (x >= width)
            sum -= column[std::size_t(x - width)];
        if (sum > most) {
            most = sum;
            at = x;
        }
    }
    Step step;
    const bool tall = *std::max_element(column.begin(), column.end()) > frontHeight * m_rows;
    step.sweeps = tall && double(most) >= frontShare * double(total);
    step.front = double(at) / m_columns;
    if (!step.sweeps)
        step.scrolls = scrolledBy(grey);
    return step;
}

// The lower half alone: above it there is often a small 2-D picture.
int ContentEvidence::scrolledBy(const std::vector<std::uint8_t>& grey) const
{
    const int furthest = std::min(longestScroll, m_columns / 8);
    const int from = m_columns / 8, to = m_columns - m_columns / 8 - furthest;
    if (furthest < 1 || to - from < 16)
        return 0;
    std::vector<double> difference(static_cast<std::size_t>(furthest + 1));
    long pixels = 0;
    for (int y = m_rows / 2; y < m_rows; y += 4) {
        const std::uint8_t* now = grey.data() + std::size_t(y) * std::size_t(m_columns);
        const std::uint8_t* before = m_last.data() + std::size_t(y) * std::size_t(m_columns);
        for (int d = 0; d <= furthest; ++d) {
            long sum = 0;
            for (int x = from; x < to; ++x)
                sum += std::abs(int(now[x]) - int(before[x + d]));
            difference[std::size_t(d)] += double(sum);
        }
        pixels += to - from;
    }
    if (difference[0] < leastScrollChange * double(pixels))
        return 0;
    const auto best = std::min_element(difference.begin(), difference.end());
    return *best <= scrollRest * difference[0] ? int(best - difference.begin()) : 0;
}

bool ContentEvidence::isStrip() const
{
    if (int(m_steps.size()) < fewestSteps)
        return false;
    const bool scrolls = std::all_of(m_steps.begin(), m_steps.end(), [&](const Step& s) {
        return s.scrolls > 0 && std::abs(s.scrolls - m_steps.front().scrolls) <= 2;
    });
    if (scrolls)
        return true;
    if (!std::all_of(m_steps.begin(), m_steps.end(), [](const Step& s) { return s.sweeps; }))
        return false;
    // The front goes to the right, and starts again once at most.
    int back = 0;
    for (std::size_t i = 1; i < m_steps.size(); ++i) {
        const double advance = m_steps[i].front - m_steps[i - 1].front;
        if (std::abs(advance) < leastAdvance)
            return false;
        back += advance < 0;
    }
    return back <= 1;
}

} // namespace echo2ecg::echo
