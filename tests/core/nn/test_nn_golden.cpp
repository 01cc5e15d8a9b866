// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/formula.h"
#include "nn/golden.h"
#include "nn/networks.h"
#include "nn/untrained.h"

#include <c10/core/InferenceMode.h>

#include "golden_tensors.h"

#include <algorithm>

// Every stage of the networks with formula weights against the exact answers of the reference, in float32 (what the
// program uses) and in float64 (which tells a wrong formula from rounding).
using namespace echo2ecg;
using namespace echo2ecg::test;

class TestNnGolden : public QObject
{
    Q_OBJECT

    nn::Architecture m_architecture = nn::Architecture::published();
    std::map<std::string, nn::StoredTensor> m_weights;

    void check(const char* stage, const at::Tensor& got, const at::Tensor& expected, double tolerance)
    {
        const double error = largestError(got, expected);
        qInfo("%-28s largest error %.2e, tolerance %.0e", stage, error, tolerance);
        QVERIFY2(error <= tolerance, stage);
    }
    nn::Networks networks(at::ScalarType dtype) const
    {
        return nn::Networks(m_architecture, nn::Weights(m_weights, dtype, at::kCPU));
    }
    static void addDtypes()
    {
        QTest::addColumn<bool>("exact");
        QTest::newRow("float32") << false;
        QTest::newRow("float64") << true;
    }

private Q_SLOTS:
    void initTestCase()
    {
        qInfo("%s", nn::chooseDevice(false, 0).description.c_str());
        m_weights = nn::untrainedWeights(m_architecture, nn::WeightSource::Formula, 0);
    }

    void ecg_data() { addDtypes(); }
    void ecg()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        const double tolerance = exact ? 1e-10 : 1e-5;
        const nn::Networks net = networks(dtype);
        const at::Tensor x = tensorOf(nn::goldenEcgInput(m_architecture.ecg, 2), {2, 12, 1008}).to(dtype);

        const at::Tensor stats = golden("ecg_stage_stats_f64.npy");
        std::int64_t row = 0;
        const at::Tensor tokens = net.ecgEncoder().forward(x, [&](const std::string& stage, const at::Tensor& output) {
            check(("ecg " + stage).c_str(), stageRow(output), stats.select(0, row++), tolerance);
        });
        QCOMPARE(row, stats.size(0));
        const at::Tensor token = net.aggregateEcg(tokens);
        check("ecg tokens 0..3", tokens.narrow(1, 0, 4), golden("ecg_tokens_first4_f64.npy"), tolerance);
        check("ecg mean of all", tokens.mean(1), golden("ecg_tokens_mean_all_f64.npy"), tolerance);
        check("ecg mean of patches", tokens.narrow(1, 1, 504).mean(1), golden("ecg_tokens_mean_patches_f64.npy"),
              tolerance);
        check("ecg global token", token, golden("ecg_global_token_f64.npy"), tolerance);
        check("ecg aligned", net.alignEcg(token), golden("ecg_global_token_aligned_f64.npy"), tolerance);
    }

    // Tokens of tiny variance tell the aggregator's epsilon, which nothing else does.
    void aggregatorEpsilon_data() { addDtypes(); }
    void aggregatorEpsilon()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        std::vector<double> values(505 * 192);
        const std::uint64_t key = nn::fnv1a64("input.agg.lowvar");
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = 0.1 * nn::formulaUnit(key, i);
        const at::Tensor tokens =
            at::from_blob(values.data(), {1, 505, 192}, at::TensorOptions().dtype(at::kDouble)).to(dtype);
        check("aggregator, low variance", networks(dtype).aggregateEcg(tokens),
              golden("agg_lowvar_global_token_f64.npy"), exact ? 1e-10 : 1e-5);
    }

    // From the processed signal of a whole record to the aligned vector.
    void recordToVector()
    {
        const c10::InferenceMode inference;
        const nn::Networks net = networks(at::kFloat);
        const at::Tensor x = golden("ecg_processed_f32.npy").narrow(1, 0, 1008).to(at::kFloat).reshape({1, 12, 1008});
        const at::Tensor token = net.aggregateEcg(net.ecgEncoder().forward(x));
        check("record to token", token, golden("e2e_ecg_global_token_f64.npy"), 1e-5);
        check("record to aligned", net.alignEcg(token), golden("e2e_ecg_global_token_aligned_f64.npy"), 1e-5);
    }

    void echo_data() { addDtypes(); }
    void echo()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        const nn::Networks net = networks(dtype);
        const at::Tensor x = tensorOf(nn::goldenEchoInput(m_architecture.echo), {1, 3, 16, 224, 224}).to(dtype);

        const at::Tensor stats = golden("echo_stage_stats_f64.npy");
        std::int64_t row = 0;
        const at::Tensor full = net.echoEncoder().forward(x, [&](const std::string& stage, const at::Tensor& output) {
            // Inside the network numbers are larger than at its ends; their rounding grows with them.
            const at::Tensor expected = stats.select(0, row++);
            const double scale = std::max(1.0, expected.abs().max().item<double>());
            check(("echo " + stage).c_str(), stageRow(output), expected, (exact ? 1e-10 : 1e-5) * scale);
        });
        QCOMPARE(row, stats.size(0));
        const at::Tensor expected = golden("echo_embed_f64.npy");
        check("echo embedding, all tokens", full, expected, exact ? 1e-10 : 1e-5);
        const at::Tensor embedding = net.echoEncoder().forward(x);
        check("echo embedding", embedding, expected, exact ? 1e-10 : 1e-5);
        const at::Tensor study = net.poolViews(net.projectViews(embedding)).token;
        check("study of one clip", net.alignStudy(study), golden("echo_one_view_study_aligned_f64.npy"),
              exact ? 1e-10 : 1e-5);
    }

    void study_data() { addDtypes(); }
    void study()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        const double tolerance = exact ? 1e-10 : 1e-5;
        const nn::Networks net = networks(dtype);
        const at::Tensor views = tensorOf(nn::goldenViews(512, 3 * 128), {3, 128, 512}).to(dtype);
        const std::vector<std::int64_t> counts{5, 1, 128};
        std::vector<at::Tensor> tokens, aligned, single, projected;
        for (std::int64_t i = 0; i < 3; ++i) {
            const at::Tensor p = net.projectViews(views.select(0, i).narrow(0, 0, counts[std::size_t(i)]));
            const nn::ViewAggregator::Result pooled = net.poolViews(p);
            QVERIFY(std::abs(pooled.weights.sum().item<double>() - 1.0) < 1e-6);
            QCOMPARE(pooled.weights.numel(), counts[std::size_t(i)]);
            tokens.push_back(pooled.token);
            aligned.push_back(net.alignStudy(pooled.token));
            single.push_back(net.alignStudy(p.select(0, 0)));
            projected.push_back(p);
        }
        const at::Tensor firstViews = golden("study_proj_views0_1_127_first8_f64.npy");
        check("projected view",
              projected[2].index_select(0, at::tensor(std::vector<std::int64_t>{0, 1, 127})).narrow(1, 0, 8),
              firstViews.select(0, 2), tolerance);
        check("study token, 5/1/128 views", at::stack(tokens), golden("study_token_f64.npy"), tolerance);
        check("study aligned", at::stack(aligned), golden("study_token_aligned_f64.npy"), tolerance);
        check("study normalised", nn::l2Normalised(at::stack(aligned)), golden("study_token_aligned_l2norm_f64.npy"),
              tolerance);
        check("single view", at::stack(single), golden("single_view_aligned_f64.npy"), tolerance);
    }

    void otherPoolings_data() { addDtypes(); }
    void otherPoolings()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        const double tolerance = exact ? 1e-10 : 1e-5;
        const nn::Networks net = networks(dtype);
        const at::Tensor views = tensorOf(nn::goldenViews(512, 3 * 128), {3, 128, 512}).to(dtype);

        nn::AlignmentShape mean, cls;
        mean.pooling = nn::ViewPooling::Mean;
        cls.pooling = nn::ViewPooling::Cls;
        nn::Architecture withCls = m_architecture;
        withCls.alignment = cls;
        std::map<std::string, nn::StoredTensor> weights;
        for (const nn::TensorSpec& spec : nn::tensorSpecs(withCls))
            if (spec.name.starts_with("echo_view_aggregator."))
                weights.emplace(spec.name,
                                nn::StoredTensor::of(spec.name, spec.shape,
                                                     nn::formulaWeights("alt.cls." + spec.name, spec.shape)));
        const nn::ViewAggregator byMean(mean, nn::Weights(weights, dtype, at::kCPU)),
            byCls(cls, nn::Weights(weights, dtype, at::kCPU));
        std::vector<at::Tensor> means, classes;
        for (const auto& [sample, count] :
             std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 5}, {1, 1}, {2, 128}}) {
            const at::Tensor p = net.projectViews(views.select(0, sample).narrow(0, 0, count));
            means.push_back(byMean(p).token);
            const nn::ViewAggregator::Result pooled = byCls(p);
            classes.push_back(pooled.token);
            QVERIFY(std::abs(byMean(p).weights.sum().item<double>() - 1.0) < 1e-6);
            QVERIFY(std::abs(pooled.weights.sum().item<double>() - 1.0) < 1e-6);
        }
        check("mean pooling", at::stack(means), golden("study_alt_mean_pool_f64.npy"), tolerance);
        check("CLS pooling", at::stack(classes), golden("study_alt_cls_pool_f64.npy"), tolerance);
    }

    void otherHeads_data() { addDtypes(); }
    void otherHeads()
    {
        QFETCH(bool, exact);
        const c10::InferenceMode inference;
        const at::ScalarType dtype = exact ? at::kDouble : at::kFloat;
        const double tolerance = exact ? 1e-10 : 1e-5;
        struct Head
        {
            const char* name;
            nn::AlignmentHead kind;
            int width, hidden, aligned;
        };
        for (const Head& head : {Head{"sail_star_192", nn::AlignmentHead::SailStar, 192, 1536, 512},
                                 Head{"sail_star_1024", nn::AlignmentHead::SailStar, 1024, 8192, 512},
                                 Head{"sail_mlp_192", nn::AlignmentHead::SailMlp, 192, 768, 512},
                                 Head{"sail_linear_192", nn::AlignmentHead::SailLinear, 192, 0, 512},
                                 Head{"simclr_192", nn::AlignmentHead::SimClr, 192, 1536, 512},
                                 Head{"simclr_1024", nn::AlignmentHead::SimClr, 1024, 8192, 512},
                                 Head{"sharelock_192", nn::AlignmentHead::ShareLock, 192, 4096, 192}}) {
            const std::string name = std::string("alt.") + head.name;
            std::map<std::string, nn::StoredTensor> weights;
            for (const nn::TensorSpec& spec :
                 nn::alignmentHeadSpecs(head.kind, name, head.width, head.hidden, head.aligned))
                weights.emplace(spec.name,
                                nn::StoredTensor::of(spec.name, spec.shape, nn::formulaWeights(spec.name, spec.shape)));
            std::vector<float> values(4 * std::size_t(head.width));
            const std::uint64_t key = nn::fnv1a64("input.align." + std::to_string(head.width));
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = float(std::sqrt(3.0) * nn::formulaUnit(key, i));
            const at::Tensor input = tensorOf(values, {4, head.width}).to(dtype);
            const nn::AlignmentLayer layer(head.kind, name, nn::Weights(weights, dtype, at::kCPU));
            check(head.name, layer(input), golden((std::string("align_alt_") + head.name + "_f64.npy").c_str()),
                  tolerance);
            check("one token alone", layer(input.select(0, 0)), layer(input).select(0, 0).to(at::kDouble), 1e-5);
        }
    }

    // The networks themselves take batches (a GPU is given them); an item's result doesn't depend on its neighbours.
    void batches()
    {
        const c10::InferenceMode inference;
        const nn::Architecture small = nn::Architecture::small();
        const auto weights = nn::untrainedWeights(small, nn::WeightSource::Formula, 0);
        const nn::Networks net(small, nn::Weights(weights, at::kFloat, at::kCPU));
        const at::Tensor one = tensorOf(nn::goldenEchoInput(small.echo), {1, 3, 16, 224, 224});
        const at::Tensor clips = at::cat({one.flip({2}), one * 0.5, one});
        check("echo batch of three", net.echoEncoder().forward(clips).narrow(0, 2, 1),
              net.echoEncoder().forward(one).to(at::kDouble), 1e-5);
        const at::Tensor ecgs = tensorOf(nn::goldenEcgInput(small.ecg, 3), {3, 12, 1008});
        check("ecg batch of three", net.ecgEncoder().forward(ecgs).narrow(0, 2, 1),
              net.ecgEncoder().forward(ecgs.narrow(0, 2, 1)).to(at::kDouble), 1e-5);
    }

    // With every mechanism of the small network: class token alone against all tokens.
    void lastBlockShortcut()
    {
        const c10::InferenceMode inference;
        const nn::Architecture small = nn::Architecture::small();
        const auto weights = nn::untrainedWeights(small, nn::WeightSource::Formula, 0);
        const nn::Networks net(small, nn::Weights(weights, at::kDouble, at::kCPU));
        const at::Tensor x = tensorOf(nn::goldenEchoInput(small.echo), {1, 3, 16, 224, 224}).to(at::kDouble);
        check("class token alone", net.echoEncoder().forward(x),
              net.echoEncoder().forward(x, [](const std::string&, const at::Tensor&) {}), 1e-12);
    }
};

QTEST_GUILESS_MAIN(TestNnGolden)
#include "test_nn_golden.moc"
