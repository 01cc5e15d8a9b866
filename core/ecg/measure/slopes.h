// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/biquad.h"
#include "ecg/measure/median_beat.h"

namespace echo2ecg::ecg {

// The median beat on a grid of 500 Hz, which every threshold of the borders is made for, whatever the recording has.
struct GridBeat
{
    static constexpr double hz = 500;

    explicit GridBeat(const MedianBeat& median);

    std::size_t size = 0; // samples
    std::size_t rPeak = 0;
    std::vector<std::vector<double>> leads; // those that are there, mV
    std::vector<std::vector<double>> calm;  // the same, averaged over 20 ms as the noise below is
    std::vector<std::vector<double>> noise; // expected rest of the median, mV, per lead and sample
    std::vector<double> weight;             // of each lead, 1 or less where it is noisier than the others
};

// Root mean square over the leads of the slope in µV/ms, of the part [from, to) low-passed on its own, so that what is
// outside doesn't leak in. Index 0 is `from`. `calm`: of the averaged leads, whose mains are gone and whose waves are a
// little blunter.
std::vector<double> slopesOf(const GridBeat& beat, std::size_t from, std::size_t to, double lowPassHz,
                             bool calm = false);

// Root mean square over the leads of the distance from the PQ level, in mV, of the part [from, to).
std::vector<double> heightsOf(const GridBeat& beat, std::size_t from, std::size_t to);

// How far the part stands out of the noise: energy about the line between its ends, or about the level at its end, over
// the energy that unrelated beats would have left, all leads together. `largest`: the highest excursion of any lead in
// mV; `second`: of the next.
struct Standing
{
    double ratio = 0, largest = 0, second = 0;
};
enum class Reference { Line, End };
Standing standingOf(const GridBeat& beat, std::size_t from, std::size_t to, Reference reference);

} // namespace echo2ecg::ecg
