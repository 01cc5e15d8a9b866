// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/lv_shape.h"

namespace echo2ecg::simulation {

struct VirtualPatient;

// When things happen in one beat, in seconds from the R wave.
struct CycleTimes
{
    double rr = 0.85;
    double ejection = 0.065;   // the aortic valve opens; until then the volume is that of end of diastole
    double endSystole = 0.36;  // it closes; the smallest volume stays until
    double mitralOpening = 0.44;
    double earlyEnd = 0.62;    // of rapid filling
    double atrialStart = 0.70, atrialEnd = 0.82; // equal without atrial contraction; from here on the volume of end of diastole
    double earlyShare = 0.7;   // of the filling
};

// The heart at one moment. Lengths in cm, volumes in mL.
struct HeartState
{
    LvDiscs lv;                              // endocardium
    std::array<double, wallCount> wall{};    // thickness
    double contraction = 0;                  // 0 at end of diastole, 1 at end of systole
    double mitral = 0, aortic = 0;           // how far the valves are open
    double laVolume = 0;
    double inflow = 0, outflow = 0;          // velocities relative to their peaks over the beat
    double rock = 0;                         // sideways movement of the apex towards the septum
};

// How the heart of a patient moves: the discs of the ventricle hold LVEDV at end of diastole and LVESV at end of systole exactly, in between a curve whose
// times follow the heart rate (systolic intervals: Weissler, Circulation 1968;37:149). The annulus comes down to the apex, walls move in as far as their
// disease lets them, and thicken so that the volume of the muscle stays. With LBBB or pacing the septum moves early and the lateral wall late, without
// effect on volume.
class HeartGeometry
{
public:
    explicit HeartGeometry(const VirtualPatient& patient, double rrSeconds = 0); // 0: of the mean heart rate

    const CycleTimes& times() const { return m_times; }
    HeartState at(double seconds) const; // from the R wave; periodic
    // Part of the stroke volume that has left, 0 … 1.
    double contractionAt(double seconds) const;

    double wallAtRest() const { return m_wall; } // mean thickness at end of diastole
    const LvDiscs& restingLv() const { return m_rest; }
    // Across the long axis where the leaflet tips are, in the plane of the parasternal long axis.
    double parasternalDiameter(double contraction) const;
    // 0 … 1: how much a wall moves at this place, relative to a healthy one.
    double motionOf(Wall wall, double u) const;

private:
    LvDiscs discsAt(double contraction, double volume, double flash) const;

    CycleTimes m_times;
    LvDiscs m_rest;
    double m_edv, m_esv, m_muscle, m_wall = 1, m_shortening, m_akinesis, m_dyssynchrony, m_laVolume, m_laEmptying, m_eOverA, m_aorticLimit;
    Wall m_territory;
    std::array<double, wallCount> m_relative{};
    std::array<std::array<double, discCount>, wallCount> m_motion{};
};

// Of a disc whose half-axes are those of the four walls: the radius in a direction (0 lateral, 90° anterior, 180° septal).
double radiusTowards(double lateral, double anterior, double septal, double inferior, double radians);

} // namespace echo2ecg::simulation
