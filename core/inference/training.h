// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/alignment_trainer.h"
#include "training/ecg_trainer.h"
#include "training/echo_trainer.h"

// training::trainAlignment, trainEchoEncoder and trainEcgEncoder through the same plug-in as the engine, so that no caller needs LibTorch.
namespace echo2ecg::inference {

base::Json trainAlignment(const std::filesystem::path& start, const training::PairSet& set, const training::AlignmentTraining& options,
                          const std::filesystem::path& out, bool resume, const base::JobContext& job);
base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<training::EchoClipItem>& clips, const std::string& dataSha256,
                            const training::EchoTraining& options, const std::filesystem::path& out, bool resume, const base::JobContext& job);
base::Json trainEcgEncoder(const std::filesystem::path& start, const std::vector<training::EcgItem>& ecgs, const std::string& dataSha256, const training::EcgTraining& options,
                           const std::filesystem::path& out, bool resume, const base::JobContext& job);

} // namespace echo2ecg::inference
