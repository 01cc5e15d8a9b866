// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/simulated.h"
#include "library/library.h"
#include "library/schema.h"
#include "support/error_code.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::library;
using test::codeOf;
using test::makeClip;
using test::makeEcg;
using test::makeStudy;
using test::Scratch;

namespace {

// What is in the library, in words that can be compared.
std::string contentOf(const Library& library)
{
    std::string text = std::to_string(library.revision()) + "|";
    for (const PatientRow& p : library.patients())
        text += "P" + std::to_string(p.id) + p.externalId;
    for (const EcgRow& e : library.ecgs())
        text += "E" + std::to_string(e.id) + e.signalHash + std::to_string(e.linkedStudy.value_or(0));
    for (const StudyRow& s : library.studies()) {
        text += "S" + std::to_string(s.id) + s.uid;
        for (const ClipRow& c : library.clips(s.id))
            text += "C" + std::to_string(c.id) + c.sha256;
    }
    return text;
}

} // namespace

class TestLibraryFailures : public QObject
{
    Q_OBJECT

private slots:
    void failingStatementInTheMiddle();
    void vanishedClipIsLeftOut();
    void nothingCopiedIsAnError();
    void unwritableFilesFolder();
    void cancelledImport();
    void newerVersionIsRefused();
    void damagedFileIsRefused();
    void otherDatabaseIsRefused();
    void migratesFromVersionOne();
    void oldEcgsOfVirtualPatientsAreFound();
    void failedMigrationLeavesTheOldFile();
};

void TestLibraryFailures::failingStatementInTheMiddle()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    library->addEcg(makeEcg(1, "P", "2020-01-01"));
    library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01", 2));
    const std::string before = contentOf(*library);
    {
        const sql::Database other(scratch / "lib/library.sqlite");
        sql::execute(other, "CREATE TRIGGER injected BEFORE INSERT ON clips WHEN NEW.position = 2 "
                            "BEGIN SELECT RAISE(ABORT, 'injected'); END");
    }
    // A new study of a new patient fails at its third clip: neither remains.
    QVERIFY_EXCEPTION_THROWN(library->addStudy(makeStudy(scratch.path(), 2, "Q", "2020-01-01", 4)), base::Error);
    QCOMPARE(contentOf(*library), before);
    // So does a study that gains clips.
    echo::EchoStudy more = makeStudy(scratch.path(), 1, "P", "2020-01-01", 2);
    more.clips.push_back(makeClip(scratch.path(), 555));
    QVERIFY_EXCEPTION_THROWN(library->addStudy(more), base::Error);
    QCOMPARE(contentOf(*library), before);
    {
        const sql::Database other(scratch / "lib/library.sqlite");
        sql::execute(other, "DROP TRIGGER injected");
    }
    library->addStudy(makeStudy(scratch.path(), 2, "Q", "2020-01-01", 4)); // and nothing stands in the way afterwards
    library.reset();
    library = Library::open(scratch / "lib");
    QCOMPARE(library->studies().size(), std::size_t(2));
    QVERIFY(library->verify().empty());
}

void TestLibraryFailures::vanishedClipIsLeftOut()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const echo::EchoStudy study = makeStudy(scratch.path(), 1, "P", "2020-01-01", 3);
    std::filesystem::remove(study.clips[1].file);
    base::Warnings notes;
    base::JobContext job;
    job.onNote = [&](const base::Warning& w) { notes.push_back(w); };
    const auto [id, added] = library->addStudy(study, job);
    QVERIFY(added == Added::New);
    const auto clips = library->clips(id);
    QCOMPARE(clips.size(), std::size_t(2));
    QCOMPARE(clips[1].instanceUid, study.clips[2].identity.instanceUid);
    QCOMPARE(notes.size(), std::size_t(1));
    QCOMPARE(notes[0].code, std::string("clip-not-copied"));
    QVERIFY(library->verify().empty());
}

void TestLibraryFailures::nothingCopiedIsAnError()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const echo::EchoStudy study = makeStudy(scratch.path(), 1, "P", "2020-01-01", 2);
    for (const auto& clip : study.clips)
        std::filesystem::remove(clip.file);
    QVERIFY(codeOf([&] { library->addStudy(study); }) == base::ErrorCode::Io);
    QVERIFY(library->studies().empty() && library->patients().empty());
}

void TestLibraryFailures::unwritableFilesFolder()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    library->addEcg(makeEcg(1, "P", "2020-01-01"));
    const std::string before = contentOf(*library);
    std::filesystem::rename(scratch / "lib/files", scratch / "lib/away");
    test::writeText(scratch / "lib/files", "in the way"); // unwritable for the administrator as well
    QVERIFY(codeOf([&] { library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01", 3)); }) ==
            base::ErrorCode::Io);
    QVERIFY(codeOf([&] { library->addEcg(makeEcg(2, "P", "2020-01-01")); }) == base::ErrorCode::Io);
    QCOMPARE(contentOf(*library), before);
    std::filesystem::remove(scratch / "lib/files");
    std::filesystem::rename(scratch / "lib/away", scratch / "lib/files");
    QVERIFY(library->verify().empty());
    library->addEcg(makeEcg(2, "P", "2020-01-01"));
    QCOMPARE(library->ecgs().size(), std::size_t(2));
}

void TestLibraryFailures::cancelledImport()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const std::string before = contentOf(*library);
    base::JobContext job;
    job.onProgress = [&](const base::Progress& progress) {
        if (progress.done == 2)
            job.cancel.cancel();
    };
    QVERIFY(codeOf([&] { library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01", 9), job); }) ==
            base::ErrorCode::Cancelled);
    QCOMPARE(contentOf(*library), before);
}

void TestLibraryFailures::newerVersionIsRefused()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    {
        const sql::Database database(scratch / "lib/library.sqlite");
        sql::execute(database, "PRAGMA user_version = 9999");
    }
    QVERIFY(codeOf([&] { Library::open(scratch / "lib"); }) == base::ErrorCode::Mismatch);
}

void TestLibraryFailures::damagedFileIsRefused()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    const auto file = scratch / "lib/library.sqlite";
    const auto size = std::filesystem::file_size(file);
    {
        std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
        out.seekp(100);
        out << std::string(std::size_t(size) - 100, '\xA5');
    }
    QVERIFY(codeOf([&] { Library::open(scratch / "lib"); }) == base::ErrorCode::Malformed);
    test::writeText(file, "not a database at all");
    QVERIFY(!Library::isLibrary(scratch / "lib"));
    QVERIFY(codeOf([&] { Library::open(scratch / "lib"); }) == base::ErrorCode::Malformed);
}

void TestLibraryFailures::otherDatabaseIsRefused()
{
    Scratch scratch;
    {
        const sql::Database database(scratch / "library.sqlite");
        sql::execute(database, "CREATE TABLE x (y)");
    }
    QVERIFY(codeOf([&] { Library::open(scratch.path()); }) == base::ErrorCode::Malformed);
}

void TestLibraryFailures::migratesFromVersionOne()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "lib/files");
    const auto file = scratch / "lib/library.sqlite";
    {
        const sql::Database database(file);
        schema::migrate(database, 1);
        QCOMPARE(schema::versionOf(database), 1);
        sql::execute(
            database,
            "INSERT INTO patients (key, external_id, name, birth_date, sex) VALUES ('id P', 'P', '', '', 'M')");
        sql::execute(database,
                     "INSERT INTO studies (patient_id, uid, key, date, time, description, manufacturer, simulated) "
                     "VALUES (1, '1.2', '1.2', '2020-01-01', '', '', '', 0)");
        sql::execute(database, "INSERT INTO phenotypes (study_id, lvef, lvef_source) VALUES (1, 44, 'table old.csv')");
    }
    const auto library = Library::open(scratch / "lib");
    const sql::Database database(file);
    QCOMPARE(schema::versionOf(database), schema::presentVersion());
    QVERIFY(schema::presentVersion() > 1);
    QCOMPARE(library->studies().size(), std::size_t(1));
    QCOMPARE(library->phenotypes(1).lvef->value, 44.0);
    // What came with the later version works.
    retrieval::Phenotypes labels;
    labels.structuralHeartDisease = true;
    library->setPatientPhenotypes(1, labels);
    QVERIFY(library->patientPhenotypes(1).structuralHeartDisease == true);

    // The old file was kept and is still of the old version.
    const auto backup = scratch / "lib/library.sqlite.v1.bak";
    QVERIFY(std::filesystem::exists(backup));
    const sql::Database old(backup);
    QCOMPARE(schema::versionOf(old), 1);
    sql::Statement row(old, "SELECT lvef FROM phenotypes");
    QVERIFY(row.next());
    QCOMPARE(row.real(0), 44.0);
}

// Before version 5 an ECG of a virtual patient was known by its maker alone.
void TestLibraryFailures::oldEcgsOfVirtualPatientsAreFound()
{
    Scratch scratch;
    Library::create(scratch / "lib");
    {
        const auto library = Library::open(scratch / "lib");
        ecg::EcgRecord simulated = makeEcg(1, "SIM1", "2020-01-01");
        simulated.device = "Echo2ECG Workstation (SIMULATED) Virtual patients";
        library->addEcg(simulated);
        library->addEcg(makeEcg(2, "P", "2020-01-01"));
        for (const EcgRow& e : library->ecgs())
            QVERIFY(!e.simulated);
    }
    {
        const sql::Database database(scratch / "lib/library.sqlite");
        sql::execute(database, "ALTER TABLE ecgs DROP COLUMN simulated");
        sql::execute(database, "PRAGMA user_version = 4");
    }
    const auto library = Library::open(scratch / "lib");
    for (const EcgRow& e : library->ecgs()) {
        const bool expected = library->patient(e.patient).externalId == "SIM1";
        QCOMPARE(e.simulated, expected);
        QCOMPARE(ecg::isSimulated(library->loadEcg(e.id)), expected);
    }
}

void TestLibraryFailures::failedMigrationLeavesTheOldFile()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "lib/files");
    const auto file = scratch / "lib/library.sqlite";
    {
        const sql::Database database(file);
        schema::migrate(database, 1);
        sql::execute(database, "INSERT INTO settings VALUES ('a', 'b')");
        sql::execute(database, "CREATE TABLE view_weights_clip (x)"); // an index of the second version wants this name
    }
    QVERIFY_EXCEPTION_THROWN(Library::open(scratch / "lib"), base::Error);
    const sql::Database database(file);
    QCOMPARE(schema::versionOf(database), 1);
    sql::Statement tables(database, "SELECT count(*) FROM sqlite_master WHERE name = 'patient_phenotypes'");
    QVERIFY(tables.next());
    QCOMPARE(tables.integer(0), std::int64_t(0));
    sql::Statement setting(database, "SELECT value FROM settings WHERE key = 'a'");
    QVERIFY(setting.next());
    QCOMPARE(setting.text(0), std::string("b"));
}

QTEST_GUILESS_MAIN(TestLibraryFailures)
#include "test_library_failures.moc"
