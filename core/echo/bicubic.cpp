// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/bicubic.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

namespace echo2ecg::echo {

namespace {

// Where the four taps of one target line lie, and their weights in 1/2048. first may be −2 or more: the edge is
// repeated.
struct Tap
{
    int first = 0;
    std::array<float, 4> weights{}; // whole numbers
};

std::vector<Tap> tapsOf(int from, int to)
{
    const double scale = 1.0 / (double(to) / double(from));
    std::vector<Tap> taps(static_cast<std::size_t>(to));
    for (int d = 0; d < to; ++d) {
        constexpr float a = -0.75f;
        const float f = float((d + 0.5) * scale - 0.5);
        const float whole = std::floor(f), t = f - whole, u = 1 - t;
        std::array<float, 4> c{};
        c[0] = ((a * (t + 1) - 5 * a) * (t + 1) + 8 * a) * (t + 1) - 4 * a;
        c[1] = ((a + 2) * t - (a + 3)) * t * t + 1;
        c[2] = ((a + 2) * u - (a + 3)) * u * u + 1;
        c[3] = 1.0f - c[0] - c[1] - c[2];
        Tap& tap = taps[std::size_t(d)];
        tap.first = int(whole) - 1;
        for (std::size_t k = 0; k < 4; ++k)
            tap.weights[k] = std::nearbyint(c[k] * 2048.0f);
    }
    return taps;
}

// The sums are whole numbers below 2²⁰, which float holds exactly. `line` has its edges repeated by `margin`. Four
// values are made where three are needed, because processors have room for four; the next column overwrites the last
// one, and `out` has room for one too many.
void acrossLine(const float* line, int margin, const std::vector<Tap>& taps, float* out)
{
    for (const Tap& tap : taps) {
        const float* const p = line + 3 * std::ptrdiff_t(tap.first + margin);
        float sums[4];
        for (int c = 0; c < 4; ++c)
            sums[c] = p[c] * tap.weights[0] + p[3 + c] * tap.weights[1] + p[6 + c] * tap.weights[2] +
                      p[9 + c] * tap.weights[3];
        std::memcpy(out, sums, sizeof(sums));
        out += 3;
    }
}

// Rounds half to even: adding 1.5 · 2²³ leaves the whole number in the low bits.
void downLines(const std::array<const float*, 4>& lines, const std::array<float, 4>& weights, std::size_t n,
               std::uint8_t* out)
{
    const float *const s0 = lines[0], *const s1 = lines[1], *const s2 = lines[2], *const s3 = lines[3];
    constexpr float scale = 1.0f / (2048.0f * 2048.0f), magic = 12582912.0f;
    const float b0 = weights[0] * scale, b1 = weights[1] * scale, b2 = weights[2] * scale, b3 = weights[3] * scale;
    for (std::size_t i = 0; i < n; ++i) {
        const float value = s0[i] * b0 + (s1[i] * b1 + (s2[i] * b2 + s3[i] * b3));
        const int whole = std::bit_cast<int>(value + magic) - std::bit_cast<int>(magic);
        out[i] = std::uint8_t(std::clamp(whole, 0, 255));
    }
}

} // namespace

base::RgbImage bicubic(const std::uint8_t* pixels, int rows, int columns, int size)
{
    const std::vector<Tap> across = tapsOf(columns, size), down = tapsOf(rows, size);
    // The outermost taps: −2 before the first line, two behind the last.
    constexpr int margin = 3;
    const std::size_t width = 3 * std::size_t(size), stride = 3 * std::size_t(columns);
    std::vector<float> line(stride + 6 * std::size_t(margin) + 1);
    std::vector<float> held(4 * (width + 1)); // line y of the source is in slot y mod 4
    std::array<int, 4> holds{-1, -1, -1, -1};
    base::RgbImage result(size, size);
    for (int d = 0; d < size; ++d) {
        std::array<const float*, 4> lines{};
        for (int k = 0; k < 4; ++k) {
            const int y = std::clamp(down[std::size_t(d)].first + k, 0, rows - 1);
            const std::size_t slot = std::size_t(y) % 4;
            float* const to = held.data() + slot * (width + 1);
            if (holds[slot] != y) {
                const std::uint8_t* const from = pixels + stride * std::size_t(y);
                float* const middle = line.data() + 3 * margin;
                std::copy(from, from + stride, middle);
                for (int m = 1; m <= margin; ++m) {
                    std::copy_n(from, 3, middle - 3 * m);
                    std::copy_n(from + stride - 3, 3, middle + stride + 3 * (m - 1));
                }
                acrossLine(line.data(), margin, across, to);
                holds[slot] = y;
            }
            lines[std::size_t(k)] = to;
        }
        downLines(lines, down[std::size_t(d)].weights, width, result.row(d));
    }
    return result;
}

} // namespace echo2ecg::echo
