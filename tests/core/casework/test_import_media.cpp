// SPDX-License-Identifier: GPL-3.0-or-later
// Archives, DICOM directories, video clips and duplicates on their way into a library.
#include "casework/import.h"
#include "casework/scan_pipeline.h"
#include "casework/unpack.h"
#include "dicom/media_directory.h"
#include "support/made_cases.h"
#include "support/made_report.h"
#include "support/test_paths.h"
#include "video/encoder.h"

#include <zip.h>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Library;
using test::Scratch;
using test::writeText;

namespace {

namespace fs = std::filesystem;

// The reference clip with another SOP Instance UID of the same length.
std::string clipBytes(char last)
{
    std::string bytes = test::textOf(test::reference("us_clip_12f_jpeg_ybr422.dcm"));
    const std::string uid = echo::readClip(test::reference("us_clip_12f_jpeg_ybr422.dcm")).identity.instanceUid;
    for (std::size_t at = bytes.find(uid); at != std::string::npos; at = bytes.find(uid, at + 1))
        bytes[at + uid.size() - 1] = last;
    return bytes;
}

struct Entry
{
    std::string name, content;
    bool isEncrypted = false;
};

void writeZip(const fs::path& file, const std::vector<Entry>& entries)
{
    int problem = 0;
    zip_t* zip = zip_open(file.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &problem);
    QVERIFY(zip);
    for (const Entry& entry : entries) {
        zip_source_t* source = zip_source_buffer(zip, entry.content.data(), entry.content.size(), 0);
        const zip_int64_t index = zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
        QVERIFY(index >= 0);
        if (entry.isEncrypted)
            zip_file_set_encryption(zip, zip_uint64_t(index), ZIP_EM_AES_256, "secret");
    }
    QCOMPARE(zip_close(zip), 0);
}

std::size_t unpackedFolders()
{
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path()))
        count += entry.path().filename().string().starts_with("echo2ecg-unpacked-");
    return count;
}

std::unique_ptr<Library> fresh(const Scratch& scratch)
{
    Library::create(scratch / "lib");
    return Library::open(scratch / "lib");
}

} // namespace

class TestImportMedia : public QObject
{
    Q_OBJECT

private slots:
    void archiveIsLookedInto()
    {
        Scratch scratch;
        const std::string a = clipBytes('1'), b = clipBytes('2');
        writeZip(scratch / "inner.zip", {{"deep/c.dcm", clipBytes('3')}});
        writeZip(scratch / "study.zip", {{"x/a.dcm", a}, {"x/b", b}, {"x/cut.dcm", a.substr(0, a.size() / 40)}, {"notes.txt", "words\n"}, {"more.zip", test::textOf(scratch / "inner.zip")}});
        const std::size_t before = unpackedFolders();
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "study.zip"});
        QCOMPARE(summary.newStudies, 1);
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(3));
        QCOMPARE(library->clips(summary.studies.at(0)).at(0).fileName, std::string("a.dcm"));
        QCOMPARE(summary.unreadable.size(), std::size_t(1));
        QCOMPARE(summary.unreadable[0].file.filename().string(), std::string("cut.dcm"));
        QVERIFY(summary.unreadable[0].file.string().find("study.zip ▸ x/cut.dcm") != std::string::npos);
        QCOMPARE(library->quarantine().size(), std::size_t(1));
        QCOMPARE(unpackedFolders(), before); // nothing of a patient stays behind
        // A retry of what is in the list reads the archive again, and finds nothing new.
        const ImportSummary again = import(*library, {fs::path(library->quarantine()[0].file)});
        QCOMPARE(again.newStudies, 0);
        QCOMPARE(again.studies, summary.studies);
        QCOMPARE(library->quarantine().size(), std::size_t(1));
    }

    void badEntriesAreListedAndTheRestComes()
    {
        Scratch scratch;
        writeZip(scratch / "bad.zip", {{"../outside.dcm", clipBytes('1')}, {"/root.dcm", clipBytes('2')}, {"locked.dcm", clipBytes('3'), true},
                                       {"good.dcm", clipBytes('4')}, {"bomb.bin", std::string(std::size_t(64) << 20, '\0')}});
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "bad.zip"});
        QCOMPARE(summary.newStudies, 1);
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(1));
        QCOMPARE(summary.unreadable.size(), std::size_t(4));
        QVERIFY(!fs::exists(scratch / "outside.dcm"));
        std::string reasons;
        for (const ScannedFile& file : summary.unreadable)
            reasons += file.reason + "\n";
        QVERIFY(reasons.find("leads out") != std::string::npos);
        QVERIFY(reasons.find("encrypted") != std::string::npos);
        QVERIFY(reasons.find("beyond what is reasonable") != std::string::npos);
    }

    void archivesInAnArchiveShareItsBounds()
    {
        // Twelve archives of 15 MB of nothing each: small enough one by one, and packed once more they are a few kilobytes.
        Scratch scratch;
        writeZip(scratch / "inner.zip", {{"a.bin", std::string(std::size_t(15) << 20, '\0')}, {"b.bin", std::string(std::size_t(15) << 20, '\0')}});
        const std::string inner = test::textOf(scratch / "inner.zip");
        std::vector<Entry> entries{{"good.dcm", clipBytes('1')}};
        for (char i = 'a'; i < 'm'; ++i)
            entries.push_back({std::string("more-") + i + ".zip", inner});
        writeZip(scratch / "outer.zip", entries);
        UnpackBudget budget = UnpackBudget::of(scratch / "outer.zip");
        QVERIFY(budget.bytes < std::uint64_t(12) * 30 << 20);
        const FileList list = listFiles({scratch / "outer.zip"});
        std::uint64_t unpacked = 0;
        for (const fs::path& file : list.files)
            unpacked += fs::file_size(file);
        QVERIFY(unpacked <= budget.bytes);
        QVERIFY(std::any_of(list.files.begin(), list.files.end(), [](const fs::path& file) { return file.filename() == "good.dcm"; }));
        QVERIFY(std::any_of(list.unreadable.begin(), list.unreadable.end(), [](const ScannedFile& file) {
            return file.file.string().find("outer.zip ▸ more-l.zip ▸ b.bin") != std::string::npos && file.reason.find("reasonable") != std::string::npos;
        }));
    }

    void unpackedFilesAreNobodyElses()
    {
#ifndef Q_OS_WIN
        Scratch scratch;
        writeZip(scratch / "a.zip", {{"a.dcm", clipBytes('1')}});
        UnpackBudget budget = UnpackBudget::of(scratch / "a.zip");
        const Unpacked unpacked(scratch / "a.zip", budget);
        QCOMPARE(fs::status(unpacked.folder()).permissions(), fs::perms::owner_all);
#endif
    }

    void damagedArchives()
    {
        Scratch scratch;
        writeZip(scratch / "whole.zip", {{"a.dcm", clipBytes('1')}});
        const std::string whole = test::textOf(scratch / "whole.zip");
        writeText(scratch / "cut.zip", whole.substr(0, whole.size() / 2));
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "cut.zip"});
        QCOMPARE(summary.unreadable.size(), std::size_t(1));
        QVERIFY(summary.unreadable[0].reason.find("ZIP") != std::string::npos);
        // A flipped byte inside the entry: the checksum says so.
        std::string flipped = whole;
        flipped[whole.size() / 2] = char(flipped[whole.size() / 2] ^ 0x55);
        writeText(scratch / "flipped.zip", flipped);
        const ImportSummary second = import(*library, {scratch / "flipped.zip"});
        QCOMPARE(second.unreadable.size(), std::size_t(1));
        QVERIFY(second.studies.empty());
    }

    void cancelledUnpackingLeavesNothing()
    {
        Scratch scratch;
        writeZip(scratch / "study.zip", {{"a.dcm", clipBytes('1')}, {"b.dcm", clipBytes('2')}});
        const std::size_t before = unpackedFolders();
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) {
            if (progress.step == "unpacking" && progress.done == 1)
                job.cancel.cancel();
        };
        const auto library = fresh(scratch);
        QVERIFY_EXCEPTION_THROWN(import(*library, {scratch / "study.zip"}, job), base::Cancelled);
        QCOMPARE(unpackedFolders(), before);
        QVERIFY(library->studies().empty());
    }

    void directoryStandsForItsFiles()
    {
        Scratch scratch;
        writeText(scratch / "one.dcm", clipBytes('1'));
        writeText(scratch / "two.dcm", clipBytes('2'));
        dicom::writeMedia(scratch / "media", {scratch / "one.dcm", scratch / "two.dcm"});
        const dicom::MediaDirectory media = dicom::readMediaDirectory(scratch / "media/DICOMDIR");
        QCOMPARE(media.files.size(), std::size_t(2));
        QVERIFY(media.missing.empty());
        fs::remove(media.files[1]);
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "media/DICOMDIR"});
        QCOMPARE(summary.newStudies, 1);
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(1));
        QCOMPARE(summary.unreadable.size(), std::size_t(1));
        QVERIFY(summary.unreadable[0].reason.find("isn't there") != std::string::npos);
        // The folder holds the same files: nothing comes twice.
        const ImportSummary folder = import(*library, {scratch / "media"});
        QCOMPARE(folder.newStudies, 0);
        QCOMPARE(folder.duplicates, 1);
        QCOMPARE(folder.unreadable.size(), std::size_t(1)); // the file that is missing is listed here too
        // And inside an archive.
        const std::string there = test::textOf(media.files[0]);
        writeZip(scratch / "disc.zip", {{"disc/DICOMDIR", test::textOf(scratch / "media/DICOMDIR")},
                                        {"disc/" + fs::relative(media.files[0], scratch / "media").generic_string(), there}});
        const ImportSummary packed = import(*library, {scratch / "disc.zip"});
        QCOMPARE(packed.unreadable.size(), std::size_t(1));
        QVERIFY(packed.unreadable[0].file.string().find("disc.zip ▸ disc/") != std::string::npos);
        QVERIFY(packed.unreadable[0].reason.find("isn't there") != std::string::npos);
        QCOMPARE(packed.duplicates, 1);
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(1));
    }

    void directoryDoesntLeadOut()
    {
        Scratch scratch;
        writeText(scratch / "one.dcm", clipBytes('1'));
        dicom::writeMedia(scratch / "media", {scratch / "one.dcm"});
        std::string bytes = test::textOf(scratch / "media/DICOMDIR");
        const std::size_t at = bytes.find("PT000000");
        QVERIFY(at != std::string::npos);
        bytes.replace(at, 8, "..\\..\\..");
        writeText(scratch / "media/DICOMDIR", bytes);
        const dicom::MediaDirectory media = dicom::readMediaDirectory(scratch / "media/DICOMDIR");
        QVERIFY(media.files.empty() && media.missing.empty());
        QCOMPARE(media.warnings.size(), std::size_t(1));
        QCOMPARE(media.warnings[0].code, std::string("media-leads-out"));
    }

    void sameContentAndSameUid()
    {
        Scratch scratch;
        const std::string a = clipBytes('1');
        std::string changed = a;
        changed[a.size() - 200] = char(changed[a.size() - 200] ^ 1); // other pixels, the same SOP Instance UID
        fs::create_directory(scratch / "in");
        writeText(scratch / "in/1.dcm", a);
        writeText(scratch / "in/2.dcm", a);
        writeText(scratch / "in/3.dcm", changed);
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "in"});
        QCOMPARE(summary.duplicates, 1);
        QVERIFY(summary.sentence.find("1 duplicate") != std::string::npos);
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(1));
        QCOMPARE(summary.unreadable.size(), std::size_t(1));
        QCOMPARE(summary.unreadable[0].file.filename().string(), std::string("3.dcm"));
        QVERIFY(summary.unreadable[0].reason.find("SOP Instance UID") != std::string::npos);
        // The library's own counts as the first.
        const ImportSummary later = import(*library, {scratch / "in/3.dcm"});
        QCOMPARE(later.unreadable.size(), std::size_t(1));
        QCOMPARE(library->clips(summary.studies.at(0)).size(), std::size_t(1));
    }

    void videoBecomesAStudyAndComesBack()
    {
        Scratch scratch;
        {
            video::Encoder encoder(scratch / "case7.mp4", video::ClipFormat::Mp4, 96, 128, "made for a test");
            base::RgbImage frame(96, 128);
            for (int i = 0; i < 12; ++i) {
                std::fill(frame.pixels.begin(), frame.pixels.end(), std::uint8_t(20 * i));
                encoder.add(frame, 40);
            }
            encoder.finish();
        }
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "case7.mp4"});
        QCOMPARE(summary.newStudies, 1);
        const echo::EchoStudy study = library->loadStudy(summary.studies.at(0));
        QCOMPARE(study.clips.size(), std::size_t(1));
        QCOMPARE(study.clips[0].frames, 12);
        QVERIFY(std::abs(study.clips[0].timing.meanFps() - 25) < 0.1);
        QCOMPARE(library->patient(library->study(summary.studies.at(0)).patient).externalId, std::string("case7"));
        const ImportSummary again = import(*library, {scratch / "case7.mp4"});
        QCOMPARE(again.newStudies, 0);
    }

    void reportGivesTheStudyItsValues()
    {
        Scratch scratch;
        fs::create_directory(scratch / "in");
        writeText(scratch / "in/z.dcm", clipBytes('1'));
        const auto clip = echo::readClip(scratch / "in/z.dcm");
        auto written = test::report5200({test::srNumber({"18026-5", "LN", "EDV"}, 142, "ml", {test::srMethod("125207", "Method of Disks, Biplane")}),
                                         test::srNumber({"18148-7", "LN", "ESV"}, 88, "ml"), test::srNumber({"18043-0", "LN", "EF"}, 38, "%")},
                                        clip.identity.studyUid, clip.identity.patientId);
        dicom::writeReport(scratch / "in/a.dcm", written); // comes before the images it belongs to
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {scratch / "in"});
        QCOMPARE(summary.reports, 1);
        QVERIFY(summary.unreadable.empty());
        const auto study = summary.studies.at(0);
        QCOMPARE(library->phenotypes(study).lvedv->value, 142.0);
        QCOMPARE(library->phenotypes(study).lvedv->source, std::string("DICOM SR, biplane method of discs"));
        QCOMPARE(library->phenotypes(study).lvef->value, 38.0);
        QCOMPARE(library->reports(study).size(), std::size_t(1));
        QVERIFY(fs::exists(library->reports(study)[0].file));
        import(*library, {scratch / "in"});
        QCOMPARE(library->reports(study).size(), std::size_t(1));
        // What a table says stays; the study goes with its report.
        retrieval::Phenotypes typed = library->statedPhenotypes(study);
        typed.lvedv = {150.0, "table x.csv"};
        library->setPhenotypes(study, typed);
        import(*library, {scratch / "in/a.dcm"});
        QCOMPARE(library->phenotypes(study).lvedv->value, 150.0);
        const fs::path kept = library->reports(study)[0].file;
        library->removeStudy(study);
        QVERIFY(!fs::exists(kept));
    }

    void reportWithoutItsStudyWaits()
    {
        Scratch scratch;
        writeText(scratch / "clip.dcm", clipBytes('1'));
        const auto clip = echo::readClip(scratch / "clip.dcm");
        const auto number = test::srNumber({"18043-0", "LN", "EF"}, 38, "%");
        dicom::writeReport(scratch / "r.dcm", test::report5200({number}, clip.identity.studyUid, clip.identity.patientId));
        dicom::writeReport(scratch / "other.dcm", test::report5200({number}, clip.identity.studyUid, "SOMEBODY ELSE"));
        const auto library = fresh(scratch);
        QCOMPARE(import(*library, {scratch / "r.dcm"}).unreadable.size(), std::size_t(1));
        QCOMPARE(library->quarantine().size(), std::size_t(1));
        const auto study = import(*library, {scratch / "clip.dcm"}).studies.at(0);
        QCOMPARE(import(*library, {scratch / "r.dcm"}).reports, 1);
        QVERIFY(library->quarantine().empty());
        QCOMPARE(library->phenotypes(study).lvef->value, 38.0);
        const ImportSummary wrong = import(*library, {scratch / "other.dcm"});
        QCOMPARE(wrong.reports, 0);
        QVERIFY(wrong.unreadable.at(0).reason.find("another patient") != std::string::npos);
        QVERIFY(wrong.unreadable.at(0).reason.find("SOMEBODY") == std::string::npos);
    }

    void realMedia()
    {
        E2E_NEED_SHARED(test::sharedData("derived/dicomdir_echo_media"));
        Scratch scratch;
        const auto library = fresh(scratch);
        const ImportSummary summary = import(*library, {test::sharedData("derived/dicomdir_echo_media/DICOMDIR")});
        QCOMPARE(summary.unreadable.size(), std::size_t(0));
        QCOMPARE(summary.ecgs.size(), std::size_t(1));
        std::size_t clips = 0;
        for (const auto id : summary.studies)
            clips += library->clips(id).size();
        QCOMPARE(clips, std::size_t(10));
        // A directory without its files says so for each.
        const ImportSummary index = import(*library, {test::sharedData("dicomdir/DICOMDIR")});
        QVERIFY(index.studies.empty());
        QVERIFY(index.unreadable.size() > 10);
    }
};

QTEST_GUILESS_MAIN(TestImportMedia)
#include "test_import_media.moc"
