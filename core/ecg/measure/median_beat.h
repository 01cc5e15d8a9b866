// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/beat_classes.h"

namespace echo2ecg::ecg {

// The median beat of each lead, in millivolts above the level just before the QRS (PQ level). The baseline is taken off
// before with a cubic curve through the PQ levels of the beats (C. R. Meyer, H. N. Keiser, "Electrocardiogram baseline
// noise estimation and removal using cubic splines", Comput Biomed Res 1977). At most `mostBeats`, evenly spread, go
// in.
struct MedianBeat
{
    static constexpr std::size_t mostBeats = 200;

    RepresentativeBeat beat;
    std::size_t rPeak = 0; // sample of the beat
    std::size_t beats = 0; // that went in
    // How one beat differs from the others (robust standard deviation, mV), per lead and sample; means of 20 ms are
    // compared, so that mains and quick noise don't count.
    std::array<std::vector<float>, leadCount> scatter;
};

// Which beats belong to the median: of the dominant class, and not premature (RR interval before it under 0.8 of the
// median of its neighbours), unless a third of them would be: then the rhythm is irregular, and all stay.
std::vector<bool> chooseBeats(const std::vector<std::size_t>& peaks, const BeatClasses& classes);

// Moves the peaks of the chosen beats to their exact places; ascending peaks stay so. `levelBefore` is how long before
// the R peak the PQ level is taken, in seconds. Needs at least one chosen beat.
MedianBeat medianBeat(const EcgRecord& record, QrsDetection& detection, const std::vector<bool>& chosen,
                      double levelBefore);

} // namespace echo2ecg::ecg
