// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine_case.h"

#include "library/sql.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <cstring>
#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Id;
using test::Case;
using test::FakeEngine;
using test::makeEcg;

namespace {

std::vector<Id> ecgsOf(const std::vector<Neighbour>& neighbours)
{
    std::vector<Id> ids;
    for (const Neighbour& n : neighbours)
        ids.push_back(n.ecg);
    return ids;
}

std::vector<Id> studiesOf(const Retrieval& retrieval)
{
    std::vector<Id> ids;
    for (const RankedStudy& s : retrieval.studies)
        ids.push_back(s.study);
    return ids;
}

} // namespace

class TestCaseEngine : public QObject
{
    Q_OBJECT

private slots:
    void predictsFromTheNearest();
    void samePatientIsExcluded();
    void recordOutsideTheLibrary();
    void notEnoughNeighbours();
    void blockedIsNotEncoded();
    void labelComesFromTheLinkedStudy();
    void structuralHeartDisease();
    void retrievesByCosine();
    void withoutAlignmentItOnlyClassifies();
    void severalThreads();
    void tenThousand();
};

void TestCaseEngine::predictsFromTheNearest()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, {});
    std::vector<Id> ids;
    const double lvef[] = {35, 30, 45, 60, 39, 60, 60, 60, 60};
    for (int i = 0; i < 9; ++i)
        ids.push_back(c.add(10 + i, "P" + std::to_string(i), float(i + 1), lvef[i]));
    c.cases->embedMissing();
    const Prediction p = c.cases->predict(query);
    QCOMPARE(p.whyNot, std::string());
    QVERIFY(p.lvefClass == 0);
    QCOMPARE(p.lvefProbabilities, (std::vector<double>{0.6, 0.2, 0.2}));
    QCOMPARE(ecgsOf(p.lvefNeighbours), std::vector<Id>(ids.begin(), ids.begin() + 5));
    QCOMPARE(p.lvefNeighbours[2].classIndex, 1);
    QCOMPARE(p.lvefNeighbours[2].distance, 3.0);
    QVERIFY(p.lvefNeighbours[2].lvef == 45.0);
    QCOMPARE(p.lvefNeighbours[2].label, std::string("P2, 2020-01-01"));
    QCOMPARE(p.candidates, std::size_t(9));
    QCOMPARE(p.ecg, query);

    // Other cut-offs of the bundle, other classes.
    c.engine->editFacts().lvefCutoffs = {32, 36};
    CaseEngine other(*c.library, *c.engine);
    QCOMPARE(other.predict(query).lvefProbabilities, (std::vector<double>{0.2, 0.2, 0.6}));
}

void TestCaseEngine::samePatientIsExcluded()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, 20);
    for (int i = 0; i < 6; ++i)
        c.add(100 + i, "Q", 0.01F * float(i), 20); // the same patient, and nearest of all
    std::vector<Id> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(c.add(10 + i, "P" + std::to_string(i), float(i + 1), 60));
    c.cases->embedMissing();
    const Prediction p = c.cases->predict(query);
    QVERIFY(p.lvefClass == 2);
    QCOMPARE(ecgsOf(p.lvefNeighbours), ids);
    QCOMPARE(p.candidates, std::size_t(5));
    for (const Neighbour& n : p.lvefNeighbours)
        QVERIFY(n.patient != c.library->ecg(query).patient);
}

void TestCaseEngine::recordOutsideTheLibrary()
{
    Case c;
    for (int i = 0; i < 3; ++i)
        c.add(100 + i, "Q", 0.0F, 20);
    for (int i = 0; i < 5; ++i)
        c.add(10 + i, "P" + std::to_string(i), float(i + 1), 60);
    c.addStudy(1, "Q", 0.0);
    const Id other = c.addStudy(2, "P0", 0.5);
    c.cases->embedMissing();

    // A new recording of a patient who is in the library.
    const auto record = makeEcg(500, "Q", "2021-01-01");
    c.engine->tokens[record.signalHash()] = std::vector<float>(192, 0.0F);
    const Prediction p = c.cases->predict(record);
    QVERIFY(p.lvefClass == 2);
    QCOMPARE(p.ecg, Id(0));
    QCOMPARE(p.candidates, std::size_t(5));
    QCOMPARE(studiesOf(c.cases->retrieve(record, 10)), (std::vector<Id>{other}));
    QCOMPARE(c.library->ecgs().size(), std::size_t(8)); // it was looked at, not imported

    // The very signal of a patient, under a name of its own.
    auto renamed = makeEcg(10, "somebody", "2021-01-01");
    const Prediction q = c.cases->predict(renamed);
    for (const Neighbour& n : q.lvefNeighbours)
        QVERIFY(n.label.find("P0") == std::string::npos);
    QCOMPARE(q.candidates, std::size_t(7));
}

void TestCaseEngine::notEnoughNeighbours()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, {});
    for (int i = 0; i < 4; ++i)
        c.add(10 + i, "P" + std::to_string(i), 1.0F, 60);
    c.add(20, "unlabelled", 0.5F, {});
    c.cases->embedMissing();
    Prediction p = c.cases->predict(query);
    QVERIFY(!p.lvefClass && p.lvefNeighbours.empty() && p.lvefProbabilities.empty());
    QVERIFY(p.whyNot.find("fewer than 5") != std::string::npos);
    QCOMPARE(p.candidates, std::size_t(4));

    const Id fifth = c.add(14, "P4", 1.0F, 60); // labelled, but not embedded yet
    QVERIFY(!c.cases->predict(query).lvefClass);
    c.cases->embedEcg(fifth);
    QVERIFY(c.cases->predict(query).lvefClass == 2);
    c.library->removeEcg(fifth);
    QVERIFY(!c.cases->predict(query).lvefClass);
}

void TestCaseEngine::blockedIsNotEncoded()
{
    Case c;
    for (int i = 0; i < 5; ++i)
        c.add(10 + i, "P" + std::to_string(i), 1.0F, 60);
    c.addStudy(1, "P0", 0);
    c.cases->embedMissing();
    const int calls = c.engine->ecgCalls;
    auto record = makeEcg(1, "Q", "2020-01-01");
    record[ecg::Lead::V4].clear();
    const Id id = c.library->addEcg(record).first;
    const Prediction p = c.cases->predict(id);
    QVERIFY(!p.lvefClass && !p.whyNot.empty());
    QVERIFY(ecg::isBlocked(p.findings));
    const Retrieval r = c.cases->retrieve(id, 5);
    QVERIFY(r.studies.empty() && !r.whyNot.empty());
    QVERIFY_EXCEPTION_THROWN(c.cases->embedEcg(id), base::Error);
    QVERIFY(!c.cases->predict(makeEcg(2, "Q", "2020-01-01", {}, 500)).whyNot.empty()); // one second
    QCOMPARE(c.engine->ecgCalls, calls);

    // What the engine itself refuses is an answer as well.
    const auto strange = makeEcg(3, "R", "2020-01-01");
    c.engine->unsuitable.insert(strange.signalHash());
    QCOMPARE(c.cases->predict(strange).whyNot, std::string("This ECG doesn't suit."));
}

void TestCaseEngine::labelComesFromTheLinkedStudy()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, {});
    Id first = 0;
    for (int i = 0; i < 5; ++i) {
        const Id id = c.add(10 + i, "P" + std::to_string(i), float(i + 1), 60);
        if (i == 0)
            first = id;
    }
    const Id study = c.addStudy(1, "P0", 0, "2020-01-03");
    retrieval::Phenotypes p;
    p.lvedv = {{200, "test"}};
    p.lvesv = {{150, "test"}};
    c.library->setPhenotypes(study, p);
    c.cases->embedMissing();
    const Prediction prediction = c.cases->predict(query);
    QCOMPARE(prediction.lvefNeighbours[0].ecg, first);
    QCOMPARE(prediction.lvefNeighbours[0].study, study);
    QVERIFY(prediction.lvefNeighbours[0].lvef == 25.0); // of the study, worked out from its volumes
    QCOMPARE(prediction.lvefNeighbours[0].classIndex, 0);
    QCOMPARE(prediction.lvefNeighbours[1].study, Id(0));
}

void TestCaseEngine::structuralHeartDisease()
{
    Case c;
    const Id query = c.add(1, "Q", 0.0F, {});
    for (int i = 0; i < 6; ++i)
        c.add(10 + i, "P" + std::to_string(i), float(i + 1), {}, i < 3);
    c.cases->embedMissing();
    const Prediction p = c.cases->predict(query);
    QVERIFY(!p.lvefClass);
    QVERIFY(p.structuralHeartDisease == true);
    QCOMPARE(p.shdProbabilities, (std::vector<double>{0.4, 0.6}));
    QCOMPARE(p.shdNeighbours.size(), std::size_t(5));
}

void TestCaseEngine::retrievesByCosine()
{
    Case c;
    const auto record = makeEcg(1, "Q", "2020-01-01");
    c.engine->aligned[record.signalHash()] = Case::direction(0);
    const Id query = c.library->addEcg(record).first;
    const Id far = c.addStudy(1, "A", 2.0), near = c.addStudy(2, "B", 0.3), middle = c.addStudy(3, "C", -1.0);
    const Id own = c.addStudy(4, "Q", 0.1, "2020-01-04"), older = c.addStudy(5, "Q", 0.05, "2010-01-01");
    retrieval::Phenotypes p;
    p.lvedv = {{120, "test"}};
    p.lvesv = {{60, "test"}};
    c.library->setPhenotypes(near, p);
    c.cases->embedMissing();
    const Retrieval r = c.cases->retrieve(query, 10);
    QCOMPARE(studiesOf(r), (std::vector<Id>{near, middle, far}));
    QCOMPARE(r.candidates, std::size_t(3));
    QVERIFY(c.library->ecg(query).linkedStudy == own);
    QVERIFY(r.ownSimilarity && std::abs(*r.ownSimilarity - std::cos(0.1)) < 1e-6);
    QVERIFY(std::abs(r.studies[0].similarity - std::cos(0.3)) < 1e-6);
    QVERIFY(std::abs(r.studies[2].similarity - std::cos(2.0)) < 1e-6);
    QCOMPARE(r.studies[1].rank, 2);
    QCOMPARE(r.studies[0].label, std::string("B, 2020-01-01"));
    QCOMPARE(r.studies[0].phenotypes.lvef->value, 50.0);
    QVERIFY(r.studies[1].phenotypes.isEmpty());
    QCOMPARE(studiesOf(c.cases->retrieve(query, 1)), (std::vector<Id>{near}));

    // Vectors of another width are refused, not compared.
    c.engine->editFacts().alignedWidth = 192;
    CaseEngine mixed(*c.library, *c.engine);
    QVERIFY_EXCEPTION_THROWN(mixed.retrieve(query, 3), base::Error);

    c.engine->editFacts().alignedWidth = 512;
    for (const Id id : {far, near, middle})
        c.library->removeStudy(id);
    const Retrieval none = c.cases->retrieve(query, 10);
    QVERIFY(none.studies.empty() && !none.whyNot.empty() && none.ownSimilarity);
    c.library->removeStudy(own);
    c.library->removeStudy(older);
    QVERIFY(!c.cases->retrieve(query, 10).ownSimilarity);
}

// A bundle without alignment weights gives a class, and a reason instead of similar studies.
void TestCaseEngine::withoutAlignmentItOnlyClassifies()
{
    Case c;
    c.engine->editFacts().canRetrieve = false;
    for (int i = 0; i < 5; ++i)
        c.add(i + 1, "P" + std::to_string(i), float(i), 30.0);
    const Id query = c.add(9, "Q", 0.5F, {});
    c.addStudy(1, "A", 0.5);
    const auto outcome = c.cases->embedMissing();
    QCOMPARE(outcome.ecgs, 6);
    QCOMPARE(outcome.studies, 0);
    QVERIFY(outcome.failures.empty());
    QCOMPARE(c.cases->predict(query).lvefClass, std::optional<int>(0));
    const Retrieval r = c.cases->retrieve(query, 10);
    QVERIFY(r.studies.empty());
    QCOMPARE(r.whyNot, std::string(inference::noAlignment));
    const int calls = c.engine->ecgCalls;
    c.cases->embedMissing();
    c.cases->predict(query);
    QCOMPARE(int(c.engine->ecgCalls), calls);  // and nothing is computed twice
}

void TestCaseEngine::severalThreads()
{
    Case c;
    std::vector<Id> queries;
    for (int i = 0; i < 20; ++i)
        queries.push_back(c.add(i, "P" + std::to_string(i), float(i), i % 2 ? 60 : 30));
    c.cases->embedMissing();
    std::vector<Prediction> expected;
    for (const Id id : queries)
        expected.push_back(c.cases->predict(id));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < queries.size(); ++i) {
                if (t == 0) // content changes meanwhile, the answers don't
                    c.library->addQuarantine("file " + std::to_string(i), "reason");
                const Prediction p = c.cases->predict(queries[i]);
                wrong += p.lvefClass != expected[i].lvefClass ||
                         ecgsOf(p.lvefNeighbours) != ecgsOf(expected[i].lvefNeighbours);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    QCOMPARE(wrong.load(), 0);
}

// A library of 10,000 labelled ECGs and 1,000 studies, written directly: what is measured is asking, not importing.
// The bounds are loose because test machines are busy; the numbers are printed.
void TestCaseEngine::tenThousand()
{
    Case c;
    const auto& facts = c.engine->facts();
    {
        const library::sql::Database database(c.scratch / "lib/library.sqlite");
        library::sql::WriteTransaction transaction(database);
        using library::sql::Statement;
        const auto addEmbedding = [&](const std::string& input, const char* space, const std::string& recipe,
                                      const std::vector<float>& values) {
            Statement insert(database,
                             "INSERT INTO embeddings (bundle_id, space, recipe_hash, input_sha256, width, data) "
                             "VALUES ('fake', ?, ?, ?, ?, ?)");
            insert.bind(space).bind(recipe).bind(input).bind(int(values.size())).bind(values).run();
            return insert.lastId();
        };
        for (int i = 1; i <= 10000; ++i) {
            const std::string name = "P" + std::to_string(i);
            Statement(database,
                      "INSERT INTO patients (id, key, external_id, name, birth_date, sex) VALUES (?, ?, ?, '', '', '')")
                .bind(i)
                .bind("id " + name)
                .bind(name)
                .run();
            Statement(database,
                      "INSERT INTO ecgs (id, patient_id, date, time, format, file_name, signal_hash, sampling_hz, "
                      "seconds, leads, "
                      "signal_file, record) VALUES (?, ?, '2020-01-01', '', '', '', ?, 500, 10, 12, '', '{}')")
                .bind(i)
                .bind(i)
                .bind("signal " + name)
                .run();
            Statement(database, "INSERT INTO patient_phenotypes (patient_id, lvef, lvef_source, shd, shd_source) "
                                "VALUES (?, ?, '', ?, '')")
                .bind(i)
                .bind(20 + i % 50)
                .bind(i % 2)
                .run();
            Statement(database, "INSERT INTO ecg_embeddings VALUES (?, 'fake', 'ecg-token', ?, ?)")
                .bind(i)
                .bind(facts.ecgRecipeHash)
                .bind(addEmbedding("signal " + name, "ecg-token", facts.ecgRecipeHash, FakeEngine::vectorOf(name, 192)))
                .run();
            if (i > 1000)
                continue;
            Statement(database, "INSERT INTO studies VALUES (?, ?, ?, ?, '2020-01-01', '', '', '', 0)")
                .bind(i)
                .bind(i)
                .bind("1." + std::to_string(i))
                .bind("1." + std::to_string(i))
                .run();
            Statement(database, "INSERT INTO study_embeddings VALUES (?, 'fake', 'study-aligned', ?, ?)")
                .bind(i)
                .bind(facts.echoRecipeHash)
                .bind(addEmbedding("study " + name, "study-aligned", facts.echoRecipeHash,
                                   FakeEngine::unit(FakeEngine::vectorOf(name, 512))))
                .run();
        }
        transaction.touch();
        transaction.commit();
    }
    const auto record = makeEcg(1, "Q", "2020-01-01");
    QElapsedTimer timer;
    timer.start();
    const Prediction first = c.cases->predict(record);
    const double cold = double(timer.nsecsElapsed()) / 1e6;
    QVERIFY(first.lvefClass.has_value() && first.structuralHeartDisease.has_value());
    QCOMPARE(first.candidates, std::size_t(10000));
    timer.restart();
    for (int i = 0; i < 10; ++i)
        c.cases->predict(record);
    const double warm = double(timer.nsecsElapsed()) / 10e6;
    timer.restart();
    QCOMPARE(c.cases->retrieve(record, 10).studies.size(), std::size_t(10));
    const double ranked = double(timer.nsecsElapsed()) / 1e6;
    const Id id = c.library->addEcg(record).first; // the library changed: the index is built again
    timer.restart();
    QVERIFY(c.cases->predict(id).lvefClass == first.lvefClass);
    const double changed = double(timer.nsecsElapsed()) / 1e6;
    qInfo("10,000 ECGs: first prediction %.0f ms, next %.1f ms, after a change %.0f ms; retrieval among 1,000 studies "
          "%.1f ms",
          cold, warm, changed, ranked);
    QVERIFY(cold < 5000 && warm < 500);
}

QTEST_GUILESS_MAIN(TestCaseEngine)
#include "test_case_engine.moc"
