// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/scenes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echo2ecg::simulation {

const char* name(View view) noexcept
{
    switch (view) {
    case View::A4c: return "A4C";
    case View::A2c: return "A2C";
    case View::A3c: return "A3C";
    case View::Plax: return "PLAX";
    case View::Psax: break;
    }
    return "PSAX";
}

std::unique_ptr<Scene> Scene::of(View view, const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim)
{
    if (view == View::Psax)
        return std::make_unique<ShortAxisScene>(patient, heart, aim);
    return std::make_unique<LongAxisScene>(view, patient, heart, aim);
}

ShortAxisScene::ShortAxisScene(const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim)
    : m_patient(patient), m_heart(heart), m_aim(aim), m_level(0.55 * heart.restingLv().length)
{
    set(heart.at(0));
    m_rest = m_ring;
}

ShortAxisScene::Ring ShortAxisScene::ringOf(const HeartState& state) const
{
    Ring ring;
    const double u = 1 - m_level / state.lv.length;
    for (int k = 0; k < wallCount; ++k)
        ring.radius[std::size_t(k)] = state.lv.radiusAt(Wall(k), u);
    ring.wall = state.wall;
    return ring;
}

double ShortAxisScene::Ring::towards(double c, double s) const
{
    const double a = radius[c >= 0 ? 0 : 2], b = radius[s >= 0 ? 1 : 3], x = b * c, y = a * s;
    return a * b / std::sqrt(x * x + y * y);
}

double ShortAxisScene::Ring::thickness(double c, double s) const
{
    return wall[c >= 0 ? 0 : 2] * c * c + wall[s >= 0 ? 1 : 3] * s * s;
}

void ShortAxisScene::set(const HeartState& state)
{
    m_state = state;
    m_ring = ringOf(state);
}

Matter ShortAxisScene::at(double px, double y) const
{
    Matter m;
    const double x = px + 0.3 * m_state.rock;
    const double distance = std::hypot(x, y), c = distance > 1e-6 ? x / distance : 1, s = distance > 1e-6 ? y / distance : 0;
    const double r = m_ring.towards(c, s), w = m_ring.thickness(c, s);
    if (distance < r) {
        m.tissue = Tissue::Blood;
        // Papillary muscles at half past four and half past seven of the picture's clock.
        for (const double degrees : {-42.0, -138.0}) {
            const double a = degrees * std::numbers::pi / 180, there = m_ring.towards(std::cos(a), std::sin(a)) - 0.38;
            if (std::hypot(x - there * std::cos(a), y - there * std::sin(a)) < 0.42) {
                m.tissue = Tissue::Muscle;
                m.echo = 0.9f;
                m.u = float(degrees / 10 + x), m.v = float(90 + y - there);
                m.nx = float(c), m.ny = float(s);
            }
        }
        return m;
    }
    m.nx = float(c), m.ny = float(s);
    if (distance < r + w) {
        const double part = (distance - r) / w, rest = m_rest.towards(c, s) + part * m_rest.thickness(c, s);
        const Wall wall = std::abs(c) > std::abs(s) ? (c > 0 ? Wall::Lateral : Wall::Septal) : (s > 0 ? Wall::Anterior : Wall::Inferior);
        const double scar = m_patient.scar * (1 - m_heart.motionOf(wall, 0.45)) / std::max(0.05, m_patient.akinesis);
        m.tissue = scar > 0.45 ? Tissue::Scar : Tissue::Muscle;
        m.echo = float(1 + 0.9 * scar);
        m.u = float(rest * c), m.v = float(rest * s);
        m.mirror = part < 0.14 ? 1.5f : part > 0.88 ? 2.2f : 0;
        return m;
    }
    // The right ventricle embraces the septum.
    const double shrink = 1 - 0.22 * m_state.contraction, middle = m_rest.radius[2] + m_rest.wall[2];
    const double half = (0.95 * middle + 0.5) * m_patient.rvScale * shrink, cx = -0.88 * middle - 0.35 * m_patient.rvScale, cy = 0.45;
    const double fromRv = std::hypot(x - cx, (y - cy) / 1.12);
    if (x < 0.6 && fromRv < half) {
        m.tissue = Tissue::Blood;
        return m;
    }
    if (x < 0.6 && fromRv < half + 0.4) {
        m.tissue = Tissue::Muscle;
        m.echo = 0.85f;
        m.mirror = fromRv > half + 0.28 ? 2.2f : 0.6f;
        m.u = float(110 + x), m.v = float(y);
        m.nx = float((x - cx) / fromRv), m.ny = float((y - cy) / fromRv);
        return m;
    }
    m.u = float(130 + x), m.v = float(y);
    if (distance < r + w + 0.2) {
        m.tissue = Tissue::Fibrous;
        m.echo = 1.8f;
        m.mirror = 4.5f;
        return m;
    }
    m.tissue = Tissue::Chest;
    m.echo = 0.30f;
    return m;
}

std::vector<PlanePoint> ShortAxisScene::endocardium() const
{
    std::vector<PlanePoint> line;
    for (int i = 0; i < 96; ++i) {
        const double a = 2 * std::numbers::pi * i / 96, r = m_ring.towards(std::cos(a), std::sin(a));
        line.push_back({r * std::cos(a) - 0.3 * m_state.rock, r * std::sin(a)});
    }
    return line;
}

Pose ShortAxisScene::pose() const
{
    Pose pose;
    const double c = std::cos(m_aim.tilt), s = std::sin(m_aim.tilt);
    pose.deep = {s, -c};
    pose.right = {c, s};
    const double above = m_rest.radius[1] + m_rest.wall[1] + 0.9 + m_aim.window;
    pose.probe = {-0.4 + m_aim.sideways - above * s, above * c};
    return pose;
}

double ShortAxisScene::depthNeeded() const
{
    return m_rest.radius[1] + 2 * m_rest.wall[1] + 0.9 + m_aim.window + m_rest.radius[3] + 1.6;
}

} // namespace echo2ecg::simulation
