// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/calibration.h"

#include "echo/measure/number_words.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::echo {

namespace {

constexpr double leastDelta = 1e-6, mostDelta = 1e3;
constexpr double soundCmPerSecond = 154000; // in soft tissue, as every scanner assumes
constexpr double deepestCm = 40;            // no cardiac picture reaches deeper

Unit unitOf(int code)
{
    switch (code) {
    case 0: return Unit::Pixel;
    case 3: return Unit::Centimetre;
    case 4: return Unit::Second;
    case 5: return Unit::Hertz;
    case 7: return Unit::CentimetrePerSecond;
    default: return Unit::Other;
    }
}

// What is drawn follows from the axes rather than from Region Spatial Format, which some headers leave at 0; the format only tells apart what
// has no units of its own.
RegionKind kindOf(Unit x, Unit y, int spatialFormat)
{
    if (x == Unit::Centimetre && y == Unit::Centimetre)
        return RegionKind::Picture;
    if (x != Unit::Second)
        return RegionKind::None;
    if (y == Unit::Centimetre)
        return RegionKind::MMode;
    if (y == Unit::CentimetrePerSecond || (y == Unit::Hertz && spatialFormat == 3))
        return RegionKind::Spectral;
    return RegionKind::Trace;
}

bool isUsable(double delta)
{
    const double size = std::abs(delta);
    return std::isfinite(delta) && size >= leastDelta && size <= mostDelta;
}

double usableAspect(double aspect)
{
    return std::isfinite(aspect) && aspect >= 0.1 && aspect <= 10 ? aspect : 1;
}

void addDoubt(std::string& doubt, const std::string& sentence)
{
    doubt += (doubt.empty() ? "" : " ") + sentence;
}

// A spectrum in Hz becomes one in cm/s by the Doppler equation v = Δf·c / (2·f0·cos θ), where the header knows the transmitted frequency.
void toVelocity(Calibration& calibration, const dicom::UltrasoundRegion& region)
{
    const double khz = region.transducerKhz.value_or(0);
    if (!std::isfinite(khz) || khz < 100 || khz > 100000) {
        addDoubt(calibration.doubt, "The spectrum is in Hz and the header doesn't say the transmitted frequency.");
        return;
    }
    const double angle = region.dopplerAngleDegrees.value_or(0);
    if (!std::isfinite(angle) || std::abs(angle) > 85) {
        addDoubt(calibration.doubt, "The spectrum is in Hz and the header's Doppler angle can't be used.");
        return;
    }
    calibration.perPixelY *= soundCmPerSecond / (2 * khz * 1000 * std::cos(angle * std::numbers::pi / 180));
    calibration.unitY = Unit::CentimetrePerSecond;
    addDoubt(calibration.doubt, "Velocity is computed from Hz with " + fixedText(khz / 1000, 2) + " MHz and " + fixedText(angle, 0) + "°.");
}

void placeBaseline(Calibration& calibration, const dicom::UltrasoundRegion& region, double perPixel)
{
    if (!region.referenceY || std::abs(double(*region.referenceY)) > 1e6)
        return;
    const double value = region.referenceValueY.value_or(0);
    if (!std::isfinite(value))
        return;
    const double y = region.y0 + double(*region.referenceY) + 0.5 + value / perPixel;
    if (std::abs(y) < 1e6)
        calibration.baselineY = y;
}

RegionScale scaleOf(const dicom::UltrasoundRegion& region, int index, int rows, int columns)
{
    RegionScale scale;
    scale.region = index;
    scale.x0 = std::clamp<double>(region.x0, 0, columns);
    scale.y0 = std::clamp<double>(region.y0, 0, rows);
    scale.x1 = std::clamp<double>(double(region.x1) + 1, 0, columns);
    scale.y1 = std::clamp<double>(double(region.y1) + 1, 0, rows);
    Calibration& c = scale.calibration;
    c.region = index;
    const Unit unitX = unitOf(region.unitsX), unitY = unitOf(region.unitsY);
    const RegionKind kind = kindOf(unitX, unitY, region.spatialFormat);
    if (scale.x1 <= scale.x0 || scale.y1 <= scale.y0)
        scale.ignored = "It lies outside the picture.";
    else if (unitX == Unit::Pixel && unitY == Unit::Pixel)
        scale.ignored = "It has no units.";
    else if (kind == RegionKind::None)
        scale.ignored = std::string("Its axes can't be measured in: ") + symbol(unitX) + " across, " + symbol(unitY) + " down.";
    else if (!isUsable(region.deltaX) || (kind != RegionKind::Trace && !isUsable(region.deltaY)))
        scale.ignored = "Its scale is absurd (Physical Delta).";
    if (!scale.ignored.empty())
        return scale;

    c.source = CalibrationSource::Region;
    c.kind = kind;
    c.unitX = unitX;
    c.perPixelX = std::abs(region.deltaX);
    if (kind == RegionKind::Trace)
        return scale; // the height of a physiological trace means nothing
    c.unitY = unitY;
    c.perPixelY = std::abs(region.deltaY);
    if (kind == RegionKind::Spectral) {
        placeBaseline(c, region, c.perPixelY);
        if (unitY == Unit::Hertz)
            toVelocity(c, region);
    }
    if ((kind == RegionKind::Picture || kind == RegionKind::MMode) && (scale.y1 - scale.y0) * c.perPixelY > deepestCm)
        addDoubt(c.doubt, "By the header's scale this picture would be " + fixedText((scale.y1 - scale.y0) * c.perPixelY, 0) +
                              " cm deep: it is hard to believe.");
    return scale;
}

const char* wordsFor(RegionKind kind)
{
    switch (kind) {
    case RegionKind::Picture: return "US region ";
    case RegionKind::MMode: return "M-mode region ";
    case RegionKind::Spectral: return "Doppler region ";
    case RegionKind::Trace: return "trace region ";
    case RegionKind::None: break;
    }
    return "region ";
}

std::string scaleText(const Calibration& c)
{
    const auto alike = [](double a, double b) { return std::abs(a - b) <= 0.005 * std::max(a, b); };
    if (c.isInCentimetres()) {
        const std::string x = significantText(c.perPixelX * 10, 2), y = significantText(c.perPixelY * 10, 2);
        return (alike(c.perPixelX, c.perPixelY) ? y : x + " × " + y) + " mm/px";
    }
    const std::string ms = significantText(c.perPixelX * 1000, 2) + " ms";
    if (c.unitY == Unit::Centimetre)
        return significantText(c.perPixelY * 10, 2) + " mm, " + ms + " per px";
    if (c.unitY == Unit::CentimetrePerSecond || c.unitY == Unit::Hertz)
        return significantText(c.perPixelY, 2) + " " + symbol(c.unitY) + ", " + ms + " per px";
    return ms + "/px";
}

bool agree(double a, double b)
{
    return std::abs(a - b) <= 0.001 * std::max(std::abs(a), std::abs(b));
}

} // namespace

const char* symbol(Unit unit) noexcept
{
    switch (unit) {
    case Unit::Pixel: return "px";
    case Unit::Centimetre: return "cm";
    case Unit::Second: return "s";
    case Unit::Hertz: return "Hz";
    case Unit::CentimetrePerSecond: return "cm/s";
    case Unit::Other: break;
    }
    return "?";
}

bool Calibration::agreesWith(const Calibration& other) const
{
    if (kind != other.kind || unitX != other.unitX || unitY != other.unitY || !agree(perPixelX, other.perPixelX) ||
        !agree(perPixelY, other.perPixelY) || baselineY.has_value() != other.baselineY.has_value())
        return false;
    return !baselineY || std::abs(*baselineY - *other.baselineY) <= 0.5;
}

std::string Calibration::badge() const
{
    switch (source) {
    case CalibrationSource::Region: return wordsFor(kind) + std::to_string(region + 1) + " · " + scaleText(*this);
    case CalibrationSource::PixelSpacing: return "pixel spacing · " + scaleText(*this);
    case CalibrationSource::Manual: return "set by hand · " + scaleText(*this);
    case CalibrationSource::None: break;
    }
    return perPixelY == perPixelX ? "not calibrated" : "not calibrated · pixels 1 : " + significantText(perPixelY / perPixelX, 2);
}

CalibrationMap::CalibrationMap(const dicom::ImageHeader& header, std::optional<ManualCalibration> manual)
{
    for (std::size_t i = 0; i < header.regions.size(); ++i) {
        m_regions.push_back(scaleOf(header.regions[i], int(i), header.rows, header.columns));
        m_isLowPriority.push_back(header.regions[i].flags & 1);
        m_hasRegions = m_hasRegions || m_regions.back().ignored.empty();
    }
    const double aspect = usableAspect(header.pixelAspect);
    m_elsewhere.perPixelY = aspect;
    const double row = header.pixelSpacingRowMm.value_or(0) / 10, column = header.pixelSpacingColumnMm.value_or(0) / 10;
    if (!m_hasRegions && isUsable(row) && isUsable(column)) {
        m_elsewhere.source = CalibrationSource::PixelSpacing;
        m_elsewhere.kind = RegionKind::Picture;
        m_elsewhere.unitX = m_elsewhere.unitY = Unit::Centimetre;
        m_elsewhere.perPixelX = std::abs(column);
        m_elsewhere.perPixelY = std::abs(row);
    }
    if (!manual || !isUsable(manual->mmPerPixel / 10) || manual->mmPerPixel < 0)
        return;
    const auto setByHand = [&](Calibration& c) {
        const double width = c.perPixelX / c.perPixelY;
        c.source = CalibrationSource::Manual;
        c.kind = RegionKind::Picture;
        c.unitX = c.unitY = Unit::Centimetre;
        c.perPixelY = manual->mmPerPixel / 10;
        c.perPixelX = c.perPixelY * width;
        c.doubt.clear();
    };
    for (RegionScale& region : m_regions)
        if (region.ignored.empty() && region.calibration.kind == RegionKind::Picture)
            setByHand(region.calibration);
    setByHand(m_elsewhere);
}

const RegionScale* CalibrationMap::regionAt(Point point) const
{
    const RegionScale* best = nullptr;
    for (const RegionScale& region : m_regions) {
        if (!region.ignored.empty() || !region.contains(point))
            continue;
        const bool isSmaller = !best || region.area() < best->area();
        const bool isPreferred = best && region.area() == best->area() && m_isLowPriority[std::size_t(best->region)] &&
                                 !m_isLowPriority[std::size_t(region.region)];
        if (isSmaller || isPreferred)
            best = &region;
    }
    return best;
}

Calibration CalibrationMap::of(const RegionScale* region) const
{
    return region ? region->calibration : m_elsewhere;
}

Calibration CalibrationMap::at(Point point) const
{
    return of(regionAt(point));
}

std::optional<Calibration> CalibrationMap::of(std::span<const Point> points, std::string* why) const
{
    if (points.empty())
        return m_elsewhere;
    const Calibration first = at(points.front());
    const auto other = std::find_if(points.begin(), points.end(), [&](Point p) { return !at(p).agreesWith(first); });
    if (other == points.end())
        return first;
    // A trace drawn over the picture: the picture's own region, if it holds all points that aren't elsewhere in a third one.
    const RegionScale* picture = nullptr;
    for (const RegionScale& region : m_regions)
        if (region.ignored.empty() && region.calibration.kind != RegionKind::Trace && (!picture || region.area() < picture->area()) &&
            std::all_of(points.begin(), points.end(), [&](Point p) {
                const Calibration here = at(p);
                return region.contains(p) && (here.kind == RegionKind::Trace || here.agreesWith(region.calibration));
            }))
            picture = &region;
    if (picture)
        return picture->calibration;
    if (why) {
        const Calibration second = at(*other);
        const auto words = [&](const Calibration& c) {
            return c.source == CalibrationSource::None ? std::string("a place outside every region") : c.badge();
        };
        *why = "The points lie in different scales: " + words(first) + ", and " + words(second) + ".";
    }
    return std::nullopt;
}

Calibration CalibrationMap::main() const
{
    const RegionScale* best = nullptr;
    for (const RegionScale& region : m_regions) {
        if (!region.ignored.empty() || region.calibration.kind == RegionKind::Trace)
            continue;
        const bool isPicture = region.calibration.kind == RegionKind::Picture;
        const bool wasPicture = best && best->calibration.kind == RegionKind::Picture;
        if (!best || (isPicture && !wasPicture) || (isPicture == wasPicture && region.area() > best->area()))
            best = &region;
    }
    return of(best);
}

} // namespace echo2ecg::echo
