// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/baselines.h"

#include "inference/bundles.h"

#include <set>

namespace echo2ecg::casework {

std::vector<std::filesystem::path> untrainedBaselines(const std::vector<std::filesystem::path>& like, std::uint64_t seed, const std::filesystem::path& scratch,
                                                      const base::JobContext& job)
{
    std::vector<std::filesystem::path> made;
    std::set<std::string> seen;
    for (const std::filesystem::path& bundle : like) {
        const base::Json info = inference::bundleInfo(bundle);
        if (!seen.insert(info.at("architecture").dump() + info.at("recipes").dump()).second)
            continue;
        const std::filesystem::path folder = scratch / ("random" + std::to_string(made.size()));
        inference::createUntrainedLike(folder, bundle, seed, job);
        made.push_back(folder);
    }
    return made;
}

std::string poolingOf(const std::filesystem::path& bundle)
{
    return inference::bundleInfo(bundle).at("architecture").at("alignment").at("pooling").toString();
}

} // namespace echo2ecg::casework
