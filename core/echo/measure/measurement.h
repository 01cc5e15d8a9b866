// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "echo/measure/calibration.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace echo2ecg::echo {

// What a person draws. The number of points each takes is in pointsOf().
enum class Tool {
    Calliper,      // 2 points: distance in a picture; depth and time in M-mode; time and velocity in a spectrum
    Angle,         // 3 points, the vertex in the middle
    Trace,         // 3 or more, closed: area and circumference
    OpenTrace,     // 2 or more: length
    Ellipse,       // 3: both ends of the long axis, one point of the short one
    LvContour,     // 3 or more: the endocardium from one end of the mitral annulus over the apex to the other; closed by the annulus
    MModeInterval, // 2: time between, heart rate of it
    Velocity,      // 1: velocity and gradient at one place of a spectrum
    Slope,         // 2: acceleration or deceleration, PHT
    VtiTrace,      // 3 or more: envelope of one flow, from left to right
};
inline constexpr std::size_t mostPoints = 4096;
const char* name(Tool tool) noexcept;         // stable: "calliper", "lv-contour"
const char* wordsFor(Tool tool) noexcept;     // "Calliper", "LV contour"
std::optional<Tool> toolNamed(std::string_view name) noexcept;
std::span<const Tool> allTools() noexcept;    // in the order of a menu
struct PointCount { int least, most; };       // most 0: until it is closed
PointCount pointsOf(Tool tool) noexcept;

// What the thing drawn is, where it is more than a number. Linear dimensions and areas at ED and ES make volumes, EF, mass.
enum class Quantity {
    Free,
    Lvidd, Lvids, Ivsd, Pwd,                              // linear, PLAX or M-mode
    LvA4cEd, LvA4cEs, LvA2cEd, LvA2cEs,                   // contours
    HeartRate, Vti, PeakVelocity,
};
const char* code(Quantity quantity) noexcept;      // stable: "lvidd", "lv-a4c-ed"
std::optional<Quantity> quantityNamed(std::string_view code) noexcept;
std::span<const Quantity> allQuantities() noexcept;
bool fits(Quantity quantity, Tool tool) noexcept;  // whether a thing of this kind is drawn with this tool; Free fits all
const char* wordsFor(Quantity quantity) noexcept;  // "LVIDd", "LV, four-chamber, ED"

struct Measurement
{
    std::int64_t id = 0; // of the library; 0: not saved
    Tool tool = Tool::Calliper;
    Quantity quantity = Quantity::Free;
    std::string instanceUid; // of the clip
    std::string clipHash;    // SHA-256 of its file
    int frame = 0;
    std::vector<Point> points;
    std::string label; // by a person; may be empty
    Calibration calibration; // it was made with, of its first point
    std::string made;  // ISO 8601, UTC: "2026-01-31T12:00:00Z"

    bool operator==(const Measurement& other) const; // what is drawn and said, not the id
    base::Json toJson() const;
    static Measurement fromJson(const base::Json& json); // throws base::ParseError naming the field
};

struct Value
{
    std::string name; // "length", "area", "volume, area-length", "peak gradient"
    double value = 0;
    std::string unit; // "cm", "cm²", "mL", "mmHg", "°", "px", "px²", "ms", "m/s", "m/s²", "cm/s", "/min", "Hz"
};

struct Evaluation
{
    std::vector<Value> values; // the one that matters first
    Calibration calibration;
    std::string refused; // why there is no value: "spans two regions of different scale: …"; empty when there are values
    base::Warnings warnings;
};

// Pure; formulas and their sources are in docs/measuring.md. Where no region and no spacing is known, lengths and areas are in pixels and say so. Points in
// scales that differ, points outside every region while another is inside one, or a tool that makes no sense in its region (an area in a spectrum) are
// refused with the reason, and so are points that aren't finite, more than mostPoints, and an outline that crosses itself. While drawing, too: fewer
// points than needed give no values and no refusal. Times are in ms, velocities in m/s; in a spectrum they are positive towards the transducer.
Evaluation evaluate(const Measurement& measurement, const CalibrationMap& map);

// "4.56 cm", "132 mL", "1.85 m/s · 14 mmHg": sensible digits, unit with a no-break space.
std::string textOf(const Value& value);
std::string textOf(const Evaluation& evaluation); // on one line; the refusal when there is one

} // namespace echo2ecg::echo
