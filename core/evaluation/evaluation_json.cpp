// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/evaluation_report.h"

#include "base/folder.h"
#include "base/whole_text.h"

namespace echo2ecg::evaluation {

using base::Json;

namespace {

Json size(std::size_t n)
{
    return Json(std::int64_t(n));
}

Json toJson(const Interval& i)
{
    return Json::object({{"estimate", i.estimate}, {"low", i.low}, {"high", i.high}, {"se", i.standardError}, {"resamples", i.resamples}, {"undefined", i.undefined}});
}

Json toJson(const std::vector<Interval>& intervals)
{
    Json out = Json::array();
    for (const Interval& i : intervals)
        out.push(toJson(i));
    return out;
}

Json toJson(const ClassificationIntervals& c)
{
    return Json::object({{"auroc", toJson(c.auroc)},
                         {"average_precision", toJson(c.averagePrecision)},
                         {"precision", toJson(c.precision)},
                         {"recall", toJson(c.recall)},
                         {"f1", toJson(c.f1)},
                         {"balanced_accuracy", toJson(c.balancedAccuracy)},
                         {"accuracy", toJson(c.accuracy)},
                         {"class_auroc", toJson(c.classAuroc)},
                         {"class_average_precision", toJson(c.classAveragePrecision)}});
}

Json toJson(const Reliability& r)
{
    Json bins = Json::array();
    for (const ReliabilityBin& b : r.bins)
        bins.push(Json::object({{"low", b.low}, {"high", b.high}, {"count", b.count}, {"mean_probability", b.meanProbability}, {"observed", b.observedFraction}}));
    return Json::object({{"ece", r.expectedError}, {"mce", r.largestError}, {"brier", r.brier}, {"bins", std::move(bins)}});
}

Json toJson(const OperatingPoint& p)
{
    return Json::object({{"rule", p.rule},
                         {"threshold", p.threshold},
                         {"sensitivity", p.sensitivity},
                         {"specificity", p.specificity},
                         {"ppv", p.ppv},
                         {"npv", p.npv},
                         {"tp", p.truePositives},
                         {"fp", p.falsePositives},
                         {"tn", p.trueNegatives},
                         {"fn", p.falseNegatives}});
}

Json toJson(const std::vector<CurvePoint>& curve)
{
    Json out = Json::array();
    for (const CurvePoint& p : curve)
        out.push(Json(Json::Array{Json(p.threshold), Json(p.truePositives), Json(p.falsePositives)}));
    return out;
}

Json toJson(const std::vector<SubgroupValue>& subgroups)
{
    Json out = Json::array();
    for (const SubgroupValue& s : subgroups) {
        Json one = Json::object({{"attribute", s.attribute}, {"value", s.value}, {"measure", s.measure}, {"n", size(s.samples)}});
        if (s.groups > 0)
            one.set("patients", size(s.groups));
        one.set("result", toJson(s.interval));
        out.push(std::move(one));
    }
    return out;
}

Json toJson(const ProbeResult& p)
{
    Json classes = Json::array();
    for (std::size_t c = 0; c < p.classNames.size(); ++c) {
        const ClassMeasures& m = p.measures.classes[c];
        Json points = Json::array();
        for (const OperatingPoint& point : p.operatingPoints[c])
            points.push(toJson(point));
        classes.push(Json::object({{"name", p.classNames[c]},
                                   {"n", m.samples},
                                   {"auroc", m.auroc},
                                   {"average_precision", m.averagePrecision},
                                   {"precision", m.precision},
                                   {"recall", m.recall},
                                   {"f1", m.f1},
                                   {"operating_points", std::move(points)},
                                   {"reliability", toJson(p.reliability[c])},
                                   {"curve_threshold_tp_fp", toJson(p.curves[c])}}));
    }
    Json out = Json::object({{"task", p.task},
                             {"training_samples", size(p.trainingSamples)},
                             {"samples", size(p.samples)},
                             {"patients", p.patients > 0 ? size(p.patients) : Json()},
                             {"auroc", p.measures.auroc},
                             {"average_precision", p.measures.averagePrecision},
                             {"precision", p.measures.precision},
                             {"recall", p.measures.recall},
                             {"f1", p.measures.f1},
                             {"balanced_accuracy", p.measures.balancedAccuracy},
                             {"accuracy", p.measures.accuracy},
                             {"undefined_classes", p.measures.undefinedClasses},
                             {"confusion_rows_truth", Json(p.measures.confusion)},
                             {"reliability", toJson(p.topReliability)},
                             {"classes", std::move(classes)}});
    if (p.bySample)
        out.set("by_sample", toJson(*p.bySample));
    if (p.byPatient)
        out.set("by_patient", toJson(*p.byPatient));
    out.set("subgroups", toJson(p.subgroups));
    return out;
}

Json toJson(const MeanSd& m)
{
    return Json::object({{"mean", m.mean}, {"sd", m.sd}});
}

Json toJson(const FractionResult& f)
{
    return Json::object({{"fraction", f.fraction},
                         {"training_samples", size(f.trainingSamples)},
                         {"neighbours", f.neighbours},
                         {"auroc", toJson(f.auroc)},
                         {"average_precision", toJson(f.averagePrecision)},
                         {"f1", toJson(f.f1)},
                         {"balanced_accuracy", toJson(f.balancedAccuracy)},
                         {"aurocs", Json(f.aurocs)}});
}

Json toJson(const DirectionResult& d, const std::map<std::string, Interval>& intervals)
{
    Json out = Json::object({{"queries", size(d.measures.queries)},
                             {"candidates", size(d.measures.candidates)},
                             {"queries_without_relevant", size(d.measures.queriesWithoutRelevant)},
                             {"mean_relevant", d.measures.meanRelevant}});
    Json measures = Json::object(), random = Json::object(), borders = Json::object();
    for (const auto& [name, value] : namedMeasures(d.measures))
        measures.set(name, value);
    for (const auto& [name, value] : namedMeasures(d.random))
        random.set(name, value);
    for (const auto& [name, interval] : intervals)
        borders.set(name, toJson(interval));
    out.set("measures", std::move(measures));
    out.set("random", std::move(random));
    out.set("intervals", std::move(borders));
    return out;
}

Json toJson(const std::vector<RetrievalEntry>& entries)
{
    Json out = Json::array();
    for (const RetrievalEntry& e : entries)
        out.push(Json::object({{"phenotype", e.phenotype},
                               {"tolerance", e.result.tolerance ? Json(*e.result.tolerance) : Json()},
                               {"dropped_rows", size(e.result.droppedRows)},
                               {"intervals_by", e.byPatient ? "patient" : "query"},
                               {"ecg_to_echo", toJson(e.result.ecgToEcho, e.ecgToEcho)},
                               {"echo_to_ecg", toJson(e.result.echoToEcg, e.echoToEcg)},
                               {"subgroups", toJson(e.subgroups)}}));
    return out;
}

Json toJson(const BundleResult& b)
{
    Json probes = Json::array(), shd = Json::array();
    for (const ProbeResult& p : b.probes)
        probes.push(toJson(p));
    for (const FractionResult& f : b.shd)
        shd.push(toJson(f));
    return Json::object({{"id", b.id},
                         {"name", b.name},
                         {"untrained", b.untrained},
                         {"simulated", b.simulated},
                         {"note", b.note},
                         {"probes", std::move(probes)},
                         {"shd_fractions", std::move(shd)},
                         {"retrieval", toJson(b.retrieval)}});
}

} // namespace

Json toJson(const Evaluation& e)
{
    Json bundles = Json::array(), ablation = Json::array(), warnings = Json::array();
    for (const BundleResult& b : e.bundles)
        bundles.push(toJson(b));
    for (const AblationRow& row : e.ablation)
        ablation.push(Json::object({{"name", row.name}, {"note", row.note}, {"retrieval", toJson(row.retrieval)}}));
    for (const base::Warning& w : e.warnings)
        warnings.push(Json::object({{"code", w.code}, {"sentence", w.sentence}, {"where", w.where}}));
    return Json::object(
        {{"format", "echo2ecg-evaluation"},
         {"version", 1},
         {"title", e.title},
         {"created", e.created},
         {"program", e.program},
         {"data", Json::object({{"name", e.dataName}, {"sha256", e.dataHash}, {"simulated", e.simulated}, {"ecgs", size(e.ecgs)}, {"studies", size(e.studies)},
                                {"patients", size(e.patients)}})},
         {"settings", Json::object({{"resamples", e.options.bootstrap.resamples}, {"seed", std::int64_t(e.options.bootstrap.seed)}, {"level", e.options.bootstrap.level},
                                    {"k", e.options.knn.k}, {"bins", e.options.bins}, {"tolerance_sigma", e.options.toleranceFactor}})},
         {"bundles", std::move(bundles)},
         {"ablation", std::move(ablation)},
         {"warnings", std::move(warnings)}});
}

void writeEvaluation(const std::filesystem::path& folder, const Evaluation& evaluation)
{
    base::makeFolder(folder);
    base::writeWholeText(folder / "evaluation.json", toJson(evaluation).dump(1) + "\n");
    base::writeWholeText(folder / "evaluation.csv", toCsv(evaluation));
    base::writeWholeText(folder / "evaluation.md", toMarkdown(evaluation));
}

} // namespace echo2ecg::evaluation
