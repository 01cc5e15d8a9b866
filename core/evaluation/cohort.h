// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/evaluation.h"
#include "evaluation/inputs/embeddings_file.h"
#include "evaluation/inputs/pair_table.h"

namespace echo2ecg::evaluation {

// Whom an evaluation is about, before any model has seen them: who is trained on, who is tested, what is known of each.
struct Cohort
{
    std::string name, hash; // hash: SHA-256 of what is known, for the record
    bool simulated = false;
    LabelTable labels;      // one row an ECG; its id is the name that embeddings have too
    PairTable pairs;        // of every split; none: no retrieval
    std::vector<std::string> classNames{"reduced", "mildly reduced", "preserved"}; // of LVEF
    std::vector<double> cutoffs{40, 50};
    base::Warnings warnings;
};

inline constexpr const char* trainSplit = "train";
inline constexpr const char* testSplit = "test";

// What one model made of the cohort, by id. An empty set leaves the tasks out that need it. There may be more than the cohort has.
struct ModelVectors
{
    std::string id, name, note;
    bool untrained = false, simulated = false; // simulated: trained on virtual patients
    StoredEmbeddings tokens;        // of ECGs: un-aligned, not normalised
    StoredEmbeddings ecgs, studies; // aligned
};

// The same with another way from views to a study, for the ablation.
struct PooledVectors
{
    std::string name, note;
    StoredEmbeddings ecgs;
    std::vector<StoredEmbeddings> studies; // several: draws (one view of each study), whose measures are averaged and have no intervals
};

struct CohortOptions
{
    EvaluationOptions evaluation;
    std::vector<double> fractions{0.001, 0.01, 0.1, 1.0}; // of the training set, for structural heart disease
    int fractionSeeds = 5;
};

// Gives each patient "train" or "test" by the seed, whole patients; an ECG of nobody named is a patient of its own. Pairs follow their ECG. At least one patient
// each, where there are two.
void splitByPatient(Cohort& cohort, double testShare, std::uint64_t seed);

// Throws base::Error(Inconsistent) when a patient, or a study of the pairs, is in more than one split: says how many, names nobody.
void refuseLeaks(const Cohort& cohort);

// Everything that can be measured: LVEF and structural heart disease by kNN from the training ECGs, every other flag of the labels likewise, structural heart
// disease by training fraction, retrieval among the test pairs for each phenotype and for identity, subgroups by sex, age band and rhythm, the ablation.
// ECGs and studies that one of the models lacks are left out for all of them, so that numbers side by side are of the same data. Whoever is left out, and what
// can't be measured, is counted in the warnings. Throws as refuseLeaks, base::Error(Unsuitable) when nothing at all can be measured, base::Cancelled.
Evaluation evaluateCohort(const Cohort& cohort, const std::vector<ModelVectors>& models, const std::vector<PooledVectors>& ablation = {},
                          const CohortOptions& options = {}, const base::JobContext& context = {});

// SHA-256 of ids, patients, splits, labels and pairs.
std::string hashOf(const Cohort& cohort);

} // namespace echo2ecg::evaluation
