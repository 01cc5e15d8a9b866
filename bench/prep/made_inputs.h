// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace echo2ecg::bench {

constexpr int ecgLeads = 12, ecgSamples = 5000;

// 12 × 5000 float32 in mV: beats, a wandering baseline, noise. The same every time.
std::vector<float> madeEcg();

struct ClipSpec
{
    int rows = 600, columns = 800, frames = 60;
    int seed = 1; // other pixels
};
// A DICOM clip: a sector of moving speckle with a colour bar and a line of writing beside it, JPEG of quality 90,
// YBR_FULL_422 (about 114 kB a frame at 800 × 600). The same bytes every time for one spec. Throws std::runtime_error
// when it can't be written.
void writeClip(const std::filesystem::path& file, const ClipSpec& spec);

} // namespace echo2ecg::bench
