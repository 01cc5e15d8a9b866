// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/scene.h"

namespace echo2ecg::simulation {

class LongAxisScene final : public Scene
{
public:
    LongAxisScene(View view, const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim);
    void set(const HeartState& state) override;
    Matter at(double x, double y) const override;
    std::vector<PlanePoint> endocardium() const override;
    Pose pose() const override;
    double depthNeeded() const override;

private:
    static constexpr int steps = 64;
    using Sides = std::array<std::array<double, steps + 1>, 2>; // left, right; from the apex to the base
    using Line = std::pair<PlanePoint, PlanePoint>;

    void leaflets();
    double radius(const Sides& sides, int side, double y, double length) const;
    Wall wallOf(int side, double u) const;
    Matter muscle(int side, double x, double y, double r) const;
    Matter blood(double x, double y, bool isVentricle) const;
    bool valves(double x, double y, Matter& m) const;
    bool papillary(double x, double y, double r) const;
    bool rightVentricle(double x, double y, double epi, Matter& m) const;
    Matter behindBase(double x, double y) const;
    Matter outside(double x, double y, double beyond) const;

    View m_view;
    const VirtualPatient& m_patient;
    const HeartGeometry& m_heart;
    Aim m_aim;
    HeartState m_state;
    Sides m_sides{}, m_rest{};
    std::array<double, 2> m_wall{};
    std::vector<Line> m_leaflets, m_cusps;
    double m_restLength, m_length = 1, m_base = 1, m_leftBase = 1, m_rightBase = 1, m_aortaFrom = 0, m_aortaTo = 0, m_laHalf = 1, m_laLength = 1, m_laCentre = 0,
           m_valvesFrom = 0, m_valvesTo = 0;
};

// At the level of the papillary muscles.
class ShortAxisScene final : public Scene
{
public:
    ShortAxisScene(const VirtualPatient& patient, const HeartGeometry& heart, const Aim& aim);
    void set(const HeartState& state) override;
    Matter at(double x, double y) const override;
    std::vector<PlanePoint> endocardium() const override;
    Pose pose() const override;
    double depthNeeded() const override;

private:
    struct Ring
    {
        std::array<double, wallCount> radius{}, wall{};
        double towards(double cosine, double sine) const; // endocardium
        double thickness(double cosine, double sine) const;
    };
    Ring ringOf(const HeartState& state) const;

    const VirtualPatient& m_patient;
    const HeartGeometry& m_heart;
    Aim m_aim;
    double m_level; // cm from the apex; the heart slides through it
    HeartState m_state;
    Ring m_ring, m_rest;
};

} // namespace echo2ecg::simulation
