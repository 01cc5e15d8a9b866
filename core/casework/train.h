// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/device_options.h"
#include "training/alignment_trainer.h"
#include "training/ecg_trainer.h"
#include "training/echo_trainer.h"

namespace echo2ecg::casework {

// What a training learns from: training::readPairTable and choosePairs. A pair's clips may be folders of a DICOM study, too.
struct TrainingData
{
    std::filesystem::path table;
    std::filesystem::path embeddings; // of the clips of the whole table as one matrix; empty: the table names files
    training::PairOptions pairs;
};

// Folders of studies are embedded with the start bundle's echo encoder once and kept in `kept`, which runs from the same start may share; ECGs go through the bundle's recipe. A pair that can't be used is
// noted and counted. The record of the run names the table by its hash, never by its path's folders. For a job thread: minutes to days; Cancel answers within one part of a batch
// and leaves what `resume` goes on with. Throws as training::trainAlignment(), readPairTable(), choosePairs(), loadEngine().
struct AlignmentRun
{
    std::filesystem::path bundle, out;
    std::filesystem::path kept; // empty: OUT/embeddings
    TrainingData data;
    training::AlignmentTraining training;
    bool resume = false;
};
base::Json trainAlignment(const AlignmentRun& run, const inference::DeviceOptions& device, const base::JobContext& job = {});

// What an encoder learns where RegressionTraining::targets is empty.
inline const std::vector<std::string> usualTargets{"lvedv_ml", "lvesv_ml", "lvef_percent"};

// The echo encoder by regressing phenotypes, which are columns of the table (EchoTraining::targets). Clips are read from the folders of the
// studies and kept, as the recipe leaves them, in OUT/clips.
struct EchoRun
{
    std::filesystem::path bundle, out;
    TrainingData data;
    training::EchoTraining training;
    bool resume = false;
};
base::Json trainEchoEncoder(const EchoRun& run, const inference::DeviceOptions& device, const base::JobContext& job = {});

// The ECG encoder likewise; the table needs an ECG and a patient of each row, and an echo isn't looked at.
struct EcgRun
{
    std::filesystem::path bundle, out;
    TrainingData data;
    training::EcgTraining training;
    bool resume = false;
};
base::Json trainEcgEncoder(const EcgRun& run, const inference::DeviceOptions& device, const base::JobContext& job = {});

} // namespace echo2ecg::casework
