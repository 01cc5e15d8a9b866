// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

namespace echo2ecg::simulation {

// The wall that a radius of a disc points at. Four-chamber plane: lateral and septal; two-chamber plane: anterior and inferior; the planes are at
// right angles, as the method of discs has them.
enum class Wall { Lateral, Anterior, Septal, Inferior };
inline constexpr int wallCount = 4;

// The left ventricle as a stack of discs along its long axis; disc 0 touches the mitral annulus, the last one the apex. A disc is made of four quarter
// ellipses, so that its area is exactly π/4 times its two diameters: the biplane method of discs (Lang et al. 2015) measures this ventricle without
// error of its own. Lengths in cm.
inline constexpr int discCount = 48;
struct LvDiscs
{
    double length = 0;
    std::array<std::array<double, discCount>, wallCount> radius{}; // endocardium, by wall, at the middle of the disc
    double volume() const; // mL
    // Between the discs, u = 0 at the annulus, 1 at the apex, where it is 0 and falls as in an ellipsoid.
    double radiusAt(Wall wall, double u) const;
};

// Radius of a truncated prolate ellipsoid relative to its largest, which lies at `widest` of the way from the annulus.
double bullet(double u);
inline constexpr double widest = 0.35;

// At end of diastole: volume in mL; sphericity is diameter over length (0.5 slender … 0.8 globular); eccentricity e makes the diameter of the four-chamber
// plane (1 + e) and of the two-chamber plane (1 − e) times the mean.
LvDiscs restingDiscs(double volumeMl, double sphericity, double eccentricity);

// Thickness in cm (times `relative` of each wall) with which the wall around the discs, apical cap included, holds `wallVolumeMl`.
double wallThickness(const LvDiscs& discs, const std::array<double, wallCount>& relative, double wallVolumeMl);

inline constexpr double myocardialDensity = 1.05; // g/mL

} // namespace echo2ecg::simulation
