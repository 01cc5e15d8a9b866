// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"
#include "base/npy.h"
#include "nn/formula.h"
#include "nn/networks.h"
#include "support/test_paths.h"
#include "training/clip_loss.h"
#include "training/contrastive.h"
#include "training/optimizer.h"
#include "training/random.h"
#include "tiny_alignment.h"

#include <QtTest>

#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/adamw.h>

#include <fstream>
#include <sstream>

// One step of training: the loss and its gradients against the reference's, networks against those of inference,
// gradients of all weights against differences.
using namespace echo2ecg;
using training::LiveWeights;

namespace {

at::Tensor golden(const char* file)
{
    const base::NpyArray array = base::readNpy(test::reference(file));
    std::vector<double> values = array.toDouble();
    return at::from_blob(values.data(), array.shape, at::TensorOptions().dtype(at::kDouble)).clone();
}

double largestError(const at::Tensor& got, const at::Tensor& expected)
{
    return got.sizes() == expected.sizes() ? (got.to(at::kDouble) - expected.to(at::kDouble)).abs().max().item<double>()
                                           : HUGE_VAL;
}

at::Tensor unitTensor(const char* key, std::vector<std::int64_t> shape)
{
    at::Tensor x = at::empty(shape, at::TensorOptions().dtype(at::kDouble));
    const std::uint64_t hash = nn::fnv1a64(key);
    for (std::int64_t i = 0; i < x.numel(); ++i)
        x.data_ptr<double>()[i] = nn::formulaUnit(hash, std::uint64_t(i));
    return x;
}

// The reference's inputs: float32 numbers, made in float64.
std::pair<at::Tensor, at::Tensor> goldenPair()
{
    const at::Tensor e0 = std::sqrt(3.0) * unitTensor("input.clip.ecg", {8, 512});
    const at::Tensor e1 = 0.6 * e0 + std::sqrt(3.0) * unitTensor("input.clip.echo", {8, 512});
    return {e0.to(at::kFloat).to(at::kDouble), e1.to(at::kFloat).to(at::kDouble)};
}

base::Json goldenLosses()
{
    std::ifstream in(test::reference("clip_loss.json"));
    std::ostringstream text;
    text << in.rdbuf();
    return base::Json::parse(text.str());
}

// Every pooling, and alignment layers of several layers.
std::vector<nn::Architecture> everyAlignment()
{
    std::vector<nn::Architecture> all;
    for (const nn::ViewPooling pooling : {nn::ViewPooling::Attention, nn::ViewPooling::Cls, nn::ViewPooling::Mean})
        all.push_back(test::tinyAlignment(pooling));
    for (const nn::AlignmentHead head : {nn::AlignmentHead::SailMlp, nn::AlignmentHead::SailStar}) {
        all.push_back(test::tinyAlignment());
        all.back().alignment.ecgHead = all.back().alignment.echoHead = head;
        all.back().alignment.ecgHidden = 24;
        all.back().alignment.echoHidden = 16;
    }
    return all;
}

LiveWeights::Tensors liveWeights(const nn::Architecture& a, nn::WeightSource source = nn::WeightSource::Formula)
{
    LiveWeights::Tensors tensors;
    for (const auto& [name, stored] : nn::untrainedWeights(a, source, 1)) {
        std::vector<float> values = stored.toFloat();
        const std::vector<std::int64_t> shape(stored.shape.begin(), stored.shape.end());
        at::Tensor tensor = at::from_blob(values.data(), shape, at::TensorOptions().dtype(at::kFloat)).clone();
        const auto rule = training::alignmentRule(name, shape.size(), a.ecg.depth, {});
        if (rule.part != training::ParameterRule::Part::Frozen)
            tensor.requires_grad_(true);
        tensors.emplace(name, tensor);
    }
    return tensors;
}

training::ContrastiveBatch madeBatch(const nn::Architecture& a, int pairs)
{
    training::ContrastiveBatch batch;
    batch.pairs = pairs;
    batch.ecg = [&a](int pair) {
        training::RandomStream random("test.ecg", {std::uint64_t(pair)});
        std::vector<float> x(std::size_t(a.ecg.leads * a.ecg.windowSamples));
        for (float& value : x)
            value = float(random.normal());
        return x;
    };
    training::RandomStream random("test.clips", {});
    for (int pair = 0; pair < pairs; ++pair) {
        batch.counts.push_back(1 + pair * 5 % 4);
        for (std::int64_t i = 0; i < batch.counts.back() * a.echo.embedding; ++i)
            batch.clips.push_back(float(random.normal()));
    }
    return batch;
}

training::ContrastiveStep stepOf(const nn::Architecture& a, const LiveWeights::Tensors& tensors, int pairs, int threads = 1,
                                 double keptBytes = 1e9, const base::JobContext& job = {})
{
    training::ComputeOptions compute;
    compute.threads = threads;
    compute.itemsAtOnce = 2;
    compute.keptBytes = keptBytes;
    return training::contrastiveStep(a, tensors, at::kCPU, madeBatch(a, pairs), 0.5, 0.5, compute, job);
}

} // namespace

class TestTrainingSteps : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lossIsTheReferences()
    {
        const base::Json losses = goldenLosses();
        const auto [e0, e1] = goldenPair();
        const auto loss = [&](double temperature, double lambda) {
            const at::Tensor sharpness = at::full({}, 1 / temperature, e0.options());
            return training::clipLoss(e0, e1, sharpness, lambda).item<double>();
        };
        const auto near = [&](double got, const char* key) {
            QVERIFY2(std::abs(got - losses.at(key).toNumber()) < 1e-12, key);
        };
        near(loss(0.5, 0.5), "loss_T0.5_lambda0.5_f64");
        near(loss(0.1, 0.25), "loss_T0.1_lambda0.25_f64");
        near(loss(1.0, 1.0), "loss_T1.0_lambda1.0_f64");
        near(loss(0.07, 0.5), "loss_T0.07_lambda0.5_f64");
        const at::Tensor learned = training::inverseTemperature(at::full({}, std::log(1 / 0.005), e0.options()));
        near(training::clipLoss(e0, e1, learned, 0.5).item<double>(),
             "loss_learnable_T0.005_lambda0.5_f64 (logit_scale clamped to 4.6052)");
        const at::Tensor inFloat =
            training::clipLoss(e0.to(at::kFloat), e1.to(at::kFloat), at::full({}, 2.0f, at::kFloat), 0.5);
        QVERIFY(std::abs(inFloat.item<double>() - losses.at("loss_T0.5_lambda0.5_f32").toNumber()) < 5e-7);
    }

    void gradientsAreTheReferences()
    {
        auto [e0, e1] = goldenPair();
        e0.requires_grad_(true);
        e1.requires_grad_(true);
        const at::Tensor loss = training::clipLoss(e0, e1, at::full({}, 2.0, at::kDouble), 0.5);
        const auto slopes = torch::autograd::grad({loss}, {e0, e1});
        QVERIFY(largestError(slopes[0], golden("clip_grad_ecg_f64.npy")) < 1e-14);
        QVERIFY(largestError(slopes[1], golden("clip_grad_echo_f64.npy")) < 1e-14);
        QVERIFY(slopes[0].abs().max().item<double>() > 1e-4);
    }

    void learnedTemperatureHasAGradient()
    {
        at::Tensor e0 = unitTensor("input.clip.ecg", {8, 512}), e1 = unitTensor("input.clip.echo", {8, 512});
        at::Tensor scale = at::full({}, std::log(2.0), at::kDouble).requires_grad_(true);
        const auto lossAt = [&](const at::Tensor& s) {
            return training::clipLoss(e0, e1, training::inverseTemperature(s), 0.3);
        };
        const double slope = torch::autograd::grad({lossAt(scale)}, {scale})[0].item<double>();
        const at::Tensor up = at::full({}, std::log(2.0) + 1e-5, at::kDouble),
                         down = at::full({}, std::log(2.0) - 1e-5, at::kDouble);
        const double expected = (lossAt(up) - lossAt(down)).item<double>() / 2e-5;
        QVERIFY(std::abs(slope) > 1e-3);
        QVERIFY(std::abs(slope - expected) < 1e-8);
    }

    void networksAreThoseOfInference()
    {
        for (const nn::Architecture& a : everyAlignment()) {
            const LiveWeights::Tensors tensors = liveWeights(a);
            const training::ContrastiveBatch batch = madeBatch(a, 5);
            const training::ContrastiveNetworks networks(a, tensors, at::kCPU);
            training::ComputeOptions compute;
            const auto got = training::contrastiveEmbeddings(networks, a, batch, compute, {});

            const auto stored = nn::untrainedWeights(a, nn::WeightSource::Formula, 0);
            const nn::Networks expected(a, nn::Weights(stored, at::kDouble, at::kCPU));
            std::int64_t first = 0;
            for (int pair = 0; pair < batch.pairs; ++pair) {
                const std::int64_t views = batch.counts[std::size_t(pair)];
                const at::Tensor clips =
                    at::from_blob(const_cast<float*>(batch.clips.data()) + first * a.echo.embedding,
                                  {views, a.echo.embedding}, at::TensorOptions().dtype(at::kFloat))
                        .to(at::kDouble);
                first += views;
                const at::Tensor study = nn::l2Normalised(
                    expected.alignStudy(expected.poolViews(expected.projectViews(clips)).token).unsqueeze(0));
                QVERIFY(largestError(got.echo.narrow(0, pair, 1), study) < 2e-6);
                std::vector<float> x = batch.ecg(pair);
                const at::Tensor signal = at::from_blob(x.data(), {1, a.ecg.leads, a.ecg.windowSamples},
                                                        at::TensorOptions().dtype(at::kFloat))
                                              .to(at::kDouble);
                const at::Tensor ecg = nn::l2Normalised(
                    expected.alignEcg(expected.aggregateEcg(expected.ecgEncoder().forward(signal))));
                QVERIFY(largestError(got.ecg.narrow(0, pair, 1), ecg) < 2e-6);
            }
        }
    }

    // Every tensor that is trained: along a direction of chance the loss changes as its gradient says.
    void gradientsAreTheLosssSlopes()
    {
        for (const nn::Architecture& a : everyAlignment()) {
            LiveWeights::Tensors tensors = liveWeights(a);
            tensors.emplace(training::logitScaleName, at::full({}, std::log(2.0f), at::kFloat).requires_grad_(true));
            const training::ContrastiveStep step = stepOf(a, tensors, 5);
            int trained = 0;
            for (auto& [name, tensor] : tensors) {
                if (!tensor.requires_grad())
                    continue;
                ++trained;
                QVERIFY2(step.gradients.contains(name), name.c_str());
                const at::Tensor slope = step.gradients.at(name);
                QCOMPARE(slope.sizes().vec(), tensor.sizes().vec());
                const at::NoGradGuard plain;
                const double length = slope.norm().item<double>();
                const at::Tensor direction = length > 0 ? slope / length : slope;
                const at::Tensor kept = tensor.clone();
                const double h = 3e-3;
                tensor.add_(direction, h);
                const double up = stepOf(a, tensors, 5).loss;
                tensor.copy_(kept).add_(direction, -h);
                const double down = stepOf(a, tensors, 5).loss;
                tensor.copy_(kept);
                const double expected = (up - down) / (2 * h);
                QVERIFY2(std::abs(expected - length) < 3e-4 + 0.02 * length,
                         qPrintable(QString("%1: %2, differences %3").arg(name.c_str()).arg(length).arg(expected)));
            }
            QCOMPARE(int(step.gradients.size()), trained);
        }
    }

    void threadsDontMatterToTheLastBit()
    {
        const nn::Architecture a = test::tinyAlignment();
        const LiveWeights::Tensors tensors = liveWeights(a);
        const training::ContrastiveStep one = stepOf(a, tensors, 13, 1), three = stepOf(a, tensors, 13, 3);
        QCOMPARE(one.loss, three.loss);
        for (const auto& [name, slope] : one.gradients)
            QVERIFY2(at::equal(slope, three.gradients.at(name)), name.c_str());
        // Going forward twice gives the same derivatives.
        const training::ContrastiveStep twice = stepOf(a, tensors, 13, 2, 0);
        for (const auto& [name, slope] : one.gradients)
            QVERIFY2(largestError(slope, twice.gradients.at(name)) < 1e-6, name.c_str());
    }

    void cancelledStepsThrow()
    {
        const nn::Architecture a = test::tinyAlignment();
        base::JobContext job;
        job.cancel.cancel();
        QVERIFY_EXCEPTION_THROWN(stepOf(a, liveWeights(a), 4, 2, 1e9, job), base::Cancelled);
    }

    void optimizerIsTorchs()
    {
        const at::Tensor start = unitTensor("test.adam", {7, 5}).to(at::kFloat);
        training::AdamW ours({{"w", {start.clone(), 0.03, true, {}, {}, {}}}, {"b", {start.clone(), 0.01, false, {}, {}, {}}}},
                             {0.9, 0.999, 1e-8, 0.1});
        at::Tensor w = start.clone().requires_grad_(true), b = start.clone().requires_grad_(true);
        torch::optim::AdamW theirW({w}, torch::optim::AdamWOptions(0.03).weight_decay(0.1));
        torch::optim::AdamW theirB({b}, torch::optim::AdamWOptions(0.01).weight_decay(0.0));
        for (int i = 0; i < 25; ++i) {
            const at::Tensor slope = unitTensor(("test.adam." + std::to_string(i)).c_str(), {7, 5}).to(at::kFloat);
            ours.addGradient("w", slope);
            ours.addGradient("b", slope * 0.5);
            ours.addGradient("b", slope * 0.5);
            ours.finishGradients(1, 0);
            ours.step(1);
            w.mutable_grad() = slope.clone();
            b.mutable_grad() = slope.clone();
            theirW.step();
            theirB.step();
        }
        QVERIFY(largestError(ours.parameters().at("w").value, w.detach()) < 2e-6);
        QVERIFY(largestError(ours.parameters().at("b").value, b.detach()) < 2e-6);
        QVERIFY(largestError(ours.parameters().at("w").value, start) > 0.1);
    }

    void longGradientsAreClipped()
    {
        const at::Tensor start = at::zeros({2}, at::kFloat);
        training::AdamW optimizer({{"w", {start.clone(), 1, false, {}, {}, {}}}}, {});
        optimizer.addGradient("w", at::tensor({30.0f, 40.0f}));
        QCOMPARE(optimizer.finishGradients(0.1, 1.0), 5.0);
        QVERIFY(largestError(optimizer.parameters().at("w").gradient, at::tensor({0.6f, 0.8f})) < 1e-6);
        optimizer.forgetGradients();
        optimizer.addGradient("w", at::tensor({0.3f, 0.4f}));
        optimizer.finishGradients(1, 1.0);
        QVERIFY(largestError(optimizer.parameters().at("w").gradient, at::tensor({0.3f, 0.4f})) < 1e-7);
    }
};

QTEST_GUILESS_MAIN(TestTrainingSteps)
#include "test_training_steps.moc"
