// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/ecg_record.h"
#include "ecg/recipe.h"

#include <functional>

namespace echo2ecg::ecg {

// Asymmetric least squares baseline (Eilers & Boelens 2005) of one lead, in place of nothing: returns z of the last iteration.
// Banded LDLᵀ in float64 (pentadiagonal), O(n). A lead that is all zero gives zero. The same bits on one machine whether alone or in preprocess().
std::vector<double> baselineAls(const double* y, std::size_t n, double lambda, double p, int iterations);

// What the encoder gets, and each step on the way for the eyes of a person and for the golden tests.
// All matrices are 12 × samples, row-major.
struct PreprocessedEcg
{
    std::vector<float> input;         // windows × 12 × recipe.windowSamples
    int windows = 0;                  // recipe.windowsOf(samples)
    int samples = 0;                  // columns of `processed`
    double samplingHz = 0;            // after resampling
    std::vector<float> processed;     // 12 × samples, whole recording after normalisation
    double sigma = 0, clipLevel = 0;  // in mV
    std::size_t clipped = 0;
    base::Warnings warnings;          // NaN replaced, resampled …
};

// The full chain of SPEC §7 on a record. Throws base::Error(Unsuitable) when leads are missing or it is shorter than the window.
PreprocessedEcg preprocess(const EcgRecord& record, const EcgRecipe& recipe);

// The steps of the chain, in order. Started: cleaned and, where the recipe asks for it, resampled.
enum class EcgStep { Started, Clipped, BaselineRemoved, Normalised };
// Told after each step that the recipe has, with the whole 12 × samples matrix; valid during the call.
using EcgStepObserver = std::function<void(EcgStep step, const std::vector<double>& values)>;
// The same computation, watched: the observer changes nothing in it.
PreprocessedEcg preprocess(const EcgRecord& record, const EcgRecipe& recipe, const EcgStepObserver& observe);

// The offline part alone on a 12 × samples matrix (any unit), double in and out: steps 1–5 of SPEC §7.
struct ProcessedMatrix
{
    std::vector<double> values;
    double sigma = 0, clipLevel = 0;
    std::size_t clipped = 0, nanReplaced = 0;
};
ProcessedMatrix processMatrix(std::vector<double> values, std::size_t samples, const EcgRecipe& recipe);
// The same with the reference's float32 roundings (float32 in and out, baseline rounded to float32).
std::vector<float> processMatrixF32(const std::vector<float>& values, std::size_t samples, const EcgRecipe& recipe);

} // namespace echo2ecg::ecg
