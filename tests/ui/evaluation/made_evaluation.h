// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluation/evaluation_support.h"
#include "evaluation/evaluation.h"

#include <array>

// An evaluation of a model and its untrained baseline on patients that a formula made.
namespace echo2ecg::test {

inline evaluation::EmbeddingMatrix madeVectors(std::size_t n, double signal, std::uint64_t seed)
{
    evaluation::Random random(seed), shared(99);
    evaluation::EmbeddingMatrix out{8, {}};
    for (std::size_t i = 0; i < 8 * n; ++i)
        out.values.push_back(float(signal * (shared.uniform() - 0.5) + random.uniform() - 0.5));
    return out;
}

inline evaluation::BundleResult madeBundle(const std::string& name, double signal, int resamples)
{
    using namespace evaluation;
    constexpr std::size_t n = 120;
    EvaluationOptions options;
    options.bootstrap.resamples = resamples;
    std::vector<std::string> patients, sex, age;
    for (std::size_t i = 0; i < n; ++i) {
        patients.push_back("p" + std::to_string(i / 2));
        sex.push_back(i % 3 ? "male" : "female");
        age.push_back(ageBand(40.0 + double(i * 7 % 50)));
    }
    const std::vector<Attribute> attributes{{"sex", sex, {}}, {"age", age, ageBands()}};
    BundleResult b;
    b.id = "id-" + name;
    b.name = name;
    b.probes.push_back(evaluateProbe(madeScores(n, 3, 60, signal, 3), {"reduced", "mildly reduced", "preserved"}, patients, attributes, options));
    b.probes.back().trainingSamples = 300;
    b.probes.push_back(evaluateProbe(madeScores(n, 2, 60, signal, 4), {"absent", "present"}, patients, attributes, options));
    b.probes.back().task = "structural heart disease";
    const std::array<double, 4> shares{0.001, 0.01, 0.1, 1};
    for (const double share : shares) {
        FractionResult f;
        f.fraction = share;
        f.trainingSamples = std::size_t(300 * share) + 2;
        f.neighbours = 5;
        f.auroc = {0.5 + 0.3 * signal * (1 + std::log10(share) / 3.5), share < 1 ? 0.03 : 0};
        f.averagePrecision = f.f1 = f.balancedAccuracy = f.auroc;
        f.aurocs.assign(share < 1 ? 5 : 1, f.auroc.mean);
        b.shd.push_back(f);
    }
    std::vector<RetrievalPair> pairs;
    for (std::size_t i = 0; i < 40; ++i)
        pairs.push_back({"e" + std::to_string(i), "s" + std::to_string(i), 20.0 + double(i * 13 % 50)});
    const std::vector<std::string> forty(patients.begin(), patients.begin() + 40), fortySex(sex.begin(), sex.begin() + 40);
    const auto ecgs = madeVectors(40, 3 * signal, 5), studies = madeVectors(40, 3 * signal, 6);
    b.retrieval.push_back(evaluatePhenotype("LVEF", phenotypeTask(pairs), ecgs, studies, forty, forty, {{"sex", fortySex, {}}}, options));
    b.retrieval.push_back(evaluatePhenotype("identity", identityTask(pairs), ecgs, studies, forty, forty, {{"sex", fortySex, {}}}, options));
    return b;
}

inline evaluation::Evaluation madeEvaluation(int resamples = 60)
{
    evaluation::Evaluation e;
    e.dataName = "library";
    e.dataHash = "0f1e2d3c";
    e.simulated = true;
    e.ecgs = 120;
    e.studies = 40;
    e.patients = 60;
    e.options.bootstrap.resamples = resamples;
    e.bundles = {madeBundle("Demo", 0.6, resamples), madeBundle("Demo", 0.0, resamples)};
    e.bundles[1].untrained = true;
    e.ablation = {{"single view", "mean over all views in their turn", e.bundles[1].retrieval}, {"mean of aligned views", "", e.bundles[0].retrieval}};
    e.warnings = {{"few", "Fewer than 50 test patients have the class “mildly reduced”: its numbers are rough.", {}}, {"left-out", "3 ECGs have no label.", {}}};
    return e;
}

} // namespace echo2ecg::test
