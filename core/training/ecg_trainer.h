// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/progress.h"
#include "training/augment.h"
#include "training/regression.h"

#include <filesystem>
#include <memory>

namespace echo2ecg::training {

struct EcgItem : LabelledInput
{
    std::shared_ptr<const EcgSignal> ecg;
};

struct EcgTraining : RegressionTraining
{
    AugmentOptions augment;

    base::Json toJson() const;
    void check() const;
};

// Trains the ECG encoder of the bundle `start`, whose token (SPEC §2, the aggregator's norm as it is) tells the phenotypes, and writes OUT/bundle, whose other weights stay the start's: what the
// contrastive training can begin with where no published encoder is at hand. As trainEchoEncoder().
base::Json trainEcgEncoder(const std::filesystem::path& start, const std::vector<EcgItem>& ecgs, const std::string& dataSha256, const EcgTraining& options,
                           const std::filesystem::path& out, bool resume, const base::JobContext& job);

} // namespace echo2ecg::training
