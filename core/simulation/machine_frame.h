// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulation/scanner.h"

#include <string_view>

namespace echo2ecg::simulation {

// What a machine draws around the sector: the word SIMULATED, the heart rate, a bar of grey, depth marks each centimetre, and the ECG's trace with a cursor.
// No name of a view and no number that was measured.
void drawText(base::RgbImage& frame, int x, int y, std::string_view text, std::uint8_t r, std::uint8_t g, std::uint8_t b);
base::RgbImage emptyFrame(const Layout& layout, double depthCm, int heartRate);
void drawColourBar(base::RgbImage& frame, const Layout& layout, double nyquist);
// `trace` in mV over the whole clip, evenly; the cursor at `part` (0 … 1) of it; none when negative.
void drawTrace(base::RgbImage& frame, const Layout& layout, const std::vector<float>& trace, double part);

} // namespace echo2ecg::simulation
