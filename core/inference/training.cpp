// SPDX-License-Identifier: GPL-3.0-or-later
#include "inference/training.h"

#include "inference/plugin_loader.h"

namespace echo2ecg::inference {

base::Json trainAlignment(const std::filesystem::path& start, const training::PairSet& set, const training::AlignmentTraining& options,
                          const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    base::Json record;
    plugin::raise(plugin::functions().trainAlignment({start, out, resume}, set, options, job, record));
    return record;
}

base::Json trainEchoEncoder(const std::filesystem::path& start, const std::vector<training::EchoClipItem>& clips, const std::string& dataSha256,
                            const training::EchoTraining& options, const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    base::Json record;
    plugin::raise(plugin::functions().trainEchoEncoder({start, out, resume}, clips, dataSha256, options, job, record));
    return record;
}

base::Json trainEcgEncoder(const std::filesystem::path& start, const std::vector<training::EcgItem>& ecgs, const std::string& dataSha256, const training::EcgTraining& options,
                           const std::filesystem::path& out, bool resume, const base::JobContext& job)
{
    base::Json record;
    plugin::raise(plugin::functions().trainEcgEncoder({start, out, resume}, ecgs, dataSha256, options, job, record));
    return record;
}

} // namespace echo2ecg::inference
