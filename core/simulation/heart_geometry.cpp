// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/heart_geometry.h"

#include "simulation/patient.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

double smooth(double from, double to, double x)
{
    const double t = std::clamp((x - from) / (to - from), 0.0, 1.0);
    return t * t * (3 - 2 * t);
}

double hump(double from, double to, double x) // 0 … 1 … 0
{
    return x <= from || x >= to ? 0 : std::sin(std::numbers::pi * (x - from) / (to - from));
}

CycleTimes timesOf(const VirtualPatient& p, double rr)
{
    CycleTimes t;
    t.rr = rr;
    const double rate = std::clamp(60 / rr, 40.0, 150.0), weak = std::clamp((55 - p.lvef) / 30, 0.0, 1.2);
    const bool late = p.conduction == Conduction::Lbbb || p.conduction == Conduction::Paced;
    // Electromechanical systole counts from the beginning of the QRS, which is some 40 ms before R.
    const double systole = (p.isFemale ? 0.549 - 0.0020 * rate : 0.546 - 0.0021 * rate) - 0.04;
    t.ejection = 0.060 + 0.015 * weak + (late ? 0.025 : 0);
    t.endSystole = std::min(systole, 0.58 * rr);
    const double relaxation = std::min(0.075 + 0.01 * weak, 0.16 * rr);
    t.mitralOpening = t.endSystole + relaxation;
    t.atrialEnd = rr - 0.03;
    const double filling = t.atrialEnd - t.mitralOpening;
    const double early = std::min(0.21, 0.62 * filling), atrial = std::min(0.13, 0.34 * filling);
    t.earlyEnd = t.mitralOpening + early;
    if (p.rhythm == Rhythm::AtrialFibrillation) {
        t.earlyEnd = t.mitralOpening + std::min(0.28, filling);
        t.atrialStart = t.atrialEnd;
        t.earlyShare = 1;
    } else {
        t.atrialStart = t.atrialEnd - atrial;
        t.earlyShare = p.eOverA * early / (p.eOverA * early + atrial);
    }
    return t;
}

} // namespace

double radiusTowards(double lateral, double anterior, double septal, double inferior, double radians)
{
    const double c = std::cos(radians), s = std::sin(radians);
    const double a = c >= 0 ? lateral : septal, b = s >= 0 ? anterior : inferior;
    const double x = b * c, y = a * s, size = std::sqrt(x * x + y * y);
    return size > 0 ? a * b / size : 0;
}

HeartGeometry::HeartGeometry(const VirtualPatient& p, double rrSeconds)
    : m_times(timesOf(p, rrSeconds > 0 ? rrSeconds : 60 / p.heartRate)), m_rest(restingDiscs(p.lvedv, p.sphericity, p.eccentricity)), m_edv(p.lvedv),
      m_esv(p.lvesv()), m_muscle(p.lvMass / myocardialDensity), m_shortening(0.155 * std::min(p.lvef, 70.0) / 62), m_akinesis(p.akinesis),
      m_dyssynchrony(p.conduction == Conduction::Lbbb ? 0.075 : p.conduction == Conduction::Paced ? 0.05 : 0), m_laVolume(p.laVolume),
      m_laEmptying(p.rhythm == Rhythm::AtrialFibrillation ? 0.22 : 0.5), m_eOverA(p.eOverA),
      m_aorticLimit(p.aorticStenosis == Grade::Severe     ? 0.25
                    : p.aorticStenosis == Grade::Moderate ? 0.45
                    : p.aorticStenosis == Grade::Mild     ? 0.7
                                                          : 1),
      m_territory(p.territory)
{
    m_relative = {1, 1, 1 + p.septalExcess, 1};
    m_wall = wallThickness(m_rest, m_relative, m_muscle);
    for (std::size_t k = 0; k < wallCount; ++k)
        for (std::size_t i = 0; i < discCount; ++i)
            m_motion[k][i] = motionOf(Wall(k), (double(i) + 0.5) / discCount);
}

// Territories after Cerqueira (Circulation 2002;105:539): LAD the anterior wall, the septum towards the apex and the apex; RCA the inferior wall and the
// base of the septum; LCx the lateral wall.
double HeartGeometry::motionOf(Wall wall, double u) const
{
    if (m_akinesis <= 0)
        return 1;
    double part = 0;
    switch (m_territory) {
    case Wall::Inferior:
        part = wall == Wall::Inferior ? 1 - smooth(0.55, 0.95, u) : wall == Wall::Septal ? 0.4 * (1 - smooth(0.2, 0.55, u)) : 0;
        break;
    case Wall::Lateral:
        part = wall == Wall::Lateral ? 1 - 0.8 * smooth(0.6, 0.95, u) : wall == Wall::Inferior ? 0.3 * (1 - smooth(0.3, 0.7, u)) : 0;
        break;
    default:
        part = wall == Wall::Anterior ? smooth(0.1, 0.45, u) : wall == Wall::Septal ? 0.9 * smooth(0.3, 0.65, u) : 0.7 * smooth(0.6, 0.9, u);
        break;
    }
    return 1 - 0.97 * m_akinesis * part;
}

double HeartGeometry::contractionAt(double seconds) const
{
    const CycleTimes& c = m_times;
    double t = std::fmod(seconds, c.rr);
    if (t < 0)
        t += c.rr;
    if (t <= c.ejection || t >= c.atrialEnd)
        return 0;
    if (t < c.endSystole) { // most of it leaves early
        const double x = (t - c.ejection) / (c.endSystole - c.ejection);
        return smooth(0, 1, std::pow(x, 0.85));
    }
    if (t <= c.mitralOpening)
        return 1;
    const double early = smooth(c.mitralOpening, c.earlyEnd, t);
    const double atrial = c.atrialEnd > c.atrialStart ? smooth(c.atrialStart, c.atrialEnd, t) : 0;
    return 1 - c.earlyShare * early - (1 - c.earlyShare) * atrial;
}

LvDiscs HeartGeometry::discsAt(double contraction, double volume, double flash) const
{
    LvDiscs now = m_rest;
    now.length = m_rest.length * (1 - m_shortening * contraction);
    // Volume is a quadratic in the inward movement λ: Σ (A4 − λ B4)(A2 − λ B2) = q.
    double a = 0, b = 0, c = 0;
    for (std::size_t i = 0; i < discCount; ++i) {
        const auto& r = m_rest.radius;
        const double a4 = r[0][i] + r[2][i], a2 = r[1][i] + r[3][i];
        const double b4 = r[0][i] * m_motion[0][i] + r[2][i] * m_motion[2][i], b2 = r[1][i] * m_motion[1][i] + r[3][i] * m_motion[3][i];
        a += b4 * b2;
        b += a4 * b2 + a2 * b4;
        c += a4 * a2;
    }
    c -= volume * discCount / (std::numbers::pi / 4 * now.length);
    const double lambda = a > 0 ? (b - std::sqrt(std::max(0.0, b * b - 4 * a * c))) / (2 * a) : 0;
    for (std::size_t k = 0; k < wallCount; ++k)
        for (std::size_t i = 0; i < discCount; ++i)
            now.radius[k][i] *= 1 - lambda * m_motion[k][i];
    for (std::size_t i = 0; i < discCount; ++i) { // the diameter stays
        const double shift = flash * m_rest.radius[0][i] * bullet((double(i) + 0.5) / discCount);
        now.radius[0][i] += shift;
        now.radius[2][i] -= shift;
    }
    return now;
}

double HeartGeometry::parasternalDiameter(double contraction) const
{
    const LvDiscs discs = discsAt(contraction, m_edv - (m_edv - m_esv) * contraction, 0);
    constexpr double u = 0.28, three = 3 * std::numbers::pi / 4;
    const auto r = [&](Wall wall) { return discs.radiusAt(wall, u); };
    const double lateral = r(Wall::Lateral), anterior = r(Wall::Anterior), septal = r(Wall::Septal), inferior = r(Wall::Inferior);
    return radiusTowards(lateral, anterior, septal, inferior, three) + radiusTowards(lateral, anterior, septal, inferior, three + std::numbers::pi);
}

HeartState HeartGeometry::at(double seconds) const
{
    const CycleTimes& c = m_times;
    double t = std::fmod(seconds, c.rr);
    if (t < 0)
        t += c.rr;
    HeartState now;
    now.contraction = contractionAt(t);
    // Septal flash, then the lateral wall (Parsai, Eur Heart J 2009;30:940).
    const double flash = m_dyssynchrony * (hump(-0.01, 0.16, t) - 0.8 * hump(0.18, c.endSystole + 0.06, t));
    now.lv = discsAt(now.contraction, m_edv - (m_edv - m_esv) * now.contraction, flash);
    std::array<double, wallCount> relative = m_relative;
    for (std::size_t k = 0; k < wallCount; ++k) {
        double moved = 0;
        for (const double one : m_motion[k])
            moved += one / discCount;
        relative[k] *= 1 + 0.45 * moved * now.contraction;
    }
    const double thickness = wallThickness(now.lv, relative, m_muscle);
    for (std::size_t k = 0; k < wallCount; ++k)
        now.wall[k] = relative[k] * thickness;
    now.rock = 0.12 * now.contraction + 2.0 * flash;

    const double diastasis = 0.3;
    if (t >= c.mitralOpening && t < c.atrialEnd + 0.03) {
        const double opens = smooth(c.mitralOpening, c.mitralOpening + 0.04, t), halfCloses = smooth(c.earlyEnd - 0.08, c.earlyEnd, t);
        const double atrial = c.atrialEnd > c.atrialStart ? hump(c.atrialStart - 0.01, c.atrialEnd + 0.03, t) : 0;
        now.mitral = std::max(opens * (1 - (1 - diastasis) * halfCloses) * (1 - smooth(c.atrialEnd, c.atrialEnd + 0.03, t)), 0.8 * atrial);
        const double e = hump(c.mitralOpening, c.earlyEnd, t), a = c.atrialEnd > c.atrialStart ? hump(c.atrialStart, c.atrialEnd, t) : 0;
        const double largest = std::max(m_eOverA, 1.0);
        now.inflow = (e * m_eOverA + a) / largest;
    }
    if (t > c.ejection && t < c.endSystole) {
        now.aortic = m_aorticLimit * std::min(smooth(c.ejection, c.ejection + 0.03, t), 1 - smooth(c.endSystole - 0.03, c.endSystole, t));
        const double x = (t - c.ejection) / (c.endSystole - c.ejection);
        now.outflow = std::pow(std::sin(std::numbers::pi * std::pow(x, m_aorticLimit < 1 ? 0.85 : 0.7)), 0.9);
    }
    now.laVolume = m_laVolume * (1 - m_laEmptying * (1 - now.contraction));
    return now;
}

} // namespace echo2ecg::simulation
