// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "evaluation/inputs/pair_table.h"
#include "evaluation/retrieval_metrics.h"
#include "evaluation/similarity.h"
#include "evaluation_support.h"

#include <chrono>
#include <limits>
#include <numeric>
#include <set>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

PairTable goldenPairs()
{
    return readPairTable(test::reference("retrieval_pairs.csv"));
}

void compareDirection(const RetrievalMeasures& m, const base::Json& golden, const std::string& direction)
{
    const auto expected = [&](const std::string& name) { return golden.at("test/" + name + "_" + direction).toNumber(); };
    for (std::size_t d = 0; d < retrievalDepths.size(); ++d) {
        const std::string k = std::to_string(retrievalDepths[d]);
        E2E_CLOSE(m.precision[d], expected("prec@" + k), 1e-12);
        E2E_CLOSE(m.recall[d], expected("recall@" + k), 1e-12);
    }
    E2E_CLOSE(m.meanAveragePrecision, expected("mAP"), 1e-12);
    E2E_CLOSE(m.medianRank, expected("MdR"), 1e-12);
    E2E_CLOSE(m.meanRank, expected("MnR"), 1e-12);
    E2E_CLOSE(m.alignment, expected("alignment_score"), 5e-7); // float32 cosines
    QCOMPARE(m.queriesWithoutRelevant, std::size_t(0));
}

EmbeddingMatrix madeEmbeddings(std::size_t rows, int width, std::uint64_t seed)
{
    Random random(seed);
    EmbeddingMatrix out;
    out.width = width;
    for (std::size_t i = 0; i < rows * std::size_t(width); ++i)
        out.values.push_back(float(random.uniform() + random.uniform() + random.uniform() - 1.5));
    return out;
}

Relevance madeRelevance(std::size_t queries, std::size_t candidates, double share, std::uint64_t seed)
{
    Random random(seed);
    std::vector<std::vector<std::uint32_t>> lists(queries);
    for (std::size_t q = 0; q < queries; ++q)
        for (std::uint32_t c = 0; c < candidates; ++c)
            if (random.uniform() < share * (q % 4)) // some have nothing relevant
                lists[q].push_back(c);
    return Relevance::listed(candidates, std::move(lists));
}

} // namespace

class TestRetrievalMetrics : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithGolden_data();
    void agreesWithGolden();
    void similaritiesAgreeWithGolden();
    void cosinesAgreeWithDouble();
    void equalCandidatesScoreEqually();
    void byDefinition();
    void perfectAndWorst();
    void nothingRelevant();
    void toleranceIsInclusive();
    void severalPartners();
    void randomExpectationIsWhatRandomOrdersGive();
    void randomExpectationOfSmallCases();
    void sameForAnyThreads();
    void intervals();
    void refuses();
    void speed();
};

void TestRetrievalMetrics::agreesWithGolden_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("paired") << "paired";
    QTest::newRow("lvef") << "lvef";
}

void TestRetrievalMetrics::agreesWithGolden()
{
    QFETCH(QString, name);
    const std::string prefix = "retrieval_" + name.toStdString() + "_";
    const auto all = test::goldenJson("retrieval_expected.json");
    const base::Json& golden = all.at(name.toStdString());

    PairTable pairs = goldenPairs();
    QCOMPARE(mergePhenotypes(pairs, test::reference("retrieval_metadata.csv")), std::size_t(0));
    const RetrievalTask task = name == "lvef" ? phenotypeTask(pairs.pairs(Phenotype::Lvef)) : identityTask(pairs.pairs(std::nullopt));

    const auto& ecgs = golden.at("ecg_filenames (row order)").items();
    const auto& studies = golden.at("echo_studies (column order)").items();
    QCOMPARE(task.ecgs.size(), ecgs.size());
    QCOMPARE(task.studies.size(), studies.size());
    for (std::size_t i = 0; i < ecgs.size(); ++i)
        QCOMPARE(task.ecgs[i], ecgs[i].toString());
    for (std::size_t i = 0; i < studies.size(); ++i)
        QCOMPARE(task.studies[i], std::to_string(studies[i].toInteger()));
    QCOMPARE(task.tolerance.has_value(), !golden.at("threshold").isNull());
    if (task.tolerance)
        E2E_CLOSE(*task.tolerance, golden.at("threshold").toNumber(), 1e-12);

    for (const auto& [relevance, key] : {std::pair(&task.ecgToEcho, "gt_ecg_to_echo"), std::pair(&task.echoToEcg, "gt_echo_to_ecg")}) {
        const base::Json& truth = golden.at(key);
        QCOMPARE(relevance->queries(), truth.size());
        for (std::size_t q = 0; q < relevance->queries(); ++q) {
            std::vector<std::uint32_t> expected;
            for (const auto& item : truth.at(std::to_string(q)).items())
                expected.push_back(std::uint32_t(item.toInteger()));
            std::sort(expected.begin(), expected.end());
            QCOMPARE(relevance->of(q), expected);
        }
    }

    const RetrievalResult result = evaluateRetrieval(task, test::goldenMatrix(prefix + "ecg_emb_f32.npy"), test::goldenMatrix(prefix + "echo_emb_f32.npy"));
    compareDirection(result.ecgToEcho.measures, golden.at("metrics"), "ecg_to_echo");
    compareDirection(result.echoToEcg.measures, golden.at("metrics"), "echo_to_ecg");
    QCOMPARE(result.droppedRows > 0, name == "lvef");
}

void TestRetrievalMetrics::similaritiesAgreeWithGolden()
{
    for (const std::string name : {"paired", "lvef"}) {
        const std::string prefix = "retrieval_" + name + "_";
        const auto expected = base::readNpy(test::reference((prefix + "sim_f32.npy").c_str())).toDouble();
        const Cosines cosines(test::goldenMatrix(prefix + "ecg_emb_f32.npy"), test::goldenMatrix(prefix + "echo_emb_f32.npy"));
        std::vector<float> scores;
        for (std::size_t first = 0; first < cosines.queries(); first += 7) {
            cosines.block(first, std::min<std::size_t>(7, cosines.queries() - first), scores);
            for (std::size_t i = 0; i < scores.size(); ++i)
                E2E_CLOSE(double(scores[i]), expected[first * cosines.candidates() + i], 5e-7);
        }
    }
}

void TestRetrievalMetrics::cosinesAgreeWithDouble()
{
    for (const int width : {1, 3, 64, 513}) {
        const auto a = madeEmbeddings(21, width, 1), b = madeEmbeddings(37, width, 2);
        const Cosines cosines(a, b);
        std::vector<float> scores;
        for (std::size_t q = 0; q < 21; ++q) {
            cosines.block(q, 1, scores);
            QCOMPARE(scores.size(), std::size_t(37));
            for (std::size_t c = 0; c < 37; ++c) {
                double dot = 0, aa = 0, bb = 0;
                for (std::size_t i = 0; i < std::size_t(width); ++i) {
                    dot += double(a.row(q)[i]) * double(b.row(c)[i]);
                    aa += double(a.row(q)[i]) * double(a.row(q)[i]);
                    bb += double(b.row(c)[i]) * double(b.row(c)[i]);
                }
                E2E_CLOSE(double(scores[c]), dot / std::sqrt(aa * bb), 1e-6);
            }
        }
    }
}

void TestRetrievalMetrics::equalCandidatesScoreEqually()
{
    const auto queries = madeEmbeddings(5, 100, 3), one = madeEmbeddings(1, 100, 4);
    EmbeddingMatrix same;
    for (int i = 0; i < 27; ++i)
        same.append(one.row(0));
    const Cosines cosines(queries, same);
    std::vector<float> scores;
    cosines.block(0, 5, scores);
    for (std::size_t q = 0; q < 5; ++q)
        for (std::size_t c = 1; c < 27; ++c)
            QVERIFY(scores[q * 27 + c] == scores[q * 27]);
    // Then candidates keep their order.
    const auto relevance = Relevance::listed(27, {{4}, {4}, {4}, {4}, {4}});
    for (const auto& outcome : evaluateDirection(relevance, queries, same).outcomes)
        QCOMPARE(outcome.firstRank, 5u);
}

// Against the text of SPEC §9, with plain sorting.
void TestRetrievalMetrics::byDefinition()
{
    constexpr std::size_t queries = 50, candidates = 43;
    Random random(6);
    std::vector<float> scores(queries * candidates);
    for (float& s : scores)
        s = float(std::floor(random.uniform() * 60) - 30) / 30; // negative ones, zero and ties
    const Relevance relevance = madeRelevance(queries, candidates, 0.05, 7);
    const auto result = evaluateScores(relevance, [&](std::size_t first, std::size_t count, std::vector<float>& out) {
        out.assign(scores.begin() + std::ptrdiff_t(first * candidates), scores.begin() + std::ptrdiff_t((first + count) * candidates));
    });
    std::vector<double> ranks;
    double map = 0, p5 = 0, r10 = 0, alignment = 0;
    int aligned = 0;
    for (std::size_t q = 0; q < queries; ++q) {
        const float* row = scores.data() + q * candidates;
        std::vector<std::uint32_t> order(candidates);
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return row[a] > row[b]; });
        const auto relevant = relevance.of(q);
        const std::set<std::uint32_t> wanted(relevant.begin(), relevant.end());
        double hits = 0, precisions = 0, near = 0, first = candidates + 1, five = 0, ten = 0;
        for (std::size_t r = 0; r < candidates; ++r) {
            if (!wanted.count(order[r]))
                continue;
            precisions += ++hits / double(r + 1);
            near += double(row[order[r]]);
            first = std::min(first, double(r + 1));
            five += r < 5;
            ten += r < 10;
        }
        ranks.push_back(first);
        p5 += five / 5 / queries;
        if (!wanted.empty()) {
            map += precisions / hits / queries;
            r10 += ten / hits / queries;
            alignment += near / hits;
            ++aligned;
        }
    }
    E2E_CLOSE(result.measures.meanAveragePrecision, map, 1e-12);
    E2E_CLOSE(result.measures.precision[2], p5, 1e-12);
    E2E_CLOSE(result.measures.recall[3], r10, 1e-12);
    E2E_CLOSE(result.measures.alignment, alignment / aligned, 1e-6);
    E2E_CLOSE(result.measures.meanRank, std::accumulate(ranks.begin(), ranks.end(), 0.0) / queries, 1e-12);
    std::sort(ranks.begin(), ranks.end());
    E2E_CLOSE(result.measures.medianRank, (ranks[24] + ranks[25]) / 2, 1e-12);
    QCOMPARE(result.measures.queriesWithoutRelevant, std::size_t(queries - std::size_t(aligned)));
    QVERIFY(aligned < int(queries));
}

void TestRetrievalMetrics::perfectAndWorst()
{
    const auto embeddings = madeEmbeddings(40, 64, 8);
    std::vector<std::vector<std::uint32_t>> self;
    for (std::uint32_t i = 0; i < 40; ++i)
        self.push_back({i});
    const auto relevance = Relevance::listed(40, self);
    const auto best = evaluateDirection(relevance, embeddings, embeddings).measures;
    QCOMPARE(best.precision[0], 1.0);
    QCOMPARE(best.recall[0], 1.0);
    QCOMPARE(best.precision[3], 0.1);
    QCOMPARE(best.meanAveragePrecision, 1.0);
    QCOMPARE(best.meanRank, 1.0);
    QCOMPARE(best.medianRank, 1.0);
    E2E_CLOSE(best.alignment, 1, 1e-6);

    EmbeddingMatrix opposite = embeddings;
    for (float& v : opposite.values)
        v = -v;
    const auto worst = evaluateDirection(relevance, opposite, embeddings).measures;
    QCOMPARE(worst.precision[3], 0.0);
    QCOMPARE(worst.meanRank, 40.0);
    QCOMPARE(worst.meanAveragePrecision, 1.0 / 40);
    E2E_CLOSE(worst.alignment, -1, 1e-6);
}

void TestRetrievalMetrics::nothingRelevant()
{
    const auto a = madeEmbeddings(3, 8, 1), b = madeEmbeddings(6, 8, 2);
    const auto m = evaluateDirection(Relevance::listed(6, {{}, {}, {}}), a, b).measures;
    QCOMPARE(m.meanRank, 7.0);
    QCOMPARE(m.medianRank, 7.0);
    QCOMPARE(m.meanAveragePrecision, 0.0);
    QCOMPARE(m.recall[3], 0.0);
    QVERIFY(std::isnan(m.alignment));
    QCOMPARE(m.queriesWithoutRelevant, std::size_t(3));
    // Fewer candidates than k: P@10 is still a tenth for each.
    const auto all = evaluateDirection(Relevance::listed(6, {{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}}), a, b).measures;
    QCOMPARE(all.precision[3], 0.6);
    QCOMPARE(all.recall[3], 1.0);
    QCOMPARE(all.precision[2], 1.0);
}

void TestRetrievalMetrics::toleranceIsInclusive()
{
    // Values 0, 2, 4: σ = 2, tolerance 1 → with factor 1: 2, ends included.
    const std::vector<RetrievalPair> pairs{{"a", "x", 0.0}, {"b", "y", 2.0}, {"c", "z", 4.0}, {"d", "w", std::nullopt}};
    const RetrievalTask half = phenotypeTask(pairs), whole = phenotypeTask(pairs, 1.0);
    QCOMPARE(*half.tolerance, 1.0);
    QCOMPARE(half.ecgToEcho.of(1), (std::vector<std::uint32_t>{1}));
    QCOMPARE(*whole.tolerance, 2.0);
    QCOMPARE(whole.ecgToEcho.of(0), (std::vector<std::uint32_t>{0, 1}));
    QCOMPARE(whole.ecgToEcho.of(1), (std::vector<std::uint32_t>{0, 1, 2}));
    QCOMPARE(whole.echoToEcg.of(2), (std::vector<std::uint32_t>{1, 2}));
    QCOMPARE(half.droppedRows, std::size_t(1));
    QCOMPARE(half.ecgs.size(), std::size_t(3));
}

void TestRetrievalMetrics::severalPartners()
{
    // Clips repeat a study's row; an ECG with two studies has their mean; σ is over the three distinct (study, value) rows.
    const std::vector<RetrievalPair> pairs{{"a", "x", 10.0}, {"a", "x", 10.0}, {"a", "x", 10.0}, {"a", "y", 20.0}, {"b", "y", 20.0}, {"c", "z", 90.0}};
    const RetrievalTask task = phenotypeTask(pairs, 0.1);
    E2E_CLOSE(*task.tolerance, 0.1 * std::sqrt(1900.0), 1e-12); // of 10, 20, 90: mean 40, squares 900 + 400 + 2500 over 2
    QCOMPARE(task.ecgToEcho.of(0), (std::vector<std::uint32_t>{}));  // 15 ± 4.4 holds neither 10 nor 20: not even its own
    QCOMPARE(task.ecgToEcho.of(1), (std::vector<std::uint32_t>{1}));
    // Echo → ECG: "a" has rows of 10 and 20, so that it is near both.
    QCOMPARE(task.echoToEcg.of(0), (std::vector<std::uint32_t>{0}));
    QCOMPARE(task.echoToEcg.of(1), (std::vector<std::uint32_t>{0, 1}));
    const RetrievalTask identity = identityTask(pairs);
    QCOMPARE(identity.ecgToEcho.of(0), (std::vector<std::uint32_t>{0, 1}));
    QCOMPARE(identity.echoToEcg.of(1), (std::vector<std::uint32_t>{0, 1}));
    QVERIFY(!identity.tolerance);
}

void TestRetrievalMetrics::randomExpectationIsWhatRandomOrdersGive()
{
    constexpr std::size_t queries = 400, candidates = 60;
    const Relevance relevance = madeRelevance(queries, candidates, 0.04, 3);
    RetrievalMeasures mean, expected;
    constexpr int orders = 200;
    for (int o = 0; o < orders; ++o) {
        const auto result = evaluateScores(relevance, [&](std::size_t first, std::size_t count, std::vector<float>& out) {
            out.clear();
            for (std::size_t q = first; q < first + count; ++q) {
                Random random(std::uint64_t(o) + 1, q);
                for (std::size_t c = 0; c < candidates; ++c)
                    out.push_back(float(random.uniform()));
            }
        });
        for (std::size_t d = 0; d < 4; ++d) {
            mean.precision[d] += result.measures.precision[d] / orders;
            mean.recall[d] += result.measures.recall[d] / orders;
        }
        mean.meanAveragePrecision += result.measures.meanAveragePrecision / orders;
        mean.meanRank += result.measures.meanRank / orders;
        mean.medianRank += result.measures.medianRank / orders;
        mean.alignment += result.measures.alignment / orders;
        expected = result.random;
    }
    for (std::size_t d = 0; d < 4; ++d) {
        E2E_CLOSE(mean.precision[d] / expected.precision[d], 1, 0.04);
        E2E_CLOSE(mean.recall[d] / expected.recall[d], 1, 0.06);
    }
    E2E_CLOSE(mean.meanAveragePrecision / expected.meanAveragePrecision, 1, 0.02);
    E2E_CLOSE(mean.meanRank / expected.meanRank, 1, 0.01);
    QVERIFY2(std::abs(mean.medianRank - expected.medianRank) <= 1, qPrintable(QString("%1 %2").arg(mean.medianRank).arg(expected.medianRank)));
    E2E_CLOSE(mean.alignment, 0.5, 0.01);
    E2E_CLOSE(expected.alignment, 0.5, 0.01);
}

// All orders of five candidates.
void TestRetrievalMetrics::randomExpectationOfSmallCases()
{
    for (std::uint32_t relevant = 0; relevant <= 5; ++relevant) {
        std::vector<std::uint32_t> list(relevant);
        std::iota(list.begin(), list.end(), 0u);
        const auto relevance = Relevance::listed(5, {list});
        std::vector<int> order{0, 1, 2, 3, 4};
        RetrievalMeasures mean, expected;
        int orders = 0;
        do {
            const auto result = evaluateScores(relevance, [&](std::size_t, std::size_t, std::vector<float>& out) { out.assign(order.begin(), order.end()); });
            for (std::size_t d = 0; d < 4; ++d) {
                mean.precision[d] += result.measures.precision[d] / 120;
                mean.recall[d] += result.measures.recall[d] / 120;
            }
            mean.meanAveragePrecision += result.measures.meanAveragePrecision / 120;
            mean.meanRank += result.measures.meanRank / 120;
            expected = result.random;
            ++orders;
        } while (std::next_permutation(order.begin(), order.end()));
        QCOMPARE(orders, 120);
        for (std::size_t d = 0; d < 4; ++d) {
            E2E_CLOSE(mean.precision[d], expected.precision[d], 1e-12);
            E2E_CLOSE(mean.recall[d], expected.recall[d], 1e-12);
        }
        E2E_CLOSE(mean.meanAveragePrecision, expected.meanAveragePrecision, 1e-12);
        E2E_CLOSE(mean.meanRank, expected.meanRank, 1e-12);
    }
}

void TestRetrievalMetrics::sameForAnyThreads()
{
    const auto a = madeEmbeddings(83, 32, 1), b = madeEmbeddings(71, 32, 2);
    const Relevance relevance = madeRelevance(83, 71, 0.05, 3);
    RetrievalOptions one;
    one.threads = 1;
    const auto expected = evaluateDirection(relevance, a, b, one);
    for (const int threads : {2, 5, 100}) {
        RetrievalOptions many;
        many.threads = threads;
        const auto result = evaluateDirection(relevance, a, b, many);
        QCOMPARE(namedMeasures(result.measures), namedMeasures(expected.measures));
        for (std::size_t q = 0; q < 83; ++q)
            QCOMPARE(result.outcomes[q].firstRank, expected.outcomes[q].firstRank);
    }
}

void TestRetrievalMetrics::intervals()
{
    const auto a = madeEmbeddings(300, 32, 1), b = madeEmbeddings(80, 32, 2);
    const auto result = evaluateDirection(madeRelevance(300, 80, 0.05, 3), a, b);
    BootstrapOptions options;
    options.resamples = 400;
    const auto intervals = bootstrapRetrieval(result, Resampler(300, 1), options);
    QCOMPARE(intervals.size(), std::size_t(12));
    for (const auto& [name, value] : namedMeasures(result.measures)) {
        const Interval& i = intervals.at(name);
        QCOMPARE(i.estimate, value);
        QVERIFY2(i.low <= value && value <= i.high && i.low < i.high, name.c_str());
    }
    // As a mean's error is.
    double mean = result.measures.meanRank, squares = 0;
    for (const auto& o : result.outcomes)
        squares += (o.firstRank - mean) * (o.firstRank - mean);
    E2E_CLOSE(intervals.at("mean_rank").standardError / std::sqrt(squares / 300 / 300), 1, 0.15);
    QVERIFY_EXCEPTION_THROWN(bootstrapRetrieval(result, Resampler(299, 1), options), base::Error);
}

void TestRetrievalMetrics::refuses()
{
    const auto a = madeEmbeddings(3, 8, 1), b = madeEmbeddings(6, 8, 2), wide = madeEmbeddings(6, 9, 2);
    const auto relevance = Relevance::listed(6, {{0}, {1}, {2}});
    QVERIFY_EXCEPTION_THROWN(evaluateDirection(relevance, a, wide), base::Error);
    QVERIFY_EXCEPTION_THROWN(evaluateDirection(relevance, b, a), base::Error);
    QVERIFY_EXCEPTION_THROWN(Relevance::listed(2, {{2}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(identityTask({}), base::Error);
    QVERIFY_EXCEPTION_THROWN(phenotypeTask({{"a", "x", 1.0}, {"b", "y", std::nullopt}}), base::Error);
    EmbeddingMatrix bad = a;
    bad.values[5] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN(evaluateDirection(relevance, bad, b), base::Error);
}

void TestRetrievalMetrics::speed()
{
    constexpr std::size_t n = 4000;
    const auto a = madeEmbeddings(n, 512, 1), b = madeEmbeddings(n, 512, 2);
    std::vector<RetrievalPair> pairs;
    Random random(4);
    for (std::size_t i = 0; i < n; ++i)
        pairs.push_back({"e" + std::to_string(i), "s" + std::to_string(i), 30 + 40 * random.uniform()});
    const auto start = std::chrono::steady_clock::now();
    const RetrievalTask task = phenotypeTask(pairs);
    const auto result = evaluateRetrieval(task, a, b);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    qInfo("4,000 x 4,000 of 512 values, both directions: %.2f s", seconds);
    QVERIFY(seconds < 30);
    // Embeddings that know nothing rank like a random order.
    for (const DirectionResult* d : {&result.ecgToEcho, &result.echoToEcg}) {
        E2E_CLOSE(d->measures.precision[3] / d->random.precision[3], 1, 0.05);
        E2E_CLOSE(d->measures.meanAveragePrecision / d->random.meanAveragePrecision, 1, 0.02);
        E2E_CLOSE(d->measures.meanRank / d->random.meanRank, 1, 0.1);
    }
}

QTEST_GUILESS_MAIN(TestRetrievalMetrics)
#include "test_retrieval_metrics.moc"
