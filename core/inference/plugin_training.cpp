// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/plugin_training.h"

#include "inference/plugin_guard.h"
#include "training/alignment_trainer.h"
#include "training/ecg_trainer.h"
#include "training/echo_trainer.h"

namespace echo2ecg::inference::plugin {

Outcome trainAlignment(const TrainRequest& request, const training::PairSet& set, const training::AlignmentTraining& options, const base::JobContext& job,
                       base::Json& record) noexcept
{
    return guarded([&] { record = training::trainAlignment(request.start, set, options, request.out, request.resume, job); });
}

Outcome trainEchoEncoder(const TrainRequest& request, const std::vector<training::EchoClipItem>& clips, const std::string& dataSha256,
                         const training::EchoTraining& options, const base::JobContext& job, base::Json& record) noexcept
{
    return guarded([&] { record = training::trainEchoEncoder(request.start, clips, dataSha256, options, request.out, request.resume, job); });
}

Outcome trainEcgEncoder(const TrainRequest& request, const std::vector<training::EcgItem>& ecgs, const std::string& dataSha256, const training::EcgTraining& options,
                        const base::JobContext& job, base::Json& record) noexcept
{
    return guarded([&] { record = training::trainEcgEncoder(request.start, ecgs, dataSha256, options, request.out, request.resume, job); });
}

} // namespace echo2ecg::inference::plugin
