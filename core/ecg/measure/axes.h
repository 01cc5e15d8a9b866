// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"

namespace echo2ecg::ecg {

// Frontal axes from the net areas of a wave in I and aVF, -180 … 180°, 0 to the left, 90 down. aVF is lengthened by
// 2/√3, as an augmented lead is shorter than a bipolar one (E. Simonson; AHA 1975), and taken from I and II where it is
// absent. QRS and T are measured from the level just before the QRS, P from the line between its ends.
struct Axes
{
    Measured p, qrs, t;
};
Axes axesOf(const RepresentativeBeat& beat, const WaveBorders& borders);

// Net area of a lead between two borders in µV·s, above the line between its own ends or the level before the QRS;
// nothing where the lead is absent. aVF is taken from I and II where it is absent.
enum class Level { Line, QrsOnset };
std::optional<double> netArea(const RepresentativeBeat& beat, Lead lead, double from, double to, Level level,
                              const WaveBorders& borders);

// Sokolow-Lyon: S in V1 + the higher R of V5 and V6 (M. Sokolow, T. P. Lyon 1949); Cornell: R in aVL + S in V3
// (P. N. Casale 1985).
struct Voltages
{
    Measured sokolowLyon, cornell;
};
Voltages voltagesOf(const RepresentativeBeat& beat, const WaveBorders& borders);

} // namespace echo2ecg::ecg
