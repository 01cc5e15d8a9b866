// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/scenes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

namespace {

constexpr double annulusDrop = 0.2; // of the tricuspid valve towards the apex, cm
constexpr double septumOfAtria = 0.28;

double distanceTo(double x, double y, PlanePoint a, PlanePoint b, double* along = nullptr)
{
    const double dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    const double t = square > 0 ? std::clamp(((x - a.x) * dx + (y - a.y) * dy) / square, 0.0, 1.0) : 0;
    if (along)
        *along = t;
    return std::hypot(x - a.x - t * dx, y - a.y - t * dy);
}

} // namespace

LongAxisScene::LongAxisScene(View view, const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim)
    : m_view(view), m_patient(patient), m_heart(heart), m_aim(aim), m_restLength(heart.restingLv().length)
{
    set(heart.at(0));
    m_rest = m_sides;
}

// Radius and thickness of both walls of the plane, from the apex (0) to the base.
void LongAxisScene::set(const HeartState& state)
{
    m_state = state;
    m_length = state.lv.length;
    const bool isThree = m_view == View::A3c || m_view == View::Plax;
    for (int i = 0; i <= steps; ++i) {
        const double u = 1 - double(i) / steps;
        const auto r = [&](Wall wall) { return state.lv.radiusAt(wall, u); };
        const double lateral = r(Wall::Lateral), anterior = r(Wall::Anterior), septal = r(Wall::Septal), inferior = r(Wall::Inferior);
        auto beside = [&](double radius, double across) { // plane beside the axis
            if (std::abs(m_aim.offAxis) < 1e-9)
                return radius;
            const double share = across > 0 ? m_aim.offAxis / across : 2;
            return share * share >= 1 ? 0.0 : radius * std::sqrt(1 - share * share);
        };
        double left = 0, right = 0;
        if (m_view == View::A4c) {
            const double across = m_aim.offAxis > 0 ? anterior : inferior;
            left = beside(septal, across), right = beside(lateral, across);
        } else if (m_view == View::A2c) {
            const double across = m_aim.offAxis > 0 ? lateral : septal;
            left = beside(inferior, across), right = beside(anterior, across);
        } else {
            const double three = 3 * std::numbers::pi / 4;
            left = radiusTowards(lateral, anterior, septal, inferior, three + std::numbers::pi);
            right = radiusTowards(lateral, anterior, septal, inferior, three);
        }
        m_sides[0][std::size_t(i)] = left;
        m_sides[1][std::size_t(i)] = right;
    }
    const auto& w = state.wall;
    m_wall[0] = m_view == View::A4c ? w[2] : m_view == View::A2c ? w[3] : (w[0] + w[3]) / 2;
    m_wall[1] = m_view == View::A4c ? w[0] : m_view == View::A2c ? w[1] : (w[1] + w[2]) / 2;
    m_leftBase = m_sides[0][steps];
    m_rightBase = m_sides[1][steps];
    m_base = m_length;
    // The aorta takes the anteroseptal part of the base.
    m_aortaFrom = isThree ? m_rightBase - std::min(1.9, 0.80 * m_rightBase) : 1e9;
    m_aortaTo = isThree ? m_rightBase + 0.35 : 1e9;
    const double volume = std::max(8.0, state.laVolume);
    m_laHalf = std::cbrt(volume / 4.6);
    m_laLength = 2.3 * m_laHalf;
    m_laCentre = isThree ? (-m_leftBase + m_aortaFrom) / 2 - 0.1 : (m_rightBase - m_leftBase) / 2;
    leaflets();
}

// Both leaflets of the mitral valve as lines from the annulus: closed they meet, open they hang into the ventricle. In the aorta two cusps.
void LongAxisScene::leaflets()
{
    const double from = -m_leftBase + 0.05, to = std::min(m_rightBase, m_aortaFrom) - 0.05, width = to - from;
    const PlanePoint a{from, m_base}, b{to, m_base};
    const double open = m_state.mitral, meet = from + 0.45 * width, depth = 0.35 + 0.12 * width;
    const bool isThree = m_view == View::A3c || m_view == View::Plax;
    const double longer = isThree ? 1 : m_view == View::A4c ? 0 : 0.5; // the anterior leaflet is on the right of A3C, on the left of A4C
    const double lengthA = 0.5 * width * (1.25 - 0.25 * longer), lengthB = 0.5 * width * (1.0 + 0.25 * longer);
    const auto tip = [&](PlanePoint hinge, double length, double inwards) {
        const PlanePoint closed{meet, m_base - depth}, opened{hinge.x + inwards * 0.16 * length, m_base - 1.15 * length};
        return PlanePoint{closed.x + open * (opened.x - closed.x), closed.y + open * (opened.y - closed.y)};
    };
    m_leaflets.clear();
    m_leaflets.push_back({a, tip(a, lengthA, 1)});
    m_leaflets.push_back({b, tip(b, lengthB, -1)});
    m_cusps.clear();
    m_valvesFrom = m_base - 0.2 - std::max(1.15 * std::max(lengthA, lengthB), depth);
    m_valvesTo = m_base + (isThree ? 2.6 : 0.2);
    if (isThree) {
        const double level = m_base + 0.55, middle = (m_aortaFrom + m_aortaTo) / 2, half = (m_aortaTo - m_aortaFrom) / 2;
        for (const double side : {-1.0, 1.0}) {
            const PlanePoint hinge{middle + side * half, level - 0.25}, closed{middle, level + 0.15}, opened{middle + side * 0.88 * half, level + 0.85 * half};
            const double o = m_state.aortic;
            m_cusps.push_back({hinge, {closed.x + o * (opened.x - closed.x), closed.y + o * (opened.y - closed.y)}});
        }
    }
}

double LongAxisScene::radius(const Sides& sides, int side, double y, double length) const
{
    const double at = y / length * steps;
    if (at <= 0)
        return 0;
    const auto& r = sides[std::size_t(side)];
    if (at >= steps)
        return r[steps];
    const int i = int(at);
    if (i == 0)
        return r[1] * std::sqrt(at);
    return r[std::size_t(i)] + (at - i) * (r[std::size_t(i) + 1] - r[std::size_t(i)]);
}

Wall LongAxisScene::wallOf(int side, double) const
{
    if (m_view == View::A4c)
        return side == 0 ? Wall::Septal : Wall::Lateral;
    if (m_view == View::A2c)
        return side == 0 ? Wall::Inferior : Wall::Anterior;
    return side == 0 ? Wall::Lateral : Wall::Septal;
}

Matter LongAxisScene::muscle(int side, double x, double y, double r) const
{
    Matter m;
    const double part = (std::abs(x) - r) / m_wall[std::size_t(side)], u = 1 - y / m_length;
    const double scar = m_patient.scar * (1 - m_heart.motionOf(wallOf(side, u), u)) / std::max(0.05, m_patient.akinesis);
    m.tissue = scar > 0.45 ? Tissue::Scar : Tissue::Muscle;
    m.echo = float(1 + 0.9 * scar);
    m.u = float((side == 0 ? -1 : 1) * (radius(m_rest, side, y / m_length * m_restLength, m_restLength) + part * m_heart.wallAtRest()));
    m.v = float(y / m_length * m_restLength);
    if (part < 0.14 || part > 0.88)
        m.mirror = part < 0.14 ? 1.5f : 2.2f;
    m.nx = 1;
    return m;
}

// Blood of a chamber, with what flows in it.
Matter LongAxisScene::blood(double x, double y, bool isVentricle) const
{
    Matter m;
    m.tissue = Tissue::Blood;
    m.u = float(x);
    m.v = float(y);
    if (!hasFlow)
        return m;
    const double from = -m_leftBase, to = std::min(m_rightBase, m_aortaFrom), middle = (from + to) / 2, half = (to - from) / 2;
    const double fromBase = m_base - y; // into the ventricle
    // Inflow: a jet that widens from the annulus towards the apex.
    if (m_state.inflow > 0.03) {
        const double width = half * (0.75 + 0.06 * std::max(0.0, fromBase)), across = (x - middle) / width;
        const double reach = fromBase >= 0 ? std::exp(-std::max(0.0, fromBase - 2) / 4) : std::exp(fromBase / 2.5);
        m.flow -= float(75 * m_state.inflow * reach * std::exp(-across * across));
    }
    if (m_state.outflow > 0.03 && isVentricle) {
        const double target = m_aortaFrom < 1e8 ? (m_aortaFrom + m_aortaTo) / 2 : m_view == View::A4c ? -0.2 * m_leftBase : 0, across = (x - target) / 1.4;
        m.flow += float(90 * m_state.outflow * std::exp(-std::max(0.0, fromBase) / 3.0) * std::exp(-across * across));
    }
    if (!isVentricle && m_patient.mitralRegurgitation > Grade::None && m_state.contraction > 0.02 && m_state.mitral < 0.05 && m_state.inflow < 0.03) {
        const double size = m_patient.mitralRegurgitation == Grade::Severe ? 1.0 : m_patient.mitralRegurgitation == Grade::Moderate ? 0.62 : 0.35;
        const double depth = y - m_base, length = size * m_laLength, width = 0.25 + 0.45 * size * std::max(0.0, depth) / std::max(1.0, length) * 2;
        const double across = (x - (middle + 0.3 * depth * 0.4)) / width;
        if (depth < length && std::abs(across) < 1.4) {
            const double strength = std::exp(-across * across) * (1 - depth / length) * std::min(1.0, m_state.outflow * 2 + 0.4);
            m.flow += float(130 * strength);
            m.turbulence = float(0.9 * strength);
        }
    }
    return m;
}

bool LongAxisScene::valves(double x, double y, Matter& m) const
{
    if (y < m_valvesFrom || y > m_valvesTo)
        return false;
    const double thick = 0.085;
    for (const auto& [hinge, tip] : m_leaflets) {
        double along = 0;
        const double bowed = distanceTo(x, y, hinge, tip, &along);
        if (bowed < thick * (1 + 0.6 * along)) {
            m = {};
            m.tissue = Tissue::Valve;
            m.echo = 1.5f;
            m.mirror = 2.0f;
            const double l = std::max(1e-6, std::hypot(tip.x - hinge.x, tip.y - hinge.y));
            m.nx = float((tip.y - hinge.y) / l), m.ny = float(-(tip.x - hinge.x) / l);
            m.u = float(20 + along * l), m.v = float(hinge.x + bowed);
            return true;
        }
    }
    const double calcium = m_patient.aorticStenosis >= Grade::Moderate ? 2.2 : m_patient.aorticStenosis == Grade::Mild ? 1.5 : 1;
    for (const auto& [hinge, tip] : m_cusps) {
        double along = 0;
        if (distanceTo(x, y, hinge, tip, &along) < 0.06 * calcium) {
            m = {};
            m.tissue = Tissue::Valve;
            m.echo = float(1.3 * calcium);
            m.mirror = float(1.5 * calcium);
            m.nx = 1;
            m.u = float(30 + along), m.v = float(x);
            return true;
        }
    }
    return false;
}

// Beyond the annulus: left atrium, aorta, and in A4C the right atrium.
Matter LongAxisScene::behindBase(double x, double y) const
{
    Matter m;
    const double depth = y - m_base;
    if (m_aortaFrom < 1e8) {
        const double lean = 0.10 * depth, from = m_aortaFrom + lean, to = m_aortaTo + lean, sinus = 0.22 * std::exp(-std::pow((depth - 1.1) / 0.8, 2));
        if (depth < 6.5 && x > from - sinus - 0.22 && x < to + sinus + 0.22) {
            if (x > from - sinus && x < to + sinus) {
                m = blood(x, y, false);
                m.flow = float(110 * m_state.outflow);
                m.turbulence = m_patient.aorticStenosis >= Grade::Moderate ? float(0.8 * m_state.outflow) : 0;
                return m;
            }
            m.tissue = Tissue::Fibrous;
            m.echo = 1.5f;
            m.mirror = 3.5f;
            m.nx = 1;
            m.u = float(40 + x - lean), m.v = float(depth);
            return m;
        }
    }
    const double t = (depth / m_laLength - 0.5) / 0.60;
    if (depth < 1.08 * m_laLength) {
        const double half = m_laHalf * std::sqrt(std::max(0.0, 1 - t * t));
        const double from = m_view == View::A4c ? -m_leftBase - 0.05 : -1e9;
        if (std::abs(x - m_laCentre) < half && x > from)
            return blood(x, y, false);
        const bool isSeptum = m_view == View::A4c && x < -m_leftBase - 0.05 && x > -m_leftBase - 0.05 - septumOfAtria;
        if ((std::abs(x - m_laCentre) < half + 0.28 && x > from) || isSeptum) {
            m.tissue = Tissue::Fibrous;
            m.echo = 0.9f;
            m.mirror = isSeptum ? 0.6f : 2.0f;
            const double l = std::max(0.2, std::hypot((x - m_laCentre) / m_laHalf, t));
            m.nx = float((x - m_laCentre) / m_laHalf / l), m.ny = float(t / l);
            m.u = float(50 + x), m.v = float(depth);
            return m;
        }
    }
    if (m_view == View::A4c) {
        const double half = 2.1 * m_patient.rvScale, length = 4.6 * m_patient.rvScale, centre = -m_leftBase - septumOfAtria - half + 0.2;
        const double s = ((depth + annulusDrop) / length - 0.5) / 0.6;
        const double wide = half * std::sqrt(std::max(0.0, 1 - s * s));
        if (depth < 1.08 * length && x < -m_leftBase - 0.05) {
            if (std::abs(x - centre) < wide)
                return blood(x, y, false);
            if (std::abs(x - centre) < wide + 0.25) {
                m.tissue = Tissue::Fibrous;
                m.echo = 0.8f;
                m.mirror = 1.5f;
                m.nx = 1;
                m.u = float(60 + x), m.v = float(depth);
                return m;
            }
        }
    }
    return outside(x, y, 1e9);
}

// Chest, lung, pericardium. `beyond` is the distance from the heart where it is known.
Matter LongAxisScene::outside(double x, double y, double beyond) const
{
    Matter m;
    m.u = float(x), m.v = float(70 + y);
    if (beyond < 0.22) {
        m.tissue = Tissue::Fibrous;
        m.echo = 1.8f;
        m.mirror = 5.0f;
        m.nx = 1;
        return m;
    }
    m.tissue = Tissue::Chest;
    m.echo = 0.30f;
    return m;
}

// Right ventricle: beside the septum in A4C, its outflow tract above the septum in the parasternal view.
bool LongAxisScene::rightVentricle(double x, double y, double epi, Matter& m) const
{
    if (m_view == View::A2c)
        return false;
    const bool isFour = m_view == View::A4c;
    const double d = isFour ? -x - epi : x - epi; // from the septum's right side
    if (d < 0)
        return false;
    const double top = isFour ? 0.20 : 0.28, s = (1 - y / m_length - 0.04) / (1 - top);
    const double shrink = 1 - 0.28 * m_state.contraction;
    const double width = (isFour ? 3.0 : 2.1) * m_patient.rvScale * shrink * std::sqrt(std::max(0.0, 1 - s * s * (s > 0 ? 1 : 0.2)));
    if (d < width && s < 1) {
        m = blood(x, y, false);
        m.flow = 0;
        m.turbulence = 0;
        return true;
    }
    if (d < width + 0.42 && s < 1.1) {
        m.tissue = Tissue::Muscle;
        m.echo = 0.85f;
        m.mirror = d > width + 0.3 ? 2.5f : 0.8f;
        m.nx = 1;
        m.u = float(-(8 + d - width)), m.v = float(y / m_length * m_restLength);
        return true;
    }
    return false;
}

Matter LongAxisScene::at(double px, double y) const
{
    Matter m;
    // The apex rocks, the base stays.
    const double x = px + m_state.rock * std::clamp(1 - y / m_length, 0.0, 1.2) * (m_view == View::A4c ? 1 : 0.3);
    if (valves(x, y, m))
        return m;
    const int side = x < 0 ? 0 : 1;
    const double w = m_wall[std::size_t(side)];
    if (y > m_base)
        return behindBase(x, y);
    if (y >= 0) {
        const double r = radius(m_sides, side, y, m_length), out = std::abs(x);
        if (out < r) {
            Matter inside = blood(x, y, true);
            inside.echo = papillary(x, y, r) ? 0.75f : 0;
            if (inside.echo > 0)
                inside.tissue = Tissue::Muscle;
            return inside;
        }
        if (side == 1 && y > m_base - 0.15 && m_aortaFrom < 1e8 && out < m_aortaTo)
            return blood(x, y, true);
        // The wall is measured across the axis; near the apex it bends around it.
        const double tip = 1 - y / (2.2 * w), full = r + w * (tip > 0 ? 1 - 0.12 * tip : 1);
        if (out < full)
            return muscle(side, x, y, r);
        if (((m_view == View::A4c && side == 0) || (m_aortaFrom < 1e8 && side == 1)) && rightVentricle(x, y, full, m))
            return m;
        return outside(x, y, out - full);
    }
    // Around the apex.
    const double a = x / (0.88 * w), b = y / w, cap = std::sqrt(a * a + b * b);
    if (cap < 1) {
        m = muscle(side, x, 0, 0);
        m.u = float(x), m.v = float(y);
        m.mirror = cap > 0.85 ? 1.5f : cap < 0.2 ? 1.0f : 0;
        m.nx = float(a / std::max(0.05, cap)), m.ny = float(b / std::max(0.05, cap));
        return m;
    }
    return outside(x, y, (cap - 1) * w);
}

// The anterolateral muscle in A4C and A3C, the posteromedial one in A2C: along the wall, in the middle third.
bool LongAxisScene::papillary(double x, double y, double r) const
{
    const double u = 1 - y / m_length;
    if (u < 0.42 || u > 0.72 || r < 0.9)
        return false;
    const bool isThere = m_view == View::A2c ? x < 0 : m_view == View::A4c ? x > 0 : x < 0;
    const double thick = 0.33 * std::sqrt(std::max(0.0, 1 - std::pow((u - 0.57) / 0.15, 2)));
    return isThere && std::abs(x) > r - thick && m_view != View::A4c;
}

std::vector<PlanePoint> LongAxisScene::endocardium() const
{
    std::vector<PlanePoint> line;
    const auto place = [&](double x, double y) {
        line.push_back({x - m_state.rock * std::clamp(1 - y / m_length, 0.0, 1.2) * (m_view == View::A4c ? 1 : 0.3), y});
    };
    for (int i = steps; i > 0; --i)
        if (const double r = m_sides[0][std::size_t(i)]; r > 0)
            place(-r, m_length * i / steps);
    double tip = 0; // where a plane beside the axis leaves the ventricle
    while (tip < m_length && radius(m_sides, 0, tip, m_length) <= 0.02)
        tip += 0.01;
    place(0, std::max(0.0, tip - 0.01));
    for (int i = 1; i <= steps; ++i)
        if (const double r = m_sides[1][std::size_t(i)]; r > 0)
            place(r, m_length * i / steps);
    return line;
}

Pose LongAxisScene::pose() const
{
    Pose pose;
    const double c = std::cos(m_aim.tilt), s = std::sin(m_aim.tilt), w = m_heart.wallAtRest();
    if (m_view == View::Plax) {
        const double y = 0.66 * m_restLength + m_aim.sideways;
        const double r = radius(m_rest, 1, y, m_restLength);
        pose.deep = {-c, s};
        pose.right = {s, c};
        const double above = r + w + 2.1 * m_patient.rvScale + 0.4 + m_aim.window;
        pose.probe = {above * c, y - above * s};
        return pose;
    }
    pose.deep = {s, c};
    pose.right = {c, -s};
    // The axis is somewhat right of the middle in A4C, so that the right heart is in the picture.
    const double beside = (m_view == View::A4c ? -0.9 : 0) + m_aim.sideways;
    pose.probe = {beside - 3 * s, -(w + m_aim.window)};
    return pose;
}

double LongAxisScene::depthNeeded() const
{
    if (m_view == View::Plax)
        return pose().depthOf({-(*std::max_element(m_rest[0].begin(), m_rest[0].end()) + m_heart.wallAtRest() + 1.6), 0.66 * m_restLength});
    return m_heart.wallAtRest() + m_aim.window + m_restLength + 1.02 * 2.3 * std::cbrt(m_patient.laVolume / 4.6);
}

} // namespace echo2ecg::simulation
