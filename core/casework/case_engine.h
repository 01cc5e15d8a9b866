// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ecg/quality_gate.h"
#include "inference/engine.h"
#include "library/library.h"
#include "retrieval/knn_classifier.h"

namespace echo2ecg::casework {

// One of the k neighbours behind a vote.
struct Neighbour
{
    library::Id ecg = 0, patient = 0, study = 0;
    double distance = 0;
    std::optional<double> lvef;
    int classIndex = -1;
    std::string label; // "0012, 2019-04-02" — for the screen, never for a log
    bool simulated = false; // a virtual patient
};

struct Prediction
{
    library::Id ecg = 0;
    std::vector<ecg::Finding> findings; // of the quality gate
    std::optional<int> lvefClass;       // empty: blocked or not enough neighbours
    std::vector<double> lvefProbabilities;
    std::vector<Neighbour> lvefNeighbours;
    std::optional<bool> structuralHeartDisease;
    std::vector<double> shdProbabilities;
    std::vector<Neighbour> shdNeighbours;
    std::string whyNot;         // sentence, when there is no class
    bool simulated = false;     // the ECG asked for is of a virtual patient
    std::size_t candidates = 0; // labelled ECGs of other patients
};

struct RankedStudy
{
    library::Id study = 0, patient = 0;
    int rank = 0;
    double similarity = 0; // cosine
    retrieval::Phenotypes phenotypes;
    std::string label;
    bool simulated = false; // a virtual patient
};

struct Retrieval
{
    library::Id ecg = 0;
    std::vector<RankedStudy> studies;
    std::string whyNot;
    std::size_t candidates = 0;
    // Rank and similarity of the study linked to this ECG, when there is one and it is embedded (shown apart, never
    // among the ranked).
    std::optional<double> ownSimilarity;
};

// Library + engine: embeds what is missing, predicts and retrieves. Same patient and same study are excluded from their
// own neighbours. Thread-safe; indices are rebuilt when the library's revision changed.
class CaseEngine
{
public:
    CaseEngine(library::Library& library, inference::Engine& engine);
    ~CaseEngine();

    // Nothing is computed twice: what the library holds is used.
    void embedEcg(library::Id ecg, const base::JobContext& job = {});
    void embedStudy(library::Id study, const base::JobContext& job = {});
    // All ECGs and studies that lack an embedding; failures of one are noted and the rest go on.
    struct Outcome
    {
        int ecgs = 0, studies = 0, clips = 0;
        base::Warnings failures;
    };
    Outcome embedMissing(const base::JobContext& job = {});

    Prediction predict(library::Id ecg, const base::JobContext& job = {});
    Retrieval retrieve(library::Id ecg, int top, const base::JobContext& job = {});
    // For a file that isn't in the library. Its patient is excluded by external id.
    Prediction predict(const ecg::EcgRecord& record, const base::JobContext& job = {});
    Retrieval retrieve(const ecg::EcgRecord& record, int top, const base::JobContext& job = {});

    const inference::EngineFacts& facts() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace echo2ecg::casework
