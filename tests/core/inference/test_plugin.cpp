// SPDX-License-Identifier: GPL-3.0-or-later
// The plug-in with real networks of the small architecture.
#include "base/npy.h"
#include "core/inference/fake_world.h"
#include "ecg/ecg_reader.h"
#include "inference/bundles.h"
#include "inference/engine.h"
#include "inference/plugin_loader.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <cmath>
#include <numeric>

using namespace echo2ecg;
using namespace echo2ecg::inference;

namespace {

double norm(const std::vector<float>& values)
{
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b)
{
    double largest = a.size() == b.size() ? 0.0 : 1e9;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, double(std::abs(a[i] - b[i])));
    return largest;
}

template <class F> base::Error errorOf(F&& work)
{
    try {
        work();
    } catch (const base::Error& error) {
        return error;
    }
    return base::Error(base::ErrorCode::Internal, "nothing was thrown");
}

// A golden vector of the checkout or of the shared folder; empty when it is in neither.
std::filesystem::path golden(const char* name)
{
    for (const auto& file : {test::reference(name), test::shared() / "reference" / "vectors" / name})
        if (std::filesystem::exists(file))
            return file;
    return {};
}

// Clips of the golden set, also where the shared folder is absent.
std::vector<std::filesystem::path> someClips()
{
    std::vector<std::filesystem::path> found;
    for (const char* name :
         {"us_clip_4f_native_mono2.dcm", "us_clip_12f_jpeg_ybr422.dcm", "us_clip_4f_native_ybrfull.dcm"})
        if (const auto file = golden(name); !file.empty())
            found.push_back(file);
    return found;
}

} // namespace

class TestPlugin : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::filesystem::path m_bundle;
    base::Json m_info;

private slots:
    void initTestCase()
    {
        m_bundle = m_folder.filePath("small").toStdString();
        m_info = createBundle(m_bundle, "random", "small", 7);
    }

    void errorsKeepTheirType()
    {
        const plugin::Functions& functions = plugin::functions();
        QVERIFY_EXCEPTION_THROWN(plugin::raise(functions.provoke(int(base::ErrorCode::Truncated), true)),
                                 base::ParseError);
        QVERIFY_EXCEPTION_THROWN(plugin::raise(functions.provoke(int(base::ErrorCode::Cancelled), false)),
                                 base::Cancelled);
        try {
            plugin::raise(functions.provoke(int(base::ErrorCode::Mismatch), false));
            QFAIL("nothing was thrown");
        } catch (const base::ParseError&) {
            QFAIL("became a ParseError");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Mismatch);
            QCOMPARE(error.sentence(), std::string("provoked"));
            QCOMPARE(error.place().where, std::string("here"));
            QCOMPARE(error.place().file, std::filesystem::path("provoked.file"));
        }
        QVERIFY(plugin::functions().abi == plugin::abiVersion);
    }

    void infoSaysWhatItIs()
    {
        QCOMPARE(m_info.at("trained").toBool(), false);
        QVERIFY(m_info.at("id").toString().size() == 16);
        const base::Json& ecg = m_info.at("recipes").at("ecg");
        QCOMPARE(ecg.at("hash").toString(), ecg::EcgRecipe::fromJson(ecg.at("fields")).hash());
        QVERIFY(ecg.at("describe").toString().find("baseline") != std::string::npos);
        QVERIFY(m_info.at("parameters").at("ecg_encoder").toInteger() > 0);
        QVERIFY(m_info.at("parameters").at("total").toInteger() >
                m_info.at("parameters").at("echo_encoder").toInteger());
        QCOMPARE(bundleInfo(m_bundle), m_info);
    }

    void sameSeedSameBundle()
    {
        const base::Json again = createBundle(m_folder.filePath("again").toStdString(), "random", "small", 7);
        QCOMPARE(again.at("id").toString(), m_info.at("id").toString());
        const base::Json other = createBundle(m_folder.filePath("other").toStdString(), "random", "small", 8);
        QVERIFY(other.at("id").toString() != m_info.at("id").toString());
        QCOMPARE(errorOf([&] { createBundle(m_folder.filePath("x").toStdString(), "magic", "small", 1); }).code(),
                 base::ErrorCode::Unsupported);
        QCOMPARE(errorOf([&] { createBundle(m_folder.filePath("x").toStdString(), "random", "huge", 1); }).code(),
                 base::ErrorCode::Unsupported);
    }

    void goldenTensorsReproduce()
    {
        const base::Json result = verifyBundle(m_bundle);
        QVERIFY(result.at("ok").toBool());
        QVERIFY(result.at("checks").size() >= 3);
        QVERIFY(!result.at("device").toString().empty());
        for (const base::Json& check : result.at("checks").items())
            QVERIFY(check.at("largest_error").toNumber() <= check.at("tolerance").toNumber());
    }

    // Through the boundary, with real networks: the attributions add up, also where the model computes in half
    // precision.
    void explanations()
    {
        const ecg::EcgRecord record = test::syntheticEcg();
        for (const bool half : {false, true}) {
            EngineOptions options;
            options.allowCuda = false;
            options.reducedPrecision = half;
            const auto engine = loadEngine(m_bundle, options);
            const EcgSaliency s = engine->explain(record, SaliencyMethod::IntegratedGradients);
            QVERIFY2(s.isComplete(), qPrintable(QString::number(s.completenessError)));
            QVERIFY(s.embeddingChange > 0 && s.points > 0);
            double sum = 0;
            for (const float value : s.values)
                sum += double(value);
            QVERIFY(std::abs(sum - s.embeddingChange) < 0.05 * s.embeddingChange);
            QCOMPARE(s.columns, 1008);
            QCOMPARE(s.columnsPerSecond, 250.0);
            const EcgSaliency rollout = engine->explain(record, SaliencyMethod::AttentionRollout);
            QCOMPARE(rollout.columns, rollout.patches);
            QVERIFY(*std::min_element(rollout.leadShare.begin(), rollout.leadShare.end()) > 0);
        }
    }

    void damagedBundlesAreRefused()
    {
        const auto copyTo = [&](const char* name) {
            const std::filesystem::path to = m_folder.filePath(name).toStdString();
            std::filesystem::copy(m_bundle, to, std::filesystem::copy_options::recursive);
            return to;
        };
        const auto load = [&](const std::filesystem::path& bundle) { return errorOf([&] { loadEngine(bundle, {}); }); };

        QCOMPARE(load(m_folder.filePath("absent").toStdString()).code(), base::ErrorCode::Missing);

        const auto cut = copyTo("cut");
        std::filesystem::resize_file(cut / "weights.safetensors",
                                     std::filesystem::file_size(cut / "weights.safetensors") - 100);
        const base::Error truncated = load(cut);
        QVERIFY2(truncated.code() != base::ErrorCode::Internal, truncated.what());

        const auto flipped = copyTo("flipped");
        {
            std::fstream file(flipped / "weights.safetensors", std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(-8, std::ios::end);
            file.write("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", 8);
        }
        const base::Error changed = load(flipped);
        QVERIFY2(changed.code() == base::ErrorCode::Mismatch, changed.what());

        const auto noJson = copyTo("nojson");
        std::filesystem::remove(noJson / "bundle.json");
        QVERIFY(load(noJson).code() != base::ErrorCode::Internal);

        // A recipe that doesn't fit the networks.
        const auto wrong = copyTo("wrong");
        std::ifstream in(wrong / "bundle.json");
        std::string text((std::istreambuf_iterator<char>(in)), {});
        in.close();
        base::Json json = base::Json::parse(text);
        base::Json recipes = json.at("recipes");
        ecg::EcgRecipe recipe = ecg::EcgRecipe::fromJson(recipes.at("ecg"));
        recipe.windowSamples += 24;
        recipes.set("ecg", recipe.toJson());
        json.set("recipes", recipes);
        std::ofstream(wrong / "bundle.json") << json.dump(2);
        const base::Error mismatch = load(wrong);
        QVERIFY2(mismatch.code() == base::ErrorCode::Mismatch, mismatch.what());
    }

    void aBundleThatDoesntReproduceIsRefused()
    {
        // The golden tensors of another seed, with the hash that bundle.json promises.
        const std::filesystem::path wrong = m_folder.filePath("golden").toStdString();
        std::filesystem::copy(m_bundle, wrong);
        const std::filesystem::path other = m_folder.filePath("golden-of-another").toStdString();
        createBundle(other, "random", "small", 99);
        const auto overwrite = std::filesystem::copy_options::overwrite_existing;
        std::filesystem::copy_file(other / "golden.safetensors", wrong / "golden.safetensors", overwrite);
        const auto textOf = [](const std::filesystem::path& file) {
            std::ifstream in(file);
            return std::string((std::istreambuf_iterator<char>(in)), {});
        };
        base::Json json = base::Json::parse(textOf(wrong / "bundle.json"));
        base::Json files = json.at("files");
        files.set("golden.safetensors",
                  base::Json::parse(textOf(other / "bundle.json")).at("files").at("golden.safetensors"));
        json.set("files", files);
        std::ofstream(wrong / "bundle.json") << json.dump(2);

        const base::Error error = errorOf([&] { loadEngine(wrong, {}); });
        QCOMPARE(error.code(), base::ErrorCode::Mismatch);
        QVERIFY2(error.sentence().find("golden tensor ecg.tokens is off by") != std::string::npos, error.what());
        QVERIFY(!verifyBundle(wrong).at("ok").toBool());
        EngineOptions unchecked;
        unchecked.verifyGolden = false;
        QVERIFY(loadEngine(wrong, unchecked)->embed(test::syntheticEcg()).token.size() == 192);
    }

    void anEcgIsEmbedded()
    {
        std::vector<std::string> steps;
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) { steps.push_back(progress.step); };
        const auto engine = loadEngine(m_bundle, {}, job);
        QVERIFY(std::find(steps.begin(), steps.end(), "checking golden tensors") != steps.end());
        QVERIFY(!engine->facts().device.empty());
        QCOMPARE(engine->facts().trained, false);
        QCOMPARE(engine->facts().lvefCutoffs, (std::vector<double>{40.0, 50.0}));

        const EcgEmbedding first = engine->embed(test::syntheticEcg());
        QCOMPARE(first.token.size(), 192u);
        QCOMPARE(first.aligned.size(), 512u);
        QVERIFY(std::abs(norm(first.aligned) - 1.0) < 1e-5);
        QVERIFY(norm(first.token) > 1.5);
        QCOMPARE(engine->embed(test::syntheticEcg()).token, first.token);
        QVERIFY(largestDifference(engine->embed(test::syntheticEcg(1.0)).token, first.token) > 1e-4);
    }

    // Where the device has no faster half precision the engine says so; where it has, its embeddings keep apart.
    void halfPrecisionKeepsApart()
    {
        std::vector<std::string> notes;
        base::JobContext job;
        job.onNote = [&](const base::Warning& note) { notes.push_back(note.code); };
        EngineOptions options;
        options.reducedPrecision = true;
        const auto full = loadEngine(m_bundle, {}), half = loadEngine(m_bundle, options, job);
        const EcgEmbedding exact = full->embed(test::syntheticEcg()), got = half->embed(test::syntheticEcg());
        const bool reduced = half->facts().device.find("float16") != std::string::npos;
        qInfo("%s", half->facts().device.c_str());
        QCOMPARE(notes, reduced ? std::vector<std::string>{} : std::vector<std::string>{"precision"});
        QCOMPARE(got.tokenKey == exact.tokenKey, !reduced);
        QCOMPARE(got.token == exact.token, !reduced);
        double cosine = 0;
        for (std::size_t i = 0; i < 512; ++i)
            cosine += double(got.aligned[i]) * exact.aligned[i];
        QVERIFY(cosine > 0.9995);
    }

    // From microvolts to the token through the whole engine, against the reference's own numbers.
    void theReferenceIsReproducedEndToEnd()
    {
        const auto raw = golden("ecg_raw_uV_i16.npy"), token = golden("e2e_ecg_global_token_f64.npy"),
                   aligned = golden("e2e_ecg_global_token_aligned_f64.npy");
        if (raw.empty() || token.empty() || aligned.empty())
            QSKIP("the golden vectors are absent");
        const std::filesystem::path bundle = m_folder.filePath("formula").toStdString();
        createBundle(bundle, "formula", "published", 0);
        const base::NpyArray signal = base::readNpy(raw);
        const std::vector<float> microvolts = signal.toFloat();
        const std::size_t samples = std::size_t(signal.shape.at(1));
        ecg::EcgRecord record;
        record.samplingHz = 500;
        for (std::size_t i = 0; i < microvolts.size(); ++i)
            record.leads[i / samples].push_back(microvolts[i] / 1000.0f);

        const EcgEmbedding got = loadEngine(bundle, {})->embed(record);
        const double tokenError = largestDifference(got.token, base::readNpy(token).toFloat());
        std::vector<float> expected = base::readNpy(aligned).toFloat();
        const double length = norm(expected);
        for (float& value : expected)
            value = float(value / length);
        const double alignedError = largestDifference(got.aligned, expected);
        qInfo("end to end: token off by %.2g, aligned by %.2g", tokenError, alignedError);
        QVERIFY2(tokenError < 1e-5, qPrintable(QString::number(tokenError)));
        QVERIFY2(alignedError < 1e-5, qPrintable(QString::number(alignedError)));
    }

    void aStudyIsEmbeddedWhateverTheBatch()
    {
        const auto files = someClips();
        if (files.size() < 3)
            QSKIP("the golden clips are absent");
        echo::EchoStudy study;
        for (const auto& file : files)
            study.clips.push_back(echo::readClip(file));
        EngineOptions options;
        options.verifyGolden = false;
        options.batch = 1;
        const StudyEmbedding one = loadEngine(m_bundle, options)->embed(study);
        QCOMPARE(one.clips.size(), 3u);
        float weights = 0;
        for (const ClipOutcome& clip : one.clips) {
            QVERIFY2(clip.leftOut.empty(), clip.leftOut.c_str());
            QCOMPARE(clip.embedding.size(), 512u);
            weights += clip.weight;
        }
        QVERIFY(std::abs(weights - 1.0f) < 1e-5f);
        QVERIFY(std::abs(norm(one.aligned) - 1.0) < 1e-5);
        QVERIFY(largestDifference(one.clips[0].embedding, one.clips[1].embedding) > 1e-4);

        options.batch = 3;
        options.decodeThreads = 2;
        const auto engine = loadEngine(m_bundle, options);
        const StudyEmbedding three = engine->embed(study);
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(largestDifference(one.clips[i].embedding, three.clips[i].embedding) < 1e-5);
        QVERIFY(largestDifference(one.aligned, three.aligned) < 1e-5);
        QVERIFY(largestDifference(engine->embedClip(study.clips[1]), one.clips[1].embedding) < 1e-5);
    }

    void aRealRecordGoesThrough()
    {
        const auto path = test::sharedData("ecg_dicom/mortara_eli250_12lead.dcm");
        E2E_NEED_SHARED(path);
        EngineOptions options;
        options.verifyGolden = false;
        const auto engine = loadEngine(m_bundle, options);
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(engine->embed(ecg::readEcg(path)).token.size(), 192u);
        QVERIFY2(clock.elapsed() < 5000, qPrintable(QString::number(clock.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestPlugin)
#include "test_plugin.moc"
