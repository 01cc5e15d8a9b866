// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/sha256.h"
#include "nn/bundle.h"
#include "nn/model.h"
#include "support/error_code.h"
#include "support/test_paths.h"
#include "tiny_alignment.h"
#include "toy_pairs.h"
#include "training/alignment_trainer.h"
#include "training/retrieval_scores.h"
#include "training/run_folder.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

// Whole runs with a tiny architecture: they learn, they can be stopped anywhere, and what they leave can be used.
using namespace echo2ecg;
using test::codeOf;
using training::AlignmentTraining;
using training::Pooling;

namespace {

// The program ends at once, as by SIGKILL: nobody saves anything.
struct Killed : std::runtime_error
{
    Killed() : std::runtime_error("killed") {}
};

} // namespace

class TestTrainingRuns : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    training::PairSet m_small;

    std::filesystem::path path(const std::string& name) const { return m_folder.path().toStdString() + "/" + name; }
    std::filesystem::path start() const { return path("start"); }

    static AlignmentTraining quick()
    {
        AlignmentTraining options;
        options.epochs = 3;
        options.batch = 8;
        options.accumulate = 2;
        options.warmUpEpochs = 1;
        options.learnTemperature = true;
        options.viewDropout = 0.3;
        options.seed = 5;
        options.allowCuda = false;
        options.threads = 2;
        return options;
    }
    // What a run leaves that must not depend on whether it was interrupted.
    static std::string traceOf(const std::filesystem::path& out)
    {
        const base::Json record = base::Json::parse(test::textOf(out / "run.json"));
        return base::sha256OfFile(out / "bundle" / "weights.safetensors") + "\n" + base::sha256OfFile(out / "bundle" / "golden.safetensors") + "\n" +
               test::textOf(out / "curves.jsonl") + test::textOf(out / "epochs.csv") + record.at("history").dump() + record.at("temperature").dump();
    }

private slots:
    void initTestCase()
    {
        nn::NewBundle bundle;
        bundle.architecture = test::tinyAlignment();
        bundle.seed = 2;
        nn::writeUntrainedBundle(start(), bundle);
        m_small = test::toySet(bundle.architecture, 56);
        QCOMPARE(m_small.pairs()[0], std::size_t(42));
    }

    void scoresAreCounted()
    {
        // Query 0: its own (2) is second; query 1: both own, one first; query 2: all the same.
        const std::vector<float> similarity{0.9f, 0.1f, 0.8f, 0.3f, 0.7f, 0.2f, 0.5f, 0.5f, 0.5f};
        const auto scores = training::retrievalScores(similarity, 3, {{2}, {0, 1}, {1}});
        QCOMPARE(scores.p1, 1.0 / 3);
        QCOMPARE(scores.r5, 1.0);
        QCOMPARE(scores.meanRank, (2 + 1 + 3) / 3.0);
        QCOMPARE(scores.medianRank, 2.0);
        QCOMPARE(scores.chance, (1 + 2 + 1) / 9.0);
    }

    void toyProblemIsLearnt()
    {
        const training::PairSet set = test::toySet(test::tinyAlignment(), 320);
        AlignmentTraining options = quick();
        options.epochs = 30;
        options.batch = 40;
        options.accumulate = 1;
        options.viewDropout = 0;
        options.rates.base = 6e-3;
        options.rates.ecgDecay = 1;
        options.temperature = 0.1;
        options.augment = training::AugmentOptions::none();
        options.augment.crop = true;
        const base::Json record = training::trainAlignment(start(), set, options, path("toy"), false, {});
        const base::Json& history = record.at("history");
        const base::Json &first = history.items().front(), &last = history.items().back();
        QVERIFY2(last.at("train_loss").toNumber() < 0.8 * first.at("train_loss").toNumber(), last.dump().c_str());
        QVERIFY2(last.at("val_loss").toNumber() < 0.8 * first.at("val_loss").toNumber(), last.dump().c_str());
        const double chance = last.at("val_ecg_to_echo_chance_p1").toNumber();
        QCOMPARE(chance, 1.0 / 80);
        for (const std::string direction : {"val_ecg_to_echo_", "val_echo_to_ecg_"}) {
            QVERIFY2(last.at(direction + "p1").toNumber() > 5 * chance, last.dump().c_str());
            QVERIFY2(last.at(direction + "r5").toNumber() > 5 * 5 * chance, last.dump().c_str());
            QVERIFY2(last.at(direction + "mean_rank").toNumber() < 12, last.dump().c_str()); // by chance 40
        }
        QVERIFY(record.at("temperature").toNumber() != 0.5); // it was trained too

        // The bundle gives what was trained: with it, as anyone uses it, validation is as good.
        const nn::BundleInfo info = nn::readBundleInfo(path("toy/bundle"));
        QVERIFY(info.trained && !info.simulated);
        QCOMPARE(info.id, record.at("bundle").at("id").toString());
        const nn::Model model(info, nn::readBundleWeights(info), nn::chooseDevice(false, 2));
        for (const nn::GoldenCheck& check : nn::verifyGolden(model))
            QVERIFY2(check.ok(), check.name.c_str());
        std::vector<float> ecgs, echoes;
        const std::vector<std::size_t> val = set.of(training::Split::Val);
        std::vector<std::vector<std::size_t>> belongs;
        const int window = info.architecture.ecg.windowSamples;
        for (const std::size_t index : val) {
            const training::PairItem& item = set.items[index];
            std::vector<float> x;
            for (int lead = 0; lead < item.ecg->leads; ++lead) {
                const auto row = item.ecg->values.begin() + lead * item.ecg->samples;
                x.insert(x.end(), row, row + window);
            }
            const std::vector<float> token = model.ecgTokens(x.data(), 1), ecg = model.alignEcg(token.data(), 1),
                                     echo = model.study(item.clips->values.data(), item.clips->views).aligned;
            ecgs.insert(ecgs.end(), ecg.begin(), ecg.end());
            echoes.insert(echoes.end(), echo.begin(), echo.end());
            belongs.push_back({belongs.size()});
        }
        const std::size_t n = val.size(), width = ecgs.size() / n;
        std::vector<float> similarity;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                float sum = 0;
                for (std::size_t k = 0; k < width; ++k)
                    sum += ecgs[i * width + k] * echoes[j * width + k];
                similarity.push_back(sum);
            }
        const auto scores = training::retrievalScores(similarity, n, belongs);
        QVERIFY2(std::abs(scores.p1 - last.at("val_ecg_to_echo_p1").toNumber()) <= 1.5 / double(n), qPrintable(QString::number(scores.p1)));
        // The echo encoder is as it was.
        const auto before = nn::readBundleWeights(nn::readBundleInfo(start())), after = nn::readBundleWeights(info);
        QVERIFY(before.at("echo_encoder.conv_proj.weight").bytes == after.at("echo_encoder.conv_proj.weight").bytes);
        QVERIFY(before.at("ecg_encoder.pos_embed_x").bytes == after.at("ecg_encoder.pos_embed_x").bytes);
        QVERIFY(before.at("ecg_encoder.blocks.0.attn.qkv.weight").bytes != after.at("ecg_encoder.blocks.0.attn.qkv.weight").bytes);
    }

    void everyPoolingIsTrained_data()
    {
        QTest::addColumn<int>("pooling");
        for (const auto& [name, pooling] : {std::pair("attention", Pooling::Attention), std::pair("mean", Pooling::Mean),
                                            std::pair("cls", Pooling::Cls), std::pair("single", Pooling::Single)})
            QTest::newRow(name) << int(pooling);
    }
    void everyPoolingIsTrained()
    {
        QFETCH(int, pooling);
        AlignmentTraining options = quick();
        options.pooling = Pooling(pooling);
        options.epochs = 1;
        const std::filesystem::path out = path("pooling" + std::to_string(pooling));
        const base::Json record = training::trainAlignment(start(), m_small, options, out, false, {});
        const nn::BundleInfo info = nn::readBundleInfo(out / "bundle");
        const bool projects = Pooling(pooling) == Pooling::Attention || Pooling(pooling) == Pooling::Cls;
        QCOMPARE(info.architecture.alignment.projection, projects);
        const auto weights = nn::readBundleWeights(info);
        QCOMPARE(weights.at("echo_alignment_global_token.weight").shape[1], projects ? 32LL : 24LL);
        QCOMPARE(record.at("start").at("fresh_tensors").size() > 0, Pooling(pooling) != Pooling::Attention);
    }

    void interruptedRunsEndTheSame_data()
    {
        QTest::addColumn<int>("checkpointBatches");
        QTest::addColumn<bool>("kill");
        QTest::newRow("cancelled") << 0 << false;
        QTest::newRow("killed, checkpoints at epochs") << 0 << true;
        QTest::newRow("killed, checkpoints at batches") << 3 << true;
    }
    void interruptedRunsEndTheSame()
    {
        QFETCH(int, checkpointBatches);
        QFETCH(bool, kill);
        AlignmentTraining options = quick();
        options.checkpointBatches = checkpointBatches;
        options.keepBest = true;
        const std::string tag = std::to_string(checkpointBatches) + (kill ? "k" : "c");
        int reports = 0;
        base::JobContext counting;
        counting.onProgress = [&](const base::Progress&) { ++reports; };
        training::trainAlignment(start(), m_small, options, path("whole" + tag), false, counting);
        const std::string expected = traceOf(path("whole" + tag));
        // 42 pairs in batches of 8, two accumulated: 5 batches and 3 steps an epoch, the third of one batch.
        QCOMPARE(int(std::count(expected.begin(), expected.end(), '\n')), 2 + 3 * 4 + 4);

        for (int stopAt = 1; stopAt <= reports; stopAt += kill ? 3 : 1) {
            const std::filesystem::path out = path("stopped" + tag + std::to_string(stopAt));
            base::JobContext job;
            int seen = 0;
            job.onProgress = [&](const base::Progress&) {
                if (++seen != stopAt)
                    return;
                if (kill)
                    throw Killed();
                job.cancel.cancel();
            };
            bool stopped = false;
            try {
                training::trainAlignment(start(), m_small, options, out, false, job);
            } catch (const Killed&) {
                stopped = true;
            } catch (const base::Cancelled&) {
                stopped = true;
            }
            if (!stopped)
                continue; // cancelled when all was done
            options.threads = 1 + stopAt % 3; // another machine
            training::trainAlignment(start(), m_small, options, out, true, {});
            QVERIFY2(traceOf(out) == expected, qPrintable(QString("stopped at report %1 of %2").arg(stopAt).arg(reports)));
        }
    }

    void manyInterruptionsEndTheSame()
    {
        AlignmentTraining options = quick();
        options.epochs = 2;
        training::trainAlignment(start(), m_small, options, path("whole"), false, {});
        int sessions = 0;
        for (bool finished = false; !finished; ++sessions) {
            base::JobContext job;
            int seen = 0;
            job.onProgress = [&](const base::Progress& progress) {
                if (progress.unit == "batches" && ++seen == 3) // two batches at a time
                    job.cancel.cancel();
            };
            try {
                training::trainAlignment(start(), m_small, options, path("often"), sessions > 0, job);
                finished = true;
            } catch (const base::Cancelled&) {
            }
            QVERIFY(sessions < 20);
        }
        QVERIFY2(sessions >= 4, qPrintable(QString::number(sessions)));
        QCOMPARE(QString::fromStdString(traceOf(path("often"))), QString::fromStdString(traceOf(path("whole"))));
    }

    void otherRunsAreNotGoneOnWith()
    {
        AlignmentTraining options = quick();
        options.epochs = 1;
        training::trainAlignment(start(), m_small, options, path("one"), false, {});
        const std::string hash = base::sha256OfFile(path("one/bundle/weights.safetensors"));
        QVERIFY(codeOf([&] { training::trainAlignment(start(), m_small, options, path("one"), false, {}); }) == base::ErrorCode::Io);
        std::string sentence;
        AlignmentTraining other = options;
        other.rates.base = 1e-3;
        QVERIFY(codeOf([&] { training::trainAlignment(start(), m_small, other, path("one"), true, {}); }, &sentence) == base::ErrorCode::Mismatch);
        QVERIFY2(sentence.find("training.rates.base") != std::string::npos, sentence.c_str());
        training::PairSet data = m_small;
        data.sha256[0] = data.sha256[0] == '0' ? '1' : '0';
        QVERIFY(codeOf([&] { training::trainAlignment(start(), data, options, path("one"), true, {}); }, &sentence) == base::ErrorCode::Mismatch);
        QVERIFY2(sentence.find("\"data\"") != std::string::npos, sentence.c_str());
        // The same again changes nothing.
        training::trainAlignment(start(), m_small, options, path("one"), true, {});
        QCOMPARE(base::sha256OfFile(path("one/bundle/weights.safetensors")), hash);
    }

    void damagedCheckpointsAreRefused()
    {
        AlignmentTraining options = quick();
        options.epochs = 1;
        training::trainAlignment(start(), m_small, options, path("damaged"), false, {});
        for (const auto& entry : std::filesystem::directory_iterator(path("damaged")))
            if (entry.path().filename().string().rfind("checkpoint-", 0) == 0) {
                std::ofstream out(entry.path(), std::ios::binary | std::ios::app);
                out << 'x';
            }
        QVERIFY(codeOf([&] { training::trainAlignment(start(), m_small, options, path("damaged"), true, {}); }) == base::ErrorCode::Mismatch);
    }

    void impossibleSettingsAreRefused()
    {
        const auto refused = [&](const std::function<void(AlignmentTraining&)>& change) {
            AlignmentTraining options = quick();
            change(options);
            return codeOf([&] { training::trainAlignment(start(), m_small, options, path("impossible"), false, {}); }) ==
                   base::ErrorCode::Unsupported;
        };
        QVERIFY(refused([](auto& o) { o.batch = 1; }));
        QVERIFY(refused([](auto& o) { o.temperature = 0; }));
        QVERIFY(refused([](auto& o) { o.lambda = 1.5; }));
        QVERIFY(refused([](auto& o) { o.viewDropout = 1; }));
        QVERIFY(refused([](auto& o) { o.rates.base = -1; }));
        QVERIFY(refused([](auto& o) { o.epochs = 0; }));
        QVERIFY(refused([](auto& o) { o.augment.timeFlip = 2; }));
    }

    void lossThatExplodesIsSaid()
    {
        AlignmentTraining options = quick();
        options.rates.base = 1e30;
        options.warmUpEpochs = 0;
        std::string sentence;
        QVERIFY(codeOf([&] { training::trainAlignment(start(), m_small, options, path("exploded"), false, {}); }, &sentence) ==
                base::ErrorCode::Unsuitable);
        QVERIFY2(sentence.find("not finite") != std::string::npos, sentence.c_str());
    }
};

QTEST_GUILESS_MAIN(TestTrainingRuns)
#include "test_training_runs.moc"
