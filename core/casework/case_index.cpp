// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/case_index.h"

#include "retrieval/phenotypes.h"

namespace echo2ecg::casework {

using inference::Space;

std::vector<double> cutoffsOf(const inference::EngineFacts& facts)
{
    return facts.lvefCutoffs.empty() ? std::vector<double>{40.0, 50.0} : facts.lvefCutoffs;
}

// The revision is read first: what is written meanwhile makes this index stale instead of being missed.
CaseIndex::CaseIndex(const library::Library& library, const inference::EngineFacts& facts)
    : revision(library.revision()), lvef(facts.tokenWidth, 3), structuralHeartDisease(facts.tokenWidth, 2),
      studies(retrieval::Metric::Cosine, facts.alignedWidth)
{
    const std::vector<double> cutoffs = cutoffsOf(facts);
    for (library::EcgLabel& label : library.ecgLabels())
        labels.emplace(label.ecg, label);
    for (const auto& token : library.ecgVectors(facts.bundleId, facts.ecgRecipeHash, Space::EcgToken)) {
        const auto label = labels.find(token.owner);
        if (label == labels.end())
            continue;
        if (label->second.lvef)
            lvef.add(token.owner, token.values, int(retrieval::lvefClass(*label->second.lvef, cutoffs)));
        if (label->second.structuralHeartDisease)
            structuralHeartDisease.add(token.owner, token.values, *label->second.structuralHeartDisease ? 1 : 0);
    }
    for (auto& aligned : library.studyVectors(facts.bundleId, facts.echoRecipeHash, Space::StudyAligned)) {
        studies.add(aligned.owner, aligned.values);
        patientOfStudy.emplace(aligned.owner, aligned.patient);
        studyVectors.emplace(aligned.owner, std::move(aligned.values));
    }
}

} // namespace echo2ecg::casework
