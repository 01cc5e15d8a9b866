// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/npy.h"
#include "support/test_paths.h"
#include "training/augment.h"
#include "training/fourier.h"
#include "training/random.h"
#include "training/schedule.h"

#include <QtTest>

#include <cmath>
#include <numbers>
#include <numeric>
#include <set>
#include <thread>

// What is done to an ECG while training, against the reference's numbers and against its own definition; and the rates.
using namespace echo2ecg;
using training::AugmentKey;
using training::AugmentOptions;

namespace {

constexpr std::size_t leads = 12;

std::vector<float> recording(std::size_t samples)
{
    std::vector<float> x(leads * samples);
    for (std::size_t lead = 0; lead < leads; ++lead)
        for (std::size_t i = 0; i < samples; ++i)
            x[lead * samples + i] = float(lead * samples + i + 1);
    return x;
}

template <class T> double largestDifference(const std::vector<T>& a, const std::vector<T>& b)
{
    if (a.size() != b.size() || a.empty())
        return HUGE_VAL;
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest, std::abs(double(a[i]) - double(b[i])));
    return largest;
}

} // namespace

class TestTrainingAugment : public QObject
{
    Q_OBJECT

private slots:
    void transformsAnyLength()
    {
        for (const std::size_t n : {1u, 2u, 7u, 12u, 97u, 210u, 1008u}) {
            training::RandomStream random("test.fourier", {n});
            std::vector<std::complex<double>> x(n), spectrum, back;
            for (auto& value : x)
                value = {random.normal(), random.normal()};
            const training::Fourier fourier(n);
            fourier.forward(x, spectrum);
            for (const std::size_t k : {std::size_t(0), n / 3, n - 1}) {
                std::complex<double> expected = 0;
                for (std::size_t t = 0; t < n; ++t)
                    expected += x[t] * std::polar(1.0, -2 * std::numbers::pi * double(k * t % n) / double(n));
                QVERIFY2(std::abs(expected - spectrum[k]) < 1e-10, qPrintable(QString::number(n)));
            }
            fourier.inverse(spectrum, back);
            for (std::size_t t = 0; t < n; ++t)
                QVERIFY(std::abs(x[t] - back[t]) < 1e-12);
        }
    }

    void surrogateIsTheReferences()
    {
        const base::NpyArray processed = base::readNpy(test::reference("ecg_processed_f32.npy"));
        const std::size_t samples = std::size_t(processed.shape[1]);
        const std::vector<float> all = processed.toFloat();
        std::vector<float> window;
        for (std::size_t lead = 0; lead < leads; ++lead)
            window.insert(window.end(), all.begin() + std::ptrdiff_t(lead * samples),
                          all.begin() + std::ptrdiff_t(lead * samples + 1008));
        const std::vector<double> uniforms = base::readNpy(test::reference("aug_ft_surrogate_u01_seed123_503.npy")).toDouble();
        QCOMPARE(uniforms.size(), std::size_t(503));
        const std::vector<float> got = training::fourierSurrogate(window, leads, uniforms, 0.075);
        const std::vector<float> expected = base::readNpy(test::reference("aug_ft_surrogate_out_f32.npy")).toFloat();
        const double error = largestDifference(got, expected);
        QVERIFY2(error <= 1e-6, qPrintable(QString::number(error)));
        QVERIFY(largestDifference(got, window) > 0.01); // it did something
    }

    void resizingIsTheReferences()
    {
        const base::NpyArray processed = base::readNpy(test::reference("ecg_processed_f64.npy"));
        const std::size_t samples = std::size_t(processed.shape[1]);
        const std::vector<double> all = processed.toDouble();
        std::vector<double> two;
        for (std::size_t lead = 0; lead < 2; ++lead)
            two.insert(two.end(), all.begin() + std::ptrdiff_t(lead * samples), all.begin() + std::ptrdiff_t(lead * samples + 800));
        const double error = largestDifference(training::resized(two, 2, 1008),
                                               base::readNpy(test::reference("aug_linear_interp_800_to_1008_f64.npy")).toDouble());
        QVERIFY2(error <= 1e-12, qPrintable(QString::number(error)));
    }

    void noneTakesTheSamplesOfInference()
    {
        const std::vector<float> x = recording(100);
        const std::vector<float> got = training::augmented(x.data(), leads, 100, 64, AugmentOptions::none(), {1, 2, 3});
        for (std::size_t lead = 0; lead < leads; ++lead)
            for (std::size_t i = 0; i < 64; ++i)
                QCOMPARE(got[lead * 64 + i], x[lead * 100 + i]);
        QVERIFY_EXCEPTION_THROWN((training::augmented(x.data(), leads, 100, 101, AugmentOptions::none(), {})), base::Error);
    }

    void windowsAreContiguousAndEverywhere()
    {
        const std::vector<float> x = recording(100);
        AugmentOptions options = AugmentOptions::none();
        options.crop = true;
        std::set<int> starts;
        for (std::uint64_t item = 0; item < 2000; ++item) {
            const std::vector<float> got = training::augmented(x.data(), leads, 100, 64, options, {5, 0, item});
            const int start = int(got[0]) - 1;
            starts.insert(start);
            for (std::size_t lead = 0; lead < leads; ++lead)
                QCOMPARE(got[lead * 64 + 63], x[lead * 100 + std::size_t(start) + 63]);
        }
        QCOMPARE(int(starts.size()), 36); // [0, 100 − 64), as in the reference
        QCOMPARE(*starts.rbegin(), 35);
    }

    void croppedWindowsAreResized()
    {
        const std::vector<float> x = recording(400);
        AugmentOptions options = AugmentOptions::none();
        options.crop = true;
        options.cropLow = options.cropHigh = 0.5;
        const std::vector<float> got = training::augmented(x.data(), leads, 400, 64, options, {5, 0, 1});
        // A ramp stays one, half as steep; its ends are clamped.
        QCOMPARE(got[33] - got[32], 0.5f);
        QCOMPARE(got[0], std::floor(got[0]));
        QVERIFY(got[63] - got[0] <= 31.0f);
    }

    void chancesAndMomentsAreAsAsked()
    {
        const std::size_t window = 64;
        std::vector<float> x(leads * window);
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = float(1 + i % window);
        const int draws = 3000;
        AugmentOptions options = AugmentOptions::none();
        options.timeFlip = options.signFlip = 0.33;
        int timeFlips = 0, signFlips = 0;
        for (int i = 0; i < draws; ++i) {
            const std::vector<float> got = training::augmented(x.data(), leads, window, window, options, {7, 1, std::uint64_t(i)});
            timeFlips += std::abs(got[0]) == 64.0f;
            signFlips += got[0] < 0;
        }
        QVERIFY(std::abs(timeFlips / double(draws) - 0.33) < 0.03);
        QVERIFY(std::abs(signFlips / double(draws) - 0.33) < 0.03);

        options = AugmentOptions::none();
        options.rescaleSigma = 0.5;
        double sum = 0, squares = 0;
        for (int i = 0; i < draws; ++i) {
            const std::vector<float> got = training::augmented(x.data(), leads, window, window, options, {7, 1, std::uint64_t(i)});
            const double gain = got[0];
            QVERIFY(std::abs(got[leads * window - 1] - 64 * gain) < 1e-4); // one for the record
            sum += gain;
            squares += gain * gain;
        }
        const double mean = sum / draws;
        QVERIFY(std::abs(mean - 1) < 0.04);
        QVERIFY(std::abs(std::sqrt(squares / draws - mean * mean) - 0.5) < 0.03);

        options = AugmentOptions::none();
        options.jitter = 0.6;
        sum = squares = 0;
        for (int i = 0; i < 100; ++i) {
            const std::vector<float> got = training::augmented(x.data(), leads, window, window, options, {7, 1, std::uint64_t(i)});
            for (std::size_t k = 0; k < got.size(); ++k) {
                const double noise = double(got[k]) / double(x[k]) - 1;
                sum += noise;
                squares += noise * noise;
            }
        }
        QVERIFY(std::abs(sum / double(100 * x.size())) < 0.002);
        QVERIFY(std::abs(std::sqrt(squares / double(100 * x.size())) - 0.12) < 0.002);
    }

    void keyAloneDecides()
    {
        const std::vector<float> x = recording(100);
        const AugmentOptions options;
        const std::vector<float> first = training::augmented(x.data(), leads, 100, 64, options, {1, 2, 3});
        std::vector<float> again;
        std::thread other([&] {
            training::augmented(x.data(), leads, 100, 64, options, {9, 9, 9});
            again = training::augmented(x.data(), leads, 100, 64, options, {1, 2, 3});
        });
        other.join();
        QVERIFY(first == again);
        for (const AugmentKey key : {AugmentKey{2, 2, 3}, AugmentKey{1, 3, 3}, AugmentKey{1, 2, 4}})
            QVERIFY((first != training::augmented(x.data(), leads, 100, 64, options, key)));
    }

    void ratesRiseAndFall()
    {
        const training::Schedule schedule{10, 110, 0.1};
        QCOMPARE(schedule.at(0), 0.1);
        QCOMPARE(schedule.at(5), 0.55);
        QCOMPARE(schedule.at(10), 1.0);
        QVERIFY(std::abs(schedule.at(60) - 0.55) < 1e-12);
        QVERIFY(std::abs(schedule.at(35) - (0.1 + 0.9 * 0.5 * (1 + std::cos(std::numbers::pi / 4)))) < 1e-12);
        QVERIFY(std::abs(schedule.at(110) - 0.1) < 1e-12);
        QVERIFY(std::abs(schedule.at(1000) - 0.1) < 1e-12);
        QCOMPARE((training::Schedule{0, 10, 0.1}.at(0)), 1.0);
    }

    void everyTensorHasItsRule()
    {
        using Part = training::ParameterRule::Part;
        const nn::Architecture a = nn::Architecture::published();
        training::LearningRates rates;
        rates.aggregators = 1e-3;
        rates.projections = 2e-3;
        std::map<Part, int> parts;
        for (const nn::TensorSpec& spec : nn::tensorSpecs(a)) {
            const training::ParameterRule rule = training::alignmentRule(spec.name, spec.shape.size(), a.ecg.depth, rates);
            ++parts[rule.part];
            if (spec.name.ends_with("bias") || spec.name.find("norm") != std::string::npos)
                QVERIFY2(!rule.decays, spec.name.c_str());
            QCOMPARE(rule.part == Part::Frozen, rule.rate == 0);
        }
        QCOMPARE(parts[Part::Frozen], 397 + 1); // the echo encoder, and the fixed positions
        QCOMPARE(parts[Part::EcgEncoder], 198);
        QCOMPARE(parts[Part::Aggregators], 2 + 2 + 4);
        QCOMPARE(parts[Part::Projections], 2);

        const auto rate = [&](const char* name, std::size_t rank = 2) {
            return training::alignmentRule(name, rank, 12, rates);
        };
        QCOMPARE(rate("ecg_encoder.blocks.11.mlp.fc1.weight").rate, 5e-4);
        QVERIFY(rate("ecg_encoder.blocks.11.mlp.fc1.weight").decays);
        QCOMPARE(rate("ecg_encoder.blocks.10.norm1.weight", 1).rate, 5e-4 * 0.75);
        for (const char* lowest : {"ecg_encoder.blocks.0.attn.qkv.weight", "ecg_encoder.patch_embed.proj.weight",
                                   "ecg_encoder.cls_token", "ecg_encoder.pos_embed_y.weight"})
            QCOMPARE(rate(lowest).rate, 5e-4 * std::pow(0.75, 11));
        QVERIFY(!rate("ecg_encoder.cls_token", 3).decays);
        QVERIFY(!rate("ecg_encoder.pos_embed_y.weight").decays);
        QCOMPARE(rate("token_aggregator.ecg_layernorm_global.weight", 1).rate, 1e-3);
        QCOMPARE(rate("echo_view_aggregator.aggregator.mha.in_proj_weight").rate, 1e-3);
        QCOMPARE(rate("echo_projection_for_agg.weight").rate, 1e-3);
        QCOMPARE(rate("ecg_alignment_global_token.weight").rate, 2e-3);
        QCOMPARE(rate("echo_alignment_global_token.weight").rate, 2e-3);
        QCOMPARE(rate("loss_fn.logit_scale", 0).rate, 5e-4);
    }
};

QTEST_GUILESS_MAIN(TestTrainingAugment)
#include "test_training_augment.moc"
