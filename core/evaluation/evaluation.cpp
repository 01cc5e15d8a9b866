// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/evaluation.h"

#include <algorithm>

namespace echo2ecg::evaluation {

namespace {

bool anyNamed(const std::vector<std::string>& names)
{
    return std::any_of(names.begin(), names.end(), [](const std::string& n) { return !n.empty(); });
}

void checkNumber(std::size_t given, std::size_t wanted, const char* what)
{
    if (given != 0 && given != wanted)
        throw base::Error(base::ErrorCode::Inconsistent, std::string("there are ") + std::to_string(given) + " " + what + " for " + std::to_string(wanted) + " samples");
}

std::vector<OperatingPoint> operatingPoints(const RankedScores& ranked, const EvaluationOptions& options)
{
    std::vector<OperatingPoint> out;
    if (const auto point = youdenPoint(ranked))
        out.push_back(*point);
    for (const double specificity : options.specificities)
        if (const auto point = pointAtSpecificity(ranked, specificity))
            out.push_back(*point);
    for (const double sensitivity : options.sensitivities)
        if (const auto point = pointAtSensitivity(ranked, sensitivity))
            out.push_back(*point);
    return out;
}

std::map<std::string, Interval> intervalsOf(const DirectionResult& direction, const std::vector<std::string>& patients, const EvaluationOptions& options,
                                            const base::JobContext& context)
{
    if (options.bootstrap.resamples < 1)
        return {};
    const std::size_t queries = direction.outcomes.size();
    const Resampler resampler = anyNamed(patients) ? Resampler(queries, groupsOf(patients), options.bootstrap.seed) : Resampler(queries, options.bootstrap.seed);
    return bootstrapRetrieval(direction, resampler, options.bootstrap, context);
}

} // namespace

ProbeResult evaluateProbe(const ScoredSamples& samples, const std::vector<std::string>& classNames, const std::vector<std::string>& patients,
                          const std::vector<Attribute>& attributes, const EvaluationOptions& options, const base::JobContext& context)
{
    const Classification classification(samples);
    checkNumber(patients.size(), samples.size(), "patients");
    if (classNames.size() != std::size_t(samples.classes))
        throw base::Error(base::ErrorCode::Inconsistent, "classes and their names are of different number");
    ProbeResult out;
    out.classNames = classNames;
    out.samples = samples.size();
    out.measures = classification.measure();
    std::vector<int> groups;
    if (anyNamed(patients)) {
        groups = groupsOf(patients);
        out.patients = std::size_t(*std::max_element(groups.begin(), groups.end())) + 1;
    }
    if (options.bootstrap.resamples > 0) {
        out.bySample = bootstrapClassification(classification, Resampler(samples.size(), options.bootstrap.seed), options.bootstrap, context);
        if (!groups.empty())
            out.byPatient = bootstrapClassification(classification, Resampler(samples.size(), groups, options.bootstrap.seed), options.bootstrap, context);
    }
    out.topReliability = topReliability(samples, options.bins);
    for (int c = 0; c < samples.classes; ++c) {
        out.reliability.push_back(classReliability(samples, c, options.bins));
        out.operatingPoints.push_back(operatingPoints(classification.ranked(c), options));
        out.curves.push_back(classification.ranked(c).curve());
    }
    for (const Attribute& attribute : attributes) {
        checkNumber(attribute.values.size(), samples.size(), "values of an attribute");
        const auto values = subgroupAuroc(splitBy(attribute.name, attribute.values, attribute.order), samples, groups, options.bootstrap, context);
        out.subgroups.insert(out.subgroups.end(), values.begin(), values.end());
    }
    return out;
}

RetrievalEntry evaluatePhenotype(const std::string& phenotype, const RetrievalTask& task, const EmbeddingMatrix& ecgs, const EmbeddingMatrix& studies,
                                 const std::vector<std::string>& ecgPatients, const std::vector<std::string>& studyPatients,
                                 const std::vector<Attribute>& attributes, const EvaluationOptions& options, const base::JobContext& context)
{
    checkNumber(ecgPatients.size(), task.ecgs.size(), "patients");
    checkNumber(studyPatients.size(), task.studies.size(), "patients");
    RetrievalEntry out;
    out.phenotype = phenotype;
    RetrievalOptions retrieval;
    retrieval.threads = options.bootstrap.threads;
    out.result = evaluateRetrieval(task, ecgs, studies, retrieval, context);
    out.byPatient = anyNamed(ecgPatients) && anyNamed(studyPatients);
    const std::vector<std::string> nobody;
    out.ecgToEcho = intervalsOf(out.result.ecgToEcho, out.byPatient ? ecgPatients : nobody, options, context);
    out.echoToEcg = intervalsOf(out.result.echoToEcg, out.byPatient ? studyPatients : nobody, options, context);
    for (const Attribute& attribute : attributes) {
        checkNumber(attribute.values.size(), task.ecgs.size(), "values of an attribute");
        const auto values = subgroupRetrieval(splitBy(attribute.name, attribute.values, attribute.order), out.result.ecgToEcho, {"P@1", "mAP", "mean_rank"});
        out.subgroups.insert(out.subgroups.end(), values.begin(), values.end());
    }
    return out;
}

} // namespace echo2ecg::evaluation
