// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.h"
#include "nn/bundle.h"
#include "support/error_code.h"
#include "support/test_paths.h"
#include "tiny_alignment.h"
#include "toy_clips.h"
#include "toy_pairs.h"
#include "training/clip_augment.h"
#include "training/ecg_trainer.h"
#include "training/echo_trainer.h"

#include <QTemporaryDir>
#include <QtTest>

#include <limits>

// Single encoders by regression: they learn, they can be stopped anywhere, and the rest of the bundle stays what it was.
using namespace echo2ecg;
using test::codeOf;
using training::ClipChange;
using training::ClipPixels;
using training::EchoTraining;

class TestTrainingEncoders : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    nn::Architecture m_shape = test::tinyAlignment();

    std::filesystem::path path(const std::string& name) const { return m_folder.path().toStdString() + "/" + name; }
    static EchoTraining quick()
    {
        EchoTraining options;
        options.epochs = 2;
        options.batch = 8;
        options.targets = {"radius", "shrink"};
        options.mean = {30, 30, 30};
        options.std = {50, 50, 50};
        options.seed = 3;
        options.allowCuda = false;
        options.threads = 2;
        return options;
    }
    static std::string traceOf(const std::filesystem::path& out)
    {
        return base::sha256OfFile(out / "bundle" / "weights.safetensors") + "\n" + test::textOf(out / "curves.jsonl") + test::textOf(out / "epochs.csv");
    }

private slots:
    void initTestCase()
    {
        nn::NewBundle bundle;
        bundle.architecture = m_shape;
        bundle.seed = 2;
        nn::writeUntrainedBundle(path("start"), bundle);
    }

    void clipIsNormalisedAndMoved()
    {
        const ClipPixels grey{1, 1, 2, {0, 100, 200, 255}};
        std::vector<float> values{7};
        training::appendNormalised(values, grey, {}, {10, 20, 30}, {10, 10, 10});
        QCOMPARE(values, (std::vector<float>{7, -1, 9, 19, 24.5f, -2, 8, 18, 23.5f, -3, 7, 17, 22.5f}));
        const ClipPixels colour{3, 1, 1, {10, 20, 30}};
        values.clear();
        training::appendNormalised(values, colour, {}, {0, 0, 0}, {10, 10, 10});
        QCOMPARE(values, (std::vector<float>{1, 2, 3}));
        ClipChange change;
        change.right = 0.5;
        values.clear();
        training::appendNormalised(values, grey, change, {0, 0, 0}, {1, 1, 1});
        QCOMPARE(std::vector<float>(values.begin(), values.begin() + 4), (std::vector<float>{0, 0, 0, 200}));
        change = {};
        change.down = -0.5;
        change.contrast = 2;
        values.clear();
        training::appendNormalised(values, grey, change, {0, 0, 0}, {1, 1, 1});
        QCOMPARE(std::vector<float>(values.begin(), values.begin() + 4), (std::vector<float>{255, 255, 0, 0}));
        const ClipChange one = ClipChange::random(0.1, 0.2, {1, 2, 3}), same = ClipChange::random(0.1, 0.2, {1, 2, 3}), other = ClipChange::random(0.1, 0.2, {1, 2, 4});
        QVERIFY(one.right == same.right && one.contrast == same.contrast && one.right != other.right);
        QVERIFY(ClipChange::random(0, 0, {1}).isNone());
    }

    void heartsAreLearnt()
    {
        EchoTraining options = quick();
        options.epochs = 16;
        options.rate = 4e-3;
        options.keepBest = true;
        const base::Json record = training::trainEchoEncoder(path("start"), test::toyClips(m_shape.echo, 96), "toy", options, path("toy"), false, {});
        const base::Json& best = record.at("history").items()[std::size_t(record.at("epoch_taken").toInteger() - 1)];
        QVERIFY2(best.at("val_radius_r_by_study").toNumber() > 0.8, best.dump().c_str());
        QVERIFY2(best.at("val_shrink_r_by_study").toNumber() > 0.5, best.dump().c_str());
        QVERIFY2(best.at("val_loss").toNumber() < 0.7, best.dump().c_str());

        const nn::BundleInfo from = nn::readBundleInfo(path("start")), made = nn::readBundleInfo(path("toy") / "bundle");
        const auto before = nn::readBundleWeights(from), after = nn::readBundleWeights(made);
        QCOMPARE(after.size(), before.size()); // the head isn't kept
        int changed = 0;
        for (const auto& [name, tensor] : before) {
            const bool same = after.at(name).bytes == tensor.bytes;
            QVERIFY2(same || name.rfind("echo_encoder.", 0) == 0, name.c_str());
            changed += !same;
        }
        QVERIFY(changed > 20);
        QVERIFY(!made.trained); // ECG side and alignment are still untrained
        for (const nn::GoldenCheck& check : nn::verifyBundle(made))
            QVERIFY2(check.ok(), check.name.c_str());
    }

    void ecgsAreLearntLikewise()
    {
        const auto pairs = test::toyPairs(m_shape, 120, 0.1);
        std::vector<training::EcgItem> ecgs;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            training::EcgItem item;
            item.patient = item.study = pairs[i].patient;
            item.split = i % 4 == 3 ? training::Split::Val : training::Split::Train;
            item.ecg = pairs[i].ecg;
            // One of the hidden numbers, as toyPairs draws it.
            training::RandomStream random("toy.patient", {i});
            item.targets = {random.normal()};
            ecgs.push_back(item);
        }
        training::EcgTraining options;
        static_cast<training::RegressionTraining&>(options) = quick();
        options.targets = {"hidden"};
        options.epochs = 30;
        options.rate = 5e-3;
        options.augment = training::AugmentOptions::none();
        options.keepBest = true;
        const base::Json record = training::trainEcgEncoder(path("start"), ecgs, "toy", options, path("ecg"), false, {});
        const base::Json& best = record.at("history").items()[std::size_t(record.at("epoch_taken").toInteger() - 1)];
        QVERIFY2(best.at("val_hidden_r_by_study").toNumber() > 0.6, best.dump().c_str());
        const auto before = nn::readBundleWeights(nn::readBundleInfo(path("start"))), after = nn::readBundleWeights(nn::readBundleInfo(path("ecg") / "bundle"));
        for (const auto& [name, tensor] : before)
            if (after.at(name).bytes != tensor.bytes)
                QVERIFY2(name.rfind("ecg_encoder.", 0) == 0, name.c_str());
        QVERIFY(after.at("ecg_encoder.blocks.0.mlp.fc1.weight").bytes != before.at("ecg_encoder.blocks.0.mlp.fc1.weight").bytes);
        ecgs[0].ecg = std::make_shared<training::EcgSignal>(training::EcgSignal{2, 3, {1, 2, 3, 4, 5, 6}});
        QCOMPARE(codeOf([&] { training::trainEcgEncoder(path("start"), ecgs, "x", options, path("ecg-size"), false, {}); }), base::ErrorCode::Mismatch);
    }

    void stoppedAnywhereAndGoneOnWith()
    {
        const auto clips = test::toyClips(m_shape.echo, 32);
        EchoTraining options = quick();
        options.checkpointBatches = 2;
        training::trainEchoEncoder(path("start"), clips, "data", options, path("whole"), false, {});
        const std::string whole = traceOf(path("whole"));

        struct Killed : std::runtime_error
        {
            using std::runtime_error::runtime_error;
        };
        options.threads = 1; // changes no bit
        for (const int stop : {1, 3, 5, 8}) {
            const auto out = path("stop" + std::to_string(stop));
            int reports = 0;
            base::JobContext job;
            job.onProgress = [&](const base::Progress&) {
                if (++reports == stop)
                    throw Killed("now");
            };
            QVERIFY_EXCEPTION_THROWN(training::trainEchoEncoder(path("start"), clips, "data", options, out, false, job), std::exception);
            const base::Json record = training::trainEchoEncoder(path("start"), clips, "data", options, out, true, {});
            QCOMPARE(traceOf(out), whole);
        }
        EchoTraining other = options;
        other.rate = 2e-3;
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "data", other, path("stop1"), true, {}); }), base::ErrorCode::Mismatch);
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "other data", options, path("stop1"), true, {}); }), base::ErrorCode::Mismatch);
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "data", options, path("stop1"), false, {}); }), base::ErrorCode::Io);
    }

    void unknownTargetsTakeNoPart()
    {
        // Whatever stands where nothing is known changes nothing.
        auto clips = test::toyClips(m_shape.echo, 16, 1);
        for (std::size_t i = 0; i < clips.size(); i += 2)
            clips[i].targets[1] = std::numeric_limits<double>::quiet_NaN();
        EchoTraining options = quick();
        options.epochs = 1;
        const base::Json record = training::trainEchoEncoder(path("start"), clips, "some", options, path("some"), false, {});
        QVERIFY(std::isfinite(record.at("history").items()[0].at("train_loss").toNumber()));
        QVERIFY(std::isfinite(record.at("history").items()[0].at("val_loss").toNumber()));
        for (auto& clip : clips)
            clip.targets[1] = 5;
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "flat", options, path("flat"), false, {}); }), base::ErrorCode::Unsuitable);
    }

    void leaksAndNonsenseAreRefused()
    {
        auto clips = test::toyClips(m_shape.echo, 8);
        clips[0].split = training::Split::Test;
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "x", quick(), path("leak"), false, {}); }), base::ErrorCode::Inconsistent);
        clips = test::toyClips(m_shape.echo, 8);
        for (auto& clip : clips)
            clip.split = training::Split::Val;
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "x", quick(), path("none"), false, {}); }), base::ErrorCode::Unsuitable);
        for (auto& clip : clips)
            clip.split = training::Split::Train;
        clips[3].pixels = [] { return ClipPixels{1, 1, 2, {1, 2, 3, 4}}; };
        QCOMPARE(codeOf([&] { training::trainEchoEncoder(path("start"), clips, "x", quick(), path("size"), false, {}); }), base::ErrorCode::Mismatch);
        EchoTraining options = quick();
        options.rate = 0;
        QCOMPARE(codeOf([&] { options.check(); }), base::ErrorCode::Unsupported);
    }
};

QTEST_GUILESS_MAIN(TestTrainingEncoders)
#include "test_training_encoders.moc"
