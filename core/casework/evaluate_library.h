// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/cohort.h"
#include "inference/engine.h"
#include "library/library.h"

#include <functional>
#include <memory>

namespace echo2ecg::casework {

// A bundle that takes part in an evaluation.
struct EvaluatedBundle
{
    std::filesystem::path folder;
    std::string name;          // in tables; empty: the bundle's own
    std::string pooling;       // "attention", "mean", "cls", for the ablation's table; empty: not said
    bool untrained = false;    // a baseline
    bool ablationOnly = false; // its own pooling as one line of the ablation, and nothing else
};

struct LibraryEvaluation
{
    std::vector<EvaluatedBundle> bundles;
    std::filesystem::path pairs; // which ECG goes with which study, and splits; columns of `echo2ecg simulate`. Empty: the library's links, patients drawn
    double testShare = 0.3;      // of the patients, where there is no table of pairs or it has no splits
    std::uint64_t splitSeed = 1;
    bool ablation = false;       // of each bundle that isn't a baseline: a single view, the mean of aligned views, its own pooling
    evaluation::CohortOptions options;
};

// Whom the library holds: ECGs by their ids as text, studies likewise, labels of the linked study or the patient as Library::ecgLabels, phenotypes of studies as
// Library::phenotypes. ECGs of the table of pairs are found by the name of their file, and by the patient where several files have it; studies by UID. From the
// table come splits, age, sex and rhythm; without it the age at the ECG and the sex of the header, and no rhythm. What isn't found is counted in the warnings.
// `cutoffs`, `classNames`: of LVEF, empty for those of the ESC.
// Throws base::ParseError, base::Error(Io), (Unsuitable) when nothing of the table is in the library.
evaluation::Cohort cohortOf(const library::Library& library, const LibraryEvaluation& plan, const base::JobContext& job = {});

// Embeds what is missing of the cohort's training and test part, into the library, and gives what the engine's bundle made of it. An ECG or study that can't be
// embedded is noted; the cohort's evaluation counts it.
evaluation::ModelVectors modelVectors(library::Library& library, inference::Engine& engine, const evaluation::Cohort& cohort, const base::JobContext& job = {});

// Each view of the test studies by itself, as the bundle pools and aligns a study of one view. "single view": each study is one of its views, every view in its
// turn; measures are the mean over the turns. "mean of aligned views": the mean of those unit vectors.
std::vector<evaluation::PooledVectors> viewAblation(const library::Library& library, inference::Engine& engine, const evaluation::Cohort& cohort,
                                                    const evaluation::ModelVectors& vectors, const std::string& pooling, const base::JobContext& job = {});

// All of it, one bundle in memory at a time. `open` loads a bundle, with the library as its store. LVEF classes are the first bundle's; others that differ are
// a warning. For a job thread; embeddings made before a cancel stay. Throws as the functions above, evaluation::evaluateCohort, and `open`.
evaluation::Evaluation evaluateLibrary(library::Library& library, const LibraryEvaluation& plan,
                                       const std::function<std::unique_ptr<inference::Engine>(const std::filesystem::path& bundle)>& open,
                                       const base::JobContext& job = {});

} // namespace echo2ecg::casework
