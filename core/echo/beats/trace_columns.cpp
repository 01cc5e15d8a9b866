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

// The widest line of this colour: columns in a row whose middle moves little, gaps of a few columns allowed.
struct Line
{
    int x0 = 0, x1 = -1;
    std::vector<double> middles;
    int width() const { return x1 - x0 + 1; }
};

Line widestLine(const base::RgbImage& picture, int hue, int fromRow)
{
    constexpr int gap = 6;
    Line best, line;
    const auto end = [&] {
        if (line.width() > best.width())
            best = line;
        line = {};
    };
    for (int x = 0; x < picture.columns; ++x) {
        // From below: colour flow in the sector lies above the trace.
        int bottom = -1, top = -1;
        for (int y = picture.rows - 1; y >= fromRow; --y) {
            if (hueOf(picture.row(y) + 3 * x) == hue) {
                bottom = bottom < 0 ? y : bottom;
                top = y;
            } else if (top >= 0 && top - y > 2) {
                break;
            }
        }
        const bool thin = top >= 0 && bottom - top < kThin;
        if (line.width() > 0 && x - line.x1 > gap)
            end();
        if (!thin)
            continue;
        const double middle = (top + bottom) / 2.0;
        if (line.width() > 0 && std::abs(middle - line.middles.back()) > kThin)
            end();
        if (line.width() == 0)
            line.x0 = x;
        line.x1 = x;
        line.middles.push_back(middle);
    }
    end();
    return best;
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
    Line best;
    for (int hue = 0; hue < kHues; ++hue)
        if (Line line = widestLine(picture, hue, picture.rows / 2); line.width() > best.width()) {
            best = std::move(line);
            band.hue = hue;
        }
    if (best.width() * 4 < picture.columns || best.middles.size() * 2 < std::size_t(best.width()))
        return {};
    std::nth_element(best.middles.begin(), best.middles.begin() + std::ptrdiff_t(best.middles.size() / 2), best.middles.end());
    const int middle = int(best.middles[best.middles.size() / 2]);
    band.x0 = 0;
    band.x1 = picture.columns - 1;
    band.y0 = std::max(0, middle - picture.rows * 9 / 100);
    band.y1 = std::min(picture.rows - 1, middle + picture.rows * 9 / 100);
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
            const bool ofTrace = hueOf(p) == band.hue;
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
