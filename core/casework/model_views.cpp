// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/model_views.h"

#include <algorithm>
#include <map>

namespace echo2ecg::casework {

std::vector<ModelView> modelViews(const library::Library& library, library::Id study,
                                  const inference::EngineFacts& facts, const base::JobContext& job)
{
    const std::vector<library::ClipRow> rows = library.clips(study);
    echo::EchoStudy loaded = library.loadStudy(study);
    const auto choices = echo::chooseViews(loaded, facts.echoRecipe, echo::Look::WhereItMatters, job.cancel);
    std::map<library::Id, float> weights;
    for (const auto& [clip, weight] : library.viewWeights(study, facts.bundleId))
        weights[clip] = weight;
    std::vector<ModelView> views;
    // A clip that was added meanwhile comes the next time.
    for (std::size_t i = 0; i < std::min(rows.size(), loaded.clips.size()); ++i) {
        ModelView view{rows[i], std::move(loaded.clips[i]), choices[i], {}};
        view.clip.content = choices[i].content;
        if (const auto found = weights.find(rows[i].id); found != weights.end() && view.choice.isUsed)
            view.weight = found->second;
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace echo2ecg::casework
