// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle_files.h"
#include "nn/model.h"

// Apart from bundle.cpp, which reads bundles without any network.
namespace echo2ecg::nn {

std::vector<GoldenCheck> verifyBundle(const BundleInfo& info, const base::JobContext& job)
{
    needFile(info.folder / kGoldenFile);
    checkHash(info, kGoldenFile);
    job.report({"reading weights", 0, 0, {}});
    const Model model(info, readBundleWeights(info), chooseDevice(true, 0));
    job.throwIfCancelled();
    return verifyGolden(model, job);
}

} // namespace echo2ecg::nn
