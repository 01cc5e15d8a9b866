// SPDX-License-Identifier: GPL-3.0-or-later
#include "nn/bundle_import.h"
#include "nn/formula.h"
#include "nn/import_architecture.h"
#include "nn/model.h"
#include "nn/untrained.h"

#include "base/npy.h"
#include "core/nn/made_checkpoint.h"
#include "support/test_paths.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

// Weights as they are published become bundles: the same bundle, bit for bit, that the same weights make directly.
using namespace echo2ecg;
namespace fs = std::filesystem;
using Weights = std::map<std::string, nn::StoredTensor>;

namespace {

nn::OfferedTensors offered(const nn::Architecture& architecture)
{
    nn::OfferedTensors tensors;
    for (const nn::TensorSpec& spec : nn::tensorSpecs(architecture))
        tensors[spec.name] = {"F32", spec.shape, {}, 0};
    return tensors;
}

bool has(const std::vector<std::string>& list, const std::string& word)
{
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& text) { return text.find(word) != std::string::npos; });
}

std::string stateOf(const nn::ImportReport& report, const std::string& part)
{
    for (const nn::ImportPart& entry : report.parts)
        if (entry.name == part)
            return entry.state;
    return {};
}

} // namespace

class TestNnImport : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    Weights m_weights; // formula, small
    nn::BundleInfo m_direct;

    fs::path path(const std::string& name) const { return fs::path(m_folder.path().toStdString()) / name; }

    static nn::ImportRequest request(std::vector<nn::ImportSource> sources, int window = 1008)
    {
        nn::ImportRequest what;
        what.sources = std::move(sources);
        what.ecgRecipe = base::Json::object({{"window_samples", window}});
        what.echoRecipe = base::Json::object({{"frames", 16}});
        what.licence = "test";
        return what;
    }
    // The tensors whose name begins so, as a component file without the prefix or, with an empty one, all.
    fs::path file(const std::string& name, const std::string& part, const Weights& weights,
                  std::vector<test::MadeTensor> more = {}, bool wrapped = true) const
    {
        for (const auto& [key, tensor] : weights)
            if (part.empty() || key.starts_with(part + "."))
                more.push_back({part.empty() ? key : key.substr(part.size() + 1), tensor.shape, tensor.toFloat()});
        std::ofstream(path(name), std::ios::binary) << test::checkpointOf(more, wrapped);
        return path(name);
    }
    std::vector<nn::ImportSource> components(const Weights& weights, bool alignment = true) const
    {
        std::vector<nn::ImportSource> sources{
            {file("ecg.ckpt", "ecg_encoder", weights), nn::ImportRole::Ecg},
            {file("echo.pt", "echo_encoder", weights, {}, false), nn::ImportRole::Echo},
            {file("token.ckpt", "token_aggregator", weights), nn::ImportRole::Aggregator},
            {file("proj.ckpt", "echo_projection_for_agg", weights), nn::ImportRole::Projection},
            {file("views.ckpt", "echo_view_aggregator", weights), nn::ImportRole::ViewAggregator}};
        if (alignment) {
            sources.push_back({file("ea.ckpt", "ecg_alignment_global_token", weights), nn::ImportRole::EcgAlignment});
            sources.push_back({file("oa.ckpt", "echo_alignment_global_token", weights), nn::ImportRole::EchoAlignment});
        }
        return sources;
    }
    void refused(const nn::ImportRequest& what, base::ErrorCode code, const char* word)
    {
        try {
            nn::inspectImport(what);
            QFAIL("accepted");
        } catch (const base::Error& error) {
            QVERIFY2(std::string(error.what()).find(word) != std::string::npos, error.what());
            QCOMPARE(error.code(), code);
        }
    }

private slots:
    void initTestCase()
    {
        m_weights = nn::untrainedWeights(nn::Architecture::small(), nn::WeightSource::Formula, 0);
        nn::NewBundle what;
        what.architecture = nn::Architecture::small();
        what.weights = nn::WeightSource::Formula;
        what.ecgRecipe = request({}).ecgRecipe;
        what.echoRecipe = request({}).echoRecipe;
        m_direct = nn::writeUntrainedBundle(path("direct"), what);
    }

    void architectureComesFromShapes()
    {
        std::vector<std::string> notes;
        QVERIFY(nn::architectureOf(offered(nn::Architecture::published()), 0, notes) == nn::Architecture::published());
        QVERIFY(nn::architectureOf(offered(nn::Architecture::small()), 0, notes) == nn::Architecture::small());
        QVERIFY(notes.empty());
        nn::Architecture large = nn::Architecture::published();
        large.ecg = {384, 18, 6, 1536, 12, 24, 1992};
        large.echo.blocks.resize(4); // a network that only follows the rules
        large.alignment.pooling = nn::ViewPooling::Cls;
        large.alignment.clsLayers = 2;
        large.alignment.ecgHead = nn::AlignmentHead::SailStar;
        large.alignment.ecgHidden = 3072;
        large.alignment.echoHead = nn::AlignmentHead::SimClr;
        large.alignment.echoHidden = 8192;
        QVERIFY(nn::architectureOf(offered(large), 1992, notes) == large);
        large.ecg = {576, 24, 8, 2304, 12, 24, 1008};
        large.alignment.tokenNorm = false;
        large.alignment.pooling = nn::ViewPooling::Mean;
        large.alignment.clsLayers = 1;
        large.alignment.ecgHead = nn::AlignmentHead::SailMlp;
        large.alignment.ecgHidden = 2304;
        large.alignment.echoHead = nn::AlignmentHead::SailLinear;
        large.alignment.echoHidden = 0;
        QVERIFY(nn::architectureOf(offered(large), 1008, notes) == large);
        QVERIFY(nn::Architecture::fromJson(large.toJson()) == large);
        QVERIFY(!nn::Architecture::published().toJson().at("alignment").contains("ecg_head")); // identities stay
    }

    void componentsMakeTheSameBundle()
    {
        const nn::ImportReport report = nn::importBundle(request(components(m_weights)), path("components"));
        QVERIFY(report.complete && report.canRetrieve && report.bundle);
        QVERIFY(report.missing.empty() && report.notes.empty());
        QCOMPARE(report.bundle->id, m_direct.id);
        QVERIFY(report.bundle->trained);
        QCOMPARE(report.files.size(), std::size_t(7));
        for (const nn::ImportedFile& entry : report.files)
            QVERIFY2(entry.parts.size() == 1 && entry.unknown.empty(), entry.content.c_str());
        for (const nn::GoldenCheck& check : nn::verifyBundle(*report.bundle))
            QVERIFY2(check.ok(), check.name.c_str());
        // Told apart by content alone, in any order.
        std::vector<nn::ImportSource> anonymous = components(m_weights);
        for (nn::ImportSource& source : anonymous)
            source.role = nn::ImportRole::Any;
        std::reverse(anonymous.begin(), anonymous.end());
        const nn::ImportReport again = nn::inspectImport(request(anonymous));
        QVERIFY(again.complete && again.canRetrieve);
        QVERIFY(again.architecture == nn::Architecture::small());
    }

    void wholeRunMakesTheSameBundle()
    {
        const fs::path last = file("last.ckpt", "", m_weights,
                                   {{"ecg_task_layer.head.weight", {2, 3}, std::vector<float>(6, 1)},
                                    {"loss_fn.logit_scale", {1}, {1}},
                                    {"something.else", {1}, {1}}});
        const nn::ImportReport report = nn::importBundle(request({{last, nn::ImportRole::Any}}), path("run"));
        QVERIFY(report.bundle);
        QCOMPARE(report.bundle->id, m_direct.id);
        QCOMPARE(report.files[0].unknown, std::vector<std::string>{"something.else"});
        QVERIFY(has(report.files[0].ignored, "ecg_task_layer.head.weight"));
        QCOMPARE(report.files[0].parts.size(), std::size_t(7));
    }

    void withoutAlignmentItOnlyClassifies()
    {
        const nn::ImportReport report = nn::importBundle(request(components(m_weights, false)), path("classify"));
        QVERIFY(report.complete && report.bundle && !report.canRetrieve);
        QVERIFY(report.whyNotRetrieve.find("can't retrieve") != std::string::npos);
        QCOMPARE(stateOf(report, "ecg_alignment_global_token"), std::string("absent"));
        const nn::BundleInfo info = nn::readBundleInfo(path("classify"));
        QVERIFY(!info.canRetrieve() && m_direct.canRetrieve());
        for (const nn::GoldenCheck& check : nn::verifyBundle(info))
            QVERIFY2(check.ok(), check.name.c_str());
        const nn::Model model(info, nn::readBundleWeights(info), nn::chooseDevice(false, 1));
        const std::vector<float> input(12 * 1008, 0.5f), clips(3 * 512, 0.1f);
        const std::vector<float> token = model.ecgTokens(input.data(), 1);
        QCOMPARE(token.size(), std::size_t(192));
        QVERIFY_EXCEPTION_THROWN(model.alignEcg(token.data(), 1), base::Error);
        const nn::Model::Study study = model.study(clips.data(), 3);
        QVERIFY(study.aligned.empty() && study.token.size() == 256);
        // One side alone is no help, and is said.
        std::vector<nn::ImportSource> oneSide = components(m_weights);
        oneSide.pop_back();
        const nn::ImportReport half = nn::inspectImport(request(oneSide));
        QVERIFY(half.complete && !half.canRetrieve && has(half.notes, "echo is missing"));
    }

    // As with a published encoder of each side and nothing else.
    void encodersAloneMakeAPlainModel()
    {
        const nn::ImportReport report = nn::inspectImport(
            request({{path("ecg.ckpt"), nn::ImportRole::Ecg}, {path("echo.pt"), nn::ImportRole::Echo}}));
        QVERIFY(report.complete && !report.canRetrieve);
        QVERIFY(report.architecture.alignment.pooling == nn::ViewPooling::Mean);
        QVERIFY(!report.architecture.alignment.projection && !report.architecture.alignment.tokenNorm);
        QVERIFY(has(report.notes, "mean of all tokens") && has(report.notes, "plain mean of its views"));
    }

    void missingTensorsAreListed()
    {
        Weights fewer = m_weights;
        fewer.erase("ecg_encoder.blocks.1.attn.proj.bias");
        fewer.erase("echo_encoder.norm.weight");
        const nn::ImportReport report = nn::importBundle(request(components(fewer)), path("fewer"));
        QVERIFY(!report.complete && !report.bundle && !report.canRetrieve);
        QCOMPARE(report.missing,
                 (std::vector<std::string>{"ecg_encoder.blocks.1.attn.proj.bias", "echo_encoder.norm.weight"}));
        QCOMPARE(stateOf(report, "ecg_encoder"), std::string("missing"));
        QCOMPARE(stateOf(report, "token_aggregator"), std::string("filled"));
        QVERIFY(!fs::exists(path("fewer") / "bundle.json"));
        const base::Json json = report.toJson();
        QVERIFY(!json.at("complete").toBool() && json.at("missing").size() == 2 && json.at("bundle").isNull());
        QVERIFY(!nn::inspectImport(request({{path("ecg.ckpt"), nn::ImportRole::Ecg}})).complete);
    }

    void contradictionsAreRefused()
    {
        const std::vector<nn::ImportSource> good = components(m_weights);
        using nn::ImportRole;
        refused(request({}), base::ErrorCode::Missing, "no file");
        refused(request({{path("echo.pt"), ImportRole::Ecg}}), base::ErrorCode::Mismatch, "echo encoder, not the ECG");
        refused(request({{path("proj.ckpt"), ImportRole::EcgAlignment}}), base::ErrorCode::Mismatch, "projection");
        std::vector<nn::ImportSource> twice = good;
        twice.push_back(good[0]);
        refused(request(twice), base::ErrorCode::Inconsistent, "two files");
        std::vector<nn::ImportSource> swapped = good;
        std::swap(swapped[5].file, swapped[6].file);
        refused(request(swapped), base::ErrorCode::Mismatch, "has shape");
        refused(request({{file("odd.ckpt", "", {}, {{"a.b", {1}, {1}}}), ImportRole::Any}}),
                base::ErrorCode::NotRecognised, "no part");
        refused(request({{file("none.ckpt", "", {}), ImportRole::Any}}), base::ErrorCode::NotRecognised, "no weights");
        refused(request(good, 1000), base::ErrorCode::Mismatch, "patch");
        Weights nan = m_weights;
        nan.at("ecg_encoder.cls_token") = nn::StoredTensor::of("x", {1, 1, 192}, std::vector<float>(192, NAN));
        QVERIFY_EXCEPTION_THROWN(nn::importBundle(request(components(nan)), path("nan")), base::Error);
    }

    // Each kind of head, from file to vector.
    void otherHeadsLoad_data()
    {
        QTest::addColumn<int>("head");
        QTest::addColumn<int>("ecgHidden");
        QTest::addColumn<int>("echoHidden");
        QTest::newRow("SAIL star") << int(nn::AlignmentHead::SailStar) << 300 << 400;
        QTest::newRow("SAIL MLP") << int(nn::AlignmentHead::SailMlp) << 300 << 400;
        QTest::newRow("SAIL linear") << int(nn::AlignmentHead::SailLinear) << 0 << 0;
        QTest::newRow("SimCLR") << int(nn::AlignmentHead::SimClr) << 300 << 400;
        QTest::newRow("ShareLock") << int(nn::AlignmentHead::ShareLock) << 128 << 130;
    }
    void otherHeadsLoad()
    {
        QFETCH(int, head);
        QFETCH(int, ecgHidden);
        QFETCH(int, echoHidden);
        nn::Architecture a = nn::Architecture::small();
        a.alignment.ecgHead = a.alignment.echoHead = nn::AlignmentHead(head);
        a.alignment.ecgHidden = ecgHidden;
        a.alignment.echoHidden = echoHidden;
        a.alignment.alignedWidth = 64;
        const Weights weights = nn::untrainedWeights(a, nn::WeightSource::Formula, 0);
        const fs::path all =
            file("head.ckpt", "", weights,
                 {{"ecg_alignment_global_token.logit_scale", {1}, {2.3f}},
                  {"echo_alignment_global_token.mapping_network.layers.1.num_batches_tracked", {}, {9}}});
        const std::string folder = std::string("head") + std::to_string(head);
        const nn::ImportReport report = nn::importBundle(request({{all, nn::ImportRole::Any}}), path(folder));
        QVERIFY(report.bundle && report.canRetrieve && report.files[0].unknown.empty());
        QVERIFY(report.architecture == a);
        const nn::BundleInfo info = nn::readBundleInfo(path(folder));
        QVERIFY(info.architecture == a);
        const nn::Model model(info, nn::readBundleWeights(info), nn::chooseDevice(false, 1));
        const std::vector<float> token(192, 0.25f);
        const std::vector<float> aligned = model.alignEcg(token.data(), 1);
        double norm = 0;
        for (const float value : aligned)
            norm += double(value) * double(value);
        QCOMPARE(aligned.size(), std::size_t(64));
        QVERIFY(std::abs(norm - 1) < 1e-5);
        // By width: the echo's layer alone, whose side nobody names.
        if (nn::AlignmentHead(head) == nn::AlignmentHead::SimClr) {
            std::vector<nn::ImportSource> sources = components(weights);
            sources[5].role = sources[6].role = nn::ImportRole::Any;
            QVERIFY(nn::inspectImport(request(sources)).canRetrieve);
        }
    }

    void safetensorsTravel()
    {
        nn::exportWeights(m_direct, path("all.safetensors"));
        const nn::ImportReport report =
            nn::importBundle(request({{path("all.safetensors"), nn::ImportRole::Any}}), path("travelled"));
        QVERIFY(report.bundle);
        QCOMPARE(report.bundle->id, m_direct.id);
        QCOMPARE(report.files[0].format, std::string("safetensors"));
        // A part of it too.
        const nn::ImportReport part = nn::inspectImport(
            request({{path("all.safetensors"), nn::ImportRole::Ecg}, {path("echo.pt"), nn::ImportRole::Echo}}));
        QVERIFY(part.complete && part.files[0].parts == std::vector<std::string>{"ecg_encoder"});
    }

    void timePositionsStretchAsTheReferenceDoes()
    {
        const base::NpyArray stored = base::readNpy(test::reference("otis_pos_embed_x_ckpt_100_D24_f32.npy")),
                             expected =
                                 base::readNpy(test::reference("otis_pos_embed_x_interp_100_to_200_D24_f32.npy"));
        const std::vector<float> got = nn::timePositionsFor(stored.toFloat(), 101, 24, 200), want = expected.toFloat();
        QCOMPARE(got.size(), want.size());
        double largest = 0;
        for (std::size_t i = 0; i < got.size(); ++i)
            largest = std::max(largest, std::abs(double(got[i]) - double(want[i])));
        qInfo("largest difference %.2e", largest);
        QVERIFY(largest < 1e-6);
        const std::vector<float> shorter = nn::timePositionsFor(stored.toFloat(), 101, 24, 42);
        QVERIFY(std::equal(shorter.begin(), shorter.end(), stored.toFloat().begin()) && shorter.size() == 43 * 24);
        QVERIFY_EXCEPTION_THROWN(nn::timePositionsFor({1, 2}, 1, 2, 3), base::Error);
    }

    void otisCheckpoints_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("window");
        for (const char* name : {"otis_unimodal_ZIP_D48_DEPTH1.pth", "otis_unimodal_LEGACY_D48_DEPTH1.pth"})
            for (const int window : {1008, 4800})
                QTest::addRow("%s %d", name, window) << name << window;
    }
    void otisCheckpoints()
    {
        QFETCH(QString, name);
        QFETCH(int, window);
        const fs::path folder = test::shared() / "reference" / "checkpoints";
        E2E_NEED_SHARED(folder / name.toStdString());
        std::ifstream in(folder / "manifest_valid.json");
        std::ostringstream text;
        text << in.rdbuf();
        const base::Json manifest = base::Json::parse(text.str());
        const base::Json& want = manifest.at(name.toStdString())
                                     .at("result of the reference loader")
                                     .at("time_steps=" + std::to_string(window));
        const std::string out = "otis" + std::to_string(window) + name.toStdString();
        const nn::ImportReport report = nn::importBundle(
            request({{folder / name.toStdString(), nn::ImportRole::Ecg}, {path("echo.pt"), nn::ImportRole::Echo}},
                    window),
            path(out));
        QVERIFY(report.bundle);
        QVERIFY(report.files[0].content.starts_with("OTiS"));
        QVERIFY(has(report.files[0].ignored, "decoder_pos_embed_x") && has(report.files[0].ignored, "mask_token"));
        QVERIFY(has(report.files[0].notes, "rows 5 to 16 of the 39"));
        const Weights weights = nn::readBundleWeights(nn::readBundleInfo(path(out)));
        const std::vector<float> y = weights.at("ecg_encoder.pos_embed_y.weight").toFloat(),
                                 x = weights.at("ecg_encoder.pos_embed_x").toFloat();
        const auto same = [](const base::Json& expected, const float* got) {
            for (std::size_t i = 0; i < expected.size(); ++i)
                if (std::abs(expected.items()[i].toNumber() - double(got[i])) > 1e-7)
                    return false;
            return expected.size() > 0;
        };
        const base::Json &leads = want.at("pos_embed_y.weight"), &times = want.at("pos_embed_x");
        QCOMPARE(y.size(), std::size_t(13 * 24));
        QVERIFY(same(leads.at("row0"), y.data()));
        QVERIFY(same(leads.at("row1[:3]"), &y[24]));
        QVERIFY(same(leads.at("row12[:3]"), &y[12 * 24]));
        QCOMPARE(x.size(), std::size_t(window / 24 + 1) * 24);
        QVERIFY(same(times.at("cls row [:3]"), x.data()));
        QVERIFY(same(times.at("row1[:3]"), &x[24]));
        if (window == 4800)
            QVERIFY(same(times.at("last row[:3]"), &x[200 * 24]));
    }

    void lightningSample()
    {
        const fs::path last = test::shared() / "reference" / "checkpoints" / "lightning_last_TINY.ckpt";
        E2E_NEED_SHARED(last);
        const nn::ImportReport report = nn::importBundle(request({{last, nn::ImportRole::Any}}), path("tiny"));
        QVERIFY(report.bundle && report.canRetrieve && report.files[0].unknown.empty());
        QCOMPARE(report.files[0].tensors, std::size_t(90));
        QCOMPARE(report.files[0].content, std::string("training run"));
        for (const auto& [name, tensor] : nn::readBundleWeights(*report.bundle))
            QVERIFY2(tensor.toFloat() == nn::formulaWeights("tiny." + name, tensor.shape), name.c_str());
        for (const nn::GoldenCheck& check : nn::verifyBundle(*report.bundle))
            QVERIFY2(check.ok(), check.name.c_str());
    }

    void componentSamples()
    {
        const fs::path folder = test::shared() / "reference" / "checkpoints";
        E2E_NEED_SHARED(folder / "ecg_multimodal_DEPTH2.ckpt");
        const nn::ImportReport report =
            nn::inspectImport(request({{folder / "ecg_multimodal_DEPTH2.ckpt", nn::ImportRole::Any},
                                       {folder / "token_aggregator_BIGENDIAN.ckpt", nn::ImportRole::Any},
                                       {folder / "ecg_alignment_global_token_TINY64.ckpt", nn::ImportRole::Any},
                                       {path("echo.pt"), nn::ImportRole::Any}}));
        QCOMPARE(report.files[0].parts, std::vector<std::string>{"ecg_encoder"});
        QCOMPARE(report.files[1].parts, std::vector<std::string>{"token_aggregator"});
        QCOMPARE(report.files[2].parts, std::vector<std::string>{"ecg_alignment_global_token"});
        QCOMPARE(report.architecture.ecg.depth, 2);
        QCOMPARE(report.architecture.ecg.heads, 3);
        QVERIFY(report.complete && !report.canRetrieve && has(report.notes, "neither is used"));
        // Files that are sound, but no model's.
        refused(request({{folder / "mixed_dtypes_ZIP.ckpt", nn::ImportRole::Any}}), base::ErrorCode::NotRecognised,
                "no part");
    }
};

QTEST_GUILESS_MAIN(TestNnImport)
#include "test_nn_import.moc"
