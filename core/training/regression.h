// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "training/pairs.h"

#include <cstdint>
#include <string>
#include <vector>

// An encoder from scratch or further on: its embedding must tell the heart's phenotypes through one linear layer, which is thrown away afterwards.
namespace echo2ecg::training {

// One input of an encoder with what is known of its heart, in the order of RegressionTraining::targets; NaN where it isn't known.
struct LabelledInput
{
    std::string patient, study; // never shown; a study counts once where its inputs are several
    Split split = Split::Train;
    std::vector<double> targets;
};

// Losses are squared errors in standard deviations of the training studies.
struct RegressionTraining
{
    std::int64_t epochs = 20, batch = 32;
    double warmUpEpochs = 1, rateFloor = 0.02, largestGradient = 1;
    double rate = 1e-3, weightDecay = 0.05;
    std::vector<std::string> targets; // names of what is regressed, as columns of the table
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

} // namespace echo2ecg::training
