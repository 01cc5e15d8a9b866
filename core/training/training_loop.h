// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "training/live_weights.h"
#include "training/optimizer.h"
#include "training/run_folder.h"

#include <functional>

namespace echo2ecg::training {

// What is learned, seen from the loop. Names torch types: not a public header.
class Learner
{
public:
    struct Step
    {
        double loss = 0;
        std::int64_t hits = 0, items = 0; // of a batch: right ones, and all
        LiveWeights::Tensors gradients;
    };

    virtual ~Learner() = default;
    virtual AdamW& optimizer() = 0;
    // Batches of an epoch, at least one.
    virtual std::int64_t batches() const = 0;
    // Loss and gradients of one batch: a function of the weights, epoch and batch alone. Changes nothing; throws Cancelled.
    virtual Step step(std::int64_t epoch, std::int64_t batch, const base::JobContext& job) = 0;
    // After the weights have changed.
    virtual void stepped() {}
    // What the weights are worth now, a function of them alone; "val_loss" where there is something to validate with.
    virtual base::Json evaluate(const base::JobContext& job) = 0;
    // Of the temperature and the like, for the curves.
    virtual base::Json stateForCurve() const { return base::Json::object(); }
};

struct LoopOptions
{
    std::int64_t epochs = 50;
    std::int64_t accumulate = 1;      // batches whose mean gradient is one step
    double warmUpEpochs = 2, rateFloor = 0.1;
    double largestGradient = 0;       // clipped to this length; 0: never
    std::int64_t checkpointBatches = 0; // a checkpoint after so many batches; 0: at the end of each epoch alone
    bool keepBest = false;            // of all epochs the weights with the least val_loss
    double shownRate = 0;             // full rate, for the curves

    base::Json toJson() const; // what the result depends on
};

// What every training's options have under the same names.
template <class Training> LoopOptions loopOptionsOf(const Training& training, double shownRate)
{
    LoopOptions loop;
    loop.epochs = training.epochs;
    loop.warmUpEpochs = training.warmUpEpochs;
    loop.rateFloor = training.rateFloor;
    loop.largestGradient = training.largestGradient;
    loop.checkpointBatches = training.checkpointBatches;
    loop.keepBest = training.keepBest;
    loop.shownRate = shownRate;
    return loop;
}

struct LoopResult
{
    base::Json history = base::Json::array(); // one object for each epoch
    std::int64_t steps = 0, bestEpoch = 0;    // 1-based; 0: the last
    std::int64_t batchesHere = 0;             // computed in this session
    double secondsHere = 0;                   // that they took
    bool resumed = false;
};

// Trains from the folder's checkpoint where there is one, else from the beginning, to the end. `identity` is what must be the same for a checkpoint to be
// gone on with; throws base::Error(Mismatch) naming what isn't, (Unsuitable) when the loss isn't finite any more. When cancelled, writes a checkpoint and
// throws Cancelled. On the CPU weights, curves and history of a run that was interrupted, at whatever moment, are those of one that wasn't, bit for bit.
LoopResult trainLoop(Learner& learner, const RunFolder& folder, const LoopOptions& options, const base::Json& identity,
                     const base::JobContext& job);

} // namespace echo2ecg::training
