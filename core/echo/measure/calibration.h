// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dicom/image.h"

#include <optional>
#include <span>
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
const char* symbol(Unit unit) noexcept; // "px", "cm", "s", "Hz", "cm/s", "?"

enum class RegionKind { Picture, MMode, Spectral, Trace, None }; // 2-D, M-mode, Doppler spectrum, physiological trace, no region
enum class CalibrationSource { Region, PixelSpacing, Manual, None };

// The scale at one place. perPixel is never negative: x grows to the right and y downwards, but *upwards* in a spectrum, where velocity towards the
// transducer is positive. Vendors write the delta of a spectrum with either sign for the same picture; only its size counts.
struct Calibration
{
    CalibrationSource source = CalibrationSource::None;
    RegionKind kind = RegionKind::None;
    int region = -1; // index in the header, counted from 0
    Unit unitX = Unit::Pixel, unitY = Unit::Pixel;
    double perPixelX = 1, perPixelY = 1; // without units: the shape of a pixel, with the width 1
    std::optional<double> baselineY;     // y of zero velocity or frequency, of a spectrum
    std::string doubt;                   // a sentence, where the header's scale is hard to believe or something was assumed

    // Same kind, units, scale (within 0.1 %) and baseline (within half a pixel), so that a measurement may span both.
    bool agreesWith(const Calibration& other) const;
    bool isInCentimetres() const { return unitX == Unit::Centimetre && unitY == Unit::Centimetre; }
    // "US region 2 · 0.41 mm/px", "Doppler region 3 · 1.2 cm/s, 4.2 ms per px", "set by hand · 0.40 mm/px", "not calibrated". For badges.
    std::string badge() const;

    bool operator==(const Calibration&) const = default;
};

// What a person set on a known depth, instead of the header's scale of the picture. Spectra, M-mode and traces keep the header's.
struct ManualCalibration
{
    double mmPerPixel = 0; // downwards; across follows from the shape of the pixels (region, else Pixel Aspect Ratio, else square)
    bool operator==(const ManualCalibration&) const = default;
};

// One item of the header's regions with what it calibrates, or why it doesn't.
struct RegionScale
{
    int region = -1;
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0; // edges, in the coordinates of Point, clipped to the picture
    Calibration calibration;
    std::string ignored; // a sentence; empty when it calibrates

    bool contains(Point point) const { return point.x >= x0 && point.x <= x1 && point.y >= y0 && point.y <= y1; }
    double area() const { return (x1 - x0) * (y1 - y0); }
};

// Resolves every point of one clip in its own ultrasound region (PS3.3 C.8.5.5): its kind follows from the units of its axes. Where regions overlap, the
// smallest one that has units wins, of equal ones that of high priority (bit 0 of Region Flags), then the first. Regions with absurd deltas (zero, not
// finite, outside 1e-6 … 1e3), without units or outside the picture don't calibrate. Without a region that does, Pixel Spacing (0028,0030) counts for
// the whole picture. Immutable, thread-safe.
class CalibrationMap
{
public:
    CalibrationMap() = default; // pixels everywhere
    explicit CalibrationMap(const dicom::ImageHeader& header, std::optional<ManualCalibration> manual = {});
    Calibration at(Point point) const;
    // Of all points together: that of each point where they agree. A physiological trace drawn over a picture doesn't part it: points in the trace count
    // as in the picture when it holds them all. Empty when they don't agree; then `why` says which scales meet.
    std::optional<Calibration> of(std::span<const Point> points, std::string* why = nullptr) const;
    // Of the largest two-dimensional region (or spacing, or by hand): what the badge of a cell tells.
    Calibration main() const;
    bool hasRegions() const { return m_hasRegions; } // that calibrate
    const std::vector<RegionScale>& regions() const { return m_regions; } // in the header's order

private:
    const RegionScale* regionAt(Point point) const;
    Calibration of(const RegionScale* region) const;

    std::vector<RegionScale> m_regions;
    std::vector<bool> m_isLowPriority;
    Calibration m_elsewhere;
    bool m_hasRegions = false;
};

} // namespace echo2ecg::echo
