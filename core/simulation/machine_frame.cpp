// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/machine_frame.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::simulation {

namespace {

// Five by seven dots, row by row.
struct Glyph
{
    char letter;
    std::array<std::uint8_t, 7> rows;
};
constexpr Glyph glyphs[] = {
    {'0', {14, 17, 19, 21, 25, 17, 14}}, {'1', {4, 12, 4, 4, 4, 4, 14}},      {'2', {14, 17, 1, 2, 4, 8, 31}},     {'3', {31, 2, 4, 2, 1, 17, 14}},
    {'4', {2, 6, 10, 18, 31, 2, 2}},     {'5', {31, 16, 30, 1, 1, 17, 14}},   {'6', {6, 8, 16, 30, 17, 17, 14}},   {'7', {31, 1, 2, 4, 8, 8, 8}},
    {'8', {14, 17, 17, 14, 17, 17, 14}}, {'9', {14, 17, 17, 15, 1, 2, 12}},   {'A', {14, 17, 17, 31, 17, 17, 17}}, {'C', {14, 17, 16, 16, 16, 17, 14}},
    {'D', {28, 18, 17, 17, 17, 18, 28}}, {'E', {31, 16, 16, 30, 16, 16, 31}}, {'H', {17, 17, 17, 31, 17, 17, 17}}, {'I', {14, 4, 4, 4, 4, 4, 14}},
    {'L', {16, 16, 16, 16, 16, 16, 31}}, {'M', {17, 27, 21, 21, 17, 17, 17}}, {'P', {30, 17, 17, 30, 16, 16, 16}}, {'R', {30, 17, 17, 30, 20, 18, 17}},
    {'S', {15, 16, 16, 14, 1, 1, 30}},   {'T', {31, 4, 4, 4, 4, 4, 4}},       {'U', {17, 17, 17, 17, 17, 17, 14}}, {'c', {0, 0, 14, 16, 16, 17, 14}},
    {'m', {0, 0, 26, 21, 21, 17, 17}},   {'s', {0, 0, 14, 16, 14, 1, 30}},    {'/', {0, 1, 2, 4, 8, 16, 0}},       {'-', {0, 0, 0, 31, 0, 0, 0}},
};

void put(base::RgbImage& frame, int x, int y, std::uint8_t r, std::uint8_t g, std::uint8_t b)
{
    if (x < 0 || y < 0 || x >= frame.columns || y >= frame.rows)
        return;
    std::uint8_t* pixel = frame.row(y) + 3 * x;
    pixel[0] = r, pixel[1] = g, pixel[2] = b;
}

} // namespace

void drawText(base::RgbImage& frame, int x, int y, std::string_view text, std::uint8_t r, std::uint8_t g, std::uint8_t b)
{
    const int size = std::max(1, frame.rows / 300);
    for (const char letter : text) {
        const auto found = std::find_if(std::begin(glyphs), std::end(glyphs), [&](const Glyph& glyph) { return glyph.letter == letter; });
        if (found != std::end(glyphs))
            for (int row = 0; row < 7 * size; ++row)
                for (int column = 0; column < 5 * size; ++column)
                    if (found->rows[std::size_t(row / size)] >> (4 - column / size) & 1)
                        put(frame, x + column, y + row, r, g, b);
        x += 6 * size;
    }
}

base::RgbImage emptyFrame(const Layout& l, double depthCm, int heartRate)
{
    base::RgbImage frame(l.rows, l.columns);
    const int size = std::max(1, l.rows / 300);
    drawText(frame, 4, 4, "SIMULATED", 235, 200, 60);
    const std::string rate = "HR " + std::to_string(heartRate);
    drawText(frame, 4, l.traceY0 - 9 * size, rate, 60, 200, 90);
    const int barX = 6, barY = 16 * size, barHeight = l.rows / 5;
    for (int y = 0; y < barHeight; ++y)
        for (int x = 0; x < 5 * size; ++x) {
            const std::uint8_t v = std::uint8_t(255 - 255 * y / barHeight);
            put(frame, barX + x, barY + y, v, v, v);
        }
    for (int cm = 0; cm <= int(depthCm); ++cm) {
        const int y = int(l.originY + cm * l.pixelsPerCm);
        for (int x = 0; x < (cm % 5 == 0 ? 5 : 2); ++x)
            put(frame, l.columns - 3 - x, y, 170, 170, 170);
    }
    return frame;
}

void drawColourBar(base::RgbImage& frame, const Layout& l, double nyquist)
{
    const int x0 = l.columns - 18, height = l.rows / 4, y0 = 16;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < 6; ++x) {
            const double part = 1 - 2.0 * y / height;
            const std::uint8_t strong = std::uint8_t(95 + 160 * std::min(1.0, std::abs(part) * 1.6));
            const std::uint8_t second = std::uint8_t(std::abs(part) > 0.45 ? 255 * (std::abs(part) - 0.45) / 0.55 : 0);
            part > 0 ? put(frame, x0 + x, y0 + y, strong, second, 0) : put(frame, x0 + x, y0 + y, 0, second, strong);
        }
    drawText(frame, l.columns - 46, y0 + height + 3, std::to_string(int(nyquist)) + " cm/s", 170, 170, 170);
}

void drawTrace(base::RgbImage& frame, const Layout& l, const std::vector<float>& trace, double part)
{
    if (trace.size() < 2)
        return;
    const auto [low, high] = std::minmax_element(trace.begin(), trace.end());
    const float range = std::max(0.4f, *high - *low);
    const int width = l.traceX1 - l.traceX0 + 1, height = l.traceY1 - l.traceY0 - 1;
    int before = -1;
    for (int x = 0; x < width; ++x) {
        const double at = double(x) / (width - 1) * double(trace.size() - 1);
        const std::size_t i = std::min(trace.size() - 2, std::size_t(at));
        const float v = trace[i] + float(at - double(i)) * (trace[i + 1] - trace[i]);
        const int y = l.traceY1 - 1 - int((v - *low) / range * float(height - 1));
        for (int fill = before < 0 ? y : std::min(before, y); fill <= (before < 0 ? y : std::max(before, y)); ++fill)
            put(frame, l.traceX0 + x, fill, 40, 220, 90);
        before = y;
    }
    if (part >= 0)
        for (int y = l.traceY0; y <= l.traceY1; ++y)
            put(frame, l.traceX0 + std::min(width - 1, int(part * width)), y, 235, 235, 235);
}

} // namespace echo2ecg::simulation
