// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/r_peaks.h"

namespace echo2ecg::ecg {

// Beats of one shape. Two beats are alike when the QRS complexes of all usable leads, laid over each other for their
// best correlation, correlate above 0.85 and are of similar size (leader clustering; the templates are means).
struct BeatClasses
{
    std::vector<int> classOf;      // per peak; -1: too near an end, or in a gap
    std::vector<double> agreement; // per peak: correlation with the dominant template, 0 where there is none
    int dominant = -1;             // the class with most beats, the earlier one when equal
    std::size_t dominantBeats = 0;
};

// Whether peak `which` may be put at `place`: between its neighbours, so that peaks stay strictly ascending.
bool staysBetween(const std::vector<std::size_t>& peaks, std::size_t which, std::size_t place);

// Moves the peaks of the dominant class so that their complexes lie over each other; one that would meet its neighbour
// stays where it is.
BeatClasses classify(const EcgRecord& record, QrsDetection& detection);

} // namespace echo2ecg::ecg
