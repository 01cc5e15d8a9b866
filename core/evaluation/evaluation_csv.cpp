// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluation/evaluation_report.h"

#include "base/number_text.h"

#include <cmath>

namespace echo2ecg::evaluation {

namespace {

std::string cell(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos)
        return text;
    std::string out = "\"";
    for (const char c : text) {
        out += c;
        if (c == '"')
            out += c;
    }
    return out + '"';
}

std::string cell(double value)
{
    return std::isfinite(value) ? base::shortest(value) : std::string();
}

// What stays the same for several lines.
struct Row
{
    std::string bundle, id, task, direction, group = "all";
};

class Lines
{
public:
    void add(const Row& row, const std::string& measure, double value, std::size_t n)
    {
        start(row, measure, value);
        m_text += ",,,,," + std::to_string(n) + ",,\n";
    }
    void add(const Row& row, const std::string& measure, const Interval& i, const char* drawn, std::size_t n)
    {
        start(row, measure, i.estimate);
        m_text += ',' + std::string(drawn) + ',' + cell(i.low) + ',' + cell(i.high) + ',' + cell(i.standardError) + ',' + std::to_string(n) + ',' +
                  std::to_string(i.resamples) + ',' + std::to_string(i.undefined) + '\n';
    }
    std::string take() { return std::move(m_text); }

private:
    void start(const Row& row, const std::string& measure, double value)
    {
        m_text += cell(row.bundle) + ',' + cell(row.id) + ',' + cell(row.task) + ',' + row.direction + ',' + cell(row.group) + ',' + cell(measure) + ',' + cell(value);
    }
    std::string m_text = "bundle,bundle_id,task,direction,group,measure,value,interval,low,high,se,n,resamples,undefined\n";
};

void addIntervals(Lines& lines, const Row& row, const ProbeResult& p, const ClassificationIntervals& c, const char* drawn)
{
    lines.add(row, "auroc", c.auroc, drawn, p.samples);
    lines.add(row, "average_precision", c.averagePrecision, drawn, p.samples);
    lines.add(row, "precision", c.precision, drawn, p.samples);
    lines.add(row, "recall", c.recall, drawn, p.samples);
    lines.add(row, "f1", c.f1, drawn, p.samples);
    lines.add(row, "balanced_accuracy", c.balancedAccuracy, drawn, p.samples);
    lines.add(row, "accuracy", c.accuracy, drawn, p.samples);
    for (std::size_t k = 0; k < p.classNames.size(); ++k) {
        const auto n = std::size_t(p.measures.classes[k].samples);
        lines.add(row, "auroc[" + p.classNames[k] + "]", c.classAuroc[k], drawn, n);
        lines.add(row, "average_precision[" + p.classNames[k] + "]", c.classAveragePrecision[k], drawn, n);
    }
}

void addSubgroups(Lines& lines, Row row, const std::vector<SubgroupValue>& subgroups)
{
    for (const SubgroupValue& s : subgroups) {
        row.group = s.attribute + "=" + s.value;
        if (s.interval.resamples + s.interval.undefined > 0)
            lines.add(row, s.measure, s.interval, s.groups > 0 ? "patient" : "sample", s.samples);
        else
            lines.add(row, s.measure, s.interval.estimate, s.samples);
    }
}

void addProbe(Lines& lines, Row row, const ProbeResult& p)
{
    row.task = p.task;
    if (p.bySample)
        addIntervals(lines, row, p, *p.bySample, "sample");
    if (p.byPatient)
        addIntervals(lines, row, p, *p.byPatient, "patient");
    if (!p.bySample) {
        lines.add(row, "auroc", p.measures.auroc, p.samples);
        lines.add(row, "average_precision", p.measures.averagePrecision, p.samples);
        lines.add(row, "precision", p.measures.precision, p.samples);
        lines.add(row, "recall", p.measures.recall, p.samples);
        lines.add(row, "f1", p.measures.f1, p.samples);
        lines.add(row, "balanced_accuracy", p.measures.balancedAccuracy, p.samples);
        lines.add(row, "accuracy", p.measures.accuracy, p.samples);
    }
    lines.add(row, "ece", p.topReliability.expectedError, p.samples);
    lines.add(row, "brier", p.topReliability.brier, p.samples);
    for (std::size_t c = 0; c < p.classNames.size(); ++c) {
        for (const OperatingPoint& point : p.operatingPoints[c]) {
            const std::string at = "[" + p.classNames[c] + "; " + point.rule + "]";
            lines.add(row, "threshold" + at, point.threshold, p.samples);
            lines.add(row, "sensitivity" + at, point.sensitivity, std::size_t(point.truePositives + point.falseNegatives));
            lines.add(row, "specificity" + at, point.specificity, std::size_t(point.trueNegatives + point.falsePositives));
        }
        for (std::size_t called = 0; called < p.classNames.size(); ++called)
            lines.add(row, "confusion[" + p.classNames[c] + "; called " + p.classNames[called] + "]", double(p.measures.confusion[c][called]), p.samples);
    }
    addSubgroups(lines, row, p.subgroups);
}

void addDirection(Lines& lines, Row row, const DirectionResult& d, const std::map<std::string, Interval>& intervals, const char* drawn)
{
    for (const auto& [name, value] : namedMeasures(d.measures)) {
        const auto found = intervals.find(name);
        if (found != intervals.end())
            lines.add(row, name, found->second, drawn, d.measures.queries);
        else
            lines.add(row, name, value, d.measures.queries);
    }
    for (const auto& [name, value] : namedMeasures(d.random))
        lines.add(row, "random " + name, value, d.measures.queries);
}

void addRetrieval(Lines& lines, Row row, const std::vector<RetrievalEntry>& entries)
{
    for (const RetrievalEntry& e : entries) {
        row.task = "retrieval " + e.phenotype;
        const char* drawn = e.byPatient ? "patient" : "query";
        row.direction = "ecg_to_echo";
        addDirection(lines, row, e.result.ecgToEcho, e.ecgToEcho, drawn);
        addSubgroups(lines, row, e.subgroups);
        row.direction = "echo_to_ecg";
        addDirection(lines, row, e.result.echoToEcg, e.echoToEcg, drawn);
    }
}

void addFractions(Lines& lines, Row row, const std::vector<FractionResult>& fractions)
{
    for (const FractionResult& f : fractions) {
        row.task = "SHD, " + base::shortest(100 * f.fraction) + " % of the training set";
        lines.add(row, "auroc mean", f.auroc.mean, f.trainingSamples);
        lines.add(row, "auroc sd", f.auroc.sd, f.trainingSamples);
        lines.add(row, "average_precision mean", f.averagePrecision.mean, f.trainingSamples);
        lines.add(row, "f1 mean", f.f1.mean, f.trainingSamples);
        lines.add(row, "balanced_accuracy mean", f.balancedAccuracy.mean, f.trainingSamples);
    }
}

} // namespace

std::string toCsv(const Evaluation& evaluation)
{
    Lines lines;
    for (const BundleResult& bundle : evaluation.bundles) {
        Row row;
        row.bundle = bundle.name;
        row.id = bundle.id;
        for (const ProbeResult& probe : bundle.probes)
            addProbe(lines, row, probe);
        addFractions(lines, row, bundle.shd);
        addRetrieval(lines, row, bundle.retrieval);
    }
    for (const AblationRow& ablation : evaluation.ablation) {
        Row row;
        row.bundle = "ablation: " + ablation.name;
        addRetrieval(lines, row, ablation.retrieval);
    }
    return lines.take();
}

} // namespace echo2ecg::evaluation
