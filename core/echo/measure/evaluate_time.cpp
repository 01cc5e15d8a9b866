// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/evaluate_tools.h"

#include "echo/measure/spectrum.h"

#include <cmath>
#include <numbers>

namespace echo2ecg::echo {

namespace {

bool refuseUnlessVelocity(Evaluation& e, const char* what)
{
    const Calibration& c = e.calibration;
    if (c.kind != RegionKind::Spectral)
        e.refused = std::string(what) + " needs a Doppler spectrum; this is " + c.badge() + ".";
    else if (!c.baselineY)
        e.refused = std::string(what) + " needs the line of zero velocity, and the header of " + c.badge() + " doesn't say where it is.";
    return !e.refused.empty();
}

} // namespace

void intervalTool(Evaluation& e, const std::vector<Point>& points)
{
    const Calibration& c = e.calibration;
    if (c.unitX != Unit::Second) {
        e.refused = "An interval needs an axis of time; this is " + c.badge() + ".";
        return;
    }
    const double s = std::abs(points[1].x - points[0].x) * c.perPixelX;
    e.values = {{"time", s * 1000, "ms"}};
    if (s > 0)
        e.values.push_back({"heart rate", 60 / s, "/min"});
}

void velocityTool(Evaluation& e, const std::vector<Point>& points)
{
    if (refuseUnlessVelocity(e, "A velocity"))
        return;
    const double v = inSpectrum(points, e.calibration).front().v;
    if (e.calibration.unitY == Unit::CentimetrePerSecond)
        e.values = {{"velocity", v, "m/s"}, {"gradient", gradientMmHg(v), "mmHg"}};
    else
        e.values = {{"frequency shift", v, "Hz"}};
}

// In a spectrum from the peak down: the deceleration goes on to the baseline; the pressure half time is where a straight line from the peak reaches
// peak / √2 (Hatle et al., Circulation 1979;60:1096-1104), that is 0.293 of the deceleration time.
void slopeTool(Evaluation& e, const std::vector<Point>& points)
{
    const Calibration& c = e.calibration;
    if (c.kind == RegionKind::MMode) {
        const double s = (points[1].x - points[0].x) * c.perPixelX;
        if (s == 0) {
            e.refused = "A slope needs two different times.";
            return;
        }
        e.values = {{"slope", (points[0].y - points[1].y) * c.perPixelY / s, "cm/s"}, // towards the transducer is positive
                    {"depth", std::abs(points[1].y - points[0].y) * c.perPixelY, "cm"},
                    {"time", std::abs(s) * 1000, "ms"}};
        return;
    }
    if (refuseUnlessVelocity(e, "A slope"))
        return;
    if (c.unitY != Unit::CentimetrePerSecond) {
        e.refused = "A slope needs velocities; this is " + c.badge() + ".";
        return;
    }
    auto line = inSpectrum(points, c);
    if (line[1].s < line[0].s)
        std::swap(line[0], line[1]);
    const double s = line[1].s - line[0].s;
    if (s <= 0) {
        e.refused = "A slope needs two different times.";
        return;
    }
    const double from = std::abs(line[0].v), to = std::abs(line[1].v);
    const bool isOneFlow = line[0].v * line[1].v >= 0;
    if (isOneFlow && from > to) {
        const double deceleration = from * s / (from - to);
        e.values = {{"deceleration time", deceleration * 1000, "ms"},
                    {"pressure half time", deceleration * (1 - 1 / std::numbers::sqrt2) * 1000, "ms"},
                    {"deceleration", (from - to) / s, "m/s²"}};
    } else if (isOneFlow) {
        e.values = {{"acceleration", (to - from) / s, "m/s²"}, {"time", s * 1000, "ms"}};
    } else {
        e.values = {{"acceleration", std::abs(line[1].v - line[0].v) / s, "m/s²"}, {"time", s * 1000, "ms"}};
    }
}

void vtiTool(Evaluation& e, const std::vector<Point>& points)
{
    if (refuseUnlessVelocity(e, "A VTI"))
        return;
    if (e.calibration.unitY != Unit::CentimetrePerSecond) {
        e.refused = "A VTI needs velocities; this is " + e.calibration.badge() + ".";
        return;
    }
    const Envelope envelope = envelopeOf(inSpectrum(points, e.calibration));
    if (envelope.seconds <= 0 || envelope.vtiCm <= 0) {
        e.refused = "The envelope has no width, or lies on the baseline.";
        return;
    }
    e.values = {{"VTI", envelope.vtiCm, "cm"},
                {"peak velocity", envelope.isAway ? -envelope.peak : envelope.peak, "m/s"},
                {"mean gradient", envelope.meanGradient, "mmHg"},
                {"peak gradient", gradientMmHg(envelope.peak), "mmHg"},
                {"mean velocity", envelope.isAway ? -envelope.mean : envelope.mean, "m/s"},
                {"time", envelope.seconds * 1000, "ms"}};
    if (envelope.isOnBothSides)
        e.warnings.push_back({"flow-both-ways", "The envelope crosses the baseline; only its larger side counts.", {}});
}

} // namespace echo2ecg::echo
