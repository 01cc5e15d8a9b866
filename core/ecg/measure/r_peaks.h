// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/measure/signal_tools.h"

#include <vector>

// QRS detection over all leads together.
//
// Each lead is reduced to about 250 Hz and band-passed to 8-20 Hz, where QRS complexes stand out best (M. Elgendi,
// "Fast QRS detection with an optimized knowledge-based method", PLoS ONE 2013). The leads are scaled to their own QRS
// and weighted by how far these stand above the rest, so that a noisy, flat or wandering lead has no say, and added as
// energy. Peaks are then taken with the adaptive threshold, the T-wave test by slope and the search-back of J. Pan and
// W. J. Tompkins, "A real-time QRS detection algorithm", IEEE Trans Biomed Eng 1985; levels come from the neighbouring
// seconds on both sides, as the whole recording is known.
namespace echo2ecg::ecg {

struct QrsDetection
{
    std::vector<std::size_t> peaks; // samples, ascending; within some 20 ms of the R peak
    // How far the peaks stand above the lower quarter of the detection signal; noise alone has 1-2.
    double contrast = 0;
    std::array<double, leadCount> weight{}; // 0 … 1 of each lead
};

// `bridge`: spans to leave out, e.g. pacing spikes. Empty for rates outside 50 Hz - 100 kHz.
QrsDetection findQrs(const EcgRecord& record, std::span<const SampleSpan> bridge = {});

} // namespace echo2ecg::ecg
