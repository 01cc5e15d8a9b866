// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/cohort.h"

#include "retrieval/phenotypes.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace echo2ecg::evaluation {

namespace {

using Names = std::unordered_set<std::string>;

std::string counted(std::size_t n, const char* one, const char* several)
{
    return std::to_string(n) + " " + (n == 1 ? one : several);
}

// The names that all sets have; sets that are empty don't count. Nothing when there is no set.
std::optional<Names> common(const std::vector<const StoredEmbeddings*>& sets)
{
    std::optional<Names> out;
    for (const StoredEmbeddings* set : sets) {
        if (set->ids.empty())
            continue;
        const Names names(set->ids.begin(), set->ids.end());
        if (!out)
            out = names;
        else
            std::erase_if(*out, [&](const std::string& name) { return !names.contains(name); });
    }
    return out;
}

std::vector<Attribute> attributesOf(const std::vector<const LabelRow*>& rows)
{
    Attribute sex{"sex", {}, {"female", "male"}}, age{"age", {}, ageBands()}, rhythm{"rhythm", {}, {}};
    for (const LabelRow* row : rows) {
        sex.values.push_back(row ? row->sex : std::string());
        age.values.push_back(row ? ageBand(row->age) : std::string());
        rhythm.values.push_back(row ? row->rhythm : std::string());
    }
    std::vector<Attribute> out;
    for (Attribute* a : {&sex, &age, &rhythm})
        if (std::any_of(a->values.begin(), a->values.end(), [](const std::string& v) { return !v.empty(); }))
            out.push_back(std::move(*a));
    return out;
}

RetrievalMeasures meanOf(const std::vector<RetrievalMeasures>& all)
{
    RetrievalMeasures mean = all.front();
    const auto average = [&](const auto& field) {
        double sum = 0;
        for (RetrievalMeasures m : all)
            sum += field(m);
        field(mean) = sum / double(all.size());
    };
    for (std::size_t i = 0; i < retrievalDepths.size(); ++i) {
        average([i](RetrievalMeasures& m) -> double& { return m.precision[i]; });
        average([i](RetrievalMeasures& m) -> double& { return m.recall[i]; });
    }
    average([](RetrievalMeasures& m) -> double& { return m.meanAveragePrecision; });
    average([](RetrievalMeasures& m) -> double& { return m.meanRank; });
    average([](RetrievalMeasures& m) -> double& { return m.medianRank; });
    average([](RetrievalMeasures& m) -> double& { return m.alignment; });
    return mean;
}

// A phenotype, or identity, and its pairs.
struct Question
{
    std::string name;
    RetrievalTask task;
};

class Run
{
public:
    Run(const Cohort& cohort, const std::vector<ModelVectors>& models, const std::vector<PooledVectors>& ablation, const CohortOptions& options,
        const base::JobContext& context)
        : m_cohort(cohort), m_models(models), m_ablation(ablation), m_options(options), m_context(context)
    {
        m_out.warnings = cohort.warnings;
        m_out.warnings.insert(m_out.warnings.end(), cohort.labels.warnings.begin(), cohort.labels.warnings.end());
        for (const LabelRow& row : cohort.labels.rows)
            m_rows.emplace(row.id, &row);
    }

    Evaluation take()
    {
        chooseEcgs();
        choosePairs();
        for (const ModelVectors& model : m_models) {
            BundleResult result;
            result.id = model.id;
            result.name = model.name;
            result.untrained = model.untrained;
            result.note = model.note;
            result.simulated = model.simulated;
            probes(model, result);
            retrieve(model, result);
            m_measured = m_measured || !result.probes.empty() || !result.shd.empty() || !result.retrieval.empty();
            m_out.bundles.push_back(std::move(result));
        }
        for (const PooledVectors& pooled : m_ablation)
            ablate(pooled);
        if (!m_measured) {
            std::string reasons;
            for (const base::Warning& w : m_out.warnings)
                reasons += " " + w.sentence;
            throw base::Error(base::ErrorCode::Unsuitable, "Nothing can be measured." + reasons);
        }
        count();
        return std::move(m_out);
    }

private:
    void warn(const char* code, const std::string& sentence)
    {
        const base::Warning warning{code, sentence, {}};
        if (std::find(m_out.warnings.begin(), m_out.warnings.end(), warning) == m_out.warnings.end())
            m_out.warnings.push_back(warning);
    }

    // Training and test ECGs that every model has a token of.
    void chooseEcgs()
    {
        std::vector<const StoredEmbeddings*> sets;
        for (const ModelVectors& model : m_models)
            sets.push_back(&model.tokens);
        const auto known = common(sets);
        if (!known)
            return;
        std::size_t elsewhere = 0, missing = 0;
        for (std::size_t i = 0; i < m_cohort.labels.rows.size(); ++i) {
            const LabelRow& row = m_cohort.labels.rows[i];
            std::vector<std::size_t>* part = row.split == trainSplit ? &m_train : row.split == testSplit ? &m_test : nullptr;
            if (!part)
                ++elsewhere;
            else if (!known->contains(row.id))
                ++missing;
            else
                part->push_back(i);
        }
        if (elsewhere > 0)
            warn("other-split", counted(elsewhere, "ECG is", "ECGs are") + " neither in the training nor in the test split (validation, for example) and " +
                                    (elsewhere == 1 ? "isn't" : "aren't") + " used.");
        if (missing > 0)
            warn("no-embedding", counted(missing, "ECG has", "ECGs have") + " no token by every model and " + (missing == 1 ? "is" : "are") + " left out for all.");
    }

    // Test pairs whose both sides every model has.
    void choosePairs()
    {
        const PairTable test = m_cohort.pairs.ofSplit(testSplit);
        std::vector<const StoredEmbeddings*> ecgs, studies;
        for (const ModelVectors& model : m_models) {
            ecgs.push_back(&model.ecgs);
            studies.push_back(&model.studies);
        }
        for (const PooledVectors& pooled : m_ablation) {
            ecgs.push_back(&pooled.ecgs);
            for (const StoredEmbeddings& draw : pooled.studies)
                studies.push_back(&draw);
        }
        const auto knownEcgs = common(ecgs), knownStudies = common(studies);
        if (!knownEcgs || !knownStudies)
            return;
        if (test.rows.empty()) {
            warn("no-pairs", "No pair of ECG and echo study is in the test split; retrieval isn't measured.");
            return;
        }
        for (const PairRow& row : test.rows)
            if (knownEcgs->contains(row.ecg) && knownStudies->contains(row.study))
                m_pairs.rows.push_back(row);
        if (const std::size_t missing = test.rows.size() - m_pairs.rows.size())
            warn("no-embedding", counted(missing, "test pair lacks", "test pairs lack") + " an aligned embedding by every model and " +
                                     (missing == 1 ? "is" : "are") + " left out for all.");
        if (m_pairs.rows.empty())
            return;
        for (const Phenotype p : allPhenotypes)
            attempt("retrieval by " + std::string(name(p)), [&] { m_questions.push_back({name(p), phenotypeTask(m_pairs.pairs(p), m_options.evaluation.toleranceFactor)}); });
        attempt("retrieval by identity", [&] { m_questions.push_back({"identity", identityTask(m_pairs.pairs({}))}); });
        for (const Question& question : m_questions)
            if (question.task.droppedRows > 0)
                warn("no-phenotype", counted(question.task.droppedRows, "test pair has", "test pairs have") + " no " + question.name + ".");
    }

    // What can't be measured for want of data is said, and the rest goes on.
    void attempt(const std::string& task, const std::function<void()>& work)
    {
        try {
            work();
        } catch (const base::Error& error) {
            if (error.code() != base::ErrorCode::Unsuitable)
                throw;
            warn("not-measured", "Not measured: " + task + ": " + error.sentence() + (error.sentence().ends_with('.') ? "" : "."));
        }
    }

    // A probe's samples: rows of the cohort with their classes.
    struct Samples
    {
        std::vector<std::size_t> train, test;
        std::vector<int> trainLabels, testLabels;
    };
    Samples samplesOf(const std::string& task, const std::function<std::optional<int>(const LabelRow&)>& classOf)
    {
        Samples s;
        const auto fill = [&](const std::vector<std::size_t>& from, std::vector<std::size_t>& rows, std::vector<int>& labels) {
            for (const std::size_t i : from)
                if (const auto c = classOf(m_cohort.labels.rows[i])) {
                    rows.push_back(i);
                    labels.push_back(*c);
                }
        };
        fill(m_train, s.train, s.trainLabels);
        fill(m_test, s.test, s.testLabels);
        const std::size_t unlabelled = m_train.size() + m_test.size() - s.train.size() - s.test.size();
        if (unlabelled > 0 && !(s.train.empty() && s.test.empty()))
            warn("no-label", counted(unlabelled, "ECG has", "ECGs have") + " no label for " + task + ".");
        return s;
    }

    std::vector<std::string> idsOf(const std::vector<std::size_t>& rows) const
    {
        std::vector<std::string> ids;
        for (const std::size_t i : rows)
            ids.push_back(m_cohort.labels.rows[i].id);
        return ids;
    }

    void probe(const ModelVectors& model, BundleResult& result, const std::string& task, const std::vector<std::string>& classNames, const Samples& s)
    {
        if (s.train.empty() || s.test.empty()) {
            const char* where = !s.test.empty() ? "in training" : !s.train.empty() ? "in the test split" : "in training or test";
            warn("not-measured", "Not measured: " + task + ": no ECG " + where + " has a label for it.");
            return;
        }
        attempt(task, [&] {
            const ScoredSamples scored = knnProbabilities(select(model.tokens, idsOf(s.train)), s.trainLabels, select(model.tokens, idsOf(s.test)), s.testLabels,
                                                          int(classNames.size()), m_options.evaluation.knn, m_context);
            std::vector<std::string> patients;
            std::vector<const LabelRow*> rows;
            for (const std::size_t i : s.test) {
                rows.push_back(&m_cohort.labels.rows[i]);
                patients.push_back(rows.back()->patient);
            }
            ProbeResult probe = evaluateProbe(scored, classNames, patients, attributesOf(rows), m_options.evaluation, m_context);
            probe.task = task;
            probe.trainingSamples = s.train.size();
            if (std::isnan(probe.measures.auroc))
                warn("one-class", task + ": all tested ECGs are of one class, so that AUROC isn't defined.");
            result.probes.push_back(std::move(probe));
            for (const auto* part : {&s.train, &s.test})
                for (const std::size_t i : *part)
                    m_usedEcgs.insert(m_cohort.labels.rows[i].id);
        });
    }

    void probes(const ModelVectors& model, BundleResult& result)
    {
        if (model.tokens.ids.empty())
            return;
        m_context.report({"classification", std::int64_t(m_out.bundles.size()), std::int64_t(m_models.size()), "models"});
        probe(model, result, "LVEF", m_cohort.classNames, samplesOf("LVEF", [&](const LabelRow& row) {
                  return row.values.lvef ? std::optional<int>(int(retrieval::lvefClass(*row.values.lvef, m_cohort.cutoffs))) : std::nullopt;
              }));
        const auto yesOrNo = [](const std::optional<bool>& flag) { return flag ? std::optional<int>(*flag ? 1 : 0) : std::nullopt; };
        const Samples shd = samplesOf("structural heart disease", [&](const LabelRow& row) { return yesOrNo(row.shd); });
        probe(model, result, "SHD", {"no", "yes"}, shd);
        if (!shd.train.empty() && !shd.test.empty())
            attempt("structural heart disease by training fraction", [&] {
                FractionOptions fractions;
                fractions.fractions = m_options.fractions;
                fractions.seeds = m_options.fractionSeeds;
                fractions.seed = m_options.evaluation.bootstrap.seed;
                fractions.knn = m_options.evaluation.knn;
                result.shd = shdByFraction(select(model.tokens, idsOf(shd.train)), shd.trainLabels, select(model.tokens, idsOf(shd.test)), shd.testLabels, fractions,
                                           m_context);
            });
        for (std::size_t f = 0; f < m_cohort.labels.flagNames.size(); ++f) {
            const std::string& flag = m_cohort.labels.flagNames[f];
            if (flag.starts_with("shd")) // it is the task above
                continue;
            probe(model, result, flag, {"no", "yes"}, samplesOf(flag, [&](const LabelRow& row) { return yesOrNo(row.flags[f]); }));
        }
    }

    std::vector<RetrievalEntry> entriesOf(const StoredEmbeddings& ecgs, const StoredEmbeddings& studies, const EvaluationOptions& options, bool subgroups)
    {
        std::vector<RetrievalEntry> entries;
        for (const Question& question : m_questions) {
            m_context.throwIfCancelled();
            std::vector<const LabelRow*> rows;
            for (const std::string& ecg : question.task.ecgs) {
                const auto found = m_rows.find(ecg);
                rows.push_back(found == m_rows.end() ? nullptr : found->second);
            }
            entries.push_back(evaluatePhenotype(question.name, question.task, select(ecgs, question.task.ecgs), select(studies, question.task.studies),
                                                m_pairs.patientsOfEcgs(question.task.ecgs), m_pairs.patientsOfStudies(question.task.studies),
                                                subgroups ? attributesOf(rows) : std::vector<Attribute>(), options, m_context));
        }
        return entries;
    }

    void retrieve(const ModelVectors& model, BundleResult& result)
    {
        if (model.ecgs.ids.empty() || model.studies.ids.empty() || m_questions.empty())
            return;
        m_context.report({"retrieval", std::int64_t(m_out.bundles.size()), std::int64_t(m_models.size()), "models"});
        result.retrieval = entriesOf(model.ecgs, model.studies, m_options.evaluation, true);
        for (const PairRow& row : m_pairs.rows)
            m_usedEcgs.insert(row.ecg);
    }

    void ablate(const PooledVectors& pooled)
    {
        if (m_questions.empty() || pooled.studies.empty())
            return;
        m_context.report({"ablation", std::int64_t(m_out.ablation.size()), std::int64_t(m_ablation.size()), "ways of pooling"});
        EvaluationOptions options = m_options.evaluation;
        const bool isMean = pooled.studies.size() > 1;
        if (isMean)
            options.bootstrap.resamples = 0;
        std::vector<std::vector<RetrievalEntry>> draws;
        for (const StoredEmbeddings& studies : pooled.studies)
            draws.push_back(entriesOf(pooled.ecgs, studies, options, false));
        AblationRow row{pooled.name, pooled.note, std::move(draws.front())};
        for (std::size_t q = 0; isMean && q < row.retrieval.size(); ++q) {
            const auto average = [&](DirectionResult RetrievalResult::*direction) {
                std::vector<RetrievalMeasures> all{(row.retrieval[q].result.*direction).measures};
                for (std::size_t d = 1; d < draws.size(); ++d)
                    all.push_back((draws[d][q].result.*direction).measures);
                (row.retrieval[q].result.*direction).measures = meanOf(all);
                (row.retrieval[q].result.*direction).outcomes.clear(); // of one draw alone
            };
            average(&RetrievalResult::ecgToEcho);
            average(&RetrievalResult::echoToEcg);
        }
        m_out.ablation.push_back(std::move(row));
        m_measured = true;
    }

    void count()
    {
        std::set<std::string> patients, studies;
        std::size_t nobody = 0;
        for (const std::string& id : m_usedEcgs) {
            const auto found = m_rows.find(id);
            if (found != m_rows.end() && !found->second->patient.empty())
                patients.insert(found->second->patient);
            else
                ++nobody; // each for itself
        }
        for (const PairRow& row : m_pairs.rows)
            studies.insert(row.study);
        m_out.dataName = m_cohort.name;
        m_out.dataHash = m_cohort.hash.empty() ? hashOf(m_cohort) : m_cohort.hash;
        m_out.simulated = m_cohort.simulated;
        m_out.ecgs = m_usedEcgs.size();
        m_out.studies = studies.size();
        m_out.patients = patients.size() + nobody;
        m_out.options = m_options.evaluation;
    }

    const Cohort& m_cohort;
    const std::vector<ModelVectors>& m_models;
    const std::vector<PooledVectors>& m_ablation;
    const CohortOptions& m_options;
    const base::JobContext& m_context;
    std::unordered_map<std::string, const LabelRow*> m_rows; // by id
    std::vector<std::size_t> m_train, m_test;                // of labels.rows
    PairTable m_pairs;
    std::vector<Question> m_questions;
    Names m_usedEcgs;
    bool m_measured = false;
    Evaluation m_out;
};

} // namespace

Evaluation evaluateCohort(const Cohort& cohort, const std::vector<ModelVectors>& models, const std::vector<PooledVectors>& ablation, const CohortOptions& options,
                          const base::JobContext& context)
{
    refuseLeaks(cohort);
    return Run(cohort, models, ablation, options, context).take();
}

} // namespace echo2ecg::evaluation
