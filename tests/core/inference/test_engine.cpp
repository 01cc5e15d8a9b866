// SPDX-License-Identifier: GPL-3.0-or-later
// The engine around the networks: batches, cache, isolation, memory, cancelling. The networks are pretended.
#include "core/inference/fake_world.h"
#include "ecg/preprocess.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::inference;
using test::FakeWorld;

namespace {

struct Notes
{
    std::mutex mutex;
    base::Warnings notes;
    std::vector<base::Progress> progress;
    base::JobContext job()
    {
        base::JobContext context;
        context.onNote = [this](const base::Warning& warning) {
            const std::lock_guard lock(mutex);
            notes.push_back(warning);
        };
        context.onProgress = [this](const base::Progress& now) {
            const std::lock_guard lock(mutex);
            progress.push_back(now);
        };
        return context;
    }
    int count(const std::string& code) const
    {
        return int(
            std::count_if(notes.begin(), notes.end(), [&](const base::Warning& note) { return note.code == code; }));
    }
};

EngineOptions with(int batch, int threads, EmbeddingStore* store = nullptr)
{
    EngineOptions options;
    options.batch = batch;
    options.decodeThreads = threads;
    options.store = store;
    return options;
}

} // namespace

class TestEngine : public QObject
{
    Q_OBJECT
private slots:
    void spacesKeepTheirNames()
    {
        for (Space space : {Space::EcgToken, Space::EcgAligned, Space::Clip, Space::StudyToken, Space::StudyAligned})
            QVERIFY(spaceFromName(name(space)) == space);
        QVERIFY(!spaceFromName("token"));
        QVERIFY(studyInputHash({"ab", "c"}) != studyInputHash({"a", "bc"}));
        QVERIFY(studyInputHash({"a", "b"}) != studyInputHash({"b", "a"}));
    }

    void batchAndThreadsDontChangeAnything()
    {
        FakeWorld world;
        const echo::EchoStudy study = world.study(17);
        const StudyEmbedding one = world.engine(with(1, 1))->embed(study);
        QCOMPARE(one.clips.size(), 17u);
        QCOMPARE(one.clips[4].embedding, (std::vector<float>{6.0f, 5.0f, -4.0f}));
        for (int batch : {2, 5, 17, 40})
            for (int threads : {1, 3}) {
                const StudyEmbedding other = world.engine(with(batch, threads))->embed(study);
                QCOMPARE(other.token, one.token);
                QCOMPARE(other.aligned, one.aligned);
                for (std::size_t i = 0; i < one.clips.size(); ++i) {
                    QCOMPARE(other.clips[i].embedding, one.clips[i].embedding);
                    QCOMPARE(other.clips[i].weight, 1.0f / 17);
                }
            }
    }

    void stillsAreNeverEncoded()
    {
        FakeWorld world;
        echo::EchoStudy study = world.study(3);
        study.clips.insert(study.clips.begin() + 1, world.clip(77, echo::ClipKind::Still));
        const StudyEmbedding result = world.engine()->embed(study);
        QCOMPARE(result.clips[1].leftOut, std::string("still"));
        QVERIFY(result.clips[1].embedding.empty());
        QCOMPARE(result.clips[1].weight, 0.0f);
        QCOMPARE(int(world.state.clipsEmbedded), 3);

        echo::EchoStudy stills;
        stills.clips.push_back(world.clip(78, echo::ClipKind::Still));
        try {
            world.engine()->embed(stills);
            QFAIL("a study of stills was embedded");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Unsuitable);
        }
        QVERIFY_EXCEPTION_THROWN(world.engine()->embedClip(stills.clips[0]), base::Error);
    }

    void beyond128Views()
    {
        FakeWorld world;
        echo::EchoStudy study = world.study(131);
        study.clips.insert(study.clips.begin(), world.clip(500, echo::ClipKind::Still));
        const StudyEmbedding result = world.engine(with(8, 2))->embed(study);
        QCOMPARE(int(world.state.clipsEmbedded), 128);
        QVERIFY(result.clips[128].leftOut.empty());
        for (std::size_t i = 129; i < 132; ++i)
            QCOMPARE(result.clips[i].leftOut, std::string("beyond 128 views"));
    }

    void spectraAreLeftOutUnlessAPersonWantsThem()
    {
        FakeWorld world;
        echo::EchoStudy study = world.study(4);
        study.clips[1].header.rows = study.clips[1].header.columns = 100;
        dicom::UltrasoundRegion spectrum;
        spectrum.spatialFormat = spectrum.dataType = 3;
        spectrum.x1 = spectrum.y1 = 99;
        study.clips[1].header.regions = {spectrum};
        const auto engine = world.engine(with(4, 2, &world.store));
        const StudyEmbedding byRules = engine->embed(study);
        QCOMPARE(byRules.clips[1].leftOut, std::string("spectral Doppler"));
        QVERIFY(byRules.clips[1].sha256.empty());
        QCOMPARE(int(world.state.clipsEmbedded), 3);
        study.clips[1].use = true;
        const StudyEmbedding all = engine->embed(study);
        QVERIFY(all.clips[1].leftOut.empty());
        QCOMPARE(int(world.state.clipsEmbedded), 4); // the other three were known
        QVERIFY(all.alignedKey.inputSha256 != byRules.alignedKey.inputSha256);
        QVERIFY(all.aligned != byRules.aligned);
        study.clips[0].use = false;
        study.clips[1].use = false;
        const StudyEmbedding two = engine->embed(study);
        QCOMPARE(two.clips[0].leftOut, std::string("left out by hand"));
        QCOMPARE(two.clips[2].weight, 0.5f);
        QVERIFY(two.alignedKey.inputSha256 != byRules.alignedKey.inputSha256);
        for (echo::EchoClip& clip : study.clips)
            clip.use = false;
        try {
            engine->embed(study);
            QFAIL("a study without views was embedded");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Unsuitable);
            QVERIFY2(error.sentence().find("4 clips that are left out") != std::string::npos, error.what());
        }
    }

    void aClipThatFailsIsAlone()
    {
        FakeWorld world;
        Notes notes;
        echo::EchoStudy study = world.study(6);
        study.clips[2] = world.clip(-1);                                          // doesn't decode
        study.clips[4].file = world.folder.path().toStdString() + "/absent.clip"; // isn't there
        const StudyEmbedding result = world.engine(with(4, 2))->embed(study, notes.job());
        QVERIFY(result.clips[2].leftOut.starts_with("failed: no frame can be decoded"));
        QVERIFY(result.clips[4].leftOut.starts_with("failed: "));
        QCOMPARE(notes.count("clip-failed"), 2);
        for (std::size_t i : {0u, 1u, 3u, 5u}) {
            QVERIFY(result.clips[i].leftOut.empty());
            QCOMPARE(result.clips[i].weight, 0.25f);
        }
        // The study is the study of the clips that worked.
        echo::EchoStudy rest = study;
        rest.clips.erase(rest.clips.begin() + 4);
        rest.clips.erase(rest.clips.begin() + 2);
        QVERIFY(world.engine()->embed(rest).tokenKey == result.tokenKey);
    }

    void aClipThatSpoilsItsBatchIsAlone()
    {
        FakeWorld world;
        world.state.poison = 3;
        world.state.notFinite = 5;
        Notes notes;
        const StudyEmbedding result = world.engine(with(8, 1))->embed(world.study(8), notes.job());
        QCOMPARE(result.clips[3].leftOut, std::string("failed: poisoned"));
        QVERIFY(result.clips[5].leftOut.starts_with("failed: "));
        QCOMPARE(notes.count("clip-failed"), 2);
        QCOMPARE(result.clips[7].embedding, (std::vector<float>{10.5f, 8.0f, -7.0f}));
    }

    void nothingIsComputedTwice()
    {
        FakeWorld world;
        const auto engine = world.engine(with(4, 2, &world.store));
        echo::EchoStudy study = world.study(5);
        const StudyEmbedding first = engine->embed(study);
        QVERIFY(!first.fromStore);
        QCOMPARE(int(world.state.clipsEmbedded), 5);
        const StudyEmbedding second = engine->embed(study);
        QVERIFY(second.fromStore);
        QVERIFY(second.clips[3].fromStore);
        QCOMPARE(int(world.state.clipsEmbedded), 5);
        QCOMPARE(second.token, first.token);
        QCOMPARE(second.clips[3].weight, first.clips[3].weight);
        QVERIFY(second.tokenKey == first.tokenKey);
        QVERIFY(world.store.values.contains(test::FakeStore::text(first.alignedKey)));

        // One more clip is one more computation, and another study.
        study.clips.push_back(world.clip(40));
        const StudyEmbedding grown = engine->embed(study);
        QCOMPARE(int(world.state.clipsEmbedded), 6);
        QVERIFY(!(grown.tokenKey == first.tokenKey));
        QCOMPARE(engine->embedClip(study.clips.back()), grown.clips.back().embedding);
        QCOMPARE(int(world.state.clipsEmbedded), 6);

        const ecg::EcgRecord record = test::syntheticEcg();
        const EcgEmbedding ecgFirst = engine->embed(record);
        QVERIFY(!ecgFirst.fromStore);
        const EcgEmbedding ecgSecond = engine->embed(record);
        QVERIFY(ecgSecond.fromStore);
        QCOMPARE(int(world.state.ecgCalls), 1);
        QCOMPARE(ecgSecond.token, ecgFirst.token);
        QCOMPARE(ecgSecond.aligned, ecgFirst.aligned);
        // The store hears from one thread only.
        QCOMPARE(world.store.threads.size(), 1u);
        QVERIFY(!world.store.threads.contains(std::this_thread::get_id()));
    }

    void aStoreThatFailsIsANote()
    {
        FakeWorld world;
        world.store.failing = true;
        Notes notes;
        const StudyEmbedding result = world.engine(with(2, 1, &world.store))->embed(world.study(2), notes.job());
        QVERIFY(result.clips[1].leftOut.empty());
        QVERIFY(notes.count("store-failed") >= 2);
    }

    void progressCountsClips()
    {
        FakeWorld world;
        Notes notes;
        echo::EchoStudy study = world.study(9);
        study.clips[1] = world.clip(-2);
        world.engine(with(4, 2))->embed(study, notes.job());
        std::int64_t last = 0;
        for (const base::Progress& progress : notes.progress) {
            QCOMPARE(progress.step, std::string("embedding"));
            QCOMPARE(progress.total, std::int64_t(9));
            QVERIFY(progress.done >= last);
            last = progress.done;
        }
        QCOMPARE(last, std::int64_t(9));
    }

    void fewClipsAreHeld()
    {
        FakeWorld world;
        world.state.msPerBatch = 10;
        world.engine(with(4, 3))->embed(world.study(40));
        QVERIFY2(world.state.mostHeld <= 2 * 4 + 3, qPrintable(QString::number(world.state.mostHeld)));
        QVERIFY(world.state.mostHeld > 4); // something is ahead of the device
    }

    void memoryThatRunsOut()
    {
        FakeWorld world;
        world.state.gpu = true;
        world.state.batchLimitOnGpu = 3;
        Notes notes;
        const auto engine = world.engine(with(8, 1));
        QCOMPARE(engine->facts().device, std::string("GPU"));
        const StudyEmbedding halved = engine->embed(world.study(10), notes.job());
        QCOMPARE(halved.clips[9].embedding, (std::vector<float>{13.5f, 10.0f, -9.0f}));
        QCOMPARE(notes.count("device-memory"), 2); // 8 → 4 → 2
        QCOMPARE(int(world.state.movedToCpu), 0);
        const int calls = world.state.clipCalls;
        engine->embed(world.study(4), notes.job());
        QCOMPARE(world.state.clipCalls - calls, 2); // stays at two per batch

        world.state.batchLimitOnGpu = 0;
        const StudyEmbedding onCpu = engine->embed(world.study(3), notes.job());
        QCOMPARE(int(world.state.movedToCpu), 1);
        QCOMPARE(engine->device(), std::string("CPU"));
        QVERIFY(onCpu.clips[2].leftOut.empty());
        QVERIFY(notes.notes.back().sentence.find("CPU") != std::string::npos);
    }

    void cancelAnswersQuickly_data()
    {
        QTest::addColumn<int>("decode");
        QTest::addColumn<int>("batch");
        QTest::newRow("while decoding") << 400 << 1;
        QTest::newRow("while embedding") << 0 << 40;
    }
    void cancelAnswersQuickly()
    {
        QFETCH(int, decode);
        QFETCH(int, batch);
        FakeWorld world;
        world.state.msPerDecode = decode;
        world.state.msPerBatch = batch;
        const auto engine = world.engine(with(1, 2, &world.store));
        base::JobContext job;
        std::thread person([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(150));
            job.cancel.cancel();
        });
        QElapsedTimer clock;
        clock.start();
        bool cancelled = false;
        try {
            engine->embed(world.study(100), job);
        } catch (const base::Cancelled&) {
            cancelled = true;
        }
        person.join();
        QVERIFY(cancelled);
        QVERIFY2(clock.elapsed() < 150 + 350, qPrintable(QString::number(clock.elapsed())));
        // What was finished before stays finished.
        world.state.msPerDecode = 0;
        world.state.msPerBatch = 0;
        const int before = world.state.clipsEmbedded;
        QCOMPARE(int(world.store.values.size()), before);
        engine->embed(world.study(100));
        QCOMPARE(int(world.state.clipsEmbedded), 100);
    }

    void explanationIsInRecordingTime()
    {
        FakeWorld world;
        ecg::EcgRecipe recipe;
        recipe.resampleToHz = 500;
        recipe.windowStart = 250;
        const auto engine = world.engine({}, recipe);
        const ecg::EcgRecord record = test::syntheticEcg();
        Notes seen;
        const EcgSaliency s = engine->explain(record, SaliencyMethod::IntegratedGradients, seen.job());
        QCOMPARE(s.columns, 1008);
        QCOMPARE(s.startSeconds, 0.5); // of the recording, whatever its rate is
        QCOMPARE(s.columnsPerSecond, 500.0);
        QCOMPARE(s.endSeconds(), 0.5 + 1008 / 500.0);
        QCOMPARE(s.signalSha256, record.signalHash());
        QCOMPARE(s.bundleId, std::string("fake"));
        QCOMPARE(s.value(ecg::Lead::V6, 0), 12.0f);
        QVERIFY(std::abs(s.leadShare[11] - 12.0f / 78) < 1e-6f);
        QVERIFY(std::abs(s.leadShare[10] - 11.0f / 78) < 1e-6f); // of the size, whatever the sign
        QCOMPARE(seen.progress.back().total, 5);
        QCOMPARE(seen.progress.back().done, 4);
        QVERIFY(s.isComplete());
        const EcgSaliency rollout = engine->explain(record, SaliencyMethod::AttentionRollout);
        QCOMPARE(rollout.columns, 42);
        QCOMPARE(rollout.endSeconds(), s.endSeconds());
        QCOMPARE(world.state.explainCalls, 2);
    }

    void severalWindowsGiveOneToken()
    {
        FakeWorld world;
        ecg::EcgRecipe recipe;
        recipe.resampleToHz = 500;
        recipe.mostWindows = 4; // four of 1008 are in 5000
        recipe.windowStart = 100;
        const ecg::EcgRecord record = test::syntheticEcg();
        const ecg::PreprocessedEcg prepared = ecg::preprocess(record, recipe);
        QCOMPARE(prepared.windows, 4);
        double sum = 0;
        for (int window = 0; window < 4; ++window) {
            QCOMPARE(prepared.input[std::size_t(window * 12 * 1008)], prepared.processed[std::size_t(100 + window * 1008)]);
            sum += double(prepared.processed[std::size_t(100 + window * 1008)]);
        }
        const EcgEmbedding several = world.engine({}, recipe)->embed(record);
        QCOMPARE(several.token, std::vector<float>(4, float(sum / 4)));
        QCOMPARE(several.aligned, std::vector<float>(2, 2 * float(sum / 4)));
        recipe.mostWindows = 1;
        QVERIFY(world.engine({}, recipe)->embed(record).token != several.token);
    }

    void severalWindowsAreExplainedAlongTime()
    {
        FakeWorld world;
        ecg::EcgRecipe recipe;
        recipe.resampleToHz = 500;
        recipe.mostWindows = 3;
        recipe.windowStart = 250;
        const auto engine = world.engine({}, recipe);
        const ecg::EcgRecord record = test::syntheticEcg();
        Notes seen;
        const EcgSaliency s = engine->explain(record, SaliencyMethod::IntegratedGradients, seen.job());
        QCOMPARE(world.state.explainCalls, 3);
        QCOMPARE(s.columns, 3 * 1008);
        QCOMPARE(s.patches, 3 * 42);
        QCOMPARE(s.values.size(), std::size_t(12 * 3 * 1008));
        QCOMPARE(s.perPatch.size(), std::size_t(12 * 3 * 42));
        QCOMPARE(s.startSeconds, 0.5);
        QCOMPARE(s.endSeconds(), 0.5 + 3 * 1008 / 500.0);
        for (const int window : {0, 1, 2}) {
            QCOMPARE(s.value(ecg::Lead::V6, window * 1008), 12.0f * (1.0f / 3));
            QCOMPARE(s.value(ecg::Lead::V6, window * 1008 + 1), 0.0f);
        }
        QVERIFY(std::abs(s.embeddingChange - 78) < 1e-4);
        QVERIFY(std::abs(s.completenessError - 0.01) < 1e-6);
        QCOMPARE(s.points, 15);
        QCOMPARE(seen.progress.back().total, 15); // one bar
        QCOMPARE(seen.progress.back().done, 14);
        const EcgSaliency rollout = engine->explain(record, SaliencyMethod::AttentionRollout);
        QCOMPARE(rollout.columns, 3 * 42);
        QCOMPARE(rollout.endSeconds(), s.endSeconds());
    }

    void blockedEcgIsNotExplained()
    {
        FakeWorld world;
        const auto engine = world.engine();
        ecg::EcgRecord record = test::syntheticEcg();
        record[ecg::Lead::V3].clear();
        QVERIFY_EXCEPTION_THROWN(engine->explain(record, SaliencyMethod::AttentionRollout), base::Error);
        QCOMPARE(world.state.explainCalls, 0);
        QVERIFY(!saliencyMethodFromCode("gradcam"));
        QVERIFY(saliencyMethodFromCode(code(SaliencyMethod::AttentionRollout)) == SaliencyMethod::AttentionRollout);
    }

    void explanationStopsBetweenSteps()
    {
        FakeWorld world;
        world.state.msPerExplainStep = 20;
        const auto engine = world.engine();
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) {
            if (progress.done == 2)
                job.cancel.cancel();
        };
        QVERIFY_EXCEPTION_THROWN(engine->explain(test::syntheticEcg(), SaliencyMethod::IntegratedGradients, job),
                                 base::Cancelled);
        QCOMPARE(world.state.explainSteps, 2);
    }

    // An ECG that comes meanwhile is embedded between two steps.
    void embeddingGoesBeforeAnExplanation()
    {
        FakeWorld world;
        world.state.msPerExplainStep = 30;
        const auto engine = world.engine();
        std::thread other;
        std::atomic<int> stepsBefore{-1};
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) {
            if (progress.done == 1)
                other = std::thread([&] {
                    engine->embed(test::syntheticEcg(0.5));
                    stepsBefore = world.state.explainSteps.load();
                });
        };
        engine->explain(test::syntheticEcg(), SaliencyMethod::IntegratedGradients, job);
        other.join();
        QVERIFY2(stepsBefore >= 1 && stepsBefore < 5, qPrintable(QString::number(stepsBefore)));
    }

    void explanationGoesOnWithTheCpu()
    {
        FakeWorld world;
        world.state.gpu = true;
        world.state.explainingFailsOnGpu = true;
        const auto engine = world.engine();
        Notes notes;
        const EcgSaliency s = engine->explain(test::syntheticEcg(), SaliencyMethod::IntegratedGradients, notes.job());
        QCOMPARE(s.points, 5);
        QCOMPARE(world.state.movedToCpu, 1);
        QCOMPARE(world.state.explainCalls, 2);
        QCOMPARE(notes.count("device-memory"), 1);
    }

    void aWaitingRequestCanBeCancelled()
    {
        FakeWorld world;
        world.state.msPerBatch = 30;
        const auto engine = world.engine(with(1, 1));
        std::thread busy([&] { engine->embed(world.study(30)); });
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        base::JobContext job;
        job.cancel.cancel();
        QElapsedTimer clock;
        clock.start();
        QVERIFY_EXCEPTION_THROWN(engine->embed(world.study(2), job), base::Cancelled);
        QVERIFY(clock.elapsed() < 300);
        busy.join();
        QCOMPARE(int(world.state.clipsEmbedded), 30);
    }

    void anEcgDoesntWaitForAStudy()
    {
        FakeWorld world;
        world.state.msPerBatch = 20;
        const auto engine = world.engine(with(1, 1));
        std::atomic<bool> done{false};
        std::thread busy([&] {
            engine->embed(world.study(60));
            done = true;
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const EcgEmbedding ecg = engine->embed(test::syntheticEcg());
        QVERIFY(!done);
        QCOMPARE(ecg.token.size(), 4u);
        busy.join();
    }

    void anEcgThatCantBeEncodedSaysWhy()
    {
        FakeWorld world;
        ecg::EcgRecord record = test::syntheticEcg();
        record.leads[7].clear();
        try {
            world.engine()->embed(record);
            QFAIL("eleven leads were encoded");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Unsuitable);
        }
        try {
            world.engine()->embed(test::syntheticEcg(0.0, 500));
            QFAIL("two seconds were encoded");
        } catch (const base::Error& error) {
            QCOMPARE(error.code(), base::ErrorCode::Unsuitable);
        }
    }
};

QTEST_GUILESS_MAIN(TestEngine)
#include "test_engine.moc"
