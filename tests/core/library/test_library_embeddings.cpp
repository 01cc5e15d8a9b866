// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library.h"
#include "library/sql.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::library;
using inference::EmbeddingKey;
using inference::Space;
using test::makeClip;
using test::makeEcg;
using test::makeStudy;
using test::Scratch;

class TestLibraryEmbeddings : public QObject
{
    Q_OBJECT

private slots:
    void comeBackBitForBit();
    void keysAreWhole();
    void widthsNeverMix();
    void assignedVectors();
    void spacesBelongToOwners();
    void whatIsMissing();
    void newClipsMakeTheStudyStale();
    void removalTakesEmbeddingsAlong();
    void viewWeights();
    void verifyFindsBadVectors();
};

void TestLibraryEmbeddings::comeBackBitForBit()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    const EmbeddingKey key{"input", "bundle", "recipe", Space::EcgToken};
    const std::vector<float> values{1.0F, -0.0F, 1e-42F, 3.4e38F, 0.1F};
    {
        auto library = Library::open(scratch / "lib");
        QVERIFY(!library->find(key));
        library->store({key, values});
        library->store({key, values});
    }
    auto library = Library::open(scratch / "lib");
    const auto back = library->find(key);
    QVERIFY(back.has_value());
    QCOMPARE(back->size(), values.size());
    QVERIFY(std::memcmp(back->data(), values.data(), values.size() * sizeof(float)) == 0);
}

void TestLibraryEmbeddings::keysAreWhole()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    library->store({{"input", "bundle", "recipe", Space::EcgToken}, {1}});
    QVERIFY(!library->find({"other", "bundle", "recipe", Space::EcgToken}));
    QVERIFY(!library->find({"input", "other", "recipe", Space::EcgToken}));
    QVERIFY(!library->find({"input", "bundle", "other", Space::EcgToken}));
    QVERIFY(!library->find({"input", "bundle", "recipe", Space::EcgAligned}));
}

void TestLibraryEmbeddings::widthsNeverMix()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    library->store({{"a", "bundle", "recipe", Space::EcgToken}, std::vector<float>(192, 1)});
    library->store({{"a", "bundle", "recipe", Space::EcgAligned}, std::vector<float>(512, 1)});
    QVERIFY_EXCEPTION_THROWN(library->store({{"b", "bundle", "recipe", Space::EcgToken}, std::vector<float>(512, 1)}),
                             base::Error);
    QVERIFY(!library->find({"b", "bundle", "recipe", Space::EcgToken}));
    QVERIFY_EXCEPTION_THROWN(library->store({{"b", "bundle", "recipe", Space::EcgToken}, {}}), base::Error);
    std::vector<float> bad(192, 1);
    bad[3] = std::numeric_limits<float>::quiet_NaN();
    QVERIFY_EXCEPTION_THROWN(library->store({{"b", "bundle", "recipe", Space::EcgToken}, bad}), base::Error);
    library->store({{"b", "another bundle", "recipe", Space::EcgToken}, std::vector<float>(64, 1)});
}

void TestLibraryEmbeddings::assignedVectors()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id a = library->addEcg(makeEcg(1, "A", "2020-01-01")).first,
             b = library->addEcg(makeEcg(2, "B", "2020-01-01")).first;
    const auto keyOf = [&](Id id) {
        return EmbeddingKey{library->ecg(id).signalHash, "bundle", "recipe", Space::EcgToken};
    };
    QVERIFY_EXCEPTION_THROWN(library->assignEcgEmbedding(a, keyOf(a)), base::Error); // not stored yet
    library->store({keyOf(a), {1, 2}});
    library->store({keyOf(b), {3, 4}});
    library->assignEcgEmbedding(b, keyOf(b));
    library->assignEcgEmbedding(a, keyOf(a));
    const auto revision = library->revision();
    library->assignEcgEmbedding(a, keyOf(a)); // no news
    QCOMPARE(library->revision(), revision);
    const auto vectors = library->ecgVectors("bundle", "recipe", Space::EcgToken);
    QCOMPARE(vectors.size(), std::size_t(2));
    QCOMPARE(vectors[0].owner, a);
    QCOMPARE(vectors[0].patient, library->ecg(a).patient);
    QCOMPARE(vectors[1].values, (std::vector<float>{3, 4}));
    QVERIFY(library->ecgVectors("bundle", "other recipe", Space::EcgToken).empty());
    QVERIFY(library->ecgVectors("bundle", "recipe", Space::EcgAligned).empty());
    QVERIFY(library->studyVectors("bundle", "recipe", Space::StudyAligned).empty());
}

void TestLibraryEmbeddings::spacesBelongToOwners()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id ecg = library->addEcg(makeEcg(1, "A", "2020-01-01")).first;
    const Id study = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 2)).first;
    const EmbeddingKey ofStudy{"x", "bundle", "recipe", Space::StudyAligned},
        ofEcg{"x", "bundle", "recipe", Space::EcgAligned}, ofClip{"x", "bundle", "recipe", Space::Clip};
    for (const auto& key : {ofStudy, ofEcg, ofClip})
        library->store({key, {1}});
    QVERIFY_EXCEPTION_THROWN(library->assignEcgEmbedding(ecg, ofStudy), base::Error);
    QVERIFY_EXCEPTION_THROWN(library->assignEcgEmbedding(ecg, ofClip), base::Error);
    QVERIFY_EXCEPTION_THROWN(library->assignStudyEmbedding(study, ofEcg), base::Error);
    library->assignStudyEmbedding(study, ofStudy);
    QCOMPARE(library->studyVectors("bundle", "recipe", Space::StudyAligned).size(), std::size_t(1));
}

void TestLibraryEmbeddings::whatIsMissing()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id a = library->addEcg(makeEcg(1, "A", "2020-01-01")).first,
             b = library->addEcg(makeEcg(2, "B", "2020-01-01")).first;
    const EmbeddingKey key{library->ecg(a).signalHash, "bundle", "recipe", Space::EcgToken};
    library->store({key, {1}});
    QCOMPARE(library->ecgsWithout("bundle", "recipe", Space::EcgToken), (std::vector<Id>{a, b}));
    library->assignEcgEmbedding(a, key);
    QCOMPARE(library->ecgsWithout("bundle", "recipe", Space::EcgToken), (std::vector<Id>{b}));
    QCOMPARE(library->ecgsWithout("bundle", "recipe", Space::EcgAligned), (std::vector<Id>{a, b}));

    const Id study = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 2)).first;
    echo::EchoStudy stills = makeStudy(scratch.path(), 2, "A", "2020-02-01", 0);
    stills.clips.push_back(makeClip(scratch.path(), 77, false));
    library->addStudy(stills);
    QCOMPARE(library->studiesWithout("bundle", "recipe", Space::StudyAligned), (std::vector<Id>{study}));
}

void TestLibraryEmbeddings::newClipsMakeTheStudyStale()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    echo::EchoStudy study = makeStudy(scratch.path(), 1, "A", "2020-01-01", 2);
    const Id id = library->addStudy(study).first;
    const auto clips = library->clips(id);
    const EmbeddingKey key{"hash of clips", "bundle", "recipe", Space::StudyAligned},
        clip{clips[0].sha256, "bundle", "recipe", Space::Clip};
    library->store({key, {1}});
    library->store({clip, {1, 2, 3}});
    library->assignStudyEmbedding(id, key);
    library->setViewWeights(id, "bundle", {{clips[0].id, 1.0F}});
    study.clips.push_back(makeClip(scratch.path(), 888));
    library->addStudy(study);
    QVERIFY(library->studyVectors("bundle", "recipe", Space::StudyAligned).empty());
    QVERIFY(library->viewWeights(id, "bundle").empty());
    QVERIFY(library->find(clip).has_value()); // a clip is what it was
}

void TestLibraryEmbeddings::removalTakesEmbeddingsAlong()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id ecg = library->addEcg(makeEcg(1, "A", "2020-01-01")).first;
    const EmbeddingKey token{library->ecg(ecg).signalHash, "bundle", "recipe", Space::EcgToken};
    library->store({token, {1}});
    library->assignEcgEmbedding(ecg, token);

    echo::EchoStudy a = makeStudy(scratch.path(), 1, "A", "2020-01-01", 2),
                    b = makeStudy(scratch.path(), 2, "B", "2020-01-01", 1);
    b.clips.push_back(a.clips[0]);
    const Id idA = library->addStudy(a).first;
    library->addStudy(b);
    const auto clips = library->clips(idA);
    const EmbeddingKey common{clips[0].sha256, "bundle", "recipe", Space::Clip},
        own{clips[1].sha256, "bundle", "recipe", Space::Clip},
        pooled{"pooled", "bundle", "recipe", Space::StudyAligned};
    for (const auto& key : {common, own, pooled})
        library->store({key, {1}});
    library->assignStudyEmbedding(idA, pooled);
    library->setViewWeights(idA, "bundle", {{clips[0].id, 1.0F}});

    library->removeEcg(ecg);
    library->removeStudy(idA);
    QVERIFY(!library->find(token) && !library->find(own) && !library->find(pooled));
    QVERIFY(library->find(common).has_value()); // the other study still has this clip
    QVERIFY(library->verify().empty());
}

void TestLibraryEmbeddings::viewWeights()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const Id id = library->addStudy(makeStudy(scratch.path(), 1, "A", "2020-01-01", 3)).first;
    const auto clips = library->clips(id);
    library->setViewWeights(id, "bundle", {{clips[1].id, 0.75F}, {clips[0].id, 0.25F}});
    library->setViewWeights(id, "bundle", {{clips[1].id, 0.5F}, {clips[0].id, 0.5F}});
    library->setViewWeights(id, "other", {{clips[0].id, 1.0F}});
    const auto weights = library->viewWeights(id, "bundle");
    QVERIFY((weights == std::vector<std::pair<Id, float>>{{clips[0].id, 0.5F}, {clips[1].id, 0.5F}}));
    QVERIFY(library->viewWeights(id, "none").empty());
    QVERIFY_EXCEPTION_THROWN(library->setViewWeights(id, "bundle", {{clips[2].id + 50, 1.0F}}), base::Error);
    QVERIFY(library->viewWeights(id, "bundle") == weights); // rolled back
}

void TestLibraryEmbeddings::verifyFindsBadVectors()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    library->store({{"a", "bundle", "recipe", Space::EcgToken}, {1, 2}});
    library->store({{"b", "bundle", "recipe", Space::EcgToken}, {3, 4}});
    QVERIFY(library->verify().empty());
    const sql::Database other(scratch / "lib/library.sqlite");
    sql::execute(other, "UPDATE embeddings SET data = x'0000807f00000000' WHERE id = 1"); // infinity
    sql::execute(other, "UPDATE embeddings SET data = x'000080' WHERE id = 2");
    QCOMPARE(library->verify().size(), std::size_t(2));
}

QTEST_GUILESS_MAIN(TestLibraryEmbeddings)
#include "test_library_embeddings.moc"
