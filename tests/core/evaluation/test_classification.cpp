// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "evaluation/classification.h"
#include "evaluation/knn_probe.h"
#include "evaluation/operating_points.h"
#include "evaluation/reliability.h"
#include "evaluation_support.h"

#include <limits>
#include <set>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

void compareWithGolden(const ClassificationMeasures& m, const base::Json& golden)
{
    E2E_CLOSE(m.auroc, golden.at("auroc_macro_ovr").toNumber(), 1e-12);
    // The reference sums precisions in float32 here.
    E2E_CLOSE(m.averagePrecision, golden.at("auprc_macro").toNumber(), 2e-7);
    E2E_CLOSE(m.balancedAccuracy, golden.at("balanced_accuracy = macro recall").toNumber(), 1e-12);
    E2E_CLOSE(m.f1, golden.at("f1_macro").toNumber(), 1e-12);
    E2E_CLOSE(m.precision, golden.at("precision_macro").toNumber(), 1e-12);
    E2E_CLOSE(m.recall, golden.at("recall_macro").toNumber(), 1e-12);
    for (std::size_t c = 0; c < m.classes.size(); ++c) {
        E2E_CLOSE(m.classes[c].auroc, golden.at("auroc_per_class").items().at(c).toNumber(), 1e-12);
        E2E_CLOSE(m.classes[c].averagePrecision, golden.at("auprc_per_class").items().at(c).toNumber(), 2e-7);
        for (std::size_t k = 0; k < m.classes.size(); ++k)
            QCOMPARE(m.confusion[c][k], golden.at("confusion_rows_true_cols_pred").items().at(c).items().at(k).toInteger());
    }
}

// Every pair of a positive and a negative.
double bruteAuroc(const ScoredSamples& s, int c)
{
    double won = 0, pairs = 0;
    for (std::size_t i = 0; i < s.size(); ++i)
        for (std::size_t j = 0; j < s.size(); ++j)
            if (s.labels[i] == c && s.labels[j] != c) {
                ++pairs;
                won += s.score(i, c) > s.score(j, c) ? 1 : s.score(i, c) == s.score(j, c) ? 0.5 : 0;
            }
    return pairs > 0 ? won / pairs : std::numeric_limits<double>::quiet_NaN();
}

// Precision and recall at each distinct threshold, counted anew.
double bruteAveragePrecision(const ScoredSamples& s, int c)
{
    std::set<double, std::greater<>> thresholds;
    double positives = 0, lastRecall = 0, sum = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
        thresholds.insert(s.score(i, c));
        positives += s.labels[i] == c;
    }
    for (const double t : thresholds) {
        double called = 0, hits = 0;
        for (std::size_t i = 0; i < s.size(); ++i) {
            called += s.score(i, c) >= t;
            hits += s.score(i, c) >= t && s.labels[i] == c;
        }
        sum += (hits / positives - lastRecall) * hits / called;
        lastRecall = hits / positives;
    }
    return sum;
}

} // namespace

class TestClassification : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithGolden_data();
    void agreesWithGolden();
    void knnAgreesWithGolden_data();
    void knnAgreesWithGolden();
    void binaryColumnAgreesWithGolden();
    void agreesWithAllPairs();
    void weightsAreRepetitions();
    void perfectInvertedConstant();
    void monotonousChangesNothing();
    void absentClasses();
    void refusesWhatIsNoData();
    void curveGivesTheArea();
    void operatingPoints();
    void reliabilityCounts();
    void reliabilityOfHonestProbabilities();
    void knnRefuses();
};

void TestClassification::agreesWithGolden_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("continuous") << "continuous";
    QTest::newRow("ties") << "ties";
}

void TestClassification::agreesWithGolden()
{
    QFETCH(QString, name);
    const auto samples = test::goldenScores("auroc_prob_" + name.toStdString() + "_f64.npy", "auroc_y_i64.npy");
    compareWithGolden(measureClassification(samples), test::goldenJson("auroc_metrics.json").at(name.toStdString()));
}

void TestClassification::knnAgreesWithGolden_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("classes");
    QTest::newRow("small") << "small" << 3;
    QTest::newRow("tok192") << "tok192" << 3;
    QTest::newRow("binary") << "binary" << 2;
}

void TestClassification::knnAgreesWithGolden()
{
    QFETCH(QString, name);
    QFETCH(int, classes);
    const std::string prefix = "knn_" + name.toStdString() + "_";
    for (const int threads : {1, 3}) {
        KnnOptions options;
        options.threads = threads;
        const ScoredSamples samples =
            knnProbabilities(test::goldenMatrix(prefix + "train_x_f32.npy"), test::goldenLabels(prefix + "train_y_i64.npy"),
                             test::goldenMatrix(prefix + "test_x_f32.npy"), test::goldenLabels(prefix + "test_y_i64.npy"), classes, options);
        const auto expected = base::readNpy(test::reference((prefix + "proba_f64.npy").c_str())).toDouble();
        QCOMPARE(samples.scores.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE(samples.scores[i], expected[i]);
        QCOMPARE(samples.predicted(), test::goldenLabels(prefix + "pred_i64.npy"));
        compareWithGolden(measureClassification(samples), test::goldenJson("knn_metrics.json").at(name.toStdString()));
    }
}

void TestClassification::binaryColumnAgreesWithGolden()
{
    const auto samples = test::goldenScores("auroc_prob_ties_f64.npy", "auroc_y_i64.npy");
    const auto golden = test::goldenJson("auroc_metrics.json");
    const base::Json& binary = golden.at("binary (class 1 vs rest, column 1 of ties)");
    const RankMeasures m = RankedScores(samples, 1).measure();
    E2E_CLOSE(m.auroc, binary.at("auroc").toNumber(), 1e-12);
    E2E_CLOSE(m.averagePrecision, binary.at("auprc").toNumber(), 2e-7);
}

void TestClassification::agreesWithAllPairs()
{
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const auto samples = test::madeScores(20 + seed * 5, 2 + int(seed % 4), seed % 2 ? 4 : 1000, 0.1 * double(seed % 5), seed);
        for (int c = 0; c < samples.classes; ++c) {
            const RankMeasures m = RankedScores(samples, c).measure();
            E2E_CLOSE(m.auroc, bruteAuroc(samples, c), 1e-12);
            E2E_CLOSE(m.averagePrecision, bruteAveragePrecision(samples, c), 1e-12);
        }
    }
}

void TestClassification::weightsAreRepetitions()
{
    const auto samples = test::madeScores(80, 3, 5, 0.3, 7);
    Random random(3);
    std::vector<std::uint32_t> weights;
    std::vector<std::size_t> repeated;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        weights.push_back(random.below(4));
        repeated.insert(repeated.end(), weights.back(), i);
    }
    const auto a = Classification(samples).measure(weights), b = measureClassification(samples.subset(repeated));
    QCOMPARE(a.confusion, b.confusion);
    QCOMPARE(a.samples, std::int64_t(repeated.size()));
    E2E_CLOSE(a.auroc, b.auroc, 0);
    E2E_CLOSE(a.averagePrecision, b.averagePrecision, 0);
    E2E_CLOSE(a.f1, b.f1, 0);
    E2E_CLOSE(a.balancedAccuracy, b.balancedAccuracy, 0);
}

void TestClassification::perfectInvertedConstant()
{
    ScoredSamples perfect{3, {}, {0, 1, 2, 2, 1, 0, 0}};
    for (const int label : perfect.labels)
        for (int c = 0; c < 3; ++c)
            perfect.scores.push_back(c == label ? 0.8 : 0.1);
    const auto best = measureClassification(perfect);
    for (const double one : {best.auroc, best.averagePrecision, best.f1, best.precision, best.recall, best.balancedAccuracy, best.accuracy})
        QCOMPARE(one, 1.0);

    ScoredSamples inverted = perfect;
    for (double& s : inverted.scores)
        s = 1 - s;
    const auto worst = measureClassification(inverted);
    QCOMPARE(worst.auroc, 0.0);
    QCOMPARE(worst.accuracy, 0.0);

    ScoredSamples constant = perfect;
    std::fill(constant.scores.begin(), constant.scores.end(), 1.0 / 3);
    const auto none = measureClassification(constant);
    QCOMPARE(none.auroc, 0.5);
    E2E_CLOSE(none.averagePrecision, 1.0 / 3, 1e-15); // mean prevalence
    QCOMPARE(none.confusion[1][0], 2);                // of equal classes the first
    E2E_CLOSE(none.balancedAccuracy, 1.0 / 3, 1e-15);
}

void TestClassification::monotonousChangesNothing()
{
    const auto samples = test::madeScores(200, 3, 1000, 0.2, 5);
    ScoredSamples changed = samples;
    for (double& s : changed.scores)
        s = std::exp(3 * s) - 100;
    QCOMPARE(measureClassification(changed).auroc, measureClassification(samples).auroc);
    QCOMPARE(measureClassification(changed).averagePrecision, measureClassification(samples).averagePrecision);
}

void TestClassification::absentClasses()
{
    // Class 2 isn't there, but called once; class 3 is neither.
    const ScoredSamples samples{4, {.7, .1, .1, .1, .2, .6, .1, .1, .1, .1, .7, .1, .1, .6, .2, .1}, {0, 1, 1, 1}};
    const auto m = measureClassification(samples);
    QCOMPARE(m.undefinedClasses, 2);
    QVERIFY(std::isnan(m.classes[2].auroc) && std::isnan(m.classes[3].auroc) && std::isnan(m.classes[3].averagePrecision));
    E2E_CLOSE(m.auroc, (m.classes[0].auroc + m.classes[1].auroc) / 2, 1e-15);
    E2E_CLOSE(m.balancedAccuracy, (1.0 + 2.0 / 3) / 2, 1e-15);
    E2E_CLOSE(m.recall, (1.0 + 2.0 / 3 + 0) / 3, 1e-15);    // torchmetrics: class 2 occurs
    E2E_CLOSE(m.precision, (1.0 + 1.0 + 0) / 3, 1e-15);
    E2E_CLOSE(m.f1, (1.0 + 0.8 + 0) / 3, 1e-15);

    const ScoredSamples single{2, {.3, .7, .4, .6}, {1, 1}};
    const auto one = measureClassification(single);
    QVERIFY(std::isnan(one.auroc));
    QCOMPARE(one.averagePrecision, 1.0);
    QVERIFY(!youdenPoint(RankedScores(single, 1)));
}

void TestClassification::refusesWhatIsNoData()
{
    QVERIFY_EXCEPTION_THROWN(measureClassification({3, {}, {}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(measureClassification({1, {1}, {0}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(measureClassification({2, {.5, .5, .5}, {0, 1}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(measureClassification({2, {.5, .5}, {2}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(measureClassification({2, {.5, .5}, {-1}}), base::Error);
    QVERIFY_EXCEPTION_THROWN(measureClassification({2, {.5, std::nan("")}, {0}}), base::Error);
}

void TestClassification::curveGivesTheArea()
{
    for (const int levels : {3, 1000}) {
        const auto samples = test::madeScores(150, 2, levels, 0.3, 11);
        const RankedScores ranked(samples, 1);
        const auto curve = ranked.curve();
        QCOMPARE(curve.front().truePositives, 0);
        QCOMPARE(curve.back().truePositives, ranked.positives());
        QCOMPARE(curve.back().falsePositives, ranked.negatives());
        double area = 0;
        for (std::size_t i = 1; i < curve.size(); ++i) {
            QVERIFY(curve[i].threshold < curve[i - 1].threshold);
            area += double(curve[i].falsePositives - curve[i - 1].falsePositives) * double(curve[i].truePositives + curve[i - 1].truePositives) / 2;
        }
        E2E_CLOSE(area / double(ranked.positives() * ranked.negatives()), ranked.measure().auroc, 1e-12);
    }
}

void TestClassification::operatingPoints()
{
    // Scores 9 … 0; positives at 9, 8, 6, 3.
    std::vector<double> scores;
    std::vector<bool> positive;
    for (int s = 9; s >= 0; --s) {
        scores.push_back(s);
        positive.push_back(s == 9 || s == 8 || s == 6 || s == 3);
    }
    const RankedScores ranked(scores, positive);
    const auto youden = youdenPoint(ranked);
    QVERIFY(youden);
    QCOMPARE(youden->threshold, 6.0); // sensitivity 3/4, specificity 5/6
    QCOMPARE(youden->sensitivity, 0.75);
    QCOMPARE(youden->specificity, 5.0 / 6);
    QCOMPARE(youden->ppv, 0.75);
    QCOMPARE(youden->npv, 5.0 / 6);
    QCOMPARE(youden->truePositives + youden->falseNegatives, 4);
    const auto sure = pointAtSpecificity(ranked, 1.0);
    QCOMPARE(sure->threshold, 8.0);
    QCOMPARE(sure->sensitivity, 0.5);
    const auto all = pointAtSensitivity(ranked, 1.0);
    QCOMPARE(all->threshold, 3.0);
    QCOMPARE(all->specificity, 0.5);
    QCOMPARE(pointAtSpecificity(ranked, 0.5)->threshold, 3.0);
    QCOMPARE(pointAtSensitivity(ranked, 0.6)->threshold, 6.0);
    QCOMPARE(pointAtThreshold(ranked, 7.5)->truePositives, 2);
    QCOMPARE(pointAtThreshold(ranked, 7.5)->falsePositives, 0);
    QCOMPARE(sure->rule, std::string("specificity>=1.00"));

    // Nothing to tell them apart: nobody is called positive.
    const auto blind = youdenPoint(RankedScores({1, 1, 1}, {true, false, true}));
    QVERIFY(std::isinf(blind->threshold));
    QVERIFY(std::isnan(blind->ppv));
    QCOMPARE(blind->specificity, 1.0);
}

void TestClassification::reliabilityCounts()
{
    const ScoredSamples samples{2, {1, 0, .3, .7, .3, .7, .4, .6, .95, .05}, {0, 1, 0, 1, 0}};
    const Reliability r = classReliability(samples, 1, 10);
    QCOMPARE(r.bins.size(), std::size_t(10));
    QCOMPARE(r.bins[7].count, 2); // 0.7 belongs to [0.7, 0.8)
    QCOMPARE(r.bins[6].count, 1);
    QCOMPARE(r.bins[0].count, 2);
    QVERIFY(std::isnan(r.bins[3].meanProbability));
    QCOMPARE(r.bins[7].observedFraction, 0.5);
    E2E_CLOSE(r.bins[0].meanProbability, 0.025, 1e-15);
    E2E_CLOSE(r.expectedError, 0.4 * 0.2 + 0.2 * 0.4 + 0.4 * 0.025, 1e-15);
    E2E_CLOSE(r.largestError, 0.4, 1e-15);
    E2E_CLOSE(r.brier, (0 + 0.09 + 0.49 + 0.16 + 0.0025) / 5, 1e-15);
    const Reliability top = topReliability(samples, 5);
    QCOMPARE(top.bins[4].count, 2);
    QCOMPARE(top.bins[4].observedFraction, 1.0);
    QCOMPARE(top.bins[3].count, 3);
    E2E_CLOSE(top.bins[3].observedFraction, 2.0 / 3, 1e-15);
    QVERIFY_EXCEPTION_THROWN(classReliability({2, {1.5, -.5}, {0}}, 0), base::Error);
    for (const int bins : {1, 7, 10, 15, 100}) // every border lies in the bin that begins with it
        for (int b = 0; b <= bins; ++b) {
            const double p = double(b) / bins;
            const Reliability one = classReliability({2, {1 - p, p}, {1}}, 1, bins);
            QCOMPARE(one.bins[std::size_t(std::min(b, bins - 1))].count, 1);
        }
}

void TestClassification::reliabilityOfHonestProbabilities()
{
    Random random(9);
    ScoredSamples honest{2, {}, {}}, bold{2, {}, {}};
    for (int i = 0; i < 40000; ++i) {
        const double p = random.uniform();
        const int label = random.uniform() < p;
        honest.labels.push_back(label);
        honest.scores.insert(honest.scores.end(), {1 - p, p});
        const double more = p > 0.5 ? 1 - 2 * (1 - p) * (1 - p) : 2 * p * p;
        bold.labels.push_back(label);
        bold.scores.insert(bold.scores.end(), {1 - more, more});
    }
    QVERIFY(classReliability(honest, 1).expectedError < 0.015);
    QVERIFY(classReliability(bold, 1).expectedError > 0.05);
    QVERIFY(topReliability(honest).expectedError < 0.015);
    E2E_CLOSE(classReliability(honest, 1).brier, 1.0 / 6, 0.005);
}

void TestClassification::knnRefuses()
{
    const EmbeddingMatrix four{2, {0, 0, 1, 1, 2, 2, 3, 3}}, one{2, {0, 0}}, wide{3, {0, 0, 0}};
    QVERIFY_EXCEPTION_THROWN(knnProbabilities(four, {0, 1, 0, 1}, one, {0}, 2), base::Error); // k = 5
    KnnOptions three;
    three.k = 3;
    QCOMPARE(knnProbabilities(four, {0, 1, 0, 1}, one, {0}, 2, three).score(0, 0), 2.0 / 3);
    QVERIFY_EXCEPTION_THROWN(knnProbabilities(four, {0, 1, 0}, one, {0}, 2, three), base::Error);
    QVERIFY_EXCEPTION_THROWN(knnProbabilities(four, {0, 1, 0, 1}, wide, {0}, 2, three), base::Error);
    QVERIFY_EXCEPTION_THROWN(knnProbabilities(four, {0, 1, 0, 2}, one, {0}, 2, three), base::Error);
    base::JobContext cancelled;
    cancelled.cancel.cancel();
    QVERIFY_EXCEPTION_THROWN(knnProbabilities(four, {0, 1, 0, 1}, one, {0}, 2, three, cancelled), base::Cancelled);
}

QTEST_GUILESS_MAIN(TestClassification)
#include "test_classification.moc"
