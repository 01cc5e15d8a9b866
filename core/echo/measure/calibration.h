// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image.h"

#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::echo {

// A position on a frame, in its pixels: (0, 0) is the outer corner of the first pixel, (0.5, 0.5) its centre; x right, y down.
struct Point
{
    double x = 0, y = 0;
    bool operator==(const Point&) const = default;
};

enum class Unit { Pixel, Centimetre, Second, Hertz, CentimetrePerSecond, Other };
const char* symbol(Unit unit) noexcept; // "px", "cm", "s", "Hz", "cm/s"

enum class RegionKind { Picture, MMode, Spectral, Trace, None }; // 2-D, M-mode, Doppler spectrum, physiological trace, no region
enum class CalibrationSource { Region, PixelSpacing, Manual, None };

// The scale at one place. value = (pixel − origin) × perPixel; perPixel is positive to the right and, for y, *up* in a spectrum (velocity towards the
// transducer is positive) and down elsewhere.
struct Calibration
{
    CalibrationSource source = CalibrationSource::None;
    RegionKind kind = RegionKind::None;
    int region = -1; // index in the header, counted from 0
    Unit unitX = Unit::Pixel, unitY = Unit::Pixel;
    double perPixelX = 1, perPixelY = 1;
    std::optional<double> baselineY; // pixel row of zero velocity, of a spectrum

    // Same units and scale (within 0.1 %), so that a measurement may span both.
    bool agreesWith(const Calibration& other) const;
    // "US region 2 · 0.41 mm/px", "Doppler region 3 · 1.2 cm/s per px", "set by hand · 0.40 mm/px", "not calibrated". For badges.
    std::string badge() const;
};

// What a person set on a known depth or time, instead of the header.
struct ManualCalibration
{
    double mmPerPixel = 0; // both axes
    bool operator==(const ManualCalibration&) const = default;
};

// Resolves every point of one clip in its own ultrasound region (PS3.3 C.8.5.5). Where regions overlap, the smallest one that has units wins.
// Regions with absurd deltas (zero, not finite, outside 1e-6 … 1e3) or outside the picture don't calibrate. Immutable, thread-safe.
class CalibrationMap
{
public:
    explicit CalibrationMap(const dicom::ImageHeader& header, std::optional<ManualCalibration> manual = {});
    Calibration at(Point point) const;
    // Of the largest two-dimensional region (or spacing, or by hand): what the badge of a cell tells.
    Calibration main() const;
    bool hasRegions() const { return !m_regions.empty(); }

private:
    struct Region
    {
        double x0, y0, x1, y1;
        Calibration calibration;
    };
    std::vector<Region> m_regions;
    Calibration m_elsewhere;
    std::optional<ManualCalibration> m_manual;
};

} // namespace echo2ecg::echo
