// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/beats/trace_columns.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::echo {

namespace {

constexpr int kHues = 6;
constexpr int kThin = 14;          // rows that one column of a line may take at rest
constexpr int kEcgDataType = 10;   // PS3.3 C.8.5.5.1.2
constexpr int kSeconds = 4;        // PS3.3 C.8.5.5.1.15

// −1: not coloured enough to be told from tissue.
int hueOf(const std::uint8_t* p)
{
    const int r = p[0], g = p[1], b = p[2];
    const int most = std::max({r, g, b}), least = std::min({r, g, b});
    if (most < 80 || (most - least) * 2 < most)
        return -1;
    const double spread = most - least;
    const double turn = most == r ? (g - b) / spread : most == g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    return (int(std::floor(turn + 0.5)) + kHues) % kHues;
}

// Steep limbs are thin, and the picture's coding takes colour away from them: about the hue will do there.
bool nearHue(const std::uint8_t* p, int hue)
{
    const int r = p[0], g = p[1], b = p[2];
    const int most = std::max({r, g, b}), least = std::min({r, g, b});
    if (most < 60 || (most - least) * 4 < most)
        return false;
    const double spread = most - least;
    const double turn = most == r ? (g - b) / spread : most == g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    return std::abs(std::remainder(turn - hue, double(kHues))) < 1;
}

// A line of one colour across the picture, as the row that most of its columns run through.
struct Line
{
    int row = 0, columns = 0;
};

// The widest with excursions above it: a rule of the screen's frame is flat.
Line widestLine(const base::RgbImage& picture, int hue, int fromRow, int reach)
{
    constexpr int near = 2, leastExcursion = 6, most = 4;
    const int rows = picture.rows - fromRow;
    std::vector<int> through(std::size_t(std::max(0, rows))); // thin runs with their middle in this row
    for (int x = 0; x < picture.columns; ++x)
        for (int y = fromRow, run = 0; y <= picture.rows; ++y) {
            if (y < picture.rows && hueOf(picture.row(y) + 3 * x) == hue) {
                ++run;
                continue;
            }
            if (run > 0 && run < kThin)
                ++through[std::size_t(y - 1 - run / 2 - fromRow)];
            run = 0;
        }
    for (int round = 0; round < most; ++round) {
        Line line;
        for (int i = 0; i < rows; ++i) {
            int sum = 0;
            for (int k = std::max(0, i - near); k <= std::min(rows - 1, i + near); ++k)
                sum += through[std::size_t(k)];
            if (sum > line.columns)
                line = {fromRow + i, sum};
        }
        if (line.columns == 0)
            break;
        int excursions = 0;
        for (int x = 0; x < picture.columns; ++x)
            for (int y = std::max(0, line.row - reach); y <= line.row - leastExcursion; ++y)
                if (hueOf(picture.row(y) + 3 * x) == hue) {
                    ++excursions;
                    break;
                }
        if (excursions > 2 && excursions * 2 < line.columns)
            return line;
        for (int k = std::max(0, line.row - fromRow - 2 * near); k <= std::min(rows - 1, line.row - fromRow + 2 * near); ++k)
            through[std::size_t(k)] = 0;
    }
    return {};
}

int commonestHue(const base::RgbImage& picture, const TraceBand& band)
{
    std::array<int, kHues> counts{};
    for (int y = band.y0; y <= band.y1; ++y)
        for (int x = band.x0; x <= band.x1; ++x)
            if (const int hue = hueOf(picture.row(y) + 3 * x); hue >= 0)
                ++counts[std::size_t(hue)];
    return int(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

} // namespace

TraceBand traceBand(const EchoClip& clip, const base::RgbImage& picture)
{
    TraceBand band;
    for (const dicom::UltrasoundRegion& region : clip.header.regions) {
        if (region.dataType != kEcgDataType)
            continue;
        band.x0 = std::clamp(region.x0, 0, picture.columns - 1);
        band.x1 = std::clamp(region.x1, 0, picture.columns - 1);
        band.y0 = std::clamp(region.y0, 0, picture.rows - 1);
        band.y1 = std::clamp(region.y1, 0, picture.rows - 1);
        if (band.x1 - band.x0 < 32 || band.y1 - band.y0 < 8)
            continue;
        band.declared = true;
        if (region.unitsX == kSeconds && std::isfinite(region.deltaX) && region.deltaX > 0)
            band.secondsPerPixel = region.deltaX;
        band.hue = commonestHue(picture, band);
        return band;
    }
    const int reach = picture.rows * 9 / 100;
    Line best;
    for (int hue = 0; hue < kHues; ++hue)
        if (const Line line = widestLine(picture, hue, picture.rows / 2, reach); line.columns > best.columns) {
            best = line;
            band.hue = hue;
        }
    if (best.columns * 6 < picture.columns)
        return {};
    band.x0 = 0;
    band.x1 = picture.columns - 1;
    band.y0 = std::max(0, best.row - reach);
    band.y1 = std::min(picture.rows - 1, best.row + reach);
    return band;
}

std::vector<TraceColumn> traceColumns(const TraceBand& band, const base::RgbImage& picture)
{
    std::vector<TraceColumn> columns;
    if (band.isEmpty() || band.x1 >= picture.columns || band.y1 >= picture.rows)
        return columns;
    columns.resize(std::size_t(band.x1 - band.x0 + 1));
    std::vector<int> run(columns.size());
    for (int y = band.y0; y <= band.y1; ++y) {
        const std::uint8_t* p = picture.row(y) + 3 * band.x0;
        for (std::size_t i = 0; i < columns.size(); ++i, p += 3) {
            const bool ofTrace = nearHue(p, band.hue);
            TraceColumn& column = columns[i];
            if (ofTrace) {
                if (column.top < 0)
                    column.top = std::int16_t(y - band.y0);
                column.bottom = std::int16_t(y - band.y0);
            }
            // Where only the trace is drawn the marker may have any colour; over the sector it has the trace's.
            const bool bright = ofTrace || (band.declared && std::max({p[0], p[1], p[2]}) > 110);
            run[i] = bright ? run[i] + 1 : 0;
            column.run = std::int16_t(std::max<int>(column.run, run[i]));
        }
    }
    return columns;
}

} // namespace echo2ecg::echo
