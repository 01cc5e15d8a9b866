// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/npy.h"
#include "ecg/baseline.h"
#include "ecg/preprocess.h"
#include "ecg/resample.h"
#include "ecg_test_support.h"

#include <chrono>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

std::vector<double> golden(const char* file)
{
    return base::readNpy(test::reference(file)).toDouble();
}

base::Json goldenJson(const char* file)
{
    std::ifstream stream(test::reference(file), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    return base::Json::parse(text, file);
}

template <class T> double largestError(const std::vector<T>& ours, const std::vector<double>& theirs)
{
    if (ours.size() != theirs.size() || ours.empty())
        return INFINITY;
    double largest = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const double error = std::abs(double(ours[i]) - theirs[i]);
        largest = std::isnan(error) ? INFINITY : std::max(largest, error);
    }
    return largest;
}

// The number a reader wants to see beside its tolerance.
#define COMPARE_GOLDEN(what, error, tolerance)                                                                         \
    do {                                                                                                               \
        const double found = error;                                                                                    \
        qInfo("%-44s largest error %.3g, tolerance %.3g", what, found, double(tolerance));                             \
        QVERIFY2(found <= (tolerance), what);                                                                          \
    } while (false)

} // namespace

class TestEcgPreprocess : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_raw = golden("ecg_raw_uV_i16.npy");
        QCOMPARE(m_raw.size(), std::size_t(60000));
    }

    void chainInDouble()
    {
        const auto result = processMatrix(m_raw, 5000, {});
        COMPARE_GOLDEN("ecg_processed_f64", largestError(result.values, golden("ecg_processed_f64.npy")), 1e-7);
        QCOMPARE(result.nanReplaced, std::size_t(0));
    }

    void chainInFloat()
    {
        const std::vector<float> raw(m_raw.begin(), m_raw.end());
        const auto result = processMatrixF32(raw, 5000, {});
        COMPARE_GOLDEN("ecg_processed_f32", largestError(result, golden("ecg_processed_f32.npy")), 5e-6);
        COMPARE_GOLDEN("float path against ecg_processed_f64", largestError(result, golden("ecg_processed_f64.npy")),
                       5e-6);
    }

    void numbers()
    {
        const auto expected = goldenJson("ecg_preproc_numbers.json").at("f64");
        EcgRecipe recipe;
        const auto result = processMatrix(m_raw, 5000, recipe);
        COMPARE_GOLDEN("standard deviation, relative", std::abs(result.sigma / expected.at("std_ddof0").toNumber() - 1),
                       1e-12);
        COMPARE_GOLDEN("clip level, relative", std::abs(result.clipLevel / expected.at("clip_abs").toNumber() - 1),
                       1e-12);
        QCOMPARE(std::int64_t(result.clipped), expected.at("n_clipped").toInteger());
        recipe.normalisationGroups.clear(); // what is left is the signal before normalisation
        const auto before = processMatrix(m_raw, 5000, recipe);
        for (const auto& [first, last] : EcgRecipe{}.normalisationGroups) {
            const std::string key = "group[" + std::to_string(first) + ":" + std::to_string(last) + "]";
            double sum = 0, sum2 = 0;
            const double n = double(last - first) * 5000;
            for (std::size_t i = std::size_t(first) * 5000; i < std::size_t(last) * 5000; ++i)
                sum += before.values[i];
            for (std::size_t i = std::size_t(first) * 5000; i < std::size_t(last) * 5000; ++i)
                sum2 += (before.values[i] - sum / n) * (before.values[i] - sum / n);
            COMPARE_GOLDEN((key + " mean").c_str(), std::abs(sum / n - expected.at(key).at("mean").toNumber()), 1e-5);
            COMPARE_GOLDEN((key + " variance, relative").c_str(),
                           std::abs(sum2 / n / expected.at(key).at("var_ddof0").toNumber() - 1), 1e-8);
        }
    }

    void baselineIterations()
    {
        const auto result = processMatrix(m_raw, 5000, {});
        std::vector<double> clipped = m_raw;
        for (double& value : clipped)
            value = std::clamp(value, -result.clipLevel, result.clipLevel);
        const auto expected = golden("ecg_baseline_leadII_iter1to5_f64.npy");
        for (int iteration = 1; iteration <= 5; ++iteration) {
            const auto z = baselineAls(clipped.data() + 5000, 5000, 1e7, 0.3, iteration);
            const std::vector<double> row(expected.begin() + (iteration - 1) * 5000,
                                          expected.begin() + iteration * 5000);
            COMPARE_GOLDEN(("baseline of II, iteration " + std::to_string(iteration) + ", in µV").c_str(),
                           largestError(z, row), 1e-4);
        }
        const auto v2 = baselineAls(clipped.data() + 7 * 5000, 5000, 1e7, 0.3, 5);
        COMPARE_GOLDEN("baseline of V2, in µV", largestError(v2, golden("ecg_baseline_leadV2_final_f64.npy")), 1e-4);
    }

    void invalidSamples()
    {
        auto raw = m_raw;
        for (std::size_t i = 1000; i < 1100; ++i)
            raw[8 * 5000 + i] = NAN;
        const auto result = processMatrix(raw, 5000, {});
        QCOMPARE(result.nanReplaced, std::size_t(100));
        COMPARE_GOLDEN("100 NaN in V3", largestError(result.values, golden("ecg_processed_nanV3_1000_1100_f64.npy")),
                       1e-7);
    }

    void aFifthOfTheRate()
    {
        std::vector<double> raw;
        for (std::size_t row = 0; row < 12; ++row)
            for (std::size_t i = 0; i < 5000; i += 5)
                raw.push_back(m_raw[row * 5000 + i]);
        COMPARE_GOLDEN("every fifth sample",
                       largestError(processMatrix(raw, 1000, {}).values, golden("ecg_processed_decim5_f64.npy")), 1e-7);
    }

    void edgeCases()
    {
        const auto expected = goldenJson("ecg_edge_cases.json");
        for (const double level : {0.0, 100.0}) {
            auto raw = m_raw;
            std::fill(raw.begin() + 11 * 5000, raw.end(), level);
            const auto result = processMatrix(raw, 5000, {});
            for (const double value : result.values)
                QVERIFY(std::isfinite(value));
            const auto& range =
                expected.at(level == 0 ? "lead V6 all zero" : "lead V6 all 100 uV").at("V6 min/max").items();
            const auto [low, high] = std::minmax_element(result.values.begin() + 11 * 5000, result.values.end());
            COMPARE_GOLDEN("flat V6, lowest", std::abs(*low - range[0].toNumber()), 1e-7);
            COMPARE_GOLDEN("flat V6, highest", std::abs(*high - range[1].toNumber()), 1e-7);
        }
        for (const double value : processMatrix(std::vector<double>(60000, 0.0), 5000, {}).values)
            QCOMPARE(value, 0.0);
        for (const float value : processMatrixF32(std::vector<float>(60000, 0.0f), 5000, {}))
            QCOMPARE(value, 0.0f);
        // The reference turns one infinite sample into three unusable leads; here it is one replaced sample.
        QCOMPARE(expected.at("one +inf sample: NaN per lead").items()[3].toInteger(), 5000);
        auto raw = m_raw, zeroed = m_raw;
        raw[4 * 5000 + 77] = INFINITY;
        zeroed[4 * 5000 + 77] = 0;
        const auto cleaned = processMatrix(raw, 5000, {});
        QCOMPARE(cleaned.nanReplaced, std::size_t(1));
        QCOMPARE(cleaned.values, processMatrix(zeroed, 5000, {}).values);
    }

    void baselineOfShortAndStrangeLeads()
    {
        // The banded solution must solve the dense system, for every length at which the band is cut off differently.
        for (std::size_t n = 1; n <= 9; ++n) {
            std::vector<double> y(n);
            for (std::size_t i = 0; i < n; ++i)
                y[i] = std::sin(double(i) * 1.7) + 2;
            const double lambda = 3;
            const auto z = baselineAls(y.data(), n, lambda, 0.3, 1);
            for (std::size_t i = 0; i < n; ++i) {
                double row = z[i]; // w = 1
                for (std::size_t k = 0; k + 2 < n; ++k) {
                    const double d = z[k] - 2 * z[k + 1] + z[k + 2];
                    row += lambda * d * (i == k || i == k + 2 ? 1.0 : i == k + 1 ? -2.0 : 0.0);
                }
                QVERIFY2(std::abs(row - y[i]) < 1e-12, std::to_string(n).c_str());
            }
        }
        QVERIFY(baselineAls(nullptr, 0, 1e7, 0.3, 5).empty());
        for (const double value : baselineAls(std::vector<double>(3, 5.0).data(), 3, 1e7, 0.3, 5))
            QVERIFY(std::abs(value - 5) < 1e-6);
        std::vector<double> spike(100, 0.0);
        spike[50] = 1e6;
        for (const double value : baselineAls(spike.data(), 100, 1e12, 0.001, 50))
            QVERIFY(std::isfinite(value));
    }

    // Rows that end early (zero, a straight line, a spike that leaves no pivot) don't disturb those beside them.
    void leadsSideBySide()
    {
        for (const std::size_t n : {1u, 2u, 3u, 5u, 500u}) {
            for (const double lambda : {1e7, 1e13}) {
                const std::size_t rows = 7;
                std::vector<double> y(rows * n), z(rows * n, NAN);
                for (std::size_t row = 0; row < rows; ++row)
                    for (std::size_t i = 0; i < n; ++i)
                        y[row * n + i] = row == 1   ? 0.0
                                         : row == 2 ? 5.0
                                         : row == 4 ? (i == n / 2 ? 1e6 : 0.0)
                                                    : std::sin(double(i * (row + 1)) * 0.37);
                baselinesAls(y.data(), rows, n, lambda, 0.001, 20, z.data());
                for (std::size_t row = 0; row < rows; ++row) {
                    const auto alone = baselineAls(y.data() + row * n, n, lambda, 0.001, 20);
                    for (std::size_t i = 0; i < n; ++i)
                        QVERIFY2(std::abs(z[row * n + i] - alone[i]) <= 1e-9 * (1 + std::abs(alone[i])),
                                 ("row " + std::to_string(row) + " of " + std::to_string(n)).c_str());
                }
            }
        }
    }

    void recordToInput()
    {
        const EcgRecord record = test::syntheticRecord();
        EcgRecipe recipe;
        recipe.windowStart = 17;
        const auto result = preprocess(record, recipe);
        QCOMPARE(result.samples, 5000);
        QCOMPARE(result.samplingHz, 500.0);
        QCOMPARE(result.processed.size(), std::size_t(60000));
        QCOMPARE(result.input.size(), std::size_t(12 * 1008));
        for (std::size_t row = 0; row < 12; ++row)
            for (std::size_t i = 0; i < 1008; i += 97)
                QCOMPARE(result.input[row * 1008 + i], result.processed[row * 5000 + 17 + i]);
        QVERIFY(result.warnings.empty());
        const auto matrix = record.matrix();
        const auto direct = processMatrix({matrix.begin(), matrix.end()}, 5000, recipe);
        COMPARE_GOLDEN("record against matrix", largestError(result.processed, direct.values), 1e-6);
        QCOMPARE(result.sigma, direct.sigma);
    }

    void windowsLieOneBehindTheOther()
    {
        EcgRecipe recipe;
        recipe.windowStart = 17;
        recipe.mostWindows = 3;
        const auto result = preprocess(test::syntheticRecord(), recipe);
        QCOMPARE(result.windows, 3);
        QCOMPARE(result.input.size(), std::size_t(3 * 12 * 1008));
        for (std::size_t window = 0; window < 3; ++window)
            for (std::size_t row = 0; row < 12; ++row)
                for (std::size_t i = 0; i < 1008; i += 97)
                    QCOMPARE(result.input[(window * 12 + row) * 1008 + i], result.processed[row * 5000 + 17 + window * 1008 + i]);
        recipe.mostWindows = 9;
        QCOMPARE(preprocess(test::syntheticRecord(), recipe).windows, 4); // as many as there are
        QCOMPARE(preprocess(test::syntheticRecord(500, 2.1), recipe).windows, 1);
        QCOMPARE(recipe.windowsOf(17 + 1008), 1);
        QCOMPARE(recipe.windowsOf(17 + 1007), 0);
        QCOMPARE(recipe.windowsOf(17 + 9 * 1008 + 2000), 9);
    }

    void unsuitableRecords()
    {
        EcgRecord record = test::syntheticRecord(500, 2.014); // 1007 samples
        QCOMPARE(record.samples(), std::size_t(1007));
        QCOMPARE(test::errorOf([&] { preprocess(record, {}); }), std::string("unsuitable"));
        record = test::syntheticRecord(500, 2.016);
        QCOMPARE(test::errorOf([&] { preprocess(record, {}); }), std::string("none"));
        record[Lead::V4].clear();
        QCOMPARE(test::errorOf([&] { preprocess(record, {}); }), std::string("unsuitable"));
        record = test::syntheticRecord();
        record.samplingHz = 0;
        QCOMPARE(test::errorOf([&] { preprocess(record, {}); }), std::string("unsuitable"));
        record = test::syntheticRecord();
        EcgRecipe recipe;
        recipe.resampleToHz = 50; // 500 samples are left
        QCOMPARE(test::errorOf([&] { preprocess(record, recipe); }), std::string("unsuitable"));
    }

    void replacedAndResampledAreVisible()
    {
        EcgRecord record = test::syntheticRecord();
        record[Lead::V2][100] = NAN;
        EcgRecipe recipe;
        recipe.resampleToHz = 400;
        const auto result = preprocess(record, recipe);
        QCOMPARE(result.samples, 4000);
        QCOMPARE(result.samplingHz, 400.0);
        QVERIFY(test::hasWarning(result.warnings, "samples-replaced"));
        QVERIFY(test::hasWarning(result.warnings, "resampled"));
        for (const float value : result.processed)
            QVERIFY(std::isfinite(value));
        // The same heart recorded at 400 Hz gives the same input.
        const auto native = preprocess(test::syntheticRecord(400), {});
        record = test::syntheticRecord();
        const auto clean = preprocess(record, recipe);
        double largest = 0;
        for (std::size_t i = 0; i < native.input.size(); ++i)
            largest = std::max(largest, std::abs(double(native.input[i] - clean.input[i])));
        qInfo("500 Hz resampled to 400 Hz against recorded at 400 Hz: %.3g", largest);
        QVERIFY(largest < 2e-3);
    }

    void resamplingKeepsTones_data()
    {
        QTest::addColumn<double>("from");
        QTest::addColumn<double>("to");
        QTest::newRow("1000 to 500") << 1000.0 << 500.0;
        QTest::newRow("500 to 400") << 500.0 << 400.0;
        QTest::newRow("250 to 500") << 250.0 << 500.0;
        QTest::newRow("360 to 500") << 360.0 << 500.0;
        QTest::newRow("irrational") << 257.123456 << 500.0;
    }
    void resamplingKeepsTones()
    {
        QFETCH(double, from);
        QFETCH(double, to);
        const std::size_t n = std::size_t(from * 4);
        const double tone = 0.4 * std::min(from, to); // just inside the pass band
        std::vector<double> in(n);
        for (std::size_t i = 0; i < n; ++i)
            in[i] = 0.7 + std::sin(2 * std::numbers::pi * tone * double(i) / from) +
                    0.5 * std::cos(2 * std::numbers::pi * 3 * double(i) / from);
        const auto out = resample(in.data(), n, from, to);
        QCOMPARE(out.size(), std::size_t(std::floor(double(n) * to / from + 1e-9)));
        double largest = 0;
        for (std::size_t i = out.size() / 5; i < out.size() * 4 / 5; ++i) {
            const double t = double(i) / to;
            largest = std::max(largest, std::abs(out[i] - 0.7 - std::sin(2 * std::numbers::pi * tone * t) -
                                                 0.5 * std::cos(2 * std::numbers::pi * 3 * t)));
        }
        COMPARE_GOLDEN("tone after resampling", largest, 2e-3);
        if (to < from) { // what the new rate can't hold must be gone
            for (std::size_t i = 0; i < n; ++i)
                in[i] = std::sin(2 * std::numbers::pi * 0.56 * to * double(i) / from);
            const auto gone = resample(in.data(), n, from, to);
            largest = 0;
            for (std::size_t i = gone.size() / 5; i < gone.size() * 4 / 5; ++i)
                largest = std::max(largest, std::abs(gone[i]));
            COMPARE_GOLDEN("alias after resampling", largest, 2e-3);
        }
    }

    void resamplingAgainstTheReferencesHelper()
    {
        // The reference's helper is a periodic FFT; away from the ends both must agree.
        const auto processed = golden("ecg_processed_f64.npy"),
                   expected = golden("ecg_resample_500_to_400_leads0_1_f32.npy");
        QCOMPARE(expected.size(), std::size_t(8000));
        for (std::size_t row = 0; row < 2; ++row) {
            const auto out = resample(processed.data() + row * 5000, 5000, 500, 400);
            // Its filter ends at exactly 200 Hz, ours rolls off from 170 Hz on, and the signal has noise there. Below,
            // the difference must vanish: amplitude at each whole hertz, Hann window over the inner 8 s.
            double largest = 0;
            for (int hertz = 0; hertz <= 165; ++hertz) {
                double real = 0, imaginary = 0;
                for (std::size_t i = 0; i < 3200; ++i) {
                    const double window = 1 - std::cos(2 * std::numbers::pi * double(i) / 3200),
                                 phase = 2 * std::numbers::pi * hertz * double(i) / 400;
                    const double difference = out[400 + i] - expected[row * 4000 + 400 + i];
                    real += window * difference * std::cos(phase);
                    imaginary += window * difference * std::sin(phase);
                }
                largest = std::max(largest, 2 * std::hypot(real, imaginary) / 3200);
            }
            COMPARE_GOLDEN("500 to 400 Hz, spectrum of the difference", largest, 1e-4);
        }
        for (const std::size_t n : {std::size_t(1), std::size_t(2), std::size_t(5)}) {
            const std::vector<double> constant(n, 3.0);
            for (const double value : resample(constant.data(), n, 500, 400))
                QVERIFY(std::abs(value - 3) < 1e-12);
        }
    }

    void speed()
    {
        const auto start = std::chrono::steady_clock::now();
        constexpr int rounds = 5;
        for (int i = 0; i < rounds; ++i)
            m_sink += processMatrix(m_raw, 5000, {}).values[0];
        const double ms =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / rounds;
        qInfo("12 x 5000 preprocessed in %.2f ms", ms);
        QVERIFY(ms < 1000); // generous: only a wrong algorithm is this slow
    }

private:
    std::vector<double> m_raw;
    double m_sink = 0;
};

QTEST_GUILESS_MAIN(TestEcgPreprocess)
#include "test_ecg_preprocess.moc"
