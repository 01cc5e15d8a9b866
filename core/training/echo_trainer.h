// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "training/pairs.h"
#include "training/schedule.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace echo2ecg::training {

// A clip as the recipe leaves it before its colours are normalised, one byte a value: channels × frames × size × size; one channel stands for three equal ones.
struct ClipPixels
{
    int channels = 1, frames = 0, size = 0;
    std::vector<std::uint8_t> values;
};

// One clip with what is known of its heart, in the order of EchoTraining::targets; NaN where it isn't known.
struct EchoClipItem
{
    std::string patient, study; // never shown
    Split split = Split::Train;
    std::vector<double> targets;
    std::function<ClipPixels()> pixels; // called on several threads at once, whenever the clip is needed
};

// An echo encoder from scratch or further on: its embedding of a clip must tell the heart's phenotypes through one linear layer, which is thrown away afterwards.
struct EchoTraining
{
    std::int64_t epochs = 20, batch = 32;
    double warmUpEpochs = 1, rateFloor = 0.02, largestGradient = 1;
    double rate = 1e-3, weightDecay = 0.05;
    std::vector<std::string> targets; // names of what is regressed, as columns of the table
    double mostShift = 0.06;          // augmentation: a clip is moved by up to so much of its size, …
    double gain = 0.15;               // … its brightness and contrast change by up to so much
    std::array<double, 3> mean{}, std{}; // of the recipe, which the pixels are normalised by
    std::uint64_t seed = 0;
    std::int64_t checkpointBatches = 0;
    bool keepBest = false;

    std::string name, licence;
    bool simulated = false;
    bool allowCuda = true;
    int threads = 0; // of the CPU; 0: the real cores. Changes no bit of the result.

    base::Json toJson() const; // what the result depends on
    void check() const;        // throws base::Error(Unsupported)
};

// Trains the echo encoder of the bundle `start` and writes OUT/bundle, whose other weights stay the start's. `dataSha256` names what is learned from. Losses are squared
// errors in standard deviations of the training patients. As trainAlignment() for OUT, `resume`, the record and errors.
base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<EchoClipItem>& clips, const std::string& dataSha256,
                            const EchoTraining& options, const std::filesystem::path& out, bool resume, const base::JobContext& job);

} // namespace echo2ecg::training
