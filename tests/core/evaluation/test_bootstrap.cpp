// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "evaluation/bootstrap.h"
#include "evaluation_support.h"

#include <chrono>
#include <limits>
#include <numeric>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

BootstrapOptions options(int resamples, int threads = 0, std::uint64_t seed = 1)
{
    BootstrapOptions out;
    out.resamples = resamples;
    out.threads = threads;
    out.seed = seed;
    return out;
}

double normal(Random& random)
{
    const double u = 1 - random.uniform(), v = random.uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
}

// Patients with several samples each that share most of their score.
struct Clustered
{
    ScoredSamples samples;
    std::vector<int> patients;
};

Clustered clustered(int patients, int each, std::uint64_t seed)
{
    Random random(seed);
    Clustered out;
    out.samples.classes = 2;
    for (int p = 0; p < patients; ++p) {
        const int label = p % 2;
        const double own = normal(random) + 0.8 * label;
        for (int i = 0; i < each; ++i) {
            const double score = 1 / (1 + std::exp(-(own + 0.2 * normal(random))));
            out.samples.labels.push_back(label);
            out.samples.scores.insert(out.samples.scores.end(), {1 - score, score});
            out.patients.push_back(p);
        }
    }
    return out;
}

} // namespace

class TestBootstrap : public QObject
{
    Q_OBJECT

private slots:
    void randomIsTheSameEverywhere();
    void quantilesAsNumpy();
    void resamplesAreDraws();
    void groupsComeWhole();
    void sameForAnyThreads();
    void seedsDiffer();
    void meanHasTheKnownError();
    void intervalCoversTheTruth();
    void patientsWidenTheInterval();
    void patientsOfOneAreSamples();
    void missingClassesAreCounted();
    void perfectHasNoWidth();
    void agreesWithDrawnSubsets();
    void cancelled();
    void refuses();
    void speed();
};

void TestBootstrap::randomIsTheSameEverywhere()
{
    // Fixed, so that a seed in a publication stays good.
    Random random(1, 0);
    std::vector<std::uint64_t> first;
    for (int i = 0; i < 3; ++i)
        first.push_back(random.next());
    Random again(1, 0), other(1, 1);
    for (const auto value : first)
        QCOMPARE(again.next(), value);
    QVERIFY(other.next() != first[0]);
    std::vector<int> counts(6, 0);
    for (int i = 0; i < 60000; ++i)
        ++counts[random.below(6)];
    double chiSquare = 0;
    for (const int count : counts)
        chiSquare += (count - 10000.0) * (count - 10000.0) / 10000.0;
    QVERIFY2(chiSquare < 25, qPrintable(QString::number(chiSquare))); // 5 degrees of freedom: p = 1e-4
    std::vector<int> values(50);
    std::iota(values.begin(), values.end(), 0);
    random.draw(values, 20);
    std::sort(values.begin(), values.end());
    for (int i = 0; i < 50; ++i)
        QCOMPARE(values[std::size_t(i)], i);
}

void TestBootstrap::quantilesAsNumpy()
{
    const std::vector<double> values{1, 2, 4, 8, 16};
    QCOMPARE(quantile(values, 0.0), 1.0);
    QCOMPARE(quantile(values, 1.0), 16.0);
    QCOMPARE(quantile(values, 0.5), 4.0);
    E2E_CLOSE(quantile(values, 0.025), 1.1, 1e-12);  // numpy.percentile(values, 2.5)
    E2E_CLOSE(quantile(values, 0.975), 15.2, 1e-12); // numpy.percentile(values, 97.5)
    QVERIFY(std::isnan(quantile({}, 0.5)));
    QCOMPARE(quantile({3}, 0.025), 3.0);
}

void TestBootstrap::resamplesAreDraws()
{
    const Resampler resampler(500, 3);
    std::vector<std::uint32_t> a, b;
    std::vector<double> sums(500, 0.0);
    int absent = 0;
    for (int r = 0; r < 400; ++r) {
        resampler.draw(r, a);
        QCOMPARE(std::accumulate(a.begin(), a.end(), 0u), 500u);
        for (std::size_t i = 0; i < a.size(); ++i) {
            sums[i] += a[i];
            absent += a[i] == 0;
        }
    }
    resampler.draw(399, b);
    QCOMPARE(a, b);
    resampler.draw(398, b);
    QVERIFY(a != b);
    for (const double sum : sums)
        QVERIFY2(std::abs(sum / 400 - 1) < 0.3, qPrintable(QString::number(sum / 400))); // 6 standard errors
    E2E_CLOSE(absent / (400.0 * 500), std::pow(1 - 1.0 / 500, 500), 0.01);
}

void TestBootstrap::groupsComeWhole()
{
    const std::vector<int> groups{0, 1, 1, 4, 0, 4, 4, 2}; // nobody has 3
    const Resampler resampler(groups.size(), groups, 1);
    std::vector<std::uint32_t> weights;
    for (int r = 0; r < 100; ++r) {
        resampler.draw(r, weights);
        QCOMPARE(weights[1], weights[2]);
        QCOMPARE(weights[0], weights[4]);
        QCOMPARE(weights[3], weights[5]);
        QCOMPARE(weights[3], weights[6]);
        QCOMPARE(weights[0] + weights[1] + weights[3] + weights[7], 4u); // as many as there are groups
    }
    QCOMPARE(groupsOf({"b", "a", "b", "", "", "a"}), (std::vector<int>{0, 1, 0, 2, 3, 1}));
}

void TestBootstrap::sameForAnyThreads()
{
    const auto samples = test::madeScores(300, 3, 6, 0.3, 2);
    const Classification classification(samples);
    const Resampler resampler(samples.size(), 77);
    const auto one = bootstrapClassification(classification, resampler, options(200, 1));
    for (const int threads : {2, 3, 8, 500}) {
        const auto many = bootstrapClassification(classification, resampler, options(200, threads));
        for (const auto& [a, b] : {std::pair(&one.auroc, &many.auroc), std::pair(&one.averagePrecision, &many.averagePrecision), std::pair(&one.f1, &many.f1),
                                  std::pair(&one.classAuroc[2], &many.classAuroc[2])}) {
            QVERIFY(a->low == b->low && a->high == b->high && a->standardError == b->standardError && a->estimate == b->estimate);
            QVERIFY(a->low < a->estimate && a->estimate < a->high);
        }
    }
    const Interval alone = bootstrapAuroc(classification, resampler, options(200, 2));
    QVERIFY(alone.low == one.auroc.low && alone.high == one.auroc.high && alone.estimate == one.auroc.estimate);
}

void TestBootstrap::seedsDiffer()
{
    const auto samples = test::madeScores(300, 3, 6, 0.3, 2);
    const Classification classification(samples);
    const Interval a = bootstrapAuroc(classification, Resampler(samples.size(), 1), options(300)), b = bootstrapAuroc(classification, Resampler(samples.size(), 2), options(300));
    QVERIFY(a.low != b.low);
    QVERIFY(std::abs(a.low - b.low) < 0.2 * a.width() + 0.01);
}

// The bootstrap's error of a mean is the standard error with N in the place of N − 1.
void TestBootstrap::meanHasTheKnownError()
{
    Random random(4);
    std::vector<double> values(200);
    for (double& v : values)
        v = normal(random);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 200;
    double squares = 0;
    for (const double v : values)
        squares += (v - mean) * (v - mean);
    const auto result = bootstrap(Resampler(200, 8), options(4000), {mean}, [&](Weights w, std::span<double> out) {
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += w[i] * values[i];
        out[0] = sum / 200;
    }).front();
    const double expected = std::sqrt(squares / 200 / 200);
    E2E_CLOSE(result.standardError / expected, 1, 0.05);
    E2E_CLOSE(result.low, mean - 1.96 * expected, 0.02);
    E2E_CLOSE(result.high, mean + 1.96 * expected, 0.02);
}

// AUROC of two normal distributions 1 apart is Φ(1/√2) = 0.7602; 95 % intervals should hold it about 95 times of 100.
void TestBootstrap::intervalCoversTheTruth()
{
    constexpr double truth = 0.760249938906523;
    Random random(12);
    int covered = 0;
    constexpr int studies = 200;
    for (int study = 0; study < studies; ++study) {
        ScoredSamples samples{2, {}, {}};
        for (int i = 0; i < 200; ++i) {
            samples.labels.push_back(i % 2);
            const double s = normal(random) + i % 2;
            samples.scores.insert(samples.scores.end(), {-s, s});
        }
        const Interval i = bootstrapAuroc(Classification(samples), Resampler(200, std::uint64_t(study)), options(300));
        covered += i.low <= truth && truth <= i.high;
    }
    QVERIFY2(covered > 0.88 * studies && covered <= studies, qPrintable(QString::number(covered)));
}

void TestBootstrap::patientsWidenTheInterval()
{
    const Clustered data = clustered(60, 10, 21);
    const Classification classification(data.samples);
    const Interval bySample = bootstrapAuroc(classification, Resampler(data.samples.size(), 1), options(600));
    const Interval byPatient = bootstrapAuroc(classification, Resampler(data.samples.size(), data.patients, 1), options(600));
    QCOMPARE(bySample.estimate, byPatient.estimate);
    // Ten nearly equal samples a patient: about √10 as wide.
    QVERIFY2(byPatient.width() > 2 * bySample.width(), qPrintable(QString("%1 %2").arg(byPatient.width()).arg(bySample.width())));
    QVERIFY(byPatient.width() < 5 * bySample.width());
}

void TestBootstrap::patientsOfOneAreSamples()
{
    const auto samples = test::madeScores(250, 2, 50, 0.3, 5);
    std::vector<int> own(samples.size());
    std::iota(own.begin(), own.end(), 0);
    const Classification classification(samples);
    const Interval a = bootstrapAuroc(classification, Resampler(samples.size(), 3), options(200)),
                   b = bootstrapAuroc(classification, Resampler(samples.size(), own, 3), options(200));
    QVERIFY(a.low == b.low && a.high == b.high);
}

void TestBootstrap::missingClassesAreCounted()
{
    // One sample of class 2: a resample lacks it with (1 − 1/12)^12 = 0.352.
    ScoredSamples samples{3, {}, {}};
    for (int i = 0; i < 12; ++i) {
        samples.labels.push_back(i == 0 ? 2 : i % 2);
        for (int c = 0; c < 3; ++c)
            samples.scores.push_back(c == samples.labels.back() ? 0.5 + 0.01 * i : 0.25);
    }
    const auto result = bootstrapClassification(Classification(samples), Resampler(12, 1), options(2000));
    E2E_CLOSE(result.auroc.undefined / 2000.0, 0.352, 0.06);
    QCOMPARE(result.auroc.undefined + result.auroc.resamples, 2000);
    QVERIFY(result.classAuroc[2].undefined > 500);
    QVERIFY(result.classAuroc[0].undefined < 20);
    QCOMPARE(result.accuracy.undefined, 0);
    QCOMPARE(result.f1.undefined, result.auroc.undefined);

    // A class that no sample has doesn't count against a resample.
    ScoredSamples two = test::madeScores(100, 2, 20, 0.2, 4);
    ScoredSamples three{3, {}, two.labels};
    for (std::size_t i = 0; i < two.size(); ++i)
        three.scores.insert(three.scores.end(), {two.score(i, 0), two.score(i, 1), 0.0});
    const auto without = bootstrapClassification(Classification(three), Resampler(100, 1), options(100));
    QCOMPARE(without.auroc.undefined, 0);
    QVERIFY(std::isnan(without.classAuroc[2].estimate) && without.classAuroc[2].resamples == 0 && std::isnan(without.classAuroc[2].low));
}

void TestBootstrap::perfectHasNoWidth()
{
    ScoredSamples samples{2, {}, {}};
    for (int i = 0; i < 100; ++i) {
        samples.labels.push_back(i % 2);
        samples.scores.insert(samples.scores.end(), {i % 2 ? 0.1 : 0.9, i % 2 ? 0.9 : 0.1});
    }
    const Interval i = bootstrapAuroc(Classification(samples), Resampler(100, 1), options(200));
    QVERIFY(i.low == 1 && i.high == 1 && i.estimate == 1 && i.standardError == 0);
}

// The fast way by weights beside drawing, copying and sorting.
void TestBootstrap::agreesWithDrawnSubsets()
{
    const auto samples = test::madeScores(120, 3, 5, 0.3, 9);
    const Classification classification(samples);
    const Resampler resampler(samples.size(), 5);
    std::vector<double> values;
    std::vector<std::uint32_t> weights;
    for (int b = 0; b < 100; ++b) {
        resampler.draw(b, weights);
        std::vector<std::size_t> drawn;
        for (std::size_t i = 0; i < weights.size(); ++i)
            drawn.insert(drawn.end(), weights[i], i);
        values.push_back(measureClassification(samples.subset(drawn)).auroc);
    }
    std::sort(values.begin(), values.end());
    const Interval i = bootstrapAuroc(classification, resampler, options(100));
    E2E_CLOSE(i.low, quantile(values, 0.025), 1e-14);
    E2E_CLOSE(i.high, quantile(values, 0.975), 1e-14);
}

void TestBootstrap::cancelled()
{
    const auto samples = test::madeScores(300, 3, 6, 0.3, 2);
    base::JobContext context;
    int reports = 0;
    context.onProgress = [&](const base::Progress& p) {
        ++reports;
        if (p.done >= 20)
            context.cancel.cancel();
    };
    QVERIFY_EXCEPTION_THROWN(bootstrapAuroc(Classification(samples), Resampler(300, 1), options(100000, 2), context), base::Cancelled);
    QVERIFY(reports > 0);
}

void TestBootstrap::refuses()
{
    const std::vector<int> few{0, 1}, negative{0, -1, 2}, large{0, 1, 3};
    QVERIFY_EXCEPTION_THROWN(Resampler(3, few, 1), base::Error);
    QVERIFY_EXCEPTION_THROWN(Resampler(3, negative, 1), base::Error);
    QVERIFY_EXCEPTION_THROWN(Resampler(3, large, 1), base::Error);
    const auto samples = test::madeScores(30, 2, 6, 0.3, 2);
    QVERIFY_EXCEPTION_THROWN(bootstrapAuroc(Classification(samples), Resampler(30, 1), options(0)), base::Error);
    QVERIFY_EXCEPTION_THROWN(bootstrapAuroc(Classification(samples), Resampler(29, 1), options(5)), base::Error);
}

// Asked for: 1,000 resamples of 10,000 samples in less than 10 s on 2 cores.
void TestBootstrap::speed()
{
    for (const int levels : {5, 100000}) {
        const auto samples = test::madeScores(10000, 3, levels, 0.3, 1);
        const auto start = std::chrono::steady_clock::now();
        const auto result = bootstrapClassification(Classification(samples), Resampler(samples.size(), 1), options(1000, 2));
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        qInfo("%d levels: %.2f s, AUROC %.4f (%.4f-%.4f)", levels, seconds, result.auroc.estimate, result.auroc.low, result.auroc.high);
        QVERIFY(seconds < 10);
        QVERIFY(result.auroc.width() > 0.005 && result.auroc.width() < 0.05);
    }
}

QTEST_GUILESS_MAIN(TestBootstrap)
#include "test_bootstrap.moc"
