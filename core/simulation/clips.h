// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "dicom/image.h"
#include "echo/measure/calibration.h"
#include "simulation/machine_frame.h"

#include <functional>
#include <memory>
#include <string>

namespace echo2ecg::simulation {

struct ClipSize
{
    int columns = 320, rows = 240;
    int frames = 32; // over a little more than one beat
};

enum class Shot { Cine, Colour, Still, MMode, Spectrum };

// One recording of a study, made frame by frame as it is asked for.
class VirtualClip
{
public:
    VirtualClip(const VirtualPatient& patient, View view, Shot shot, const ClipSize& size = {});
    ~VirtualClip();
    VirtualClip(const VirtualClip&) = delete;
    VirtualClip& operator=(const VirtualClip&) = delete;

    View view() const;
    Shot shot() const;
    int frames() const;
    double frameTimeMs() const;               // of a cine
    const std::vector<double>& rWaveMs() const; // from the first frame
    int heartRate() const;                    // of this beat
    int edFrame() const, esFrame() const;     // the volumes are exactly LVEDV and LVESV there
    std::vector<dicom::UltrasoundRegion> regions() const;
    base::RgbImage frame(int index);          // in order or not; speckle of blood and noise differ with the order
    // The true endocardium on a frame, in its pixels: annulus, apex, annulus; in the short axis around. Of cines and stills alone.
    std::vector<echo::Point> endocardium(int index) const;
    const Layout& layout() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m;
};

} // namespace echo2ecg::simulation
