// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"

#include <cstddef>
#include <cstdint>
#include <vector>

// What training does to an ECG before the encoder sees it (SPEC §7). Matrices are leads × samples, row-major.
namespace echo2ecg::training {

// Defaults are the published ones.
struct AugmentOptions
{
    bool crop = true;        // false: the samples that inference takes
    double cropLow = 1, cropHigh = 1; // the window's length relative to the encoder's, drawn evenly between them
    double surrogateProbability = 0.5, surrogateMagnitude = 0.075;
    double jitter = 0.6, jitterSigma = 0.2; // x + jitter·x·n, n ~ N(0, sigma) for each sample; 0: none
    double rescaleSigma = 0.5;              // x·g, one g ~ N(1, sigma) for the record; 0: none
    double timeFlip = 0.33, signFlip = 0.33;

    static AugmentOptions none();
    base::Json toJson() const;
    bool operator==(const AugmentOptions&) const = default;
    // Throws base::Error(Unsupported) for what can't be meant: probabilities beyond 1, windows of no length.
    void check() const;
};

// Whose randomness: a number of its own for each run, epoch and item.
struct AugmentKey
{
    std::uint64_t seed = 0, epoch = 0, item = 0;
};

// `processed`: leads × samples, as ecg::preprocess() leaves a whole recording; samples ≥ window. Gives leads × window: a window at a random place (and
// length, brought to `window` by linear interpolation), Fourier surrogate, jitter, rescaling, flip of time, flip of sign, in this order.
// The same key gives the same bytes on the same machine. Thread-safe.
std::vector<float> augmented(const float* processed, std::size_t leads, std::size_t samples, std::size_t window,
                             const AugmentOptions& options, const AugmentKey& key);

// The parts, for tests and for whoever shows them.
// phases: (samples − 1) / 2 numbers in [0, 1), in turns; bin k is turned by magnitude · 2π · phases[k − 1], its mirror the other way; the first
// bin and, of an even length, the middle one stay. One set for all leads. Schreiber and Schmitz 2000; Rommel 2022.
std::vector<float> fourierSurrogate(const std::vector<float>& x, std::size_t leads, const std::vector<double>& phases,
                                    double magnitude);
// Each row brought to `length` samples; sample k is taken at (k + 0.5) · old / new − 0.5, clamped at the ends.
template <class T>
std::vector<T> resized(const std::vector<T>& x, std::size_t leads, std::size_t length);

} // namespace echo2ecg::training
