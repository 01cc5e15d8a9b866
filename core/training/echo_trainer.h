// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "training/regression.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>

namespace echo2ecg::training {

// A clip as the recipe leaves it before its colours are normalised, one byte a value: channels × frames × size × size; one channel stands for three equal ones.
struct ClipPixels
{
    int channels = 1, frames = 0, size = 0;
    std::vector<std::uint8_t> values;
};

struct EchoClipItem : LabelledInput
{
    std::function<ClipPixels()> pixels; // called on several threads at once, whenever the clip is needed
};

struct EchoTraining : RegressionTraining
{
    double mostShift = 0.06; // augmentation: a clip is moved by up to so much of its size, …
    double gain = 0.15;      // … its brightness and contrast change by up to so much
    std::array<double, 3> mean{}, std{}; // of the recipe, which the pixels are normalised by

    base::Json toJson() const;
    void check() const;
};

// Trains the echo encoder of the bundle `start` and writes OUT/bundle, whose other weights stay the start's. `dataSha256` names what is learned from. As trainAlignment() for OUT, `resume`, the record and errors.
base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<EchoClipItem>& clips, const std::string& dataSha256,
                            const EchoTraining& options, const std::filesystem::path& out, bool resume, const base::JobContext& job);

} // namespace echo2ecg::training
