// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/npy.h"
#include "retrieval/dot_products.h"
#include "retrieval/knn_classifier.h"
#include "support/test_paths.h"

#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::retrieval;

namespace {

struct Matrix
{
    std::vector<std::vector<float>> rows;
    int width = 0;
};

Matrix loadMatrix(const std::string& file)
{
    const base::NpyArray array = base::readNpy(test::reference(file.c_str()));
    const std::vector<float> values = array.toFloat();
    Matrix matrix;
    matrix.width = int(array.shape.at(1));
    for (std::int64_t r = 0; r < array.shape.at(0); ++r)
        matrix.rows.emplace_back(values.begin() + r * matrix.width, values.begin() + (r + 1) * matrix.width);
    return matrix;
}

std::vector<std::vector<double>> loadDoubles(const std::string& file)
{
    const base::NpyArray array = base::readNpy(test::reference(file.c_str()));
    const std::vector<double> values = array.toDouble();
    const std::int64_t width = array.shape.size() > 1 ? array.shape[1] : 1;
    std::vector<std::vector<double>> rows;
    for (std::int64_t r = 0; r < array.shape.at(0); ++r)
        rows.emplace_back(values.begin() + r * width, values.begin() + (r + 1) * width);
    return rows;
}

double distance(const std::vector<float>& a, const std::vector<float>& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    return std::sqrt(sum);
}

std::vector<float> unit(std::vector<float> v)
{
    double sum = 0;
    for (float x : v)
        sum += double(x) * double(x);
    for (float& x : v)
        x = float(double(x) / std::max(std::sqrt(sum), 1e-12));
    return v;
}

std::vector<float> randomRow(std::mt19937& generator, int width)
{
    std::normal_distribution<float> normal;
    std::vector<float> row(static_cast<std::size_t>(width));
    for (float& x : row)
        x = normal(generator);
    return row;
}

} // namespace

class TestRetrieval : public QObject
{
    Q_OBJECT

private slots:
    void knnAgreesWithReference_data();
    void knnAgreesWithReference();
    void cosineAgreesWithReference_data();
    void cosineAgreesWithReference();
    void agreesWithBruteForce();
    void manyQueriesAtOnce_data();
    void manyQueriesAtOnce();
    void everyInstructionSetAgrees();
    void rowsAreAddedAtOnce();
    void tiesKeepTheOrderOfAdding();
    void filterLeavesOut();
    void fewerThanK();
    void refusesOtherWidthsAndBadValues();
    void voteIsTheLowestMaximum();
    void concurrentSearches();
    void speed();
};

void TestRetrieval::knnAgreesWithReference_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("classes");
    QTest::newRow("small") << "small" << 3;
    QTest::newRow("tok192") << "tok192" << 3;
    QTest::newRow("binary") << "binary" << 2;
}

void TestRetrieval::knnAgreesWithReference()
{
    QFETCH(QString, name);
    QFETCH(int, classes);
    const std::string prefix = "knn_" + name.toStdString() + "_";
    const Matrix train = loadMatrix(prefix + "train_x_f32.npy"), query = loadMatrix(prefix + "test_x_f32.npy");
    const auto trainY = loadDoubles(prefix + "train_y_i64.npy");
    const auto neighbours = loadDoubles(prefix + "neighbours_i64.npy");
    const auto probabilities = loadDoubles(prefix + "proba_f64.npy");
    const auto predictions = loadDoubles(prefix + "pred_i64.npy");

    KnnClassifier knn(train.width, classes, 5);
    for (std::size_t i = 0; i < train.rows.size(); ++i)
        knn.add(std::int64_t(1000 + i), train.rows[i], int(trainY[i][0]));
    QCOMPARE(knn.size(), train.rows.size());

    for (std::size_t q = 0; q < query.rows.size(); ++q) {
        const auto vote = knn.classify(query.rows[q]);
        QVERIFY(vote.has_value());
        bool sameNeighbours = true;
        for (std::size_t n = 0; n < 5; ++n) {
            const auto mine = std::size_t(vote->neighbours[n].id - 1000);
            const auto theirs = std::size_t(neighbours[q][n]);
            const double d = distance(query.rows[q], train.rows[mine]);
            QVERIFY(std::abs(double(vote->neighbours[n].score) - d) <= 1e-6 * std::max(1.0, d));
            QCOMPARE(vote->neighbourClasses[n], int(trainY[mine][0]));
            if (mine != theirs) {
                // Only rows at the same distance may stand for each other.
                QCOMPARE(d, distance(query.rows[q], train.rows[theirs]));
                sameNeighbours = false;
            }
        }
        if (!sameNeighbours)
            continue;
        QCOMPARE(vote->probabilities.size(), std::size_t(classes));
        for (std::size_t c = 0; c < std::size_t(classes); ++c)
            QCOMPARE(vote->probabilities[c], probabilities[q][c]);
        QCOMPARE(vote->predicted, int(predictions[q][0]));
    }
}

void TestRetrieval::cosineAgreesWithReference_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("paired") << "paired";
    QTest::newRow("lvef") << "lvef";
}

void TestRetrieval::cosineAgreesWithReference()
{
    QFETCH(QString, name);
    const std::string prefix = "retrieval_" + name.toStdString() + "_";
    const Matrix ecg = loadMatrix(prefix + "ecg_emb_f32.npy"), echo = loadMatrix(prefix + "echo_emb_f32.npy");
    const auto similarity = loadDoubles(prefix + "sim_f32.npy");
    const auto ranking = loadDoubles(prefix + "rank_ecg_to_echo_i64.npy");

    VectorIndex index(Metric::Cosine, echo.width);
    for (std::size_t i = 0; i < echo.rows.size(); ++i)
        index.add(std::int64_t(i), unit(echo.rows[i]));

    double worst = 0;
    for (std::size_t q = 0; q < ecg.rows.size(); ++q) {
        const auto hits = index.search(unit(ecg.rows[q]), int(echo.rows.size()));
        QCOMPARE(hits.size(), echo.rows.size());
        for (std::size_t r = 0; r < hits.size(); ++r) {
            const double expected = similarity[q][std::size_t(hits[r].id)];
            worst = std::max(worst, std::abs(double(hits[r].score) - expected));
            // Another study at this rank only when the reference scores it the same to float precision.
            if (hits[r].id != std::int64_t(ranking[q][r]))
                QVERIFY(std::abs(expected - similarity[q][std::size_t(ranking[q][r])]) < 2e-7);
            if (r > 0)
                QVERIFY(hits[r].score <= hits[r - 1].score);
        }
    }
    QVERIFY2(worst < 1e-6, qPrintable(QString::number(worst)));
}

void TestRetrieval::agreesWithBruteForce()
{
    std::mt19937 generator(5);
    for (const Metric metric : {Metric::Euclidean, Metric::Cosine}) {
        VectorIndex index(metric, 19);
        std::vector<std::vector<float>> rows;
        for (int i = 0; i < 20000; ++i) { // more than two blocks
            rows.push_back(randomRow(generator, 19));
            if (metric == Metric::Cosine)
                rows.back() = unit(rows.back());
            index.add(i * 3, rows.back());
        }
        const auto query = unit(randomRow(generator, 19));
        std::vector<std::pair<double, std::int64_t>> expected;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            double score = 0;
            for (std::size_t j = 0; j < query.size(); ++j)
                score -= double(query[j]) * double(rows[i][j]);
            expected.emplace_back(metric == Metric::Cosine ? score : distance(query, rows[i]), std::int64_t(i) * 3);
        }
        std::sort(expected.begin(), expected.end());
        const auto hits = index.search(query, 50);
        QCOMPARE(hits.size(), std::size_t(50));
        for (std::size_t i = 0; i < hits.size(); ++i)
            QCOMPARE(hits[i].id, expected[i].second);
    }
}

void TestRetrieval::manyQueriesAtOnce_data()
{
    QTest::addColumn<int>("queries");
    for (const int queries : {1, 3, 4, 16, 17, 40}) // by themselves, and in groups that are full or not
        QTest::addRow("%d", queries) << queries;
}

// Against sorting in double. Many rows, so that several threads search; some rows twice, so that ties are met.
void TestRetrieval::manyQueriesAtOnce()
{
    QFETCH(int, queries);
    constexpr int width = 67, count = 20000, k = 10;
    std::mt19937 generator(7);
    for (const Metric metric : {Metric::Cosine, Metric::Euclidean}) {
        VectorIndex index(metric, width);
        std::vector<std::vector<float>> rows;
        for (int i = 0; i < count; ++i) {
            rows.push_back(i >= 10000 && i % 2 ? rows[std::size_t(i) - 10000] : unit(randomRow(generator, width)));
            index.add(i * 2, rows.back());
        }
        std::vector<float> all;
        for (int q = 0; q < queries; ++q) {
            const std::vector<float> query = unit(randomRow(generator, width));
            all.insert(all.end(), query.begin(), query.end());
        }
        const auto accept = [](std::int64_t id) { return id % 14 != 0; };
        const auto hits = index.searchAll(all, k, accept);
        QCOMPARE(hits.size(), std::size_t(queries));
        for (int q = 0; q < queries; ++q) {
            const std::vector<float> query(all.begin() + q * width, all.begin() + (q + 1) * width);
            std::vector<std::pair<double, std::int64_t>> expected;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                double score = 0;
                for (std::size_t j = 0; j < query.size(); ++j) {
                    const double x = double(query[j]), y = double(rows[i][j]);
                    score += metric == Metric::Cosine ? -x * y : (x - y) * (x - y);
                }
                if (accept(std::int64_t(i) * 2))
                    expected.emplace_back(score, std::int64_t(i) * 2);
            }
            std::partial_sort(expected.begin(), expected.begin() + k, expected.end());
            const auto& ofQuery = hits[std::size_t(q)];
            QCOMPARE(ofQuery.size(), std::size_t(k));
            for (std::size_t i = 0; i < ofQuery.size(); ++i)
                QCOMPARE(ofQuery[i].id, expected[i].second);
        }
    }
    VectorIndex index(Metric::Cosine, width);
    QVERIFY(index.searchAll({}, k).empty());
    QVERIFY_EXCEPTION_THROWN(index.searchAll(std::vector<float>(width + 1, 0.1F), k), base::Error);
}

void TestRetrieval::everyInstructionSetAgrees()
{
    std::vector<const DotProducts*> sets{&baselineDotProducts, &dotProducts()};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        sets.push_back(&avx2DotProducts);
    if (__builtin_cpu_supports("avx512f"))
        sets.push_back(&avx512DotProducts);
#endif
    std::mt19937 generator(9);
    for (const std::size_t width : {1UL, 15UL, 16UL, 192UL, 515UL}) {
        for (const DotProducts* set : sets) {
            constexpr std::size_t count = 29; // whole tiles and a rest of every set
            std::vector<float> rows, queries;
            for (std::size_t i = 0; i < count; ++i)
                for (const float x : unit(randomRow(generator, int(width))))
                    rows.push_back(x);
            for (std::size_t q = 0; q < set->group; ++q)
                for (const float x : unit(randomRow(generator, int(width))))
                    queries.push_back(x);
            std::vector<float> packed(queries.size()), one(count), grouped(count * set->group);
            for (std::size_t q = 0; q < set->group; ++q)
                for (std::size_t i = 0; i < width; ++i)
                    packed[i * set->group + q] = queries[q * width + i];
            set->grouped(rows.data(), count, width, packed.data(), grouped.data());
            for (std::size_t q = 0; q < set->group; ++q) {
                set->one(rows.data(), count, width, queries.data() + q * width, one.data());
                for (std::size_t r = 0; r < count; ++r) {
                    double exact = 0;
                    for (std::size_t i = 0; i < width; ++i)
                        exact += double(rows[r * width + i]) * double(queries[q * width + i]);
                    QVERIFY(std::abs(double(one[r]) - exact) < 1e-6);
                    QVERIFY(std::abs(double(grouped[r * set->group + q]) - exact) < 1e-6);
                }
            }
        }
    }
}

void TestRetrieval::rowsAreAddedAtOnce()
{
    VectorIndex index(Metric::Euclidean, 2);
    index.reserve(3);
    const std::vector<std::int64_t> ids{5, 6, 7};
    index.add(ids, std::vector<float>{0, 0, 3, 4, 6, 8});
    QCOMPARE(index.size(), std::size_t(3));
    QCOMPARE(index.search({6, 8}, 2)[1].id, std::int64_t(6));
    QVERIFY_EXCEPTION_THROWN(index.add(ids, std::vector<float>{0, 0, 3, 4, 6}), base::Error);
    QVERIFY_EXCEPTION_THROWN(index.add(ids, std::vector<float>{0, 0, 3, 4, 6, std::numeric_limits<float>::quiet_NaN()}), base::Error);
    QCOMPARE(index.size(), std::size_t(3));
}

void TestRetrieval::tiesKeepTheOrderOfAdding()
{
    for (const Metric metric : {Metric::Euclidean, Metric::Cosine}) {
        VectorIndex index(metric, 4);
        const std::vector<float> far = unit({1, 0, 0, 5}), near = unit({1, 1, 0, 0});
        index.add(900, far);
        for (std::int64_t id : {50, 40, 30, 20, 10, 60})
            index.add(id, near);
        const auto hits = index.search(unit({1, 1, 0.2F, 0}), 4);
        QCOMPARE(hits.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(hits[i].id, std::int64_t(50) - 10 * std::int64_t(i));
    }
}

void TestRetrieval::filterLeavesOut()
{
    std::mt19937 generator(3);
    VectorIndex index(Metric::Euclidean, 8);
    for (int i = 0; i < 500; ++i)
        index.add(i, randomRow(generator, 8));
    const auto query = randomRow(generator, 8);
    const auto all = index.search(query, 500);
    const auto odd = index.search(query, 20, [](std::int64_t id) { return id % 2 == 1; });
    QCOMPARE(odd.size(), std::size_t(20));
    std::size_t at = 0;
    for (const Hit& hit : all) // the filtered answer is the full ranking without the refused ones
        if (hit.id % 2 == 1 && at < odd.size())
            QCOMPARE(odd[at++].id, hit.id);
    QVERIFY(index.search(query, 20, [](std::int64_t) { return false; }).empty());
}

void TestRetrieval::fewerThanK()
{
    VectorIndex index(Metric::Euclidean, 2);
    QVERIFY(index.search({0, 0}, 5).empty());
    index.add(1, {3, 4});
    const auto hits = index.search({0, 0}, 5);
    QCOMPARE(hits.size(), std::size_t(1));
    QCOMPARE(hits[0].score, 5.0F);
    QVERIFY(index.search({0, 0}, 0).empty());

    KnnClassifier knn(2, 2, 5);
    for (int i = 0; i < 5; ++i)
        knn.add(i, {float(i), 0}, i % 2);
    QVERIFY(knn.classify({0, 0}).has_value());
    QVERIFY(!knn.classify({0, 0}, [](std::int64_t id) { return id != 3; }).has_value());
}

void TestRetrieval::refusesOtherWidthsAndBadValues()
{
    VectorIndex index(Metric::Cosine, 512);
    QVERIFY_EXCEPTION_THROWN(index.add(1, std::vector<float>(192, 0.1F)), base::Error);
    std::vector<float> bad(512, 0.1F);
    bad[77] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN(index.add(1, bad), base::Error);
    bad[77] = std::numeric_limits<float>::infinity();
    QVERIFY_EXCEPTION_THROWN(index.add(1, bad), base::Error);
    QCOMPARE(index.size(), std::size_t(0));
    QVERIFY_EXCEPTION_THROWN(index.search(std::vector<float>(192, 0.1F), 3), base::Error);
    KnnClassifier knn(192, 3);
    QVERIFY_EXCEPTION_THROWN(knn.add(1, std::vector<float>(512, 0.1F), 0), base::Error);
    QVERIFY_EXCEPTION_THROWN(knn.add(1, std::vector<float>(192, 0.1F), 3), base::Error);
    QVERIFY_EXCEPTION_THROWN(knn.add(1, std::vector<float>(192, 0.1F), -1), base::Error);
}

void TestRetrieval::voteIsTheLowestMaximum()
{
    KnnClassifier knn(1, 3, 5);
    const int classes[] = {2, 1, 2, 1, 0}; // two votes each for 1 and 2
    for (int i = 0; i < 5; ++i)
        knn.add(i, {float(i)}, classes[i]);
    const auto vote = knn.classify({0});
    QVERIFY(vote.has_value());
    QCOMPARE(vote->predicted, 1);
    QCOMPARE(vote->probabilities, (std::vector<double>{0.2, 0.4, 0.4}));
}

void TestRetrieval::concurrentSearches()
{
    std::mt19937 generator(11);
    VectorIndex index(Metric::Euclidean, 32);
    for (int i = 0; i < 3000; ++i)
        index.add(i, randomRow(generator, 32));
    const auto query = randomRow(generator, 32);
    const auto expected = index.search(query, 10);
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                const auto hits = index.search(query, 10);
                for (std::size_t h = 0; h < hits.size(); ++h)
                    wrong += hits[h].id != expected[h].id;
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
}

// Printed for the reader; the bound is loose because test machines are busy.
void TestRetrieval::speed()
{
    const auto measure = [](Metric metric, int rows, int width, int k) {
        std::mt19937 generator(1);
        VectorIndex index(metric, width);
        std::vector<float> row = unit(randomRow(generator, width));
        for (int i = 0; i < rows; ++i) {
            row[std::size_t(i % width)] = float(generator() % 1000) / 1000.0F;
            index.add(i, row);
        }
        double best = 1e9;
        for (int i = 0; i < 5; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const auto hits = index.search(row, k, [](std::int64_t id) { return id % 100 != 0; });
            best = std::min(
                best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
            if (hits.size() != std::size_t(k))
                return -1.0;
        }
        qInfo("%d rows of %d: %.2f ms", rows, width, best);
        return best;
    };
    const double small = measure(Metric::Euclidean, 10000, 192, 5);
    QVERIFY(small >= 0 && small < 200);
    const double large = measure(Metric::Cosine, 100000, 512, 10);
    QVERIFY(large >= 0 && large < 2000);
}

QTEST_GUILESS_MAIN(TestRetrieval)
#include "test_retrieval.moc"
