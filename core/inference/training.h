// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/alignment_trainer.h"
#include "training/echo_trainer.h"

// training::trainAlignment and training::trainEchoEncoder through the same plug-in as the engine, so that no caller needs LibTorch.
namespace echo2ecg::inference {

base::Json trainAlignment(const std::filesystem::path& start, const training::PairSet& set, const training::AlignmentTraining& options,
                          const std::filesystem::path& out, bool resume, const base::JobContext& job);
base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<training::EchoClipItem>& clips, const std::string& dataSha256,
                            const training::EchoTraining& options, const std::filesystem::path& out, bool resume, const base::JobContext& job);

} // namespace echo2ecg::inference
