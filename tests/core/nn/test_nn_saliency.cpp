// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/attention_rollout.h"
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/integrated_gradients.h"
#include "nn/saliency.h"
#include "nn/untrained.h"

#include <QElapsedTimer>
#include <QtTest>

#include <c10/core/InferenceMode.h>

#include <numeric>

// What moved the token: gradients against differences, attributions against their sum, attention against its shares.
using namespace echo2ecg;

namespace {

// Every kind of layer, few numbers. Biases that aren't zero, so that nothing vanishes by accident.
nn::Architecture tiny(bool tokenNorm = true)
{
    nn::Architecture a = nn::Architecture::small();
    a.ecg = {8, 3, 2, 12, 3, 4, 16};
    a.alignment.tokenNorm = tokenNorm;
    return a;
}

using WeightMap = std::map<std::string, nn::StoredTensor>;

WeightMap formula(const nn::Architecture& a)
{
    return nn::untrainedWeights(a, nn::WeightSource::Formula, 0);
}

nn::TokenNetwork exactNetwork(const nn::Architecture& a, double keptBytes = nn::TokenNetwork::mostKeptBytes)
{
    return nn::TokenNetwork(a, nn::Weights(formula(a), at::kDouble, at::kCPU), keptBytes);
}

// A recording that looks a little like a z-scored ECG: a narrow peak in each lead over a slow wave.
std::vector<float> beats(const nn::EcgEncoderShape& shape)
{
    std::vector<float> x(std::size_t(shape.leads) * std::size_t(shape.windowSamples));
    for (int lead = 0; lead < shape.leads; ++lead)
        for (int i = 0; i < shape.windowSamples; ++i) {
            const double phase = (i % 400 - 200.0) / 9.0;
            x[std::size_t(lead * shape.windowSamples + i)] =
                float((5.0 - 0.7 * lead) * std::exp(-phase * phase) + 0.3 * std::sin(0.02 * i + lead));
        }
    return x;
}

at::Tensor tensorOf(const std::vector<float>& values, const nn::EcgEncoderShape& shape, at::ScalarType dtype)
{
    return at::from_blob(const_cast<float*>(values.data()), {1, shape.leads, shape.windowSamples}, at::kFloat)
        .to(dtype, false, true);
}

at::Tensor tinySignal(const nn::EcgEncoderShape& shape)
{
    std::vector<float> values(std::size_t(shape.leads) * std::size_t(shape.windowSamples));
    const std::uint64_t key = nn::fnv1a64("input.saliency");
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(1.5 * nn::formulaUnit(key, i));
    return tensorOf(values, shape, at::kDouble);
}

nn::Saliency explain(const nn::EcgExplainer& explainer, const std::vector<float>& x, nn::SaliencyMethod method)
{
    const auto run = explainer.start(x.data(), method);
    while (run->advance()) {
    }
    return run->result();
}

double sumOf(const std::vector<float>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

class TestNnSaliency : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Each number of the gradient against a central difference, for both aggregations, in one part and block by block.
    void gradientIsTheDifferenceQuotient_data()
    {
        QTest::addColumn<bool>("tokenNorm");
        QTest::addColumn<double>("keptBytes");
        QTest::newRow("whole network") << true << 1e9;
        QTest::newRow("two blocks at once") << true << 11'000.0;
        QTest::newRow("block by block") << true << 0.0;
        QTest::newRow("mean of all tokens") << false << 1e9;
    }
    void gradientIsTheDifferenceQuotient()
    {
        QFETCH(bool, tokenNorm);
        QFETCH(double, keptBytes);
        const nn::Architecture a = tiny(tokenNorm);
        const nn::TokenNetwork network = exactNetwork(a, keptBytes);
        if (keptBytes == 0)
            QCOMPARE(network.blocksAtOnce(), std::size_t(1));
        const at::Tensor x = tinySignal(a.ecg);
        const at::Tensor direction = at::linspace(-1, 1.3, a.ecg.width, at::kDouble);
        const nn::TokenNetwork::Gradient got = network.gradient(x, direction);
        const auto value = [&](const at::Tensor& at) {
            return at::matmul(network.token(at), direction).item<double>();
        };
        QVERIFY(std::abs(got.value.item<double>() - value(x)) < 1e-12);
        const double step = 1e-5, scale = got.input.abs().max().item<double>();
        QVERIFY(scale > 1e-3);
        double worst = 0;
        for (int lead = 0; lead < a.ecg.leads; ++lead)
            for (int i = 0; i < a.ecg.windowSamples; ++i) {
                at::Tensor up = x.clone(), down = x.clone();
                up[0][lead][i] += step;
                down[0][lead][i] -= step;
                worst = std::max(
                    worst, std::abs((value(up) - value(down)) / (2 * step) - got.input[0][lead][i].item<double>()));
            }
        QVERIFY2(worst < 1e-7 * scale, qPrintable(QString::number(worst / scale)));
    }

    // A batch gives what its items give alone, and what is called from inside inference mode isn't needed for it.
    void batchIsItsItems()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        const at::Tensor x = tinySignal(a.ecg), other = x * -0.4;
        const at::Tensor direction = at::ones({a.ecg.width}, at::kDouble) / 3;
        const auto both = network.gradient(at::cat({x, other}), direction);
        const auto second = network.gradient(other, direction);
        QVERIFY((both.input.select(0, 1) - second.input.select(0, 0)).abs().max().item<double>() < 1e-12);
        QVERIFY(std::abs(both.value[1].item<double>() - second.value[0].item<double>()) < 1e-12);
    }

    void attributionsSumToTheChange()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        const at::Tensor x = tinySignal(a.ecg);
        nn::IntegratedGradients coarse(network, x, {0.05, 257}), fine(network, x, {1e-6, 2000});
        while (coarse.advance(4)) {
        }
        while (fine.advance(50)) {
        }
        const double change = (network.token(x) - network.token(at::zeros_like(x))).norm().item<double>();
        QVERIFY(std::abs(fine.change() - change) < 1e-12);
        QVERIFY(fine.converged());
        QVERIFY2(fine.completenessError() < 1e-6, qPrintable(QString::number(fine.completenessError())));
        QVERIFY(std::abs(fine.attribution().sum().item<double>() - change) < 1e-6 * change);
        QVERIFY(coarse.converged());
        QVERIFY(coarse.completenessError() < 0.05);
        QVERIFY(coarse.pointsDone() < fine.pointsDone()); // a stricter tolerance takes more points
        // Not the sum alone: each sample's part is the same, but for what the tolerance allows.
        nn::IntegratedGradients usual(network, x, {});
        while (usual.advance(8)) {
        }
        const double apart = (usual.attribution() - fine.attribution()).abs().sum().item<double>() /
                             fine.attribution().abs().sum().item<double>();
        QVERIFY2(apart < 0.03, qPrintable(QString::number(apart)));
        QCOMPARE(fine.pointsDone(), fine.pointsPlanned());
    }

    // When the points run out the sum says how far off it is.
    void tooFewPointsAreAdmitted()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        nn::IntegratedGradients run(network, tinySignal(a.ecg), {1e-12, 13});
        while (run.advance(1)) {
        }
        QCOMPARE(run.pointsDone(), 13);
        QVERIFY(!run.converged());
        QVERIFY(run.completenessError() > 0);
    }

    void zeroedLeadHasNoAttribution()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        at::Tensor x = tinySignal(a.ecg);
        x[0][1].zero_();
        nn::IntegratedGradients run(network, x, {});
        while (run.advance(8)) {
        }
        const at::Tensor attribution = run.attribution();
        QCOMPARE(attribution[1].abs().max().item<double>(), 0.0);
        QVERIFY(attribution[0].abs().max().item<double>() > 0);
        QVERIFY(attribution[2].abs().max().item<double>() > 0);
    }

    void nothingMovedNothing()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        nn::IntegratedGradients run(network, at::zeros_like(tinySignal(a.ecg)), {});
        QVERIFY(!run.advance(8));
        QCOMPARE(run.change(), 0.0);
        QCOMPARE(run.completenessError(), 0.0);
        QCOMPARE(run.attribution().abs().max().item<double>(), 0.0);
    }

    void attentionRowsSumToOne()
    {
        const nn::Architecture a = tiny();
        const nn::TokenNetwork network = exactNetwork(a);
        const at::Tensor x = tinySignal(a.ecg);
        const at::Tensor weights = network.encoder().attentionWeights(0, network.encoder().embed(x));
        QCOMPARE(weights.sizes(), at::IntArrayRef({1, 13, 13}));
        QVERIFY((weights.sum(-1) - 1).abs().max().item<double>() < 1e-12);
        const at::Tensor all = nn::attentionRollout(network.encoder(), x, at::eye(13, at::kDouble));
        QVERIFY((all.sum(-1) - 1).abs().max().item<double>() < 1e-12);
        QVERIFY(all.min().item<double>() > 0);
        // Half of each block's output is its own input: what stays is at least ½ to the power of the depth.
        QVERIFY(all.diagonal().min().item<double>() >= 0.125);
        // The product of the matrices, multiplied out.
        at::Tensor tokens = network.encoder().embed(x), product = at::eye(13, at::kDouble);
        for (std::size_t i = 0; i < network.encoder().depth(); ++i) {
            const at::Tensor step =
                (at::eye(13, at::kDouble) + network.encoder().attentionWeights(i, tokens).select(0, 0)) / 2;
            product = at::mm(step, product);
            tokens = network.encoder().block(i, tokens);
        }
        QVERIFY((all - product).abs().max().item<double>() < 1e-12);
        // The token is the mean of the patches.
        const at::Tensor row = nn::attentionRollout(network, x);
        QVERIFY((row - product.narrow(0, 1, 12).mean(0)).abs().max().item<double>() < 1e-12);
    }

    // What the engine calls: the published network in float32, within the promised completeness, on several threads.
    void publishedNetwork()
    {
        const nn::Architecture a = nn::Architecture::published();
        nn::DeviceChoice device = nn::chooseDevice(false, 2);
        const WeightMap weights = nn::untrainedWeights(a, nn::WeightSource::Random, 3);
        const nn::EcgExplainer explainer(a, weights, device);
        std::vector<float> x = beats(a.ecg);
        std::fill_n(x.begin() + 4 * a.ecg.windowSamples, a.ecg.windowSamples, 0.0f);
        QElapsedTimer timer;
        timer.start();
        const nn::Saliency s = explain(explainer, x, nn::SaliencyMethod::IntegratedGradients);
        qInfo("integrated gradients: %d points, %lld ms, completeness error %.4f, change %.3f", s.points,
              timer.elapsed(), s.completenessError, s.change);
        QVERIFY(s.completenessError < 0.05);
        QCOMPARE(s.columns, 1008);
        QCOMPARE(s.patches, 42);
        QCOMPARE(s.values.size(), std::size_t(12 * 1008));
        QCOMPARE(s.perPatch.size(), std::size_t(12 * 42));
        QCOMPARE(s.perLead.size(), std::size_t(12));
        QCOMPARE(s.perLead[4], 0.0f);
        QVERIFY(std::abs(sumOf(s.perLead) - s.change) < 0.05 * s.change);
        QVERIFY(std::abs(sumOf(s.perPatch) - sumOf(s.perLead)) < 1e-3 * s.change);
        timer.restart();
        const nn::Saliency r = explain(explainer, x, nn::SaliencyMethod::AttentionRollout);
        qInfo("attention rollout: %lld ms", timer.elapsed());
        QCOMPARE(r.columns, 42);
        QVERIFY(sumOf(r.values) > 0.9 && sumOf(r.values) <= 1.0001);
        QVERIFY(r.values == r.perPatch);
        // One thread gives the same.
        device.threads = 1;
        if (qEnvironmentVariableIsSet("E2E_TEST_SLOW")) {
            timer.restart();
            const nn::EcgExplainer alone(a, weights, device);
            const nn::Saliency t = explain(alone, x, nn::SaliencyMethod::IntegratedGradients);
            qInfo("one thread: %lld ms", timer.elapsed());
            QVERIFY(t.values == s.values);
        }
    }

    // The engine may drop the explainer (the GPU's memory ran out) while a run is on its way.
    void runOutlivesTheExplainer()
    {
        const nn::Architecture a = tiny();
        auto explainer = std::make_unique<nn::EcgExplainer>(a, formula(a), nn::chooseDevice(false, 1));
        std::vector<float> x(48, 0.5f);
        x[7] = -2;
        auto run = explainer->start(x.data(), nn::SaliencyMethod::IntegratedGradients);
        explainer.reset();
        x.assign(48, std::nanf("")); // it was copied
        while (run->advance()) {
        }
        QVERIFY(run->result().completenessError < 0.05);
        QCOMPARE(run->stepsDone(), run->stepsPlanned());
    }

    void notFiniteIsSaid()
    {
        const nn::Architecture a = tiny();
        const nn::EcgExplainer explainer(a, formula(a), nn::chooseDevice(false, 1));
        const std::vector<float> x(48, std::nanf(""));
        for (const auto method : {nn::SaliencyMethod::IntegratedGradients, nn::SaliencyMethod::AttentionRollout})
            QVERIFY_EXCEPTION_THROWN(explain(explainer, x, method), base::Error);
    }
};

QTEST_MAIN(TestNnSaliency)
#include "test_nn_saliency.moc"
