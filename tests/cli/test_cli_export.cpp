// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves the program by command.
#include "cli/command.h"
#include "core/dicom/make_dicom.h"

#include <QImage>

using namespace echo2ecg;
using test::command;
using test::json;
using test::Run;

class TestCliExport : public QObject
{
    Q_OBJECT
    test::Folder m_folder;

    std::filesystem::path clip(const char* name, bool withRegions) const
    {
        using test::DataWriter;
        DataWriter region, data;
        region.us(0x00186012, 1).us(0x00186014, 1).ul(0x00186018, 4).ul(0x0018601A, 10).ul(0x0018601C, 35).ul(0x0018601E, 25);
        data.text(0x00080016, "UI", test::clipClass).text(0x00080018, "UI", QByteArray("1.2.3.") + (withRegions ? "1" : "2")).text(0x00080020, "DA", "20240229");
        data.text(0x00080060, "CS", "US").text(0x00100010, "PN", "Mustermann^Erika").text(0x00100020, "LO", "PID-0815").text(0x00181063, "DS", "50");
        if (withRegions)
            data.sequence(0x00186011, {region.data()});
        data.text(0x0020000D, "UI", "1.2.3.7").text(0x0020000E, "UI", "1.2.3.8").us(0x00280002, 3).text(0x00280004, "CS", "RGB").us(0x00280006, 0);
        data.text(0x00280008, "IS", "2").us(0x00280010, 30).us(0x00280011, 40).us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
        data.bytes(0x7FE00010, "OB", test::toBytes(test::gradient(30, 40)) + test::toBytes(test::gradient(30, 40, 9)));
        return m_folder.write(name, test::withMeta(data.data(), test::syntaxUid(test::Writing::Explicit), test::clipClass));
    }
    QString out(const char* name) const { return test::text(m_folder.path(name)); }

private slots:
    void nothingIsWrittenWithoutAReview()
    {
        const QString file = test::text(clip("a.dcm", true));
        const Run blind = json({"echo", "deidentify", file, "--patient-id", "R7", "--out", out("blind")});
        QCOMPARE(blind.exit, 1);
        QVERIFY(!QFileInfo::exists(out("blind")));
        const Run review = json({"echo", "deidentify", file, "--patient-id", "R7", "--out", out("blind"), "--review"});
        QVERIFY2(review.exit == 0 && review.isJson, review.trace());
        QVERIFY(!QFileInfo::exists(out("blind")));
        const QJsonObject plan = review.json["files"].toArray()[0].toObject();
        QCOMPARE(plan["keep"].toArray()[0].toArray(), (QJsonArray{4, 10, 36, 26}));
        QVERIFY(plan["changes"].toArray().size() >= 6);
        QVERIFY(plan["reencoded"].toBool());
        QVERIFY(!review.out.contains("Mustermann") && !review.out.contains("0815"));
    }

    void writesWhatWasReviewed()
    {
        const QString file = test::text(clip("a.dcm", true));
        const Run run = json({"echo", "deidentify", file, "--patient-id", "R7", "--out", out("done"), "--reviewed", "--shift-days", "-10"});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        const QString written = run.json["written"].toArray()[0].toString();
        QCOMPARE(QFileInfo(written).fileName(), QString("clip_0001.dcm"));
        const Run info = json({"echo", "info", written});
        QVERIFY2(info.exit == 0, info.trace());
        const QJsonObject study = info.json["studies"].toArray()[0].toObject();
        QVERIFY2(info.out.contains("R7") && info.out.contains("2024-02-19"), info.trace());
        QVERIFY(!info.out.contains("Mustermann"));
        QCOMPARE(json({"echo", "deidentify", file, "--patient-id", "a^b", "--out", out("bad"), "--reviewed"}).exit, 3);
        QCOMPARE(json({"echo", "deidentify", file, "--patient-id", "R7", "--out", out("done"), "--reviewed"}).exit, 6); // there already
        QCOMPARE(json({"echo", "deidentify", file, "--patient-id", "R7", "--keep", "1,2,3", "--review"}).exit, 1);
    }

    void withoutRegionsAPersonDecides()
    {
        const QString file = test::text(clip("b.dcm", false));
        QCOMPARE(json({"echo", "deidentify", file, "--patient-id", "R7", "--review"}).exit, 2);
        QCOMPARE(json({"echo", "deidentify", file, "--patient-id", "R7", "--whole-picture", "--review"}).exit, 0);
        const Run run = json({"echo", "deidentify", file, "--patient-id", "R7", "--keep", "0,0,20,30", "--media", "--reviewed", "--out", out("media")});
        QVERIFY2(run.exit == 0, run.trace());
        QVERIFY(QFileInfo::exists(out("media/DICOMDIR")) && QFileInfo::exists(out("media/PT000000/ST000000/SE000000/IM000001")));
    }

    void pictureAndFilm()
    {
        const QString file = test::text(clip("a.dcm", true));
        const Run png = json({"echo", "export", file, "--out", out("one.png"), "--frame", "1"});
        if (png.err.contains("following argument was not expected"))
            QSKIP("built without the window: skipped");
        QVERIFY2(png.exit == 0 && png.isJson, png.trace());
        QCOMPARE(QImage(out("one.png")).size(), QSize(40, 30));
        const Run gif = json({"echo", "export", file, "--out", out("two.gif"), "--speed", "0.5"});
        QVERIFY2(gif.exit == 0 && gif.json["frames"].toInt() == 2 && gif.json["seconds"].toDouble() == 0.2, gif.trace());
        QVERIFY(QFileInfo(out("two.gif")).size() > 50);
        const Run mp4 = json({"echo", "export", file, "--out", out("three.mp4"), "--from", "1", "--to", "1"});
        QVERIFY2(mp4.exit == 0 && mp4.json["frames"].toInt() == 1 && !mp4.json["codec"].toString().isEmpty(), mp4.trace());
        QCOMPARE(json({"echo", "export", file, "--out", out("four.avi")}).exit, 1);
        QCOMPARE(json({"echo", "export", file, "--out", out("five.mp4"), "--from", "2"}).exit, 2);
        QCOMPARE(json({"echo", "export", file, "--out", "/nowhere/at/all.png"}).exit, 6);
    }
};

QTEST_GUILESS_MAIN(TestCliExport)
#include "test_cli_export.moc"
