// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/measurement.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace echo2ecg::echo {

namespace {

struct ToolFacts
{
    Tool tool;
    const char* name;
    const char* words;
    PointCount points;
};
constexpr ToolFacts tools[] = {
    {Tool::Calliper, "calliper", "Calliper", {2, 2}},
    {Tool::Angle, "angle", "Angle", {3, 3}},
    {Tool::Trace, "trace", "Area", {3, 0}},
    {Tool::OpenTrace, "open-trace", "Length of a line", {2, 0}},
    {Tool::Ellipse, "ellipse", "Ellipse", {3, 3}},
    {Tool::LvContour, "lv-contour", "LV contour", {3, 0}},
    {Tool::MModeInterval, "interval", "Interval", {2, 2}},
    {Tool::Velocity, "velocity", "Velocity", {1, 1}},
    {Tool::Slope, "slope", "Slope", {2, 2}},
    {Tool::VtiTrace, "vti-trace", "VTI", {3, 0}},
};

struct QuantityFacts
{
    Quantity quantity;
    const char* code;
    const char* words;
    Tool tool;
};
constexpr QuantityFacts quantities[] = {
    {Quantity::Free, "free", "Free", Tool::Calliper},
    {Quantity::Lvidd, "lvidd", "LVIDd", Tool::Calliper},
    {Quantity::Lvids, "lvids", "LVIDs", Tool::Calliper},
    {Quantity::Ivsd, "ivsd", "IVSd", Tool::Calliper},
    {Quantity::Pwd, "pwd", "LVPWd", Tool::Calliper},
    {Quantity::LvA4cEd, "lv-a4c-ed", "LV, four-chamber, ED", Tool::LvContour},
    {Quantity::LvA4cEs, "lv-a4c-es", "LV, four-chamber, ES", Tool::LvContour},
    {Quantity::LvA2cEd, "lv-a2c-ed", "LV, two-chamber, ED", Tool::LvContour},
    {Quantity::LvA2cEs, "lv-a2c-es", "LV, two-chamber, ES", Tool::LvContour},
    {Quantity::HeartRate, "heart-rate", "Heart rate", Tool::MModeInterval},
    {Quantity::Vti, "vti", "VTI", Tool::VtiTrace},
    {Quantity::PeakVelocity, "peak-velocity", "Peak velocity", Tool::Velocity},
};

template <class T, std::size_t n, class Facts> constexpr std::array<T, n> column(const Facts (&facts)[n], T Facts::*member)
{
    std::array<T, n> result{};
    for (std::size_t i = 0; i < n; ++i)
        result[i] = facts[i].*member;
    return result;
}

const ToolFacts& facts(Tool tool) noexcept
{
    for (const ToolFacts& f : tools)
        if (f.tool == tool)
            return f;
    return tools[0];
}

const QuantityFacts& facts(Quantity quantity) noexcept
{
    for (const QuantityFacts& f : quantities)
        if (f.quantity == quantity)
            return f;
    return quantities[0];
}

// Of calibrations, in JSON.
template <class E> struct Word
{
    E value;
    const char* word;
};
constexpr Word<CalibrationSource> sources[] = {{CalibrationSource::Region, "region"},
                                               {CalibrationSource::PixelSpacing, "pixel-spacing"},
                                               {CalibrationSource::Manual, "manual"},
                                               {CalibrationSource::None, "none"}};
constexpr Word<RegionKind> kinds[] = {{RegionKind::Picture, "picture"},
                                      {RegionKind::MMode, "m-mode"},
                                      {RegionKind::Spectral, "spectral"},
                                      {RegionKind::Trace, "trace"},
                                      {RegionKind::None, "none"}};
constexpr Word<Unit> units[] = {{Unit::Pixel, "px"}, {Unit::Centimetre, "cm"}, {Unit::Second, "s"},
                                {Unit::Hertz, "Hz"}, {Unit::CentimetrePerSecond, "cm/s"}, {Unit::Other, "?"}};

template <class E, std::size_t n> std::string wordOf(const Word<E> (&words)[n], E value)
{
    for (const auto& w : words)
        if (w.value == value)
            return w.word;
    return words[n - 1].word;
}

[[noreturn]] void fail(const std::string& sentence, const std::string& field)
{
    throw base::ParseError(base::ErrorCode::Malformed, sentence, {{}, field});
}

template <class E, std::size_t n> E valueOf(const Word<E> (&words)[n], const std::string& word, const char* field)
{
    for (const auto& w : words)
        if (word == w.word)
            return w.value;
    fail("The measurement has a word that isn't known.", field);
}

double finite(const base::Json& json, const std::string& field)
{
    if (!json.isNumber() || !std::isfinite(json.toNumber()))
        fail("The measurement has something that isn't a number.", field);
    return json.toNumber();
}

base::Json asJson(const Calibration& c)
{
    auto json = base::Json::object({{"source", wordOf(sources, c.source)},
                                    {"kind", wordOf(kinds, c.kind)},
                                    {"region", c.region},
                                    {"unit_x", wordOf(units, c.unitX)},
                                    {"unit_y", wordOf(units, c.unitY)},
                                    {"per_pixel_x", c.perPixelX},
                                    {"per_pixel_y", c.perPixelY}});
    if (c.baselineY)
        json.set("baseline_y", *c.baselineY);
    if (!c.doubt.empty())
        json.set("doubt", c.doubt);
    return json;
}

Calibration calibrationFrom(const base::Json& json)
{
    Calibration c;
    c.source = valueOf(sources, json.at("source").toString(), "calibration.source");
    c.kind = valueOf(kinds, json.at("kind").toString(), "calibration.kind");
    c.region = json.value("region", -1);
    c.unitX = valueOf(units, json.at("unit_x").toString(), "calibration.unit_x");
    c.unitY = valueOf(units, json.at("unit_y").toString(), "calibration.unit_y");
    c.perPixelX = finite(json.at("per_pixel_x"), "calibration.per_pixel_x");
    c.perPixelY = finite(json.at("per_pixel_y"), "calibration.per_pixel_y");
    if (const base::Json* baseline = json.find("baseline_y"))
        c.baselineY = finite(*baseline, "calibration.baseline_y");
    c.doubt = json.value("doubt", "");
    return c;
}

} // namespace

const char* name(Tool tool) noexcept { return facts(tool).name; }
const char* wordsFor(Tool tool) noexcept { return facts(tool).words; }
PointCount pointsOf(Tool tool) noexcept { return facts(tool).points; }
const char* code(Quantity quantity) noexcept { return facts(quantity).code; }
const char* wordsFor(Quantity quantity) noexcept { return facts(quantity).words; }

std::optional<Tool> toolNamed(std::string_view text) noexcept
{
    for (const ToolFacts& f : tools)
        if (text == f.name)
            return f.tool;
    return std::nullopt;
}

std::optional<Quantity> quantityNamed(std::string_view text) noexcept
{
    for (const QuantityFacts& f : quantities)
        if (text == f.code)
            return f.quantity;
    return std::nullopt;
}

std::span<const Tool> allTools() noexcept
{
    static constexpr auto all = column(tools, &ToolFacts::tool);
    return all;
}

std::span<const Quantity> allQuantities() noexcept
{
    static constexpr auto all = column(quantities, &QuantityFacts::quantity);
    return all;
}

bool fits(Quantity quantity, Tool tool) noexcept
{
    return quantity == Quantity::Free || facts(quantity).tool == tool;
}

bool Measurement::operator==(const Measurement& other) const
{
    return tool == other.tool && quantity == other.quantity && instanceUid == other.instanceUid && clipHash == other.clipHash &&
           frame == other.frame && points == other.points && label == other.label && calibration == other.calibration && made == other.made;
}

base::Json Measurement::toJson() const
{
    base::Json places = base::Json::array();
    for (const Point p : points)
        places.push(base::Json(base::Json::Array{p.x, p.y}));
    return base::Json::object({{"tool", name(tool)},
                               {"quantity", code(quantity)},
                               {"instance_uid", instanceUid},
                               {"clip_sha256", clipHash},
                               {"frame", frame},
                               {"points", std::move(places)},
                               {"label", label},
                               {"calibration", asJson(calibration)},
                               {"made", made}});
}

Measurement Measurement::fromJson(const base::Json& json)
{
    Measurement m;
    const auto readTool = toolNamed(json.at("tool").toString());
    if (!readTool)
        fail("The measurement was made with a tool that isn't known.", "tool");
    m.tool = *readTool;
    const auto readQuantity = quantityNamed(json.value("quantity", "free"));
    if (!readQuantity)
        fail("The measurement is of something that isn't known.", "quantity");
    m.quantity = *readQuantity;
    m.instanceUid = json.value("instance_uid", "");
    m.clipHash = json.value("clip_sha256", "");
    m.frame = json.value("frame", 0);
    if (m.frame < 0)
        fail("The measurement is on a frame before the first.", "frame");
    const auto& places = json.at("points").items();
    if (places.size() > mostPoints)
        fail("The measurement has more than " + std::to_string(mostPoints) + " points.", "points");
    for (const base::Json& place : places) {
        if (!place.isArray() || place.size() != 2)
            fail("A point of the measurement isn't a pair of numbers.", "points");
        m.points.push_back({finite(place.items()[0], "points"), finite(place.items()[1], "points")});
    }
    m.label = json.value("label", "");
    if (const base::Json* calibration = json.find("calibration"); calibration && calibration->isObject())
        m.calibration = calibrationFrom(*calibration);
    m.made = json.value("made", "");
    return m;
}

} // namespace echo2ecg::echo
