// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library.h"
#include "library/schema.h"
#include "library/sql.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::library;
using test::makeClip;
using test::makeStudy;
using test::Scratch;

namespace {

struct Fresh
{
    Scratch scratch;
    std::unique_ptr<Library> library;
    Id study = 0;

    Fresh()
    {
        Library::create(scratch / "lib");
        library = Library::open(scratch / "lib");
        study = library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01")).first;
    }
    echo::Measurement calliper(std::size_t clip = 0) const
    {
        echo::Measurement m;
        m.quantity = echo::Quantity::Lvidd;
        m.clipHash = library->clips(study)[clip].sha256;
        m.instanceUid = library->clips(study)[clip].instanceUid;
        m.points = {{1.5, 2}, {3, 40.25}};
        m.label = "ä, \"b\"";
        m.made = "2026-01-01T00:00:00Z";
        return m;
    }
};

retrieval::Phenotypes ef(double percent, const char* source)
{
    retrieval::Phenotypes p;
    p.lvef = retrieval::SourcedValue{percent, source};
    return p;
}

} // namespace

class TestLibraryMeasurements : public QObject
{
    Q_OBJECT

private slots:
    void comeBackAsTheyWere()
    {
        Fresh f;
        QVERIFY(f.library->measurements(f.study).empty());
        const Id first = f.library->saveMeasurement(f.study, f.calliper()), second = f.library->saveMeasurement(f.study, f.calliper(1));
        QVERIFY(first > 0 && second > first);
        auto all = Library::open(f.scratch / "lib")->measurements(f.study);
        QCOMPARE(all.size(), std::size_t(2));
        QVERIFY(all[0] == f.calliper() && all[0].id == first && all[1].id == second);
        // One that has an id is replaced.
        all[0].points[0] = {7, 8};
        QCOMPARE(f.library->saveMeasurement(f.study, all[0]), first);
        QVERIFY(f.library->measurements(f.study)[0] == all[0]);
        QCOMPARE(f.library->measurements(f.study).size(), std::size_t(2));
        f.library->removeMeasurement(first);
        QCOMPARE(f.library->measurements(f.study).size(), std::size_t(1));
        // Undo of the removal: the same number again.
        QCOMPARE(f.library->saveMeasurement(f.study, all[0]), first);
        QCOMPARE(f.library->measurements(f.study).front().id, first);
    }

    void needAClipOfTheStudy()
    {
        Fresh f;
        echo::Measurement m = f.calliper();
        m.clipHash = "00";
        QVERIFY_THROWS_EXCEPTION(base::Error, f.library->saveMeasurement(f.study, m));
        QVERIFY_THROWS_EXCEPTION(base::Error, f.library->saveMeasurement(f.study + 9, f.calliper()));
        QVERIFY(f.library->measurements(f.study).empty());
    }

    void goWithTheirStudy()
    {
        Fresh f;
        const Id clip = f.library->clips(f.study)[0].id;
        f.library->saveMeasurement(f.study, f.calliper());
        f.library->setClipNote(clip, "model", base::Json::object({{"use", false}}));
        f.library->setMeasuredPhenotypes(f.study, ef(60, "measured here, biplane"));
        f.library->removeStudy(f.study);
        const sql::Database database(f.scratch / "lib/library.sqlite");
        for (const char* table : {"measurements", "clip_notes", "measured_phenotypes"}) {
            sql::Statement row(database, std::string("SELECT COUNT(*) FROM ") + table);
            QVERIFY(row.next());
            QCOMPARE(row.integer(0), std::int64_t(0));
        }
    }

    void notes()
    {
        Fresh f;
        const Id clip = f.library->clips(f.study)[0].id;
        QVERIFY(f.library->clipNote(clip, "calibration").isNull());
        f.library->setClipNote(clip, "calibration", base::Json::object({{"mm_per_pixel", 0.4}}));
        f.library->setClipNote(clip, "model", base::Json::object({{"use", false}}));
        f.library->setClipNote(clip, "calibration", base::Json::object({{"mm_per_pixel", 0.5}}));
        QCOMPARE(f.library->clipNote(clip, "calibration").at("mm_per_pixel").toNumber(), 0.5);
        f.library->setClipNote(clip, "calibration", {});
        QVERIFY(f.library->clipNote(clip, "calibration").isNull());
        QCOMPARE(f.library->clipNote(clip, "model").at("use").toBool(), false);
    }

    void switchingAClipTakesTheStudysEmbeddingAway()
    {
        Fresh f;
        const Id other = f.library->addStudy(makeStudy(f.scratch.path(), 2, "Q", "2020-01-01")).first;
        const auto space = inference::Space::StudyAligned;
        const auto embed = [&] {
            for (const Id study : {f.study, other}) {
                const inference::EmbeddingKey key{"input" + std::to_string(study), "bundle", "recipe", space};
                inference::Embedding embedding;
                embedding.key = key;
                embedding.values = {1, 2};
                f.library->store(embedding);
                f.library->assignStudyEmbedding(study, key);
                f.library->setViewWeights(study, "bundle", {{f.library->clips(study)[0].id, 1.0f}});
            }
        };
        const auto without = [&] { return f.library->studiesWithout("bundle", "recipe", space); };
        embed();
        const Id clip = f.library->clips(f.study)[1].id;
        QVERIFY(!f.library->clipUse(clip));
        QVERIFY(without().empty());
        const auto before = f.library->revision();
        f.library->setClipUse(clip, true);
        QCOMPARE(f.library->clipUse(clip), std::optional(true));
        QCOMPARE(f.library->loadStudy(f.study).clips[1].use, std::optional(true));
        QVERIFY(!f.library->loadStudy(f.study).clips[0].use);
        QCOMPARE(without(), std::vector<Id>{f.study});
        QVERIFY(f.library->viewWeights(f.study, "bundle").empty());
        QVERIFY(!f.library->viewWeights(other, "bundle").empty());
        QVERIFY(f.library->revision() > before);
        QVERIFY(f.library->find({"input" + std::to_string(f.study), "bundle", "recipe", space})); // the vector itself may be wanted again

        // The same word again, or another note, changes nothing.
        embed();
        const auto settled = f.library->revision();
        f.library->setClipUse(clip, true);
        f.library->setClipNote(clip, "calibration", base::Json::object({{"mm_per_pixel", 0.4}}));
        f.library->setClipUse(f.library->clips(f.study)[0].id, {});
        QVERIFY(without().empty());
        QCOMPARE(f.library->revision(), settled);
        f.library->setClipUse(clip, {});
        QVERIFY(f.library->clipNote(clip, "model").isNull());
        QCOMPARE(without(), std::vector<Id>{f.study});
        f.library->setClipNote(clip, "model", base::Json::object({{"use", "perhaps"}})); // of another version
        QVERIFY(!f.library->clipUse(clip));
    }

    void measuredStandsBeforeStatedAndLeavesIt()
    {
        Fresh f;
        f.library->setPhenotypes(f.study, ef(44, "table a.csv"));
        const auto before = f.library->revision();
        f.library->setMeasuredPhenotypes(f.study, ef(61, "measured here, biplane"));
        QVERIFY(f.library->revision() > before);
        QCOMPARE(f.library->phenotypes(f.study).lvef->value, 61.0);
        QCOMPARE(f.library->phenotypes(f.study).lvef->source, std::string("measured here, biplane"));
        f.library->setPhenotypes(f.study, ef(45, "table b.csv"));
        QCOMPARE(f.library->phenotypes(f.study).lvef->value, 61.0);
        f.library->setMeasuredPhenotypes(f.study, {});
        QCOMPARE(f.library->phenotypes(f.study).lvef->value, 45.0);
        QCOMPARE(f.library->phenotypes(f.study).lvef->source, std::string("table b.csv"));
    }

    void migratesFromVersionTwo()
    {
        Scratch scratch;
        std::filesystem::create_directories(scratch / "lib/files");
        const auto file = scratch / "lib/library.sqlite";
        {
            const sql::Database database(file);
            schema::migrate(database, 2);
            sql::execute(database, "INSERT INTO patients (key, external_id, name, birth_date, sex) VALUES ('id P', 'P', '', '', 'M')");
            sql::execute(database, "INSERT INTO studies (patient_id, uid, key, date, time, description, manufacturer, simulated) "
                                   "VALUES (1, '1.2', '1.2', '2020-01-01', '', '', '', 0)");
            sql::execute(database, "INSERT INTO clips (study_id, instance_uid, sha256, file_name, cine, frames, rows, columns, position, fps, photometric, "
                                   "transfer_syntax) VALUES (1, '1.2.3', 'ab', 'a.dcm', 1, 30, 100, 100, 0, 25, 'RGB', '')");
            sql::execute(database, "INSERT INTO phenotypes (study_id, lvef, lvef_source) VALUES (1, 44, 'table old.csv')");
        }
        const auto library = Library::open(scratch / "lib");
        QVERIFY(std::filesystem::exists(scratch / "lib/library.sqlite.v2.bak"));
        QCOMPARE(library->phenotypes(1).lvef->value, 44.0);
        echo::Measurement m;
        m.clipHash = "ab";
        m.points = {{1, 2}, {3, 4}};
        library->saveMeasurement(1, m);
        QCOMPARE(library->measurements(1).size(), std::size_t(1));
    }

    void twoThreadsAtOnce()
    {
        Fresh f;
        const echo::Measurement m = f.calliper();
        const auto work = [&] {
            for (int i = 0; i < 20; ++i) {
                f.library->saveMeasurement(f.study, m);
                f.library->measurements(f.study);
            }
        };
        std::thread other(work);
        work();
        other.join();
        QCOMPARE(f.library->measurements(f.study).size(), std::size_t(40));
    }
};

QTEST_GUILESS_MAIN(TestLibraryMeasurements)
#include "test_library_measurements.moc"
