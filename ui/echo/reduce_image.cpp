// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/reduce_image.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace echo2ecg::ui {

namespace {

constexpr std::uint32_t kOne = 256; // weights are fixed-point, of one axis

struct Span
{
    int first = 0;
    std::vector<std::uint32_t> weights;
};

std::vector<Span> spans(int from, int to)
{
    std::vector<Span> result(static_cast<std::size_t>(to));
    const double step = double(from) / to;
    for (int i = 0; i < to; ++i) {
        const double begin = i * step, end = std::min(double(from), begin + step);
        Span& span = result[std::size_t(i)];
        span.first = std::min(from - 1, int(begin));
        std::uint32_t sum = 0;
        for (int k = span.first; k < from && k < end; ++k) {
            const double share = std::min(end, k + 1.0) - std::max(begin, double(k));
            span.weights.push_back(std::uint32_t(share / step * kOne + 0.5));
            sum += span.weights.back();
        }
        // What rounding took or gave goes to the middle: the weights are exactly one.
        span.weights[span.weights.size() / 2] += kOne - sum;
    }
    return result;
}

} // namespace

bool isWorthReducing(const base::RgbImage& image, const QSize& target)
{
    return target.width() > 0 && target.height() > 0 && target.width() * 5 < image.columns * 4 &&
           target.height() <= image.rows;
}

base::RgbImage reduced(const base::RgbImage& image, int columns, int rows)
{
    base::RgbImage result(rows, columns);
    const std::vector<Span> across = spans(image.columns, columns), down = spans(image.rows, rows);
    const auto width = std::size_t(image.columns) * 3;
    std::vector<std::uint32_t> line(width);
    for (int y = 0; y < rows; ++y) {
        const Span& span = down[std::size_t(y)];
        std::fill(line.begin(), line.end(), 0u);
        for (std::size_t k = 0; k < span.weights.size(); ++k) {
            const std::uint8_t* source = image.row(span.first + int(k));
            const std::uint32_t weight = span.weights[k];
            for (std::size_t i = 0; i < width; ++i)
                line[i] += weight * source[i];
        }
        std::uint8_t* target = result.row(y);
        for (const Span& column : across) {
            std::uint32_t r = 0, g = 0, b = 0;
            const std::uint32_t* source = line.data() + std::size_t(column.first) * 3;
            for (std::uint32_t weight : column.weights) {
                r += weight * source[0];
                g += weight * source[1];
                b += weight * source[2];
                source += 3;
            }
            *target++ = std::uint8_t((r + kOne * kOne / 2) / (kOne * kOne));
            *target++ = std::uint8_t((g + kOne * kOne / 2) / (kOne * kOne));
            *target++ = std::uint8_t((b + kOne * kOne / 2) / (kOne * kOne));
        }
    }
    return result;
}

} // namespace echo2ecg::ui
