// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/cohort.h"

namespace echo2ecg::evaluation {

// Files that another program, or `echo2ecg embed`, wrote.
struct PrecomputedFiles
{
    std::filesystem::path tokens;  // of ECGs: for classification; may be empty
    std::filesystem::path aligned; // of ECGs: for retrieval; empty: the tokens, when studies are as wide
    std::filesystem::path studies; // for retrieval; may be empty
    std::filesystem::path labels;  // one row an ECG; empty: the pairs are its table
    std::filesystem::path pairs;   // may be empty
    double testShare = 0.3;        // of the patients, where no table has splits
    std::uint64_t seed = 1;
};

struct Precomputed
{
    Cohort cohort;
    ModelVectors vectors; // its name is the file's
};

// Files without names have their rows in the order of the tables: ECGs as in labels, studies in order of first appearance in the pairs; or, where the pairs have
// echo_embed_idx, one row a clip, a study being the mean of its clips' normalised rows (the reference's fallback for models of one view).
// A pair whose ECG is in no row of the labels is dropped and counted; so are labels without a split beside others that have one.
// Throws base::ParseError, base::Error(Io), (Inconsistent) for another number of rows than the table has.
Precomputed readPrecomputed(const PrecomputedFiles& files);

} // namespace echo2ecg::evaluation
