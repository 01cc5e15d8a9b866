// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/evaluate_library.h"

#include "casework/case_engine.h"
#include "casework/case_index.h"
#include "library/dates.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

namespace echo2ecg::casework {

using evaluation::Cohort;
using evaluation::LabelRow;
using evaluation::PairRow;
using inference::Space;
using library::Id;

namespace {

std::string text(Id id)
{
    return std::to_string(id);
}

std::string nameOfFile(const std::string& path)
{
    const std::size_t slash = path.find_last_of("/\\");
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string wordForSex(const std::string& dicom)
{
    return dicom == "F" ? "female" : dicom == "M" ? "male" : std::string();
}

evaluation::PhenotypeValues valuesOf(const retrieval::Phenotypes& p)
{
    const auto value = [](const std::optional<retrieval::SourcedValue>& v) { return v ? std::optional<double>(v->value) : std::nullopt; };
    return {value(p.lvedv), value(p.lvesv), value(p.lvsv), value(p.lvef)};
}

// Whole years from birth to the ECG.
std::optional<double> ageAt(const std::string& birth, const std::string& date)
{
    const auto days = library::daysBetween(birth, {}, date, {});
    return days && *days >= 0 ? std::optional<double>(*days / 365.2425) : std::nullopt;
}

void warn(Cohort& cohort, const char* code, std::size_t count, const std::string& rest)
{
    if (count > 0)
        cohort.warnings.push_back({code, std::to_string(count) + rest, {}});
}

// The library's own words for all of its ECGs; no splits yet.
std::vector<LabelRow> rowsOf(const library::Library& library)
{
    std::unordered_map<Id, library::EcgLabel> labels;
    for (const library::EcgLabel& label : library.ecgLabels())
        labels.emplace(label.ecg, label);
    std::unordered_map<Id, library::PatientRow> patients;
    for (library::PatientRow& patient : library.patients())
        patients.emplace(patient.id, std::move(patient));
    std::vector<LabelRow> rows;
    for (const library::EcgRow& ecg : library.ecgs()) {
        LabelRow row;
        row.id = text(ecg.id);
        row.patient = text(ecg.patient);
        row.file = ecg.fileName;
        const library::PatientRow& patient = patients[ecg.patient];
        row.sex = wordForSex(patient.sex);
        row.age = ageAt(patient.birthDate, ecg.date);
        if (const auto label = labels.find(ecg.id); label != labels.end()) {
            row.values.lvef = label->second.lvef;
            row.shd = label->second.structuralHeartDisease;
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void pairByLinks(const library::Library& library, Cohort& cohort)
{
    for (const library::EcgRow& ecg : library.ecgs()) {
        if (!ecg.linkedStudy)
            continue;
        PairRow pair;
        pair.ecg = text(ecg.id);
        pair.study = text(*ecg.linkedStudy);
        pair.patient = text(ecg.patient);
        cohort.pairs.rows.push_back(std::move(pair));
    }
}

// Finds the ECGs of a table among the library's by file name and, among several, by patient.
class EcgFinder
{
public:
    EcgFinder(const library::Library& library, const std::vector<LabelRow>& rows)
    {
        for (const library::PatientRow& patient : library.patients())
            m_externalIds[text(patient.id)] = patient.externalId;
        for (std::size_t i = 0; i < rows.size(); ++i)
            m_byFile[nameOfFile(rows[i].file)].push_back(i);
        m_rows = &rows;
    }
    std::optional<std::size_t> find(const std::string& file, const std::string& patient) const
    {
        const auto found = m_byFile.find(nameOfFile(file));
        if (found == m_byFile.end())
            return std::nullopt;
        std::vector<std::size_t> fitting;
        for (const std::size_t i : found->second)
            if (patient.empty() || m_externalIds.at((*m_rows)[i].patient) == patient)
                fitting.push_back(i);
        return fitting.size() == 1 ? std::optional(fitting.front()) : std::nullopt;
    }

private:
    std::unordered_map<std::string, std::string> m_externalIds;
    std::unordered_map<std::string, std::vector<std::size_t>> m_byFile;
    const std::vector<LabelRow>* m_rows;
};

void takeTable(const library::Library& library, const LibraryEvaluation& plan, Cohort& cohort)
{
    std::vector<LabelRow>& rows = cohort.labels.rows;
    const evaluation::LabelTable stated = evaluation::readLabelTable(plan.pairs, evaluation::Repeats::TakeFirst);
    const EcgFinder finder(library, rows);
    std::unordered_map<std::string, std::string> idOf; // the table's name → ours
    std::size_t absent = 0, contradicting = 0;
    std::vector<char> named(rows.size(), 0);
    for (const LabelRow& from : stated.rows) {
        const auto at = finder.find(from.id, from.patient);
        if (!at) {
            ++absent;
            continue;
        }
        LabelRow& row = rows[*at];
        // Two names of the table may be one ECG of the library; splits that differ are a leak, found by the pairs.
        named[*at] = 1;
        idOf[from.id] = row.id;
        row.split = from.split;
        row.rhythm = from.rhythm;
        if (!from.sex.empty())
            row.sex = from.sex;
        if (from.age)
            row.age = from.age;
        if (row.values.lvef && from.values.lvef && std::abs(*row.values.lvef - *from.values.lvef) > 1)
            ++contradicting;
    }
    if (idOf.empty())
        throw base::Error(base::ErrorCode::Unsuitable, "None of the table's ECGs is in the library: they are looked for by the names of their files.", {plan.pairs, {}});
    warn(cohort, "not-in-library", absent, " ECGs of the table of pairs aren't in the library, or several there fit.");
    warn(cohort, "not-in-pairs", std::size_t(std::count(named.begin(), named.end(), 0)), " ECGs of the library aren't in the table of pairs and take no part.");
    warn(cohort, "other-lvef", contradicting, " ECGs have another LVEF in the table than in the library (by more than 1 point); the library's counts.");
    std::vector<LabelRow> kept;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (named[i])
            kept.push_back(std::move(rows[i]));
    rows = std::move(kept);

    std::size_t lost = 0;
    for (PairRow& pair : evaluation::readPairTable(plan.pairs).rows) {
        const auto ecg = idOf.find(pair.ecg);
        const auto study = library.findStudyByUid(pair.study);
        if (ecg == idOf.end() || !study) {
            ++lost;
            continue;
        }
        pair.ecg = ecg->second;
        pair.study = text(*study);
        pair.patient = text(library.study(*study).patient);
        cohort.pairs.rows.push_back(std::move(pair));
    }
    warn(cohort, "not-in-library", lost, " pairs of the table lack their ECG or study in the library and aren't used for retrieval.");
}

template <class Embed>
void embedThese(const std::vector<Id>& missing, const std::unordered_set<std::string>& wanted, const char* what, const base::JobContext& job, const Embed& embed)
{
    std::vector<Id> todo;
    std::copy_if(missing.begin(), missing.end(), std::back_inserter(todo), [&](Id id) { return wanted.contains(text(id)); });
    base::JobContext inner = job;
    inner.onProgress = {}; // one bar for the whole
    for (std::size_t i = 0; i < todo.size(); ++i) {
        job.throwIfCancelled();
        job.report({std::string("embedding ") + what, std::int64_t(i), std::int64_t(todo.size()), what});
        try {
            embed(todo[i], inner);
        } catch (const base::Cancelled&) {
            throw;
        } catch (const base::Error& error) {
            job.note({"not-embedded", error.sentence(), std::string(what) + " " + text(todo[i])});
        }
    }
}

evaluation::StoredEmbeddings chosen(const std::vector<library::Library::OwnedVector>& all, const std::unordered_set<std::string>& wanted)
{
    evaluation::StoredEmbeddings out;
    for (const auto& vector : all) {
        if (!wanted.contains(text(vector.owner)))
            continue;
        out.rows.append(vector.values);
        out.ids.push_back(text(vector.owner));
    }
    return out;
}

} // namespace

Cohort cohortOf(const library::Library& library, const LibraryEvaluation& plan, const base::JobContext& job)
{
    job.report({"reading labels", 0, 0, {}});
    Cohort cohort;
    cohort.name = library.folder().filename().string();
    cohort.labels.rows = rowsOf(library);
    if (cohort.labels.rows.empty())
        throw base::Error(base::ErrorCode::Unsuitable, "The library has no ECGs.", {library.folder(), {}});
    if (plan.pairs.empty())
        pairByLinks(library, cohort);
    else
        takeTable(library, plan, cohort);

    const bool hasSplits = std::any_of(cohort.labels.rows.begin(), cohort.labels.rows.end(), [](const LabelRow& row) { return !row.split.empty(); });
    if (!hasSplits) {
        evaluation::splitByPatient(cohort, plan.testShare, plan.splitSeed);
        cohort.warnings.push_back({"split-drawn", "Patients were drawn into training and test by seed " + std::to_string(plan.splitSeed) +
                                                      "; a bundle that was trained on some of them looks better than it is.", {}});
    }
    std::unordered_map<std::string, evaluation::PhenotypeValues> values;
    std::unordered_set<std::string> used;
    for (const PairRow& pair : cohort.pairs.rows)
        used.insert(pair.study);
    std::size_t simulated = 0, studies = 0;
    for (const library::StudyRow& study : library.studies()) {
        if (!used.contains(text(study.id)))
            continue;
        ++studies;
        simulated += study.simulated;
        values.emplace(text(study.id), valuesOf(library.phenotypes(study.id)));
    }
    cohort.simulated = simulated > 0;
    if (simulated > 0 && simulated < studies)
        cohort.warnings.push_back({"partly-simulated", std::to_string(simulated) + " of " + std::to_string(studies) + " studies are of virtual patients.", {}});
    for (PairRow& pair : cohort.pairs.rows)
        pair.values = values[pair.study];
    cohort.hash = evaluation::hashOf(cohort);
    return cohort;
}

evaluation::ModelVectors modelVectors(library::Library& library, inference::Engine& engine, const Cohort& cohort, const base::JobContext& job)
{
    std::unordered_set<std::string> ecgs, studies;
    for (const LabelRow& row : cohort.labels.rows)
        if (row.split == evaluation::trainSplit || row.split == evaluation::testSplit)
            ecgs.insert(row.id);
    for (const PairRow& pair : cohort.pairs.rows)
        if (pair.split == evaluation::testSplit)
            studies.insert(pair.study);

    const inference::EngineFacts& facts = engine.facts();
    CaseEngine cases(library, engine);
    std::vector<Id> missing = library.ecgsWithout(facts.bundleId, facts.ecgRecipeHash, Space::EcgToken);
    if (facts.canRetrieve) {
        const std::vector<Id> unaligned = library.ecgsWithout(facts.bundleId, facts.ecgRecipeHash, Space::EcgAligned);
        missing.insert(missing.end(), unaligned.begin(), unaligned.end());
    }
    std::sort(missing.begin(), missing.end());
    missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
    embedThese(missing, ecgs, "ECGs", job, [&](Id id, const base::JobContext& inner) { cases.embedEcg(id, inner); });
    if (facts.canRetrieve)
        embedThese(library.studiesWithout(facts.bundleId, facts.echoRecipeHash, Space::StudyAligned), studies, "studies", job,
                   [&](Id id, const base::JobContext& inner) { cases.embedStudy(id, inner); });

    evaluation::ModelVectors out;
    out.id = facts.bundleId;
    out.name = facts.bundleName;
    out.tokens = chosen(library.ecgVectors(facts.bundleId, facts.ecgRecipeHash, Space::EcgToken), ecgs);
    if (facts.canRetrieve) {
        out.ecgs = chosen(library.ecgVectors(facts.bundleId, facts.ecgRecipeHash, Space::EcgAligned), ecgs);
        out.studies = chosen(library.studyVectors(facts.bundleId, facts.echoRecipeHash, Space::StudyAligned), studies);
    } else {
        out.note = inference::noAlignment;
    }
    return out;
}

evaluation::Evaluation evaluateLibrary(library::Library& library, const LibraryEvaluation& plan,
                                       const std::function<std::unique_ptr<inference::Engine>(const std::filesystem::path& bundle)>& open, const base::JobContext& job)
{
    if (plan.bundles.empty())
        throw base::Error(base::ErrorCode::Missing, "An evaluation needs a bundle.");
    Cohort cohort = cohortOf(library, plan, job);
    evaluation::refuseLeaks(cohort); // before hours of embedding
    std::vector<evaluation::ModelVectors> models;
    std::vector<evaluation::PooledVectors> ablation;
    std::optional<std::vector<double>> cutoffs;
    for (const EvaluatedBundle& bundle : plan.bundles) {
        const auto engine = open(bundle.folder);
        const inference::EngineFacts& facts = engine->facts();
        if (!cutoffs) {
            cutoffs = cohort.cutoffs = cutoffsOf(facts);
            if (facts.lvefClassNames.size() == cohort.cutoffs.size() + 1)
                cohort.classNames = facts.lvefClassNames;
        } else if (*cutoffs != cutoffsOf(facts)) {
            cohort.warnings.push_back({"other-cutoffs", "The bundles have other cut-offs of LVEF; the first bundle's are used for all.", {}});
        }
        evaluation::ModelVectors vectors = modelVectors(library, *engine, cohort, job);
        vectors.untrained = bundle.untrained || !facts.trained;
        vectors.simulated = facts.trained && facts.simulated;
        if (!bundle.name.empty())
            vectors.name = bundle.name;
        if (bundle.ablationOnly) {
            if (!facts.canRetrieve)
                throw base::Error(base::ErrorCode::Unsuitable, inference::noAlignment, {bundle.folder, {}});
            ablation.push_back({vectors.name, "trained with another pooling", vectors.ecgs, {vectors.studies}});
            continue;
        }
        if (plan.ablation && !bundle.untrained && facts.canRetrieve)
            for (evaluation::PooledVectors& pooled : viewAblation(library, *engine, cohort, vectors, bundle.pooling, job)) {
                const auto mains = std::count_if(plan.bundles.begin(), plan.bundles.end(), [](const EvaluatedBundle& b) { return !b.untrained && !b.ablationOnly; });
                if (mains > 1)
                    pooled.name = vectors.name + ": " + pooled.name;
                ablation.push_back(std::move(pooled));
            }
        models.push_back(std::move(vectors));
    }
    return evaluation::evaluateCohort(cohort, models, ablation, plan.options, job);
}

} // namespace echo2ecg::casework
