// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Second-order sections and their zero-phase use. Corner frequencies lie between 0 and half the rate, exclusive.
namespace echo2ecg::ecg {

// One second-order section, a0 = 1, calculated in double: that is exact enough for 0.05 Hz at 16 kHz.
struct Biquad
{
    double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;

    // Butterworth through the bilinear transform with prewarped corner. `bothWays`: the corner is set so that the
    // response falls to -3 dB at `hz` after a pass forwards and one backwards (each pass then has -1.5 dB there).
    static Biquad lowPass(double hz, double samplingHz, bool bothWays = true);
    static Biquad highPass(double hz, double samplingHz, bool bothWays = true);
    // Exact zero at `hz`, -3 dB width of hz / quality per pass (R. Bristow-Johnson, "Cookbook formulae for audio EQ
    // biquad filter coefficients").
    static Biquad notch(double hz, double samplingHz, double quality);
    // Samples until the response to what was before has fallen to a thousandth.
    std::size_t settling() const;
};

// Runs sections forwards and backwards over a signal without NaN. The signal goes on beyond its edges as its mirror
// image about its straight-line trend, as often as the filter needs to settle, and the state starts as if the first
// value had always been there (F. Gustafsson, "Determining the initial states in forward-backward filtering", 1996, is
// the thought). Keeps its scratch memory: use one per thread.
class ZeroPhase
{
public:
    void run(std::span<double> values, const Biquad& section);

private:
    std::vector<double> m_extended;
};

} // namespace echo2ecg::ecg
