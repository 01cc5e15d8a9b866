// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "evaluation/shd_fractions.h"
#include "evaluation/subgroups.h"
#include "evaluation_support.h"

#include <set>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

// Two clouds that overlap.
EmbeddingMatrix clouds(const std::vector<int>& labels, double apart, std::uint64_t seed)
{
    Random random(seed);
    EmbeddingMatrix out;
    for (const int label : labels) {
        std::vector<float> row(8);
        for (float& v : row)
            v = float(random.uniform() + random.uniform() + random.uniform() - 1.5);
        row[0] += float(apart * label);
        out.append(row);
    }
    return out;
}

std::vector<int> madeLabels(std::size_t n, double share, std::uint64_t seed)
{
    Random random(seed);
    std::vector<int> out(n);
    for (int& label : out)
        label = random.uniform() < share;
    return out;
}

} // namespace

class TestFractionsSubgroups : public QObject
{
    Q_OBJECT

private slots:
    void drawsAreDraws();
    void bothClassesWherePossible();
    void moreTrainingIsBetter();
    void everythingIsTheProbe();
    void fractionsRefuse();
    void splits();
    void ages();
    void subgroupsOfClassification();
    void subgroupsOfRetrieval();
};

void TestFractionsSubgroups::drawsAreDraws()
{
    const auto labels = madeLabels(1000, 0.4, 1);
    const auto a = drawFraction(labels, 0.1, 1, 0), b = drawFraction(labels, 0.1, 1, 1);
    QCOMPARE(a.size(), std::size_t(100));
    QCOMPARE(std::set<std::size_t>(a.begin(), a.end()).size(), std::size_t(100));
    QCOMPARE(a, drawFraction(labels, 0.1, 1, 0));
    QVERIFY(a != b);
    QVERIFY(a.back() < 1000);
    QCOMPARE(drawFraction(labels, 1.0, 1, 0).size(), std::size_t(1000));
    QCOMPARE(drawFraction(labels, 0.001, 1, 0).size(), std::size_t(2)); // two at least
    QCOMPARE(drawFraction({0, 1}, 0.001, 1, 0).size(), std::size_t(2));
}

void TestFractionsSubgroups::bothClassesWherePossible()
{
    auto labels = std::vector<int>(2000, 0);
    for (std::size_t i = 100; i < 110; ++i)
        labels[i] = 1; // one in 200
    for (std::uint64_t d = 0; d < 50; ++d) {
        const auto which = drawFraction(labels, 0.002, 3, d);
        QCOMPARE(which.size(), std::size_t(4));
        QCOMPARE(std::set<std::size_t>(which.begin(), which.end()).size(), std::size_t(4));
        QVERIFY(std::any_of(which.begin(), which.end(), [&](std::size_t i) { return labels[i] == 1; }));
        QVERIFY(std::any_of(which.begin(), which.end(), [&](std::size_t i) { return labels[i] == 0; }));
    }
    QCOMPARE(drawFraction(std::vector<int>(2000, 0), 0.002, 3, 0).size(), std::size_t(4)); // where there is one class alone
}

void TestFractionsSubgroups::moreTrainingIsBetter()
{
    const auto trainLabels = madeLabels(3000, 0.4, 1), testLabels = madeLabels(400, 0.4, 2);
    FractionOptions options;
    options.seeds = 6;
    const auto results = shdByFraction(clouds(trainLabels, 1.2, 3), trainLabels, clouds(testLabels, 1.2, 4), testLabels, options);
    QCOMPARE(results.size(), std::size_t(4));
    QCOMPARE(results[0].trainingSamples, std::size_t(3));
    QCOMPARE(results[0].neighbours, 3); // fewer than k
    QCOMPARE(results[1].trainingSamples, std::size_t(30));
    QCOMPARE(results[1].neighbours, 5);
    QCOMPARE(results[3].trainingSamples, std::size_t(3000));
    QCOMPARE(results[1].aurocs.size(), std::size_t(6));
    QCOMPARE(results[3].aurocs.size(), std::size_t(1));
    QCOMPARE(results[3].auroc.sd, 0.0);
    QCOMPARE(results[0].auroc.mean, 0.5); // everybody is everybody's neighbour
    QVERIFY(results[1].auroc.sd > results[2].auroc.sd);
    QVERIFY(results[1].auroc.mean > 0.5 && results[1].auroc.mean < results[2].auroc.mean);
    QVERIFY2(results[3].auroc.mean > 0.8, qPrintable(QString::number(results[3].auroc.mean)));
    double mean = 0, squares = 0;
    for (const double a : results[1].aurocs)
        mean += a / 6;
    for (const double a : results[1].aurocs)
        squares += (a - mean) * (a - mean);
    E2E_CLOSE(results[1].auroc.mean, mean, 1e-12);
    E2E_CLOSE(results[1].auroc.sd, std::sqrt(squares / 5), 1e-12);
}

void TestFractionsSubgroups::everythingIsTheProbe()
{
    FractionOptions options;
    options.fractions = {1.0};
    const auto train = test::goldenMatrix("knn_binary_train_x_f32.npy"), query = test::goldenMatrix("knn_binary_test_x_f32.npy");
    const auto result = shdByFraction(train, test::goldenLabels("knn_binary_train_y_i64.npy"), query, test::goldenLabels("knn_binary_test_y_i64.npy"), options);
    const auto golden = test::goldenJson("knn_metrics.json");
    const base::Json& expected = golden.at("binary");
    E2E_CLOSE(result[0].auroc.mean, expected.at("auroc_per_class").items()[1].toNumber(), 1e-12);
    E2E_CLOSE(result[0].averagePrecision.mean, expected.at("auprc_per_class").items()[1].toNumber(), 2e-7);
    E2E_CLOSE(result[0].f1.mean, expected.at("f1_macro").toNumber(), 1e-12);
}

void TestFractionsSubgroups::fractionsRefuse()
{
    const EmbeddingMatrix train{1, {0, 1, 2, 3, 4, 5}}, query{1, {0, 1}};
    const std::vector<int> labels{0, 1, 0, 1, 0, 1};
    QVERIFY_EXCEPTION_THROWN(shdByFraction(train, labels, query, {1, 1}), base::Error);
    QVERIFY_EXCEPTION_THROWN(shdByFraction(train, {0, 1}, query, {0, 1}), base::Error);
    FractionOptions options;
    options.fractions = {1.5};
    QVERIFY_EXCEPTION_THROWN(shdByFraction(train, labels, query, {0, 1}, options), base::Error);
    options.fractions = {0};
    QVERIFY_EXCEPTION_THROWN(shdByFraction(train, labels, query, {0, 1}, options), base::Error);
}

void TestFractionsSubgroups::splits()
{
    const auto groups = splitBy("sex", {"male", "female", "", "male", "other"}, {"female", "male", "nobody"});
    QCOMPARE(groups.size(), std::size_t(4));
    QCOMPARE(groups[0].value, std::string("female"));
    QCOMPARE(groups[1].value, std::string("male"));
    QCOMPARE(groups[1].samples, (std::vector<std::size_t>{0, 3}));
    QCOMPARE(groups[2].value, std::string("other"));
    QCOMPARE(groups[3].value, std::string("unknown"));
    QCOMPARE(groups[3].samples, (std::vector<std::size_t>{2}));
    const auto counts = perSubgroup(groups, "n", [](std::span<const std::size_t> s) { return double(s.size()); });
    QCOMPARE(counts[1].interval.estimate, 2.0);
    QCOMPARE(counts[1].samples, std::size_t(2));
    QVERIFY(std::isnan(counts[1].interval.low));
}

void TestFractionsSubgroups::ages()
{
    QCOMPARE(ageBands(), (std::vector<std::string>{"<50", "50-64", "65-79", ">=80"}));
    QCOMPARE(ageBand(49.9), std::string("<50"));
    QCOMPARE(ageBand(50), std::string("50-64"));
    QCOMPARE(ageBand(64.99), std::string("50-64"));
    QCOMPARE(ageBand(65), std::string("65-79"));
    QCOMPARE(ageBand(80), std::string(">=80"));
    QCOMPARE(ageBand(std::nullopt), std::string());
    QCOMPARE(ageBand(-1), std::string());
    QCOMPARE(ageBand(999), std::string());
    QCOMPARE(ageBand(20, {18}), std::string(">=18"));
}

void TestFractionsSubgroups::subgroupsOfClassification()
{
    const auto samples = test::madeScores(400, 3, 8, 0.3, 3);
    std::vector<std::string> sex;
    std::vector<int> patients;
    for (std::size_t i = 0; i < 400; ++i) {
        sex.push_back(i % 4 == 0 ? "female" : "male");
        patients.push_back(int(i / 8)); // of both
    }
    BootstrapOptions options;
    options.resamples = 200;
    const auto groups = splitBy("sex", sex);
    const auto values = subgroupAuroc(groups, samples, patients, options);
    QCOMPARE(values.size(), std::size_t(2));
    QCOMPARE(values[0].samples, std::size_t(100));
    QCOMPARE(values[0].groups, std::size_t(50));
    E2E_CLOSE(values[0].interval.estimate, measureClassification(samples.subset(groups[0].samples)).auroc, 0);
    QVERIFY(values[0].interval.width() > values[1].interval.width()); // fewer samples
    options.resamples = 0;
    QVERIFY(std::isnan(subgroupAuroc(groups, samples, {}, options)[0].interval.low));
}

void TestFractionsSubgroups::subgroupsOfRetrieval()
{
    DirectionResult result;
    result.measures.candidates = 9;
    for (std::uint32_t i = 0; i < 6; ++i) {
        QueryOutcome o;
        o.relevant = 1;
        o.firstRank = i % 2 ? 2 : 8;
        o.hits = {0, i % 2, i % 2, 1};
        o.averagePrecision = 1.0 / o.firstRank;
        result.outcomes.push_back(o);
    }
    const auto values = subgroupRetrieval(splitBy("rhythm", {"a", "b", "a", "b", "a", "b"}), result, {"P@3", "mean_rank"});
    QCOMPARE(values.size(), std::size_t(4));
    QCOMPARE(values[0].measure, std::string("P@3"));
    QCOMPARE(values[0].interval.estimate, 0.0);
    QCOMPARE(values[1].interval.estimate, 8.0);
    E2E_CLOSE(values[2].interval.estimate, 1.0 / 3, 1e-15);
    QCOMPARE(values[3].interval.estimate, 2.0);
    QCOMPARE(values[3].samples, std::size_t(3));
}

QTEST_GUILESS_MAIN(TestFractionsSubgroups)
#include "test_fractions_subgroups.moc"
