// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/case_engine.h"

#include "casework/case_index.h"
#include "echo/view_choice.h"
#include "ecg/simulated.h"

#include <algorithm>
#include <mutex>

namespace echo2ecg::casework {

using inference::EmbeddingKey;
using inference::Space;
using library::Id;

namespace {

// Who asks: their own recordings are never their neighbours.
struct Asker
{
    Id ecg = 0; // 0: not in the library
    std::vector<Id> patients;
    std::optional<Id> study; // linked
    std::vector<float> token, aligned;
    std::vector<ecg::Finding> findings;
    std::string whyNot;
    bool simulated = false;

    bool is(Id patient) const { return std::find(patients.begin(), patients.end(), patient) != patients.end(); }
};

std::string blockingReason(const std::vector<ecg::Finding>& findings)
{
    std::string text;
    for (const ecg::Finding& finding : findings)
        if (finding.severity == ecg::Severity::Block)
            text += (text.empty() ? "" : " ") + finding.sentence;
    return text;
}

double dot(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        sum += double(a[i]) * double(b[i]);
    return sum;
}

} // namespace

struct CaseEngine::Impl
{
    Impl(library::Library& library_, inference::Engine& engine_) : library(library_), engine(engine_) {}

    EmbeddingKey ecgKey(const std::string& signalHash, Space space) const
    {
        return {signalHash, engine.facts().bundleId, engine.facts().ecgRecipeHash, space};
    }
    EmbeddingKey studyKey(const std::string& input, Space space) const
    {
        return {input, engine.facts().bundleId, engine.facts().echoRecipeHash, space};
    }

    void keep(const EmbeddingKey& key, const std::vector<float>& values)
    {
        if (!values.empty() && !library.find(key)) // the engine may have the library as its store
            library.store({key, values});
    }

    // Token and aligned vector of a record, from the library where it has them.
    void embed(const ecg::EcgRecord& record, const std::string& signalHash, Asker& asker, const base::JobContext& job)
    {
        const EmbeddingKey tokenKey = ecgKey(signalHash, Space::EcgToken),
                           alignedKey = ecgKey(signalHash, Space::EcgAligned);
        auto token = library.find(tokenKey), aligned = library.find(alignedKey);
        const bool aligns = engine.facts().canRetrieve;
        if (!token || (aligns && !aligned)) {
            const inference::EcgEmbedding fresh = engine.embed(record, job);
            keep(tokenKey, fresh.token);
            keep(alignedKey, fresh.aligned);
            token = fresh.token;
            aligned = fresh.aligned;
        }
        asker.token = std::move(*token);
        if (aligns)
            asker.aligned = std::move(*aligned);
        if (asker.ecg != 0) {
            library.assignEcgEmbedding(asker.ecg, tokenKey);
            if (aligns)
                library.assignEcgEmbedding(asker.ecg, alignedKey);
        }
    }

    // Quality gate first; what it blocks is never encoded.
    void prepare(const ecg::EcgRecord& record, const std::string& signalHash, Asker& asker, const base::JobContext& job)
    {
        asker.simulated = ecg::isSimulated(record);
        asker.findings = ecg::checkQuality(record, engine.facts().ecgRecipe);
        if (ecg::isBlocked(asker.findings)) {
            asker.whyNot = blockingReason(asker.findings);
            return;
        }
        try {
            embed(record, signalHash, asker, job);
        } catch (const base::Error& error) {
            if (error.code() != base::ErrorCode::Unsuitable)
                throw;
            asker.whyNot = error.sentence();
        }
    }

    Asker askerOf(Id id, const base::JobContext& job)
    {
        const library::EcgRow row = library.ecg(id);
        Asker asker;
        asker.ecg = id;
        asker.patients = {row.patient};
        asker.study = row.linkedStudy;
        prepare(library.loadEcg(id), row.signalHash, asker, job);
        return asker;
    }

    Asker askerOf(const ecg::EcgRecord& record, const base::JobContext& job)
    {
        Asker asker;
        if (const auto patient = library.findPatient(record.patient))
            asker.patients.push_back(*patient);
        const std::string signalHash = record.signalHash();
        // The same signal under another identity is still the same heart.
        if (const auto known = library.findEcgBySignal(signalHash)) {
            const library::EcgRow row = library.ecg(*known);
            asker.ecg = *known;
            asker.patients.push_back(row.patient);
            asker.study = row.linkedStudy;
        }
        prepare(record, signalHash, asker, job);
        return asker;
    }

    std::shared_ptr<const CaseIndex> index()
    {
        const std::lock_guard lock(mutex);
        if (!current || current->revision != library.revision())
            current = std::make_shared<const CaseIndex>(library, engine.facts());
        return current;
    }

    // Who and when. A patient without an ID is told apart by `otherwise`.
    std::string labelOf(Id patient, const std::string& date, const std::string& otherwise = "no ID") const
    {
        const std::string external = library.patient(patient).externalId;
        return (external.empty() ? otherwise : external) +
               (date.empty() ? "" : ", " + date);
    }

    std::vector<Neighbour> neighboursOf(const retrieval::Vote& vote, const CaseIndex& in) const
    {
        std::vector<Neighbour> neighbours;
        for (std::size_t i = 0; i < vote.neighbours.size(); ++i) {
            const library::EcgLabel& label = in.labels.at(vote.neighbours[i].id);
            Neighbour n;
            n.ecg = label.ecg;
            n.patient = label.patient;
            n.study = label.study.value_or(0);
            n.distance = double(vote.neighbours[i].score);
            n.lvef = label.lvef;
            n.classIndex = vote.neighbourClasses[i];
            const library::EcgRow ecg = library.ecg(label.ecg);
            n.label = labelOf(label.patient, ecg.date, ecg.fileName);
            n.simulated = ecg.simulated;
            neighbours.push_back(std::move(n));
        }
        return neighbours;
    }

    bool pool(Id study, const base::JobContext& job);
    Prediction predict(Asker asker);
    Retrieval retrieve(Asker asker, int top);

    library::Library& library;
    inference::Engine& engine;
    std::mutex mutex;
    std::shared_ptr<const CaseIndex> current;
};

CaseEngine::CaseEngine(library::Library& library, inference::Engine& engine)
    : m_impl(std::make_unique<Impl>(library, engine))
{
}

CaseEngine::~CaseEngine() = default;

const inference::EngineFacts& CaseEngine::facts() const
{
    return m_impl->engine.facts();
}

void CaseEngine::embedEcg(Id id, const base::JobContext& job)
{
    const Asker asker = m_impl->askerOf(id, job);
    if (!asker.whyNot.empty())
        throw base::Error(base::ErrorCode::Unsuitable, asker.whyNot);
}

void CaseEngine::embedStudy(Id id, const base::JobContext& job)
{
    // Switched while it was pooled: what came is another study's.
    constexpr int mostTries = 5;
    for (int i = 0; i < mostTries; ++i)
        if (m_impl->pool(id, job))
            return;
    throw base::Error(base::ErrorCode::Mismatch, "The clips of the study were switched again and again while it was embedded.");
}

// False when a person switched a clip meanwhile.
bool CaseEngine::Impl::pool(Id id, const base::JobContext& job)
{
    const inference::EngineFacts& facts = engine.facts();
    const std::vector<library::ClipRow> rows = library.clips(id);

    // What the study would be if every chosen clip of it can be used.
    echo::EchoStudy study = library.loadStudy(id);
    const std::vector<echo::ViewChoice> choices =
        echo::chooseViews(study, facts.echoRecipe, echo::Look::WhereItMatters, job.cancel);
    std::vector<std::string> hashes;
    for (std::size_t i = 0; i < std::min(rows.size(), choices.size()); ++i) {
        study.clips[i].content = choices[i].content;
        if (choices[i].isUsed)
            hashes.push_back(rows[i].sha256);
    }
    if (hashes.empty()) {
        const bool byHand = std::any_of(choices.begin(), choices.end(), [](const echo::ViewChoice& c) { return c.byPerson; });
        throw base::Error(base::ErrorCode::Unsuitable, byHand ? "Every clip of the study that could be encoded is left out by hand."
                                                              : "The study has no cine clip that could be encoded.");
    }
    const std::string whole = inference::studyInputHash(hashes);
    const EmbeddingKey wholeAligned = studyKey(whole, Space::StudyAligned),
                       wholeToken = studyKey(whole, Space::StudyToken);
    if (library.find(wholeAligned) && library.find(wholeToken) && !library.viewWeights(id, facts.bundleId).empty()) {
        library.assignStudyEmbedding(id, wholeToken);
        library.assignStudyEmbedding(id, wholeAligned);
        return true;
    }

    const inference::StudyEmbedding fresh = engine.embed(study, job);
    // The name of what was pooled: a clip that failed this time isn't in it, so that it is tried again.
    std::vector<std::string> used;
    std::vector<library::Library::PooledClip> pooled;
    for (std::size_t i = 0; i < std::min(rows.size(), fresh.clips.size()); ++i) {
        const inference::ClipOutcome& outcome = fresh.clips[i];
        pooled.push_back({rows[i].id, study.clips[i].use, {}});
        if (!outcome.leftOut.empty() || outcome.embedding.empty())
            continue;
        used.push_back(rows[i].sha256);
        pooled.back().weight = outcome.weight;
        keep(studyKey(rows[i].sha256, Space::Clip), outcome.embedding);
    }
    const std::string input = inference::studyInputHash(used);
    const EmbeddingKey aligned = studyKey(input, Space::StudyAligned),
                       token = studyKey(input, Space::StudyToken);
    keep(token, fresh.token);
    keep(aligned, fresh.aligned);
    return library.assignPooledStudy(id, pooled, {token, aligned});
}

CaseEngine::Outcome CaseEngine::embedMissing(const base::JobContext& job)
{
    const inference::EngineFacts& facts = m_impl->engine.facts();
    library::Library& library = m_impl->library;
    Outcome outcome;
    base::JobContext inner = job;
    inner.onProgress = {}; // one bar for the whole
    inner.onNote = [&](const base::Warning& warning) {
        outcome.failures.push_back(warning);
        job.note(warning);
    };
    const auto each = [&](const std::vector<Id>& ids, const char* what, const auto& embedOne) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            job.throwIfCancelled();
            job.report({"embedding", std::int64_t(i), std::int64_t(ids.size()), std::string(what) + "s"});
            try {
                embedOne(ids[i]);
            } catch (const base::Cancelled&) {
                throw;
            } catch (const base::Error& error) {
                inner.note({"not-embedded", error.sentence(), std::string(what) + " " + std::to_string(ids[i])});
            }
        }
    };

    std::vector<Id> ecgs = library.ecgsWithout(facts.bundleId, facts.ecgRecipeHash, Space::EcgToken);
    if (facts.canRetrieve) {
        const std::vector<Id> unaligned = library.ecgsWithout(facts.bundleId, facts.ecgRecipeHash, Space::EcgAligned);
        ecgs.insert(ecgs.end(), unaligned.begin(), unaligned.end());
    }
    std::sort(ecgs.begin(), ecgs.end());
    ecgs.erase(std::unique(ecgs.begin(), ecgs.end()), ecgs.end());
    each(ecgs, "ECG", [&](Id id) {
        embedEcg(id, inner);
        ++outcome.ecgs;
    });
    if (!facts.canRetrieve)
        return outcome;
    each(library.studiesWithout(facts.bundleId, facts.echoRecipeHash, Space::StudyAligned), "study", [&](Id id) {
        embedStudy(id, inner);
        ++outcome.studies;
        outcome.clips += int(library.viewWeights(id, facts.bundleId).size());
    });
    return outcome;
}

Prediction CaseEngine::Impl::predict(Asker asker)
{
    Prediction prediction;
    prediction.ecg = asker.ecg;
    prediction.findings = std::move(asker.findings);
    prediction.whyNot = asker.whyNot;
    prediction.simulated = asker.simulated;
    if (asker.token.empty())
        return prediction;

    const auto in = index();
    for (const auto& [id, label] : in->labels)
        prediction.candidates += label.lvef && !asker.is(label.patient);
    const auto others = [&](std::int64_t id) { return id != asker.ecg && !asker.is(in->labels.at(id).patient); };
    if (const auto vote = in->lvef.classify(asker.token, others)) {
        prediction.lvefClass = vote->predicted;
        prediction.lvefProbabilities = vote->probabilities;
        prediction.lvefNeighbours = neighboursOf(*vote, *in);
    } else {
        const std::string needed = std::to_string(in->lvef.k());
        prediction.whyNot = "The library has fewer than " + needed +
                            " embedded ECGs of other patients with a known LVEF; " + needed + " are needed for a vote.";
    }
    if (const auto vote = in->structuralHeartDisease.classify(asker.token, others)) {
        prediction.structuralHeartDisease = vote->predicted == 1;
        prediction.shdProbabilities = vote->probabilities;
        prediction.shdNeighbours = neighboursOf(*vote, *in);
    }
    return prediction;
}

Retrieval CaseEngine::Impl::retrieve(Asker asker, int top)
{
    Retrieval retrieval;
    retrieval.ecg = asker.ecg;
    retrieval.whyNot = asker.whyNot;
    if (asker.whyNot.empty() && !engine.facts().canRetrieve)
        retrieval.whyNot = inference::noAlignment;
    if (asker.aligned.empty())
        return retrieval;

    const auto in = index();
    const auto others = [&](std::int64_t study) {
        return study != asker.study && !asker.is(in->patientOfStudy.at(study));
    };
    for (const auto& [study, patient] : in->patientOfStudy)
        retrieval.candidates += study != asker.study && !asker.is(patient);
    for (const retrieval::Hit& hit : in->studies.search(asker.aligned, top, others)) {
        RankedStudy ranked;
        ranked.study = hit.id;
        ranked.patient = in->patientOfStudy.at(hit.id);
        ranked.rank = int(retrieval.studies.size()) + 1;
        ranked.similarity = double(hit.score);
        ranked.phenotypes = library.phenotypes(hit.id);
        const library::StudyRow row = library.study(hit.id);
        ranked.label = labelOf(ranked.patient, row.date);
        ranked.simulated = row.simulated;
        retrieval.studies.push_back(std::move(ranked));
    }
    if (asker.study)
        if (const auto own = in->studyVectors.find(*asker.study); own != in->studyVectors.end())
            retrieval.ownSimilarity = dot(asker.aligned, own->second);
    if (retrieval.candidates == 0)
        retrieval.whyNot = "The library has no embedded echo study of another patient yet.";
    return retrieval;
}

Prediction CaseEngine::predict(Id ecg, const base::JobContext& job)
{
    return m_impl->predict(m_impl->askerOf(ecg, job));
}

Prediction CaseEngine::predict(const ecg::EcgRecord& record, const base::JobContext& job)
{
    return m_impl->predict(m_impl->askerOf(record, job));
}

Retrieval CaseEngine::retrieve(Id ecg, int top, const base::JobContext& job)
{
    return m_impl->retrieve(m_impl->askerOf(ecg, job), top);
}

Retrieval CaseEngine::retrieve(const ecg::EcgRecord& record, int top, const base::JobContext& job)
{
    return m_impl->retrieve(m_impl->askerOf(record, job), top);
}

} // namespace echo2ecg::casework
