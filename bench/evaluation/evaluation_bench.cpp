// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "evaluation/bootstrap.h"
#include "evaluation/random.h"
#include "evaluation/retrieval_metrics.h"
#include "lines.h"

#include <cstring>
#include <filesystem>

// How long the two heavy parts of an evaluation take. table.py lets NumPy do the same on the same files.

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

constexpr std::size_t samples = 10000, classes = 3, pairs = 4000, width = 512;

void makeInputs(const std::filesystem::path& folder)
{
    std::filesystem::create_directories(folder);
    Random random(1);
    std::vector<double> scores;
    std::vector<std::int64_t> labels;
    for (std::size_t i = 0; i < samples; ++i) {
        labels.push_back(random.below(classes));
        for (std::size_t c = 0; c < classes; ++c)
            scores.push_back(random.uniform() + (std::int64_t(c) == labels.back() ? 0.3 : 0.0));
    }
    base::writeNpy(folder / "evaluation_scores.npy", base::NpyArray::of({samples, classes}, scores));
    base::writeNpy(folder / "evaluation_labels.npy", base::NpyArray::of({samples}, labels));
    std::vector<double> values;
    for (std::size_t i = 0; i < pairs; ++i)
        values.push_back(30 + 40 * random.uniform());
    base::writeNpy(folder / "evaluation_values.npy", base::NpyArray::of({pairs}, values));
    for (const char* name : {"evaluation_ecgs.npy", "evaluation_studies.npy"}) {
        std::vector<float> rows;
        for (std::size_t i = 0; i < pairs * width; ++i)
            rows.push_back(float(random.uniform() + random.uniform() + random.uniform() - 1.5 + 0.01 * values[i / width] * double(i % width < 16)));
        base::writeNpy(folder / name, base::NpyArray::of({pairs, width}, rows));
    }
}

bench::Check bootstrapTask(const Classification& classification)
{
    const Interval interval = bootstrapAuroc(classification, Resampler(classification.size(), 1));
    return [interval] { return interval.width(); };
}

bench::Check retrievalTask(const std::vector<RetrievalPair>& rows, const EmbeddingMatrix& ecgs, const EmbeddingMatrix& studies)
{
    auto result = evaluateRetrieval(phenotypeTask(rows), ecgs, studies);
    return [map = (result.ecgToEcho.measures.meanAveragePrecision + result.echoToEcg.measures.meanAveragePrecision) / 2] { return map; };
}

int lines(const std::filesystem::path& folder)
{
    ScoredSamples scored;
    scored.classes = int(classes);
    scored.scores = base::readNpy(folder / "evaluation_scores.npy").toDouble();
    for (const double label : base::readNpy(folder / "evaluation_labels.npy").toDouble())
        scored.labels.push_back(int(label));
    const Classification classification(scored);
    EmbeddingMatrix ecgs, studies;
    ecgs.width = studies.width = int(width);
    ecgs.values = base::readNpy(folder / "evaluation_ecgs.npy").toFloat();
    studies.values = base::readNpy(folder / "evaluation_studies.npy").toFloat();
    std::vector<RetrievalPair> rows;
    for (const double value : base::readNpy(folder / "evaluation_values.npy").toDouble())
        rows.push_back({"e" + std::to_string(rows.size()), "s" + std::to_string(rows.size()), value});
    return bench::answerLines({
        {"bootstrap", [&] { return bootstrapTask(classification); }},
        {"retrieval", [&] { return retrievalTask(rows, ecgs, studies); }},
    });
}

} // namespace

int main(int argc, char** argv)
{
    try {
        if (argc == 3 && std::strcmp(argv[1], "make") == 0)
            return makeInputs(argv[2]), 0;
        if (argc == 3 && std::strcmp(argv[1], "lines") == 0)
            return lines(argv[2]);
    } catch (const std::exception& error) {
        return std::fprintf(stderr, "%s\n", error.what()), 1;
    }
    return std::fprintf(stderr, "usage: e2e_bench_evaluation make|lines FOLDER\n"), 2;
}
