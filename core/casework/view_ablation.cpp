// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/evaluate_library.h"

#include "echo/view_choice.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace echo2ecg::casework {

namespace {

// The aligned vector of every view of a study, each as a study of its own.
std::vector<std::vector<float>> viewsOf(const library::Library& library, inference::Engine& engine, library::Id id, const base::JobContext& job)
{
    echo::EchoStudy study = library.loadStudy(id);
    const auto choices = echo::chooseViews(study, engine.facts().echoRecipe, echo::Look::WhereItMatters, job.cancel);
    std::vector<std::vector<float>> views;
    for (std::size_t i = 0; i < std::min(study.clips.size(), choices.size()); ++i) {
        if (!choices[i].isUsed)
            continue;
        echo::EchoStudy one = study;
        one.clips = {study.clips[i]};
        one.clips.front().content = choices[i].content;
        try {
            views.push_back(engine.embed(one, job).aligned);
        } catch (const base::Error& error) { // as in the study's own pooling, where such a clip is left out, too
            if (error.code() != base::ErrorCode::Unsuitable)
                throw;
            job.note({"view-left-out", error.sentence(), "study " + std::to_string(id)});
        }
    }
    return views;
}

std::vector<float> meanOf(const std::vector<std::vector<float>>& views)
{
    std::vector<double> sum(views.front().size(), 0.0);
    for (const std::vector<float>& view : views) {
        double squares = 0;
        for (const float v : view)
            squares += double(v) * double(v);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += double(view[i]) / std::max(std::sqrt(squares), 1e-12);
    }
    return {sum.begin(), sum.end()}; // its length doesn't matter to a cosine
}

} // namespace

std::vector<evaluation::PooledVectors> viewAblation(const library::Library& library, inference::Engine& engine, const evaluation::Cohort& cohort,
                                                    const evaluation::ModelVectors& vectors, const std::string& pooling, const base::JobContext& job)
{
    std::set<std::string> ids;
    for (const evaluation::PairRow& pair : cohort.pairs.rows)
        if (pair.split == evaluation::testSplit)
            ids.insert(pair.study);
    const std::set<std::string> embedded(vectors.studies.ids.begin(), vectors.studies.ids.end());

    base::JobContext inner = job;
    inner.onProgress = {};
    std::map<std::string, std::vector<std::vector<float>>> views;
    std::size_t most = 0, done = 0;
    for (const std::string& id : ids) {
        job.throwIfCancelled();
        job.report({"single views", std::int64_t(done++), std::int64_t(ids.size()), "studies"});
        if (!embedded.contains(id))
            continue;
        auto found = viewsOf(library, engine, std::stoll(id), inner);
        most = std::max(most, found.size());
        if (!found.empty())
            views.emplace(id, std::move(found));
    }
    evaluation::PooledVectors single{"single view", "each study is one of its views, every view in its turn; mean over " + std::to_string(most) + " turns", vectors.ecgs, {}};
    evaluation::PooledVectors mean{"mean of aligned views", "the mean of the unit vectors of the views", vectors.ecgs, std::vector<evaluation::StoredEmbeddings>(1)};
    evaluation::PooledVectors own{pooling.empty() ? "the bundle's pooling" : pooling + " (the bundle's pooling)", "all views, as the bundle pools them", vectors.ecgs,
                                  {vectors.studies}};
    for (std::size_t turn = 0; turn < most; ++turn) {
        evaluation::StoredEmbeddings draw;
        for (const auto& [id, all] : views) {
            draw.rows.append(all[turn % all.size()]);
            draw.ids.push_back(id);
        }
        single.studies.push_back(std::move(draw));
    }
    for (const auto& [id, all] : views) {
        mean.studies.front().rows.append(meanOf(all));
        mean.studies.front().ids.push_back(id);
    }
    if (most == 0)
        return {};
    return {std::move(single), std::move(mean), std::move(own)};
}

} // namespace echo2ecg::casework
