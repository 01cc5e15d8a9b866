// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/cpu/echo_encoder.h"
#include "nn/encoders.h"
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/networks.h"
#include "nn/untrained.h"

#include <c10/core/InferenceMode.h>

#include "golden_tensors.h"
#include "wide_kernels.h"

#include <algorithm>
#include <atomic>
#include <random>

// The encoders' own kernels: every stage against the reference's exact answers, for every instruction set that this
// processor has; and that numbers depend neither on threads nor on the batch.
using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

std::vector<float> random(std::size_t count, unsigned seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> unit(0, 1);
    std::vector<float> values(count);
    for (float& value : values)
        value = unit(generator);
    return values;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b)
{
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += double(a[i]) * b[i];
        aa += double(a[i]) * a[i];
        bb += double(b[i]) * b[i];
    }
    return ab / std::sqrt(aa * bb);
}

// Every set that runs here, and the source of those that may not.
std::vector<const nn::cpu::Kernels*> kernelSets()
{
    std::vector<const nn::cpu::Kernels*> sets = nn::cpu::availableKernels();
    sets.push_back(&wideKernels());
    return sets;
}

// An architecture whose every width, grid and number of keys leaves a rest, whatever the vectors are.
nn::Architecture odd()
{
    nn::Architecture a = nn::Architecture::small();
    a.ecg.width = 42;
    a.ecg.heads = 3;
    a.ecg.depth = 2;
    a.ecg.mlpWidth = 67;
    a.echo.size = 90;
    a.echo.frames = 6;
    a.echo.stemWidth = 21;
    a.echo.stemKernel = {3, 5, 5};
    a.echo.stemStride = {2, 5, 5};
    a.echo.stemPadding = {1, 2, 2};
    a.echo.embedding = 13;
    a.echo.blocks = {{21, 21, 1, 1, 4}, {21, 42, 2, 2, 3}, {42, 42, 2, 1, 1}, {42, 42, 2, 2, 1}, {42, 66, 3, 1, 2}};
    a.alignment.studyWidth = 20;
    return a;
}

} // namespace

class TestNnCpu : public QObject
{
    Q_OBJECT

    std::map<std::string, nn::StoredTensor> m_published, m_odd;

    static void check(const std::string& stage, double error, double tolerance)
    {
        qInfo("%-34s largest error %.2e, tolerance %.0e", stage.c_str(), error, tolerance);
        QVERIFY2(error <= tolerance, stage.c_str());
    }
    static void addKernels(std::size_t count = kernelSets().size())
    {
        QTest::addColumn<int>("set");
        for (std::size_t i = 0; i < count; ++i)
            QTest::newRow(kernelSets()[i]->name) << int(i);
    }
    static nn::cpu::Settings settings(int set, nn::Precision precision = nn::Precision::Float32)
    {
        return {kernelSets()[std::size_t(set)], precision};
    }
    static nn::Weights exact(const std::map<std::string, nn::StoredTensor>& weights)
    {
        return nn::Weights(weights, at::kDouble, at::kCPU);
    }
    static nn::cpu::RowsObserver comparing(const char* network, const at::Tensor& stats, std::int64_t& row)
    {
        return [&, network](const std::string& stage, const float* tokens, long rows, long width) {
            const at::Tensor output =
                at::from_blob(const_cast<float*>(tokens), {1, rows, width}, at::TensorOptions().dtype(at::kFloat));
            QVERIFY(row < stats.size(0));
            const at::Tensor expected = stats.select(0, row++);
            const double scale = std::max(1.0, expected.abs().max().item<double>());
            check(network + (" " + stage), largestError(stageRow(output), expected), 1e-5 * scale);
        };
    }

private Q_SLOTS:
    void initTestCase()
    {
        nn::chooseDevice(false, 1);
        m_published = nn::untrainedWeights(nn::Architecture::published(), nn::WeightSource::Formula, 0);
        m_odd = nn::untrainedWeights(odd(), nn::WeightSource::Random, 3);
    }

    void goldenEcg_data() { addKernels(); }
    void goldenEcg()
    {
        QFETCH(int, set);
        const c10::InferenceMode inference;
        const nn::Architecture a = nn::Architecture::published();
        const nn::cpu::EcgEncoder encoder(a.ecg, exact(m_published), settings(set));
        nn::cpu::Team team(2);
        nn::cpu::EcgEncoder::Workspace workspace;
        const std::vector<float> signals = nn::goldenEcgInput(a.ecg, 2);
        const at::Tensor stats = golden("ecg_stage_stats_f64.npy");
        std::int64_t row = 0;
        std::vector<at::Tensor> tokens;
        for (int item = 0; item < 2; ++item) {
            const float* result = encoder.forward(signals.data() + item * 12 * 1008, workspace, team,
                                                  item == 0 ? comparing("ecg", stats, row) : nullptr);
            tokens.push_back(at::from_blob(const_cast<float*>(result), {1, 505, 192}, at::kFloat).clone());
        }
        QCOMPARE(row, stats.size(0));
        const at::Tensor all = at::cat(tokens);
        check("ecg tokens 0..3", largestError(all.narrow(1, 0, 4), golden("ecg_tokens_first4_f64.npy")), 1e-5);
        check("ecg mean of all", largestError(all.mean(1), golden("ecg_tokens_mean_all_f64.npy")), 1e-5);
    }

    void goldenEcho_data() { addKernels(nn::cpu::availableKernels().size()); } // the source of the others takes long
    void goldenEcho()
    {
        QFETCH(int, set);
        const c10::InferenceMode inference;
        const nn::Architecture a = nn::Architecture::published();
        const nn::cpu::EchoEncoder encoder(a.echo, exact(m_published), settings(set));
        nn::cpu::Team team(2);
        nn::cpu::EchoWorkspace workspace;
        const std::vector<float> clip = nn::goldenEchoInput(a.echo);
        const at::Tensor stats = golden("echo_stage_stats_f64.npy"), expected = golden("echo_embed_f64.npy");
        std::int64_t row = 0;
        std::vector<float> embedding(512);
        encoder.forward(clip.data(), embedding.data(), workspace, team, comparing("echo", stats, row));
        QCOMPARE(row, stats.size(0));
        check("echo embedding, all tokens", largestError(tensorOf(embedding, {1, 512}), expected), 1e-5);
        encoder.forward(clip.data(), embedding.data(), workspace, team);
        check("echo embedding", largestError(tensorOf(embedding, {1, 512}), expected), 1e-5);
    }

    // Widths, grids and key counts that no vector divides, against LibTorch in float64.
    void rests_data() { addKernels(); }
    void rests()
    {
        QFETCH(int, set);
        const c10::InferenceMode inference;
        const nn::Architecture a = odd();
        const nn::Networks net(a, exact(m_odd));
        nn::cpu::Team team(3);
        const std::vector<float> signal = random(12 * 1008, 1), clip = random(3 * 6 * 90 * 90, 2);

        nn::cpu::EcgEncoder::Workspace ecgSpace;
        const nn::cpu::EcgEncoder ecg(a.ecg, exact(m_odd), settings(set));
        const float* tokens = ecg.forward(signal.data(), ecgSpace, team);
        const at::Tensor expectedTokens = net.ecgEncoder().forward(tensorOf(signal, {1, 12, 1008}).to(at::kDouble));
        QCOMPARE(expectedTokens.numel(), ecg.tokens() * ecg.width());
        check("ecg of odd widths",
              largestError(tensorOf({tokens, tokens + ecg.tokens() * ecg.width()}, {1, ecg.tokens(), ecg.width()}),
                           expectedTokens),
              1e-5);

        nn::cpu::EchoWorkspace echoSpace;
        const nn::cpu::EchoEncoder echo(a.echo, exact(m_odd), settings(set));
        const at::Tensor x = tensorOf(clip, {1, 3, 6, 90, 90}).to(at::kDouble);
        std::vector<float> embedding(13);
        std::vector<at::Tensor> stages;
        net.echoEncoder().forward(x, [&](const std::string&, const at::Tensor& stage) { stages.push_back(stage); });
        std::size_t stage = 0;
        echo.forward(clip.data(), embedding.data(), echoSpace, team,
                     [&](const std::string& name, const float* rows, long count, long width) {
                         check("odd echo " + name,
                               largestError(tensorOf({rows, rows + count * width}, {count, width}), stages[stage++]),
                               1e-4);
                     });
        QCOMPARE(stage, stages.size());
        check("odd echo embedding", largestError(tensorOf(embedding, {1, 13}), net.echoEncoder().forward(x)), 1e-4);
        echo.forward(clip.data(), embedding.data(), echoSpace, team);
        check("odd echo, class token alone", largestError(tensorOf(embedding, {1, 13}), net.echoEncoder().forward(x)),
              1e-4);
    }

    // Bit for bit.
    void sameForAnyThreads()
    {
        const nn::Architecture a = nn::Architecture::small();
        const auto weights = nn::untrainedWeights(a, nn::WeightSource::Random, 5);
        const std::vector<float> clips = random(3 * 3 * 16 * 224 * 224, 7), signals = nn::goldenEcgInput(a.ecg, 3);
        const std::size_t clipSize = clips.size() / 3;
        nn::BundleInfo info;
        info.architecture = a;
        std::vector<float> firstClips, firstTokens;
        for (const int threads : {1, 2, 3, 9}) { // nine: three clips side by side
            nn::DeviceChoice device;
            device.threads = threads;
            const nn::Model model(info, weights, device);
            const std::vector<float> together = model.echoClips(clips.data(), 3),
                                     tokens = model.ecgTokens(signals.data(), 3);
            std::vector<float> single, singleTokens;
            for (std::size_t i = 0; i < 3; ++i) {
                const auto one = model.echoClips(clips.data() + i * clipSize, 1);
                single.insert(single.end(), one.begin(), one.end());
                const auto token = model.ecgTokens(signals.data() + i * 12 * 1008, 1);
                singleTokens.insert(singleTokens.end(), token.begin(), token.end());
            }
            if (firstClips.empty()) {
                firstClips = together;
                firstTokens = tokens;
            }
            QVERIFY2(together == firstClips && single == firstClips, qPrintable(QString::number(threads)));
            QVERIFY2(tokens == firstTokens && singleTokens == firstTokens, qPrintable(QString::number(threads)));
        }
    }

    // What a GPU runs, run here: a batch in two turns, an odd one too, and the same numbers as ours.
    void torchTakesTurns()
    {
        const c10::InferenceMode inference;
        const nn::Architecture a = nn::Architecture::small();
        const auto weights = nn::untrainedWeights(a, nn::WeightSource::Formula, 0);
        const nn::DeviceChoice cpu = nn::chooseDevice(false, 2);
        const nn::Heads heads(a, nn::Weights(weights, at::kFloat, at::kCPU));
        const auto torch = nn::makeTorchEncoders(a, weights, cpu), ours = nn::makeCpuEncoders(a, weights, cpu);
        std::vector<float> clips;
        const std::vector<float> clip = nn::goldenEchoInput(a.echo), signals = nn::goldenEcgInput(a.ecg, 5);
        for (const float gain : {1.0f, 0.5f, -0.3f, 0.8f, 0.1f})
            for (const float value : clip)
                clips.push_back(gain * value);
        for (const int batch : {1, 2, 5}) {
            std::vector<float> got, expected, tokens, expectedTokens;
            torch->echoClips(clips.data(), batch, got);
            ours->echoClips(clips.data(), batch, expected);
            torch->ecgTokens(signals.data(), batch, heads, tokens);
            ours->ecgTokens(signals.data(), batch, heads, expectedTokens);
            QCOMPARE(got.size(), std::size_t(512 * batch));
            QCOMPARE(tokens.size(), std::size_t(192 * batch));
            check("clips", largestError(tensorOf(got, {batch, 512}), tensorOf(expected, {batch, 512}).to(at::kDouble)),
                  1e-5);
            check("ECGs",
                  largestError(tensorOf(tokens, {batch, 192}), tensorOf(expectedTokens, {batch, 192}).to(at::kDouble)),
                  1e-5);
        }
    }

    // Half the digits, and what is left of them points the same way: the published networks against the reference's
    // exact answers, the small ones with every set.
    void bfloat16_data()
    {
        QTest::addColumn<int>("set");
        QTest::addColumn<bool>("published");
        for (std::size_t i = 0; i < kernelSets().size(); ++i)
            QTest::newRow(kernelSets()[i]->name) << int(i) << false;
        QTest::newRow("published networks") << int(nn::cpu::availableKernels().size()) - 1 << true;
    }
    void bfloat16()
    {
        QFETCH(int, set);
        QFETCH(bool, published);
        const c10::InferenceMode inference;
        const nn::Architecture a = published ? nn::Architecture::published() : nn::Architecture::small();
        const auto weights = nn::untrainedWeights(a, nn::WeightSource::Formula, 0);
        nn::cpu::Team team(2);
        nn::cpu::EchoWorkspace space;
        nn::cpu::EcgEncoder::Workspace ecgSpace;
        const std::vector<float> clip = nn::goldenEchoInput(a.echo), signal = nn::goldenEcgInput(a.ecg, 1);
        const std::size_t size = std::size_t(a.echo.embedding);
        std::vector<float> full(size), half(size), tokens[2];
        for (const nn::Precision precision : {nn::Precision::Float32, nn::Precision::BFloat16}) {
            std::vector<float>& out = precision == nn::Precision::Float32 ? full : half;
            nn::cpu::EchoEncoder(a.echo, exact(weights), settings(set, precision))
                .forward(clip.data(), out.data(), space, team);
            const nn::cpu::EcgEncoder ecg(a.ecg, exact(weights), settings(set, precision));
            const float* result = ecg.forward(signal.data(), ecgSpace, team);
            tokens[precision == nn::Precision::BFloat16].assign(result, result + ecg.tokens() * ecg.width());
        }
        qInfo("cosine to float32: clip %.6f, ECG tokens %.6f", cosine(full, half), cosine(tokens[0], tokens[1]));
        QVERIFY(cosine(full, half) > 0.9995 && cosine(tokens[0], tokens[1]) > 0.9995);
        QVERIFY(full != half && tokens[0] != tokens[1]);
        if (!published)
            return;
        const at::Tensor exactClip = golden("echo_embed_f64.npy");
        const std::vector<float> reference(exactClip.data_ptr<double>(), exactClip.data_ptr<double>() + size);
        qInfo("cosine to the reference's exact clip %.6f", cosine(reference, half));
        QVERIFY(cosine(reference, half) > 0.9995);
    }

    // Odd sizes of both precisions against sums in float64; BFloat16 against its own rounded factors.
    void products_data() { addKernels(); }
    void products()
    {
        QFETCH(int, set);
        const nn::cpu::Kernels& k = *kernelSets()[std::size_t(set)];
        for (const nn::Precision precision : {nn::Precision::Float32, nn::Precision::BFloat16})
            for (const auto& [rows, depth, columns] :
                 std::vector<std::array<long, 3>>{{1, 1, 1}, {5, 7, 3}, {13, 33, 31}, {24, 64, 64}, {25, 65, 65}}) {
                const auto in = random(std::size_t(rows * depth), 11),
                           weight = random(std::size_t(columns * depth), 12), bias = random(std::size_t(columns), 13);
                std::vector<std::uint8_t> panels(std::size_t(k.panelBytes(depth, columns, precision)));
                k.packColumns(weight.data(), depth, columns, depth, 1.0f, precision, panels.data());
                std::vector<float> out(std::size_t(rows * columns), NAN);
                std::vector<std::uint16_t> scratch(std::size_t(rows * (depth + 1)));
                nn::cpu::LinearCall call;
                call.in = in.data();
                call.ldIn = depth;
                call.rows = rows;
                call.weights = {panels.data(), depth, columns, precision};
                call.bias = bias.data();
                call.out = out.data();
                call.ldOut = columns;
                call.scratch = scratch.data();
                k.linear(call);
                const auto rounded = [&](float value) {
                    return precision == nn::Precision::Float32 ? double(value) : double(at::BFloat16(value));
                };
                double error = 0;
                for (long r = 0; r < rows; ++r)
                    for (long c = 0; c < columns; ++c) {
                        double sum = bias[std::size_t(c)];
                        for (long d = 0; d < depth; ++d)
                            sum +=
                                rounded(in[std::size_t(r * depth + d)]) * rounded(weight[std::size_t(c * depth + d)]);
                        error = std::max(error, std::abs(sum - double(out[std::size_t(r * columns + c)])));
                    }
                QVERIFY2(error < 2e-5,
                         qPrintable(QStringLiteral("%1 x %2 x %3: %4").arg(rows).arg(depth).arg(columns).arg(error)));
            }
    }

    void geluAndItsTails_data() { addKernels(); }
    void geluAndItsTails()
    {
        QFETCH(int, set);
        std::vector<float> x;
        for (int i = -4000; i <= 4000; ++i)
            x.push_back(float(i) * 0.004f);
        x.push_back(NAN);
        x.push_back(INFINITY);
        std::vector<float> y = x;
        kernelSets()[std::size_t(set)]->gelu(y.data(), long(y.size()));
        for (std::size_t i = 0; i + 2 < x.size(); ++i) {
            const double expected = 0.5 * x[i] * std::erfc(-double(x[i]) / std::sqrt(2.0));
            // Relative, so that the tail of negative numbers counts; there the rounding of x² is what is left. Below
            // 1e-30 nothing counts.
            const double relative = 5e-7 + 1e-7 * double(x[i]) * double(x[i]);
            QVERIFY2(std::abs(double(y[i]) - expected) <= relative * std::abs(expected) + 1e-30,
                     qPrintable(QStringLiteral("%1: %2 for %3").arg(x[i]).arg(y[i]).arg(expected)));
        }
        QVERIFY(std::isnan(y[y.size() - 2]));
        QCOMPARE(y.back(), INFINITY);
    }

    // A number that isn't one must come out as one that isn't, so that the engine refuses it.
    void nanIsNotHidden()
    {
        const nn::Architecture a = nn::Architecture::small();
        nn::BundleInfo info;
        info.architecture = a;
        const nn::Model model(info, nn::untrainedWeights(a, nn::WeightSource::Random, 5), nn::DeviceChoice{});
        std::vector<float> clip = nn::goldenEchoInput(a.echo), signal = nn::goldenEcgInput(a.ecg, 1);
        clip[clip.size() / 2] = NAN;
        signal[5000] = NAN;
        const auto isNan = [](float value) { return std::isnan(value); };
        const auto embedding = model.echoClips(clip.data(), 1), token = model.ecgTokens(signal.data(), 1);
        QVERIFY(std::all_of(embedding.begin(), embedding.end(), isNan));
        QVERIFY(std::all_of(token.begin(), token.end(), isNan));
    }

    void teamDoesEverythingOnce()
    {
        for (const int threads : {1, 2, 5}) {
            nn::cpu::Team team(threads);
            QCOMPARE(team.threads(), threads);
            for (int round = 0; round < 200; ++round) {
                std::vector<std::atomic<int>> done(std::size_t(round % 40));
                std::atomic<int> strange{0};
                team.forEach(int(done.size()), [&](int piece, int worker) {
                    ++done[std::size_t(piece)];
                    if (worker < 0 || worker >= threads)
                        ++strange;
                });
                QCOMPARE(strange.load(), 0);
                QVERIFY(std::all_of(done.begin(), done.end(), [](const auto& count) { return count == 1; }));
            }
            // A failure ends the call, not the team.
            QVERIFY_EXCEPTION_THROWN(team.forEach(50,
                                                  [](int piece, int) {
                                                      if (piece == 7)
                                                          throw std::runtime_error("seven");
                                                  }),
                                     std::runtime_error);
            std::atomic<int> sum{0};
            team.forEach(10, [&](int piece, int) { sum += piece; });
            QCOMPARE(sum.load(), 45);
        }
    }
};

QTEST_GUILESS_MAIN(TestNnCpu)
#include "test_nn_cpu.moc"
