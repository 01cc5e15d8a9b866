// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "evaluation/bootstrap.h"
#include "evaluation/operating_points.h"
#include "evaluation/reliability.h"
#include "evaluation/retrieval_metrics.h"
#include "evaluation/shd_fractions.h"
#include "evaluation/subgroups.h"

namespace echo2ecg::evaluation {

// An attribute of each sample by which results are split: "sex", "age" (in bands), "rhythm".
struct Attribute
{
    std::string name;
    std::vector<std::string> values; // one a sample; empty: unknown
    std::vector<std::string> order;  // values that come first
};

struct EvaluationOptions
{
    BootstrapOptions bootstrap;                   // resamples 0: no intervals
    KnnOptions knn;
    int bins = 10;                                // of reliability diagrams
    std::vector<double> specificities{0.8, 0.9, 0.95}, sensitivities{0.9};
    double toleranceFactor = 0.5;                 // of σ, for phenotype-aware retrieval
};

// A classifier on the test samples: the paper's LVEF table and what is asked beside it.
struct ProbeResult
{
    std::string task = "LVEF";
    std::vector<std::string> classNames;
    std::size_t trainingSamples = 0, samples = 0, patients = 0; // patients 0: not known
    ClassificationMeasures measures;
    std::optional<ClassificationIntervals> bySample, byPatient;
    Reliability topReliability;
    std::vector<Reliability> reliability;                   // one a class
    std::vector<std::vector<OperatingPoint>> operatingPoints; // for each class; empty for one without AUROC
    std::vector<std::vector<CurvePoint>> curves;            // ROC and precision-recall, for each class
    std::vector<SubgroupValue> subgroups;
};

// `patients`: names, one a sample, or none. Scores are probabilities.
ProbeResult evaluateProbe(const ScoredSamples& samples, const std::vector<std::string>& classNames, const std::vector<std::string>& patients,
                          const std::vector<Attribute>& attributes, const EvaluationOptions& options = {}, const base::JobContext& context = {});

// One phenotype's retrieval in both directions.
struct RetrievalEntry
{
    std::string phenotype; // "LVEDV" …, or "identity"
    RetrievalResult result;
    std::map<std::string, Interval> ecgToEcho, echoToEcg; // by patient where they are known, else by query; empty without resamples
    bool byPatient = false;
    std::vector<SubgroupValue> subgroups; // of ECG → echo
};

// `ecgPatients`, `studyPatients`: names in the task's order, or none. `attributes`: of the ECGs, in the task's order.
RetrievalEntry evaluatePhenotype(const std::string& phenotype, const RetrievalTask& task, const EmbeddingMatrix& ecgs, const EmbeddingMatrix& studies,
                                 const std::vector<std::string>& ecgPatients, const std::vector<std::string>& studyPatients,
                                 const std::vector<Attribute>& attributes, const EvaluationOptions& options = {}, const base::JobContext& context = {});

struct BundleResult
{
    std::string id, name;
    bool untrained = false; // randomly initialised: a baseline
    bool simulated = false; // trained on virtual patients
    std::string note;
    std::vector<ProbeResult> probes;
    std::vector<FractionResult> shd;
    std::vector<RetrievalEntry> retrieval;
};

// The same data with another way from views to a study: "single view", "mean", "CLS", "attention".
struct AblationRow
{
    std::string name, note;
    std::vector<RetrievalEntry> retrieval;
};

// Everything that one run of the evaluation found, for the page, the report and the files.
struct Evaluation
{
    std::string title, created, program; // created: ISO 8601, by the caller's clock
    std::string dataName, dataHash;
    bool simulated = false; // virtual patients
    std::size_t ecgs = 0, studies = 0, patients = 0;
    EvaluationOptions options;
    std::vector<BundleResult> bundles; // side by side, on the same data
    std::vector<AblationRow> ablation;
    base::Warnings warnings;
};

} // namespace echo2ecg::evaluation
