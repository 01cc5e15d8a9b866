// SPDX-License-Identifier: GPL-3.0-or-later
#include "casework/import.h"
#include "support/made_cases.h"
#include "support/test_paths.h"

#include <map>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Id;
using library::Library;
using test::Scratch;
using test::writeText;

namespace {

// A 12-lead WFDB record of 10 s in two files; the header may name its signal file otherwise.
void writeWfdb(const std::filesystem::path& folder, const std::string& name, const std::string& signalFile, int seed)
{
    static const char* leads[] = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
    std::string header = name + " 12 500 5000\n", signal;
    for (const char* lead : leads)
        header += signalFile + " 16 1000/mV 16 0 0 0 0 " + lead + "\n";
    for (int i = 0; i < 5000; ++i)
        for (int lead = 0; lead < 12; ++lead) {
            const auto value = std::int16_t(400 * std::sin(i * 0.01 * seed + lead));
            signal += char(value & 0xFF);
            signal += char((value >> 8) & 0xFF);
        }
    writeText(folder / (name + ".hea"), header);
    writeText(folder / signalFile, signal);
}

std::map<std::string, ScannedFile> byName(const std::vector<ScannedFile>& files)
{
    std::map<std::string, ScannedFile> map;
    for (const ScannedFile& file : files)
        map[file.file.filename().string()] = file;
    return map;
}

} // namespace

class TestImport : public QObject
{
    Q_OBJECT

private slots:
    void recognisesByContent();
    void listsEachFileOnce();
    void partsOfARecordAreNoRecords();
    void keepsTheOrderOfNaming();
    void missingPathIsUnreadable();
    void importsWfdbAndLabels();
    void importsAgainWithoutDoubles();
    void quarantineComesAndGoes();
    void cancels();
    void realFiles();
    void hostileFiles();
    void scanRate();
};

void TestImport::recognisesByContent()
{
    Scratch scratch;
    writeWfdb(scratch.path(), "rec", "rec.dat", 1);
    writeWfdb(scratch.path(), "other", "signals.bin", 2);
    writeText(scratch / "empty.dcm", "");
    writeText(scratch / "archive.dcm", std::string("PK\x03\x04rest of it", 15));
    writeText(scratch / "letter.dcm", "%PDF-1.4 ...");
    writeText(scratch / "notes.txt", "just words\n");
    writeText(scratch / "noise", std::string("\x01\x02\x00\x03\x99", 5));
    writeText(scratch / "labels.csv", "patient_id,lvef_percent\nP,50\n");
    writeText(scratch / "numbers.csv", "a,b\n1,2\n");
    writeText(scratch / "cut.dcm", std::string(128, '\0') + "DICM" + std::string("\x02\x00\x00\x00UL\x04\x00\xff", 9));
    const Scan result = scan({scratch.path()});
    const auto files = byName(result.files);
    QCOMPARE(files.size(), std::size_t(12));
    QVERIFY(files.at("rec.hea").kind == FileKind::Ecg);
    QVERIFY(files.at("other.hea").kind == FileKind::Ecg);
    QVERIFY(files.at("rec.dat").kind == FileKind::Skipped);
    QCOMPARE(files.at("rec.dat").reason, std::string("signal file of a WFDB header"));
    QVERIFY(files.at("signals.bin").kind == FileKind::Skipped);
    QCOMPARE(files.at("signals.bin").reason, std::string("signal file of a WFDB header"));
    QVERIFY(!files.at("notes.txt").reason.empty());
    QCOMPARE(files.at("empty.dcm").reason, std::string("empty"));
    QVERIFY(files.at("archive.dcm").kind == FileKind::Skipped);
    QVERIFY(files.at("archive.dcm").reason.find("ZIP") != std::string::npos);
    QCOMPARE(files.at("letter.dcm").reason, std::string("a PDF document"));
    QVERIFY(files.at("notes.txt").kind == FileKind::Skipped && files.at("noise").kind == FileKind::Skipped);
    QVERIFY(files.at("labels.csv").kind == FileKind::Table);
    QVERIFY(files.at("numbers.csv").kind == FileKind::Skipped);
    QVERIFY(files.at("cut.dcm").kind == FileKind::Unreadable);
    QVERIFY(!files.at("cut.dcm").reason.empty());
    QCOMPARE(result.ecgs.size(), std::size_t(2));
    QVERIFY(result.studies.empty());
    QVERIFY(result.seconds > 0);
}

void TestImport::listsEachFileOnce()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "a/b");
    writeText(scratch / "a/b/x.txt", "x");
    std::filesystem::create_directory_symlink(scratch / "a", scratch / "a/b/loop");
    std::filesystem::create_symlink(scratch / "a/b/x.txt", scratch / "a/link.txt");
    Library::create(scratch / "a/library"); // its own copies aren't input
    writeText(scratch / "a/library/files/inside.txt", "y");
    const Scan result = scan({scratch / "a", scratch / "a/b", scratch / "a/b/x.txt"});
    QCOMPARE(result.files.size(), std::size_t(1));
}

void TestImport::partsOfARecordAreNoRecords()
{
    Scratch scratch;
    writeWfdb(scratch.path(), "p1", "p1.dat", 1);
    writeWfdb(scratch.path(), "p2", "p2.dat", 2);
    writeText(scratch / "whole.hea", "whole/3 12 500 10500\np1 5000\n~ 500\np2 5000\n");
    const Scan result = scan({scratch.path()});
    QCOMPARE(result.ecgs.size(), std::size_t(1));
    QCOMPARE(result.ecgs[0].samples(), std::size_t(10500));
    QVERIFY(byName(result.files).at("p1.hea").kind == FileKind::Skipped);
}

void TestImport::keepsTheOrderOfNaming()
{
    Scratch scratch;
    const auto folder = scratch / "folder";
    std::filesystem::create_directory(folder);
    writeWfdb(folder, "a", "a.dat", 1);
    writeWfdb(folder, "b", "b.dat", 2);
    writeWfdb(scratch.path(), "z", "z.dat", 3);
    std::vector<std::string> names;
    for (const auto& record : scan({scratch / "z.hea", folder}).ecgs)
        names.push_back(record.file.filename().string());
    QCOMPARE(names, (std::vector<std::string>{"z.hea", "a.hea", "b.hea"}));
}

void TestImport::missingPathIsUnreadable()
{
    Scratch scratch;
    const Scan result = scan({scratch / "absent"});
    QCOMPARE(result.files.size(), std::size_t(1));
    QVERIFY(result.files[0].kind == FileKind::Unreadable && !result.files[0].reason.empty());
}

void TestImport::importsWfdbAndLabels()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "in");
    writeWfdb(scratch / "in", "rec", "rec.dat", 1);
    writeWfdb(scratch / "in", "two", "two.dat", 2);
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const auto study = test::makeStudy(scratch.path(), 1, "P", "2020-01-01", 1);
    library->addStudy(study);
    writeText(scratch / "in/a-labels.csv", "study_uid,lvef_percent\n" + study.studyUid + ",44\n1.1.1,x\n");
    const ImportSummary summary = import(*library, {scratch / "in"});
    QCOMPARE(summary.newEcgs, 2);
    QCOMPARE(summary.ecgs.size(), std::size_t(2));
    QCOMPARE(summary.skipped.size(), std::size_t(2));
    QVERIFY(summary.unreadable.empty());
    QCOMPARE(summary.warnings.size(), std::size_t(2));
    QCOMPARE(summary.warnings[0].where, std::string("a-labels.csv, line 3"));
    QCOMPARE(summary.sentence, std::string("2 ECGs, 1 row of labels; 2 files skipped"));
    QCOMPARE(library->phenotypes(1).lvef->value, 44.0);
    QCOMPARE(library->loadEcg(summary.ecgs[0]).presentLeads(), std::size_t(12));
}

void TestImport::importsAgainWithoutDoubles()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "in");
    writeWfdb(scratch / "in", "rec", "rec.dat", 1);
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const auto first = import(*library, {scratch / "in"});
    const auto revision = library->revision();
    const auto second = import(*library, {scratch / "in/rec.dat", scratch / "in"});
    QCOMPARE(first.ecgs, second.ecgs);
    QCOMPARE(second.newEcgs, 0);
    QCOMPARE(library->revision(), revision);
    QCOMPARE(library->ecgs().size(), std::size_t(1));
}

void TestImport::quarantineComesAndGoes()
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "in");
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    writeWfdb(scratch / "in", "rec", "rec.dat", 1);
    std::filesystem::rename(scratch / "in/rec.dat", scratch / "rec.dat"); // the header alone
    const auto broken = import(*library, {scratch / "in"});
    QCOMPARE(broken.unreadable.size(), std::size_t(1));
    QCOMPARE(library->quarantine().size(), std::size_t(1));
    QCOMPARE(library->quarantine()[0].reason, broken.unreadable[0].reason);
    QCOMPARE(broken.sentence, std::string("Nothing to import; 1 file unreadable"));
    import(*library, {scratch / "in"});
    QCOMPARE(library->quarantine().size(), std::size_t(1));
    std::filesystem::rename(scratch / "rec.dat", scratch / "in/rec.dat");
    QCOMPARE(import(*library, {scratch / "in"}).newEcgs, 1);
    QVERIFY(library->quarantine().empty());
    QVERIFY(import(*library, {scratch / "absent"}).unreadable.size() == 1 && library->quarantine().empty());
}

void TestImport::cancels()
{
    Scratch scratch;
    for (int i = 0; i < 200; ++i)
        writeText(scratch / ("f" + std::to_string(i)), "text");
    base::JobContext job;
    job.onProgress = [&](const base::Progress& progress) {
        if (progress.done == 5)
            job.cancel.cancel();
    };
    QVERIFY_EXCEPTION_THROWN(scan({scratch.path()}, job), base::Cancelled);
}

void TestImport::realFiles()
{
    const auto path = test::sharedData("echo_multiframe");
    E2E_NEED_SHARED(path);
    Scratch scratch;
    Library::create(scratch / "lib");
    auto library = Library::open(scratch / "lib");
    const ImportSummary summary =
        import(*library, {path, test::sharedData("echo_still"), test::sharedData("ecg_dicom")});
    qInfo("%s", summary.sentence.c_str());
    QCOMPARE(summary.newEcgs, 2);
    QVERIFY(summary.newStudies >= 5);
    QVERIFY(library->verify().empty());
    std::size_t cines = 0;
    for (const Id id : summary.studies) {
        const auto rows = library->clips(id);
        const auto study = library->loadStudy(id);
        QCOMPARE(study.clips.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(study.clips[i].identity.instanceUid, rows[i].instanceUid);
            QCOMPARE(study.clips[i].frames, rows[i].frames);
            QVERIFY(study.clips[i].kind == rows[i].kind);
            cines += rows[i].kind == echo::ClipKind::Cine;
        }
    }
    QVERIFY(cines >= 15);
    const auto again = import(*library, {path, test::sharedData("echo_still"), test::sharedData("ecg_dicom")});
    QCOMPARE(again.newEcgs + again.newStudies, 0);
    QCOMPARE(again.studies.size(), summary.studies.size());
}

void TestImport::hostileFiles()
{
    const auto path = test::sharedData("hostile_dicom");
    E2E_NEED_SHARED(path);
    const Scan result =
        scan({path, test::sharedData("hostile_ecg"), test::sharedData("derived"), test::sharedData("sr"),
              test::sharedData("us_other"), test::sharedData("dicomdir"), test::sharedData("echo_3d")});
    std::map<FileKind, int> counts;
    for (const ScannedFile& file : result.files) {
        ++counts[file.kind];
        const bool refused = file.kind == FileKind::Skipped || file.kind == FileKind::Unreadable;
        QVERIFY2(refused == !file.reason.empty(), file.file.c_str());
    }
    qInfo("%d ECGs, %d images, %d skipped, %d unreadable in %.2f s", counts[FileKind::Ecg], counts[FileKind::EchoImage],
          counts[FileKind::Skipped], counts[FileKind::Unreadable], result.seconds);
    QVERIFY(counts[FileKind::EchoImage] > 0 && counts[FileKind::Skipped] > 0 && counts[FileKind::Unreadable] > 0);
}

void TestImport::scanRate()
{
    const auto path = test::sharedData("echo_multiframe");
    E2E_NEED_SHARED(path);
    const Scan all = scan({test::shared() / "data"});
    std::map<FileKind, int> counts;
    for (const ScannedFile& file : all.files)
        ++counts[file.kind];
    qInfo("all: %zu files (%d ECG, %d images, %d skipped, %d unreadable) in %.2f s, %.0f files/s", all.files.size(),
          counts[FileKind::Ecg], counts[FileKind::EchoImage], counts[FileKind::Skipped], counts[FileKind::Unreadable],
          all.seconds, double(all.files.size()) / all.seconds);
    const Scan images = scan({path, test::sharedData("echo_still"), test::sharedData("us_other")});
    qInfo("echo images: %zu files in %.2f s, %.0f files/s", images.files.size(), images.seconds,
          double(images.files.size()) / images.seconds);
    QVERIFY(double(images.files.size()) / images.seconds > 20);
}

QTEST_GUILESS_MAIN(TestImport)
#include "test_import.moc"
