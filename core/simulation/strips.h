// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/clips.h"

namespace echo2ecg::simulation {

// The axes of an M-mode or a spectrum: time to the right, depth or velocity downwards, over the whole strip between text and ECG.
struct StripScale
{
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0; // pixels, inclusive
    double secondsPerPixel = 0;
    double perPixel = 0;   // cm, or cm/s
    int baselineY = 0;     // of a spectrum, from y0
    bool isAortic = false; // CW through the aortic valve instead of PW at the mitral one
    double peak = 0;       // cm/s
    double rr = 0.85;
};
StripScale stripScale(const VirtualPatient& patient, Shot shot, double rr, double depthCm, const Layout& layout);
std::vector<dicom::UltrasoundRegion> stripRegions(Shot shot, const Layout& layout, const StripScale& scale);

base::RgbImage mModePicture(const VirtualPatient& patient, const HeartGeometry& heart, Scene& scene, Scanner& scanner, const base::RgbImage& background, const StripScale& scale);
// The envelope is the flow of the geometry with the patient's peak velocities; CW is filled down to the baseline, PW a band.
base::RgbImage spectrumPicture(const VirtualPatient& patient, const HeartGeometry& heart, const base::RgbImage& background, const StripScale& scale);

} // namespace echo2ecg::simulation
