// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/measure/median_beat.h"

namespace echo2ecg::ecg {

// Borders of P, QRS and T over all leads of a median beat, from the slopes of all leads together: the root mean square
// over the leads of the slope is high as soon as any lead moves, which gives the earliest onset and the latest end,
// while a single noisy lead is weighted down (spatial velocity: J. H. van Bemmel et al., "Statistical processing
// methods for recognition and classification of vectorcardiograms", 1974; global borders from superimposed leads:
// AHA/ACCF/HRS 2007 part I). A wave ends where the slope stays under a share of the wave's own largest one; the shares
// were set on the borders that five makers' files state (docs/validation.md).
//
// P and T must stand out of what remains in a median of unrelated beats; what is there but not alike from beat to beat,
// as fibrillation waves are, has no border.
struct FoundBorders
{
    WaveBorders borders;
    bool pDoubtful = false; // something is before the QRS, but not alike from beat to beat
    bool noisy = false;     // too noisy for any border
};

FoundBorders findBorders(const MedianBeat& median, double rrSeconds);

} // namespace echo2ecg::ecg
