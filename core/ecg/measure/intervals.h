// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/measurements.h"

namespace echo2ecg::ecg {

// QT in ms corrected with an RR interval in seconds. Bazett 1920, Fridericia 1920, Framingham (Sagie 1992), Hodges
// 1983.
double qtcBazett(double qtMs, double rrSeconds);
double qtcFridericia(double qtMs, double rrSeconds);
double qtcFramingham(double qtMs, double rrSeconds);
double qtcHodges(double qtMs, double rrSeconds);

// Heart rate and RR statistics over all beats, SDNN and RMSSD between beats of the dominant kind alone (Task Force of
// ESC and NASPE 1996); intervals from the borders; QTc with the mean RR interval.
void fillIntervals(Measurements& measurements, double samplingHz);

} // namespace echo2ecg::ecg
