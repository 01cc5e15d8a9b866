// SPDX-License-Identifier: GPL-3.0-or-later
// DICOMDIR media as other readers see them.
#include "dicom/media_directory.h"
#include "dicom/image.h"
#include "independent_reader.h"
#include "make_dicom.h"
#include "support/test_paths.h"

using namespace echo2ecg;

class TestDicomMedia : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    test::Folder m_sources;

    std::filesystem::path folder(const char* name) const { return std::filesystem::path(m_dir.path().toStdString()) / name; }
    std::filesystem::path source(const char* name, const QByteArray& patient, const QByteArray& study, const QByteArray& series, const QByteArray& instance) const
    {
        test::DataWriter data;
        data.text(0x00080005, "CS", "ISO_IR 100").text(0x00080016, "UI", test::stillClass).text(0x00080018, "UI", instance).text(0x00080020, "DA", "20240229");
        data.text(0x00080030, "TM", "1015").text(0x00080060, "CS", "US").text(0x00100010, "PN", patient + "^X").text(0x00100020, "LO", patient);
        data.text(0x0020000D, "UI", study).text(0x0020000E, "UI", series).text(0x00200011, "IS", "3").text(0x00200013, "IS", "1");
        data.us(0x00280002, 1).text(0x00280004, "CS", "MONOCHROME2").us(0x00280010, 2).us(0x00280011, 2).us(0x00280100, 8).us(0x00280101, 8);
        data.us(0x00280102, 7).us(0x00280103, 0).bytes(0x7FE00010, "OB", "abcd");
        return m_sources.write(name, test::withMeta(data.data(), test::syntaxUid(test::Writing::Explicit)));
    }

private slots:
    void tree()
    {
        const auto other = m_sources.write("no.dcm", QByteArray("nothing"));
        const std::vector<std::filesystem::path> files{source("a.dcm", "P1", "1.2.1", "1.2.1.1", "1.2.1.1.1"), source("b.dcm", "P1", "1.2.1", "1.2.1.1", "1.2.1.1.2"),
                                                       other, source("c.dcm", "P1", "1.2.1", "1.2.1.2", "1.2.1.2.1"),
                                                       source("d.dcm", "P2", "1.2.2", "1.2.2.1", "1.2.2.1.1"), source("e.dcm", "P2", "1.2.2", "1.2.2.1", "1.2.2.1.1")};
        int steps = 0;
        base::JobContext job;
        job.onProgress = [&](const base::Progress&) { ++steps; };
        const base::Warnings warnings = dicom::writeMedia(folder("media"), files, job);
        QCOMPARE(warnings.size(), std::size_t(2)); // not DICOM; a UID twice
        QVERIFY(steps >= int(files.size()));
        for (const char* path : {"PT000000/ST000000/SE000000/IM000001", "PT000000/ST000000/SE000000/IM000002", "PT000000/ST000000/SE000001/IM000001",
                                 "PT000001/ST000000/SE000000/IM000001"})
            QVERIFY2(std::filesystem::exists(folder("media") / path), path);
        QCOMPARE(dicom::summarise(folder("media") / "DICOMDIR").kind, dicom::Kind::MediaDirectory);
        const QByteArray seen = test::pydicom("import sys,pydicom\nfrom pydicom.fileset import FileSet\nfs=FileSet(sys.argv[1])\n"
                                              "for i in fs: print(i.PatientID,i.StudyInstanceUID,i.SeriesInstanceUID,i.SOPInstanceUID,i.load().StudyDate)",
                                              folder("media") / "DICOMDIR");
        if (seen.isEmpty())
            QSKIP("pydicom is absent: skipped");
        QCOMPARE(seen, QByteArray("P1 1.2.1 1.2.1.1 1.2.1.1.1 20240229\nP1 1.2.1 1.2.1.1 1.2.1.1.2 20240229\nP1 1.2.1 1.2.1.2 1.2.1.2.1 20240229\n"
                                  "P2 1.2.2 1.2.2.1 1.2.2.1.1 20240229\n"));
        QVERIFY(test::dcmdumpIsContent(folder("media") / "DICOMDIR"));
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::writeMedia(folder("media"), files)); // there is one already
    }

    void realFiles()
    {
        const auto data = test::shared() / "data";
        E2E_NEED_SHARED(data);
        std::vector<std::filesystem::path> files;
        for (const char* name : {"echo_multiframe/hp_pediatric_01.dcm", "echo_multiframe/us-pal-8-10x-echo_rle", "ecg_dicom/mortara_eli250_12lead.dcm", "sr/test-SR.dcm"})
            files.push_back(data / name);
        const base::Warnings warnings = dicom::writeMedia(folder("real"), files);
        QVERIFY2(warnings.empty(), warnings.empty() ? "" : warnings[0].sentence.c_str());
        const QByteArray seen = test::pydicom("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\n"
                                              "print(sorted(r.DirectoryRecordType for r in d.DirectoryRecordSequence if 'ReferencedFileID' in r))",
                                              folder("real") / "DICOMDIR");
        if (!seen.isEmpty())
            QCOMPARE(seen, QByteArray("['IMAGE', 'IMAGE', 'SR DOCUMENT', 'WAVEFORM']\n"));
        QVERIFY(test::dcmdumpIsContent(folder("real") / "DICOMDIR"));
    }

    void cancelledLeavesNoDirectory()
    {
        base::JobContext job;
        job.onProgress = [&](const base::Progress& progress) {
            if (progress.done == 1)
                job.cancel.cancel();
        };
        const std::vector<std::filesystem::path> files{source("a.dcm", "P1", "1.2.1", "1.2.1.1", "1.2.1.1.1"), source("b.dcm", "P1", "1.2.1", "1.2.1.1", "1.2.1.1.2"),
                                                       source("c.dcm", "P1", "1.2.1", "1.2.1.2", "1.2.1.2.1")};
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, dicom::writeMedia(folder("cut"), files, job));
        QVERIFY(!std::filesystem::exists(folder("cut") / "DICOMDIR"));
        QVERIFY(!std::filesystem::exists(folder("cut") / "PT000000/ST000000/SE000000/IM000001"));
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::writeMedia(folder("none"), {}));
    }
};

QTEST_GUILESS_MAIN(TestDicomMedia)
#include "test_dicom_media.moc"
