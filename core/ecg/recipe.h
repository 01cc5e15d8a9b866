// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <optional>
#include <string>
#include <vector>

namespace echo2ecg::ecg {

// How a signal becomes the encoder's input, as data (SPEC §7). Part of a bundle; a quirk that weights were trained with is a
// field here and is shown to the user. Defaults are the reference's.
struct EcgRecipe
{
    double clipSigmas = 4.0;          // clip to ± this × standard deviation of the whole array; 0 leaves it out
    double baselineLambda = 1e7;      // asymmetric least squares; 0 leaves the baseline in
    double baselineP = 0.3;
    int baselineIterations = 5;
    std::vector<std::pair<int, int>> normalisationGroups{{0, 3}, {3, 6}, {6, 12}};  // [first, last) lead rows
    double normalisationEpsilon = 1e-12;
    // The reference applies no rate (SPEC §7): empty means native rate. Otherwise the signal is resampled to it; from a lower rate, that is a warning.
    std::optional<double> resampleToHz;
    int windowSamples = 1008;
    int windowStart = 0;              // first sample of the window, after resampling
    int mostWindows = 1;              // as many, one behind the other, as the recording has, at most so many; its token is the mean of theirs

    // Whole windows of a recording of so many samples at the encoded rate; 0: it is too short.
    int windowsOf(std::size_t samples) const noexcept;

    // "most_windows" is written where there may be several, so that recipes with one keep their hash.
    base::Json toJson() const;
    // Throws base::ParseError naming the field; unknown fields are refused, so that no step is silently left out.
    static EcgRecipe fromJson(const base::Json& json);
    // SHA-256 of the canonical JSON.
    std::string hash() const;
    // "clip ±4 σ · baseline ALS λ 1e7 p 0.3 ×5 · z-score I–III | aVR–aVF | V1–V6 · native rate · samples 0–1007"
    std::string describe() const;
};

} // namespace echo2ecg::ecg
