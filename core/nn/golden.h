// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "nn/model.h"

namespace echo2ecg::nn {

// Golden inputs are made by formula for any architecture, so that a bundle carries outputs alone. Batch and views are
// small on purpose.
constexpr int kGoldenEcgs = 2, kGoldenViews = 5;
std::vector<float> goldenEcgInput(const EcgEncoderShape& shape, int batch);
std::vector<float> goldenEchoInput(const EchoEncoderShape& shape);
std::vector<float> goldenViews(int embedding, int views);

// Sum over i of (i + 1) · bits_i, modulo 2^64: tells whether two machines made the same numbers.
std::uint64_t formulaChecksum(const std::vector<float>& values) noexcept;

struct GoldenSet
{
    std::vector<StoredTensor> outputs;
    std::map<std::string, std::string> inputChecksums; // "input.ecg" → 16 hex digits
};
GoldenSet computeGolden(const Model& model, const base::JobContext& job);

} // namespace echo2ecg::nn
