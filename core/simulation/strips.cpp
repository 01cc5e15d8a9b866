// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/strips.h"

#include <algorithm>
#include <cmath>

namespace echo2ecg::simulation {

namespace {

constexpr double firstR = 0.15; // s

void grey(base::RgbImage& image, int x, int y, double value)
{
    std::uint8_t* pixel = image.row(y) + 3 * x;
    pixel[0] = pixel[1] = pixel[2] = std::uint8_t(std::clamp(value, 0.0, 255.0));
}

void mark(base::RgbImage& image, const StripScale& s)
{
    // Ticks of time each half second.
    for (double t = 0; t < (s.x1 - s.x0) * s.secondsPerPixel; t += 0.5)
        for (int y = 0; y < 3; ++y) {
            std::uint8_t* pixel = image.row(s.y1 - y) + 3 * std::min(s.x1, s.x0 + int(t / s.secondsPerPixel));
            pixel[0] = pixel[1] = pixel[2] = 190;
        }
}

} // namespace

StripScale stripScale(const VirtualPatient& p, Shot shot, double rr, double depthCm, const Layout& l)
{
    StripScale s;
    s.x0 = l.traceX0, s.x1 = l.traceX1;
    s.y0 = l.sectorY0 + l.rows / 20, s.y1 = l.sectorY1 - 10 * std::max(1, l.rows / 300);
    s.rr = rr;
    s.secondsPerPixel = std::round(1e5 * (shot == Shot::MMode ? 2.4 : 3.0) / (s.x1 - s.x0 + 1)) / 1e5;
    const int height = s.y1 - s.y0 + 1;
    if (shot == Shot::MMode) {
        s.perPixel = depthCm / height;
        return s;
    }
    s.isAortic = p.aorticStenosis > Grade::None || p.number % 2 == 0;
    // Peaks: aortic as drawn; mitral E of 75 cm/s or A, whichever is larger.
    s.peak = s.isAortic ? 100 * p.aorticPeakVelocity : 78;
    const double full = std::ceil(s.peak * 1.55 / 25) * 25;
    s.perPixel = full / height;
    s.baselineY = int(height * (s.isAortic ? 0.22 : 0.78));
    return s;
}

std::vector<dicom::UltrasoundRegion> stripRegions(Shot shot, const Layout&, const StripScale& s)
{
    dicom::UltrasoundRegion strip;
    strip.spatialFormat = shot == Shot::MMode ? 2 : 3;
    strip.dataType = shot == Shot::MMode ? 1 : s.isAortic ? 4 : 3;
    strip.x0 = s.x0, strip.y0 = s.y0, strip.x1 = s.x1, strip.y1 = s.y1;
    strip.unitsX = 4;
    strip.unitsY = shot == Shot::MMode ? 3 : 7;
    strip.deltaX = s.secondsPerPixel;
    strip.deltaY = s.perPixel;
    strip.referenceX = 0;
    strip.referenceY = shot == Shot::MMode ? 0 : s.baselineY;
    strip.referenceValueX = strip.referenceValueY = 0;
    if (shot == Shot::Spectrum)
        strip.transducerKhz = 2500;
    return {strip};
}

base::RgbImage mModePicture(const VirtualPatient&, const HeartGeometry& heart, Scene& scene, Scanner& scanner, const base::RgbImage& background, const StripScale& s)
{
    base::RgbImage image = background;
    for (int y = 0; y < s.y1 + 1; ++y) // the marks of the sector's depth don't belong here
        std::fill_n(image.row(y) + 3 * (image.columns - 10), 30, std::uint8_t(0));
    const int height = s.y1 - s.y0 + 1;
    for (int x = s.x0; x <= s.x1; x += 2) { // lines are fewer than pixels
        scene.set(heart.at((x - s.x0) * s.secondsPerPixel - firstR));
        const std::vector<std::uint8_t> column = scanner.line(scene, -0.02, height);
        for (int y = 0; y < height; ++y)
            for (int same = x; same <= std::min(x + 1, s.x1); ++same)
                grey(image, same, s.y0 + y, column[std::size_t(y)]);
    }
    mark(image, s);
    return image;
}

base::RgbImage spectrumPicture(const VirtualPatient& p, const HeartGeometry& heart, const base::RgbImage& background, const StripScale& s)
{
    base::RgbImage image = background;
    for (int y = 0; y < s.y1 + 1; ++y)
        std::fill_n(image.row(y) + 3 * (image.columns - 10), 30, std::uint8_t(0));
    Random random(p.seed, std::uint64_t(p.number), "spectrum");
    for (int x = s.x0; x <= s.x1; ++x) {
        const double t = (x - s.x0) * s.secondsPerPixel - firstR;
        const HeartState now = heart.at(t);
        // Away from the probe is below the baseline.
        const double velocity = s.isAortic ? -s.peak * now.outflow : s.peak * now.inflow;
        for (int y = s.y0; y <= s.y1; ++y) {
            const double v = -(y - s.y0 - s.baselineY) * s.perPixel;
            double power = 0;
            const double inside = std::abs(velocity) > 4 ? v / velocity : -1;
            if (inside > 0) {
                const double edge = 1 / (1 + std::exp((inside - 1) * 28));
                power = s.isAortic ? edge * (0.45 + 0.5 * std::min(1.0, inside)) : edge * (inside > 0.55 ? 0.9 : 0.12);
            }
            const double wall = std::exp(-std::abs(v) / (0.03 * s.peak)) * 0.5;
            const double speckle = -std::log(1 - random.uniform());
            grey(image, x, y, 150 * std::sqrt((power * power + wall * wall) * speckle) + 16 * std::sqrt(speckle) * 0.6);
        }
        std::uint8_t* pixel = image.row(s.y0 + s.baselineY) + 3 * x;
        pixel[0] = pixel[1] = 190, pixel[2] = 150;
    }
    mark(image, s);
    return image;
}

} // namespace echo2ecg::simulation
