// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/plugin.h"

// The plug-in's side of training. For the plug-in's own use.
namespace echo2ecg::inference::plugin {

Outcome trainAlignment(const TrainRequest& request, const training::PairSet& set, const training::AlignmentTraining& options, const base::JobContext& job,
                       base::Json& record) noexcept;
Outcome trainEchoEncoder(const TrainRequest& request, const std::vector<training::EchoClipItem>& clips, const std::string& dataSha256,
                         const training::EchoTraining& options, const base::JobContext& job, base::Json& record) noexcept;
Outcome trainEcgEncoder(const TrainRequest& request, const std::vector<training::EcgItem>& ecgs, const std::string& dataSha256, const training::EcgTraining& options,
                        const base::JobContext& job, base::Json& record) noexcept;

} // namespace echo2ecg::inference::plugin
