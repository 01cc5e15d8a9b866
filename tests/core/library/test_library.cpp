// SPDX-License-Identifier: GPL-3.0-or-later
#include "library/library.h"
#include "library/schema.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

#include <cstring>
#include <limits>
#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::library;
using test::makeClip;
using test::makeEcg;
using test::makeStudy;
using test::Scratch;

namespace {

std::unique_ptr<Library> fresh(const Scratch& scratch)
{
    Library::create(scratch / "lib");
    return Library::open(scratch / "lib");
}

bool sameSamples(const ecg::EcgRecord& a, const ecg::EcgRecord& b)
{
    for (std::size_t i = 0; i < ecg::leadCount; ++i)
        if (a.leads[i].size() != b.leads[i].size() ||
            (!a.leads[i].empty() &&
             std::memcmp(a.leads[i].data(), b.leads[i].data(), a.leads[i].size() * sizeof(float)) != 0))
            return false;
    return true;
}

std::size_t filesIn(const std::filesystem::path& folder)
{
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        count += entry.is_regular_file();
    return count;
}

} // namespace

class TestLibrary : public QObject
{
    Q_OBJECT

private slots:
    void createAndOpen();
    void ecgComesBackAsItWas();
    void studyComesBackAsItWas();
    void realStudyIsReadAgain();
    void equalFilesAreKeptOnce();
    void studyGainsClips();
    void patientsWithoutIdStayApart();
    void patientIsCompletedNotOverwritten();
    void removalCleansUp();
    void quarantineKeepsTheLastReason();
    void settingsSurvive();
    void revisionGrowsWithContent();
    void twoThreadsAtOnce();
    void verifyFindsDamage();
    void importingAgainHeals();
    void importRate();
};

void TestLibrary::createAndOpen()
{
    Scratch scratch;
    QVERIFY(!Library::isLibrary(scratch / "lib"));
    QVERIFY_EXCEPTION_THROWN(Library::open(scratch / "lib"), base::Error);
    Library::create(scratch / "lib");
    QVERIFY(Library::isLibrary(scratch / "lib"));
    QVERIFY_EXCEPTION_THROWN(Library::create(scratch / "lib"), base::Error);
    auto library = Library::open(scratch / "lib");
    QCOMPARE(library->folder(), scratch / "lib");
    QVERIFY(library->ecgs().empty() && library->studies().empty() && library->patients().empty());
    QVERIFY(library->verify().empty());
}

void TestLibrary::ecgComesBackAsItWas()
{
    Scratch scratch;
    ecg::EcgRecord record = makeEcg(1, "P-1", "2020-05-06", "07:08:09");
    record[ecg::Lead::V3][100] = std::numeric_limits<float>::quiet_NaN();
    record[ecg::Lead::V6].clear(); // an absent lead isn't a lead of NaN
    record.device = "Machine é";
    record.filters = {0.05, 150.0, std::nullopt};
    record.measurements = {{"QRS duration", 92.5, "ms", ""}, {"Axis", std::nullopt, "", "normal"}};
    record.statements = {"Sinus rhythm", "\"quoted\" ünïcode"};
    record.companions = {"x.dat", "y.mat"};
    record.studyUid = "1.2.3";
    record.warnings = {{"gain-assumed", "The gain was assumed.", "lead II"}};
    Id id = 0;
    {
        auto library = fresh(scratch);
        const auto [newId, added] = library->addEcg(record);
        QVERIFY(added == Added::New);
        id = newId;
        QVERIFY(library->addEcg(record) == std::pair(id, Added::AlreadyThere));
        QCOMPARE(library->ecgs().size(), std::size_t(1));
    }
    auto library = Library::open(scratch / "lib");
    const ecg::EcgRecord back = library->loadEcg(id);
    QVERIFY(sameSamples(back, record));
    QCOMPARE(back.signalHash(), record.signalHash());
    QCOMPARE(back.samplingHz, 500.0);
    QCOMPARE(back.patient.id, record.patient.id);
    QCOMPARE(back.patient.name, record.patient.name);
    QCOMPARE(back.patient.birthDate, record.patient.birthDate);
    QVERIFY(back.patient.ageYears == 60);
    QCOMPARE(back.date + back.time, record.date + record.time);
    QCOMPARE(back.device, record.device);
    QVERIFY(back.filters.highPassHz == 0.05 && back.filters.lowPassHz == 150.0 && !back.filters.notchHz);
    QCOMPARE(back.measurements.size(), std::size_t(2));
    QVERIFY(back.measurements[0].value == 92.5 && !back.measurements[1].value);
    QCOMPARE(back.measurements[1].text, std::string("normal"));
    QCOMPARE(back.statements, record.statements);
    QCOMPARE(back.companions, record.companions);
    QCOMPARE(back.file, record.file);
    QCOMPARE(back.format, record.format);
    QCOMPARE(back.studyUid, record.studyUid);
    QVERIFY(back.warnings == record.warnings);

    const EcgRow row = library->ecg(id);
    QCOMPARE(row.leads, 11);
    QCOMPARE(row.seconds, 10.0);
    QCOMPARE(row.signalHash, record.signalHash());
    QVERIFY(library->findEcgBySignal(row.signalHash) == id);
    QVERIFY(!library->findEcgBySignal("nothing"));
    QVERIFY_EXCEPTION_THROWN(library->ecg(id + 1), base::Error);
    QVERIFY_EXCEPTION_THROWN(library->loadEcg(id + 1), base::Error);
}

void TestLibrary::studyComesBackAsItWas()
{
    Scratch scratch;
    const echo::EchoStudy study = makeStudy(scratch.path(), 7, "P-1", "2020-05-06", 4, "10:00:00");
    Id id = 0;
    {
        auto library = fresh(scratch);
        const auto [newId, added] = library->addStudy(study);
        QVERIFY(added == Added::New);
        id = newId;
    }
    for (const auto& clip : study.clips)
        std::filesystem::remove(clip.file); // the library has its own

    auto library = Library::open(scratch / "lib");
    const StudyRow row = library->study(id);
    QCOMPARE(row.uid, study.studyUid);
    QCOMPARE(row.cines, 3);
    QCOMPARE(row.stills, 1);
    QCOMPARE(row.manufacturer, study.manufacturer);
    QVERIFY(!row.simulated);
    const PatientRow patient = library->patient(row.patient);
    QCOMPARE(patient.externalId, std::string("P-1"));
    QVERIFY(library->findStudyByUid(study.studyUid) == id);
    QVERIFY(!library->findStudyByUid("") && !library->findStudyByUid("1.9"));

    const auto clips = library->clips(id);
    QCOMPARE(clips.size(), study.clips.size());
    for (std::size_t i = 0; i < clips.size(); ++i) {
        QCOMPARE(clips[i].position, int(i));
        QCOMPARE(clips[i].fileName, study.clips[i].file.filename().string());
        QCOMPARE(clips[i].instanceUid, study.clips[i].identity.instanceUid);
        QVERIFY(clips[i].kind == study.clips[i].kind);
        QCOMPARE(clips[i].frames, study.clips[i].frames);
        QCOMPARE(clips[i].columns, 320);
        QCOMPARE(clips[i].fps, clips[i].kind == echo::ClipKind::Cine ? study.clips[i].timing.meanFps() : 0.0);
        QVERIFY(std::filesystem::is_regular_file(clips[i].file));
    }
    QVERIFY(library->verify().empty());

    // Content that is no image is a warning of its clip, never the end of the study.
    const echo::EchoStudy loaded = library->loadStudy(id);
    QCOMPARE(loaded.clips.size(), study.clips.size());
    QCOMPARE(loaded.patientId, study.patientId);
    QCOMPARE(loaded.clips[1].warnings.at(0).code, std::string("clip-damaged"));
    QCOMPARE(loaded.clips[1].identity.instanceUid, study.clips[1].identity.instanceUid);
}

void TestLibrary::realStudyIsReadAgain()
{
    const auto path = test::sharedData("echo_multiframe/hp_pediatric_01.dcm");
    E2E_NEED_SHARED(path);
    Scratch scratch;
    auto library = fresh(scratch);
    const auto studies = echo::groupIntoStudies({echo::readClip(path)});
    QCOMPARE(studies.size(), std::size_t(1));
    const Id id = library->addStudy(studies[0]).first;
    const echo::EchoStudy loaded = library->loadStudy(id);
    QCOMPARE(loaded.clips.size(), std::size_t(1));
    QCOMPARE(loaded.clips[0].frames, studies[0].clips[0].frames);
    QCOMPARE(loaded.clips[0].header.rows, studies[0].clips[0].header.rows);
    QVERIFY(loaded.clips[0].timing.startMs == studies[0].clips[0].timing.startMs);
    QVERIFY(loaded.clips[0].file != path);
    QVERIFY(library->clips(id)[0].fps > 10);
}

void TestLibrary::equalFilesAreKeptOnce()
{
    Scratch scratch;
    auto library = fresh(scratch);
    echo::EchoStudy a = makeStudy(scratch.path(), 1, "A", "2020-01-01", 2);
    echo::EchoStudy b = makeStudy(scratch.path(), 2, "B", "2020-01-01", 1);
    b.clips.push_back(a.clips[0]);
    b.clips.push_back(a.clips[0]); // twice in one study: one clip
    const Id idA = library->addStudy(a).first, idB = library->addStudy(b).first;
    QCOMPARE(library->clips(idB).size(), std::size_t(2));
    QCOMPARE(filesIn(scratch / "lib/files"), std::size_t(3));
    library->removeStudy(idA); // the shared file stays for B
    QCOMPARE(filesIn(scratch / "lib/files"), std::size_t(2));
    QVERIFY(library->verify().empty());
}

void TestLibrary::studyGainsClips()
{
    Scratch scratch;
    auto library = fresh(scratch);
    echo::EchoStudy study = makeStudy(scratch.path(), 1, "A", "2020-01-01", 2);
    const Id id = library->addStudy(study).first;
    const auto before = library->clips(id);
    const auto revision = library->revision();
    QVERIFY(library->addStudy(study) == std::pair(id, Added::AlreadyThere));
    QCOMPARE(library->revision(), revision);
    study.clips.push_back(makeClip(scratch.path(), 999));
    QVERIFY(library->addStudy(study) == std::pair(id, Added::AlreadyThere));
    const auto after = library->clips(id);
    QCOMPARE(after.size(), std::size_t(3));
    QCOMPARE(after[0].id, before[0].id);
    QCOMPARE(after[2].instanceUid, std::string("1.2.3.999"));
    QVERIFY(library->revision() > revision);
}

void TestLibrary::patientsWithoutIdStayApart()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const auto anonymous = [](int seed) {
        ecg::EcgRecord record = makeEcg(seed, "", "2020-01-01");
        record.patient = {};
        return record;
    };
    const Id a = library->addEcg(anonymous(1)).first, b = library->addEcg(anonymous(2)).first;
    QVERIFY(library->ecg(a).patient != library->ecg(b).patient);
    // The same name and birth date are the same person.
    const Id c = library->addEcg(makeEcg(3, "", "2020-01-01")).first,
             d = library->addEcg(makeEcg(4, "", "2021-01-01")).first;
    QCOMPARE(library->ecg(c).patient, library->ecg(d).patient);
    QVERIFY(library->findPatient(makeEcg(9, "", "").patient) == library->ecg(c).patient);
    QVERIFY(!library->findPatient({}));
    // Two studies of nobody, on the same day and without UID.
    for (int seed : {10, 11}) {
        echo::EchoStudy study = makeStudy(scratch.path(), seed, "", "2020-01-01", 1);
        study.patientName.clear();
        study.studyUid.clear();
        library->addStudy(study);
    }
    QCOMPARE(library->studies().size(), std::size_t(2));
    QVERIFY(library->studies()[0].patient != library->studies()[1].patient);
}

void TestLibrary::patientIsCompletedNotOverwritten()
{
    Scratch scratch;
    auto library = fresh(scratch);
    ecg::EcgRecord first = makeEcg(1, "P", "2020-01-01"), second = makeEcg(2, "P", "2020-01-02");
    first.patient.name.clear();
    second.patient.sex = "M";
    library->addEcg(first);
    library->addEcg(second);
    const auto patients = library->patients();
    QCOMPARE(patients.size(), std::size_t(1));
    QCOMPARE(patients[0].name, std::string("Doe^Test"));
    QCOMPARE(patients[0].sex, std::string("F"));
}

void TestLibrary::removalCleansUp()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const Id ecg = library->addEcg(makeEcg(1, "P", "2020-03-10")).first;
    const Id study = library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-03-15", 2)).first;
    library->removeEcg(ecg);
    QCOMPARE(library->patients().size(), std::size_t(1)); // the study keeps the patient
    QCOMPARE(filesIn(scratch / "lib/files"), std::size_t(2));
    library->removeStudy(study);
    QVERIFY(library->patients().empty());
    QCOMPARE(filesIn(scratch / "lib/files"), std::size_t(0));
    QVERIFY_EXCEPTION_THROWN(library->removeStudy(study), base::Error);
    // Ids aren't used again.
    QVERIFY(library->addEcg(makeEcg(1, "P", "2020-03-10")).first > ecg);
}

void TestLibrary::quarantineKeepsTheLastReason()
{
    Scratch scratch;
    {
        auto library = fresh(scratch);
        library->addQuarantine("/x/b.dcm", "first reason");
        library->addQuarantine("/x/a.dcm", "other");
        library->addQuarantine("/x/b.dcm", "second reason");
    }
    auto library = Library::open(scratch / "lib");
    const auto rows = library->quarantine();
    QCOMPARE(rows.size(), std::size_t(2));
    QCOMPARE(rows[1].file, std::string("/x/b.dcm"));
    QCOMPARE(rows[1].reason, std::string("second reason"));
    QVERIFY(rows[1].when.size() >= 19);
    library->clearQuarantine(rows[1].id);
    QCOMPARE(library->quarantine().size(), std::size_t(1));
}

void TestLibrary::settingsSurvive()
{
    Scratch scratch;
    {
        auto library = fresh(scratch);
        QCOMPARE(library->setting("shell/last-ecg", "none"), std::string("none"));
        library->setSetting("shell/last-ecg", "1");
        library->setSetting("shell/last-ecg", "2");
        library->setSetting("empty", "");
    }
    auto library = Library::open(scratch / "lib");
    QCOMPARE(library->setting("shell/last-ecg"), std::string("2"));
    QCOMPARE(library->setting("empty", "fallback"), std::string());
}

void TestLibrary::revisionGrowsWithContent()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const auto expectGrowth = [&](const auto& change) {
        const auto before = library->revision();
        change();
        return library->revision() > before;
    };
    Id study = 0;
    QVERIFY(expectGrowth([&] { library->addEcg(makeEcg(1, "P", "2020-01-01")); }));
    QVERIFY(!expectGrowth([&] { library->addEcg(makeEcg(1, "P", "2020-01-01")); }));
    QVERIFY(expectGrowth([&] { study = library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01", 1)).first; }));
    QVERIFY(expectGrowth([&] { library->setPhenotypes(study, {}); }));
    QVERIFY(expectGrowth([&] { library->addQuarantine("x", "y"); }));
    QVERIFY(!expectGrowth([&] { library->setSetting("a", "b"); }));
    QVERIFY(expectGrowth([&] { library->removeStudy(study); }));
}

void TestLibrary::twoThreadsAtOnce()
{
    Scratch scratch;
    auto library = fresh(scratch);
    auto second = Library::open(scratch / "lib"); // as another program would
    std::atomic<int> failures{0};
    const auto work = [&](Library& into, int first) {
        try {
            const auto folder = scratch / std::to_string(first);
            std::filesystem::create_directories(folder);
            for (int i = 0; i < 15; ++i) {
                into.addEcg(
                    makeEcg(first + i, "P" + std::to_string(i % 3), "2020-01-0" + std::to_string(1 + i % 5), {}, 600));
                into.addEcg(makeEcg(i, "S", "2020-01-01", {}, 600)); // the same by all
                into.addStudy(makeStudy(folder, first + i, "P" + std::to_string(i % 3), "2020-01-04", 2));
                into.ecgs();
                inference::Embedding embedding;
                embedding.key.inputSha256 = std::to_string(first + i);
                embedding.values = {1.0F, 2.0F};
                into.store(embedding);
            }
        } catch (const std::exception& error) {
            qWarning("%s", error.what());
            ++failures;
        }
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t)
        threads.emplace_back(work, std::ref(t == 2 ? *second : *library), 1000 * (t + 1));
    for (std::thread& thread : threads)
        thread.join();
    QCOMPARE(failures.load(), 0);
    QCOMPARE(library->ecgs().size(), std::size_t(3 * 15 + 15));
    QCOMPARE(library->studies().size(), std::size_t(3 * 15));
    QCOMPARE(library->patients().size(), std::size_t(4));
    for (const EcgRow& row : library->ecgs())
        QCOMPARE(library->loadEcg(row.id).signalHash(), row.signalHash);
    QVERIFY(library->verify().empty());
}

void TestLibrary::verifyFindsDamage()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const Id ecg = library->addEcg(makeEcg(1, "P", "2020-01-01")).first;
    const Id study = library->addStudy(makeStudy(scratch.path(), 1, "P", "2020-01-01", 3)).first;
    QVERIFY(library->verify().empty());
    const auto clips = library->clips(study);
    test::writeText(clips[0].file, "clip content 1OO"); // same length, other content
    std::filesystem::remove(clips[2].file);
    const auto problems = library->verify();
    QCOMPARE(problems.size(), std::size_t(2));
    QCOMPARE(problems[0], "clip " + std::to_string(clips[0].id) + ": its file is damaged");
    QCOMPARE(problems[1], "clip " + std::to_string(clips[2].id) + ": its file is missing");

    // A changed sample is found when the ECG is read.
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch / "lib/files"))
        if (entry.is_regular_file() && entry.file_size() > 100000) {
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(5000);
            file.put('\x12');
        }
    QCOMPARE(library->verify().size(), std::size_t(3));
    QVERIFY_EXCEPTION_THROWN(library->loadEcg(ecg), base::Error);
}

void TestLibrary::importingAgainHeals()
{
    Scratch scratch;
    auto library = fresh(scratch);
    const auto record = makeEcg(1, "P", "2020-01-01");
    const echo::EchoStudy study = makeStudy(scratch.path(), 1, "P", "2020-01-01", 2);
    const Id ecg = library->addEcg(record).first, id = library->addStudy(study).first;
    test::writeText(library->clips(id)[0].file, "clip content 1OO");
    std::filesystem::remove(library->clips(id)[1].file);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch / "lib/files"))
        if (entry.is_regular_file() && entry.file_size() > 100000)
            std::filesystem::remove(entry.path());
    QCOMPARE(library->verify().size(), std::size_t(3));
    QVERIFY(library->addEcg(record) == std::pair(ecg, Added::AlreadyThere));
    QVERIFY(library->addStudy(study) == std::pair(id, Added::AlreadyThere));
    QVERIFY(library->verify().empty());
    QCOMPARE(library->loadEcg(ecg).signalHash(), record.signalHash());
}

void TestLibrary::importRate()
{
    Scratch scratch;
    auto library = fresh(scratch);
    std::vector<ecg::EcgRecord> records;
    for (int i = 0; i < 100; ++i)
        records.push_back(makeEcg(i, "P" + std::to_string(i), "2020-01-01"));
    QElapsedTimer timer;
    timer.start();
    for (const auto& record : records)
        library->addEcg(record);
    qInfo("%.0f ECGs of 12 x 5000 per second", 100e3 / double(timer.elapsed()));
    const auto folder = scratch / "in";
    std::filesystem::create_directories(folder);
    echo::EchoStudy study = makeStudy(folder, 1, "P1", "2020-01-01", 40);
    for (auto& clip : study.clips)
        test::writeText(clip.file, std::string(1 << 20, 'x') + clip.file.string());
    timer.restart();
    library->addStudy(study);
    qInfo("%.0f clips of 1 MiB per second", 40e3 / double(std::max<qint64>(1, timer.elapsed())));
    QCOMPARE(library->ecgs().size(), std::size_t(100));
}

QTEST_GUILESS_MAIN(TestLibrary)
#include "test_library.moc"
