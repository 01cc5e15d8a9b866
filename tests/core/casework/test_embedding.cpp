// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/model_views.h"
#include "engine_case.h"

#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Id;
using test::Case;
using test::FakeEngine;
using test::makeEcg;
using test::makeStudy;

class TestEmbedding : public QObject
{
    Q_OBJECT

private slots:
    void nothingIsComputedTwice();
    void aClipIsComputedOnceInTwoStudies();
    void failedClipIsTriedAgain();
    void embedMissingGoesOn();
    void cancelIsNoFailure();
    void otherBundleIsAnotherWorld();
    void aSwitchedClipMakesAnotherStudy();
    void switchedWhileItIsPooled();
};

void TestEmbedding::nothingIsComputedTwice()
{
    Case c;
    const Id ecg = c.add(1, "Q", 0.0F, {});
    const Id study =
        c.library->addStudy(makeStudy(c.scratch.path(), 1, "Q", "2020-01-01", 4)).first; // 3 cines, 1 still
    const auto outcome = c.cases->embedMissing();
    QCOMPARE(outcome.ecgs, 1);
    QCOMPARE(outcome.studies, 1);
    QCOMPARE(outcome.clips, 3);
    QVERIFY(outcome.failures.empty());
    QCOMPARE(c.engine->clipsComputed, 3);
    const auto weights = c.library->viewWeights(study, "fake");
    QCOMPARE(weights.size(), std::size_t(3));
    QCOMPARE(weights[1].first, c.library->clips(study)[1].id);
    QCOMPARE(weights[1].second, 1.0F / 3.0F);

    const auto again = c.cases->embedMissing();
    QCOMPARE(again.ecgs + again.studies, 0);
    c.cases->embedEcg(ecg);
    c.cases->embedStudy(study);
    c.cases->predict(ecg);
    c.cases->retrieve(ecg, 3);
    const auto fresh = makeEcg(77, "R", "2020-01-01");
    c.cases->predict(fresh);
    c.cases->retrieve(fresh, 3);
    QCOMPARE(c.engine->ecgCalls, 2);
    QCOMPARE(c.engine->studyCalls, 1);

    // Nor after a restart, nor when the same study is removed and imported under another identity while its clips are
    // known.
    c.open();
    c.cases->embedMissing();
    c.cases->embedStudy(study);
    c.cases->predict(ecg);
    c.cases->predict(fresh);
    auto twin = makeStudy(c.scratch.path(), 1, "T", "2020-01-01", 4);
    twin.studyUid = "1.9";
    const Id twinId = c.library->addStudy(twin).first;
    c.cases->embedMissing();
    QCOMPARE(c.engine->ecgCalls, 0);
    QCOMPARE(c.engine->clipsComputed, 0);
    QCOMPARE(c.library->viewWeights(twinId, "fake").size(), std::size_t(3));
    QVERIFY(c.library->verify().empty());
}

void TestEmbedding::aClipIsComputedOnceInTwoStudies()
{
    Case c;
    auto a = makeStudy(c.scratch.path(), 1, "A", "2020-01-01", 3),
         b = makeStudy(c.scratch.path(), 2, "B", "2020-01-01", 1);
    b.clips.push_back(a.clips[0]);
    const Id id = c.library->addStudy(a).first;
    c.library->addStudy(b);
    c.cases->embedMissing();
    QCOMPARE(c.engine->clipsComputed, 3); // 2 of A, 1 of B
    // A study that gains a clip computes that clip alone, and then has another vector.
    const auto before =
        c.library->studyVectors("fake", c.engine->facts().echoRecipeHash, inference::Space::StudyAligned);
    a.clips.push_back(test::makeClip(c.scratch.path(), 4711));
    c.library->addStudy(a);
    c.cases->embedMissing();
    QCOMPARE(c.engine->clipsComputed, 4);
    const auto after =
        c.library->studyVectors("fake", c.engine->facts().echoRecipeHash, inference::Space::StudyAligned);
    QCOMPARE(after.size(), std::size_t(2));
    QCOMPARE(after[0].owner, id);
    QVERIFY(after[0].values != before[0].values);
    QVERIFY(after[1].values == before[1].values);
}

void TestEmbedding::failedClipIsTriedAgain()
{
    Case c;
    const Id id = c.library->addStudy(makeStudy(c.scratch.path(), 1, "A", "2020-01-01", 4)).first;
    const auto clips = c.library->clips(id);
    c.engine->failing = {clips[1].file};
    const auto outcome = c.cases->embedMissing();
    QCOMPARE(outcome.studies, 1);
    QCOMPARE(outcome.failures.size(), std::size_t(1));
    QCOMPARE(c.library->viewWeights(id, "fake").size(), std::size_t(2));
    const auto space = inference::Space::StudyAligned;
    const auto partial = c.library->studyVectors("fake", c.engine->facts().echoRecipeHash, space).at(0).values;
    c.engine->failing.clear();
    c.cases->embedStudy(id);
    QCOMPARE(c.engine->clipsComputed, 3);
    QCOMPARE(c.library->viewWeights(id, "fake").size(), std::size_t(3));
    QVERIFY(c.library->studyVectors("fake", c.engine->facts().echoRecipeHash, space).at(0).values != partial);
}

void TestEmbedding::embedMissingGoesOn()
{
    Case c;
    c.add(1, "A", 0.0F, {});
    const auto bad = makeEcg(2, "B", "2020-01-01");
    c.engine->unsuitable.insert(bad.signalHash());
    const Id badId = c.library->addEcg(bad).first;
    c.add(3, "C", 0.0F, {});
    const Id broken = c.library->addStudy(makeStudy(c.scratch.path(), 1, "A", "2020-01-01", 1)).first;
    c.engine->failing = {c.library->clips(broken)[0].file};
    const Id fine = c.library->addStudy(makeStudy(c.scratch.path(), 2, "B", "2020-01-01", 1)).first;
    std::vector<std::string> notes;
    base::JobContext job;
    job.onNote = [&](const base::Warning& w) { notes.push_back(w.where); };
    const auto outcome = c.cases->embedMissing(job);
    QCOMPARE(outcome.ecgs, 2);
    QCOMPARE(outcome.studies, 1);
    QCOMPARE(outcome.failures.size(), std::size_t(3)); // the ECG, the clip, its study
    QCOMPARE(notes.size(), outcome.failures.size());
    QCOMPARE(notes[0], "ECG " + std::to_string(badId));
    QCOMPARE(notes[2], "study " + std::to_string(broken));
    QCOMPARE(c.library->viewWeights(fine, "fake").size(), std::size_t(1));
}

void TestEmbedding::cancelIsNoFailure()
{
    Case c;
    for (int i = 0; i < 5; ++i)
        c.add(i, "P" + std::to_string(i), 0.0F, {});
    base::JobContext job;
    job.onProgress = [&](const base::Progress& p) {
        if (p.done == 2)
            job.cancel.cancel();
    };
    QVERIFY_EXCEPTION_THROWN(c.cases->embedMissing(job), base::Cancelled);
    QCOMPARE(c.engine->ecgCalls, 2);
    QCOMPARE(c.cases->embedMissing().ecgs, 3); // what was done stays done
}

void TestEmbedding::otherBundleIsAnotherWorld()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, {});
    for (int i = 0; i < 5; ++i)
        c.add(10 + i, "P" + std::to_string(i), float(i), 60);
    c.cases->embedMissing();
    QVERIFY(c.cases->predict(query).lvefClass.has_value());
    FakeEngine other(c.library.get());
    other.editFacts().bundleId = "another";
    CaseEngine cases(*c.library, other);
    QVERIFY(!cases.predict(query).lvefClass); // vectors of the first bundle are no neighbours here
    cases.embedMissing();
    QVERIFY(cases.predict(query).lvefClass.has_value());
    QCOMPARE(other.ecgCalls, 6);
}

void TestEmbedding::aSwitchedClipMakesAnotherStudy()
{
    Case c;
    const Id id = c.library->addStudy(makeStudy(c.scratch.path(), 1, "A", "2020-01-01", 4)).first; // 3 cines, 1 still
    c.cases->embedMissing();
    const auto vector = [&] {
        return c.library->studyVectors("fake", c.engine->facts().echoRecipeHash, inference::Space::StudyAligned).at(0).values;
    };
    const auto whole = vector();
    auto views = modelViews(*c.library, id, c.engine->facts());
    QCOMPARE(views.size(), std::size_t(4));
    QVERIFY(views[0].weight && !views[3].weight);
    QCOMPARE(views[3].choice.reason, std::string("still"));

    const Id clip = views[1].row.id;
    c.library->setClipUse(clip, false);
    views = modelViews(*c.library, id, c.engine->facts());
    QCOMPARE(views[1].choice.reason, std::string("left out by hand"));
    QVERIFY(!views[0].weight); // of a study that isn't any more
    QCOMPARE(c.cases->embedMissing().studies, 1);
    QCOMPARE(c.engine->clipsComputed, 3);
    QCOMPARE(c.library->viewWeights(id, "fake").size(), std::size_t(2));
    QVERIFY(vector() != whole);

    // Back again: everything is known, and nothing is computed.
    const int studies = c.engine->studyCalls;
    c.library->setClipUse(clip, {});
    QCOMPARE(c.cases->embedMissing().studies, 1);
    QVERIFY(vector() == whole);
    QCOMPARE(c.engine->clipsComputed, 3);
    QCOMPARE(c.library->viewWeights(id, "fake").size(), std::size_t(3));
    QVERIFY(c.engine->studyCalls <= studies + 1); // for the weights

    for (const auto& view : modelViews(*c.library, id, c.engine->facts()))
        c.library->setClipUse(view.row.id, false);
    const auto outcome = c.cases->embedMissing();
    QCOMPARE(outcome.studies, 0);
    QVERIFY(outcome.failures.empty()); // a person wanted it so: nothing to try again and again
    try {
        c.cases->embedStudy(id);
        QFAIL("a study without views was embedded");
    } catch (const base::Error& error) {
        QVERIFY(std::string(error.sentence()).find("by hand") != std::string::npos);
    }
}

void TestEmbedding::switchedWhileItIsPooled()
{
    Case c;
    const Id id = c.library->addStudy(makeStudy(c.scratch.path(), 1, "A", "2020-01-01", 4)).first;
    const Id clip = c.library->clips(id)[0].id;
    // Between pooling and keeping a person takes a clip out: what was pooled isn't the study's.
    const auto rows = c.library->clips(id);
    std::vector<library::Library::PooledClip> pooled;
    for (const auto& row : rows)
        pooled.push_back({row.id, std::nullopt, 0.25F});
    c.cases->embedMissing();
    const auto before = c.library->viewWeights(id, "fake");
    c.library->setClipUse(clip, false);
    const inference::EmbeddingKey key{"nothing", "fake", "recipe", inference::Space::StudyAligned};
    QVERIFY(!c.library->assignPooledStudy(id, pooled, {key}));
    QVERIFY(c.library->viewWeights(id, "fake").empty()); // gone with the switch, and not written back
    pooled[0].use = false;
    pooled[0].weight.reset();
    QVERIFY_EXCEPTION_THROWN(c.library->assignPooledStudy(id, pooled, {key}), base::Error); // no such embedding: nothing half
    QVERIFY(c.library->viewWeights(id, "fake").empty());
    c.engine->onEmbed = [&] {
        if (c.engine->studyCalls == 2)
            c.library->setClipUse(clip, {});
    };
    c.cases->embedStudy(id);
    QCOMPARE(c.engine->studyCalls, 3); // once more, with all of them
    QCOMPARE(c.library->viewWeights(id, "fake"), before);
    c.engine->onEmbed = [&] { c.library->setClipUse(clip, c.library->clipUse(clip) ? std::nullopt : std::optional(false)); };
    c.library->setClipUse(rows[1].id, false);
    QVERIFY_EXCEPTION_THROWN(c.cases->embedStudy(id), base::Error); // for ever: it ends
}

QTEST_GUILESS_MAIN(TestEmbedding)
#include "test_embedding.moc"
