// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "training/augment.h"
#include "training/pairs.h"
#include "training/schedule.h"

#include <filesystem>

namespace echo2ecg::training {

// How a study's clips become one vector. Keep: as the start bundle has it. Single: one view at random while training, the mean of all when it is used;
// neither Single nor Mean has a projection before the alignment (SPEC §4, §5).
enum class Pooling { Keep, Attention, Mean, Cls, Single };

// Contrastive training as published (SPEC §5); the echo encoder stays as it is, its clips' embeddings are given.
struct AlignmentTraining
{
    std::int64_t epochs = 50, batch = 256, accumulate = 1;
    double warmUpEpochs = 2, rateFloor = 0.1, largestGradient = 0;
    LearningRates rates;
    double temperature = 0.5, lambda = 0.5;
    bool learnTemperature = false;
    Pooling pooling = Pooling::Keep;
    double viewDropout = 0; // probability that a view isn't seen, one always is
    AugmentOptions augment;
    std::uint64_t seed = 0; // order, views, augmentation, weights that the start bundle lacks
    std::int64_t checkpointBatches = 0;
    bool keepBest = false;  // the weights of the epoch with the least validation loss, not the last

    std::string name, licence; // of the new bundle; empty: made of the start bundle's
    bool simulated = false;    // the data are of simulated patients
    bool allowCuda = true;
    int threads = 0;           // of the CPU; 0: the real cores. Changes no bit of the result.

    base::Json toJson() const; // what the result depends on
    void check() const;        // throws base::Error(Unsupported)
};

// Trains and writes OUT/bundle. OUT holds what RunFolder says, and run.json, the record of the run. `set` is complete (readPairData). With a checkpoint in OUT
// `resume` must be set, or base::Error(Io) is thrown. Gives the record. Throws base::Error, Cancelled (then OUT can be resumed).
base::Json trainAlignment(const std::filesystem::path& start, const PairSet& set, const AlignmentTraining& options,
                          const std::filesystem::path& out, bool resume, const base::JobContext& job);

// Leads, window, width of a clip and most views of a bundle. Throws base::Error.
PairShape pairShape(const std::filesystem::path& bundle);

} // namespace echo2ecg::training
