// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "inference/engine.h"
#include "library/library.h"
#include "retrieval/knn_classifier.h"

#include <unordered_map>

namespace echo2ecg::casework {

// What predictions and retrieval search in: one library at one revision, seen through one bundle. Immutable once built.
// Tokens (Euclidean) and aligned vectors (cosine) live in indices of their own and never meet.
struct CaseIndex
{
    CaseIndex(const library::Library& library, const inference::EngineFacts& facts);

    std::uint64_t revision;
    retrieval::KnnClassifier lvef, structuralHeartDisease;
    retrieval::VectorIndex studies;

    std::unordered_map<library::Id, library::EcgLabel> labels;        // of the ECGs in the classifiers
    std::unordered_map<library::Id, std::vector<float>> studyVectors; // by study
    std::unordered_map<library::Id, library::Id> patientOfStudy;
};

// The bundle's cut-offs, or those of the ESC where it states none.
std::vector<double> cutoffsOf(const inference::EngineFacts& facts);

} // namespace echo2ecg::casework
