// SPDX-License-Identifier: GPL-3.0-or-later
// The command over real files, good and hostile. Skipped where the shared data is absent.
#include "cli/command.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>

#include <map>

using namespace echo2ecg;
using test::command;
using test::json;
using test::Run;

class TestCliShared : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;

    static Run info(const char* group, const char* file)
    {
        return json({group, "info", test::text(test::sharedData(file))});
    }

private slots:
    void initTestCase()
    {
        const auto path = test::shared() / "data";
        E2E_NEED_SHARED(path);
    }

    void ecgs_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("samples");
        QTest::newRow("DICOM 12-lead") << "ecg_dicom/mortara_eli250_12lead.dcm" << 1000.0 << 10000;
        QTest::newRow("DICOM General ECG") << "derived/ecg_as_general_ecg_class.dcm" << 1000.0 << 10000;
        QTest::newRow("CardioSoft") << "ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml" << 500.0 << 5000;
    }
    void ecgs()
    {
        QFETCH(QString, file);
        QFETCH(double, rate);
        QFETCH(int, samples);
        const Run run = json({"ecg", "info", test::text(test::shared() / "data") + "/" + file});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["leads"].toArray().size(), 12);
        QCOMPARE(run.json["sampling_rate_hz"].toDouble(), rate);
        QCOMPARE(run.json["samples"].toInt(), samples);
        QVERIFY(std::abs(run.json["duration_s"].toDouble() - samples / rate) < 1e-9);
    }

    void measuredEcho()
    {
        const QString plax = test::text(test::sharedData("echo_still/philips_epiq_plax_jpeglossless70.dcm"));
        const Run length = json({"echo", "measure", plax, "--tool", "calliper", "--points", "629.5,319.5", "689.5,435.5"});
        QVERIFY2(length.exit == 0 && length.isJson, length.trace());
        const QJsonObject value = length.json["values"].toArray()[0].toObject();
        QCOMPARE(value["unit"].toString(), QString("cm"));
        QVERIFY(std::abs(value["value"].toDouble() - 3.3) < 0.05); // as the scanner printed it
        const QString mMode = test::text(test::sharedData("echo_still/toshiba_mmode.dcm"));
        const Run across = json({"echo", "measure", mMode, "--points", "450,150", "450,300"});
        QCOMPARE(across.exit, 3);
        QVERIFY(across.json["refused"].toString().contains("M-mode region 2"));
        QCOMPARE(json({"echo", "measure", mMode, "--points", "450,x", "3,4"}).exit, 1);
        QCOMPARE(json({"echo", "measure", mMode, "--points", "1,1", "3,4", "--frame", "7"}).exit, 2);
        const Run regions = json({"echo", "regions", mMode});
        QVERIFY2(regions.exit == 0 && regions.isJson, regions.trace());
        QCOMPARE(regions.json["regions"].toArray().size(), 2);
    }

    void echoInfoOfMediaAndReports()
    {
        const QString media = test::text(test::sharedData("derived/dicomdir_echo_media/DICOMDIR"));
        const Run disc = json({"echo", "info", media});
        QVERIFY2(disc.exit == 0 && disc.isJson, disc.trace());
        int clips = 0;
        for (const auto& study : disc.json["studies"].toArray())
            clips += int(study.toObject()["clips"].toArray().size());
        QCOMPARE(clips, 10);
        // Of a directory alone every file is missing.
        const Run index = json({"echo", "info", test::text(test::sharedData("dicomdir/DICOMDIR"))});
        QCOMPARE(index.exit, 2);
        const Run other = json({"echo", "info", test::text(test::sharedData("sr/reportsi.dcm"))});
        QCOMPARE(other.exit, 2);
        QVERIFY2(other.json["error"].toObject()["message"].toString().contains("structured report") || other.trace().contains("structured report"), other.trace());
    }

    void whatTheModelSees()
    {
        const QString bundle = m_folder.filePath("bundle"), out = m_folder.filePath("sees");
        QCOMPARE(command({"bundle", "random", "--architecture", "small", "--out", bundle}).exit, 0);
        const Run run = json({"echo", "sees", test::text(test::sharedData("derived/dicomdir_echo_media")), "--bundle", bundle, "--out", out});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        int stills = 0, colour = 0, used = 0, pictures = 0;
        for (const QJsonValue& study : run.json["studies"].toArray())
            for (const QJsonValue& clip : study["clips"].toArray()) {
                stills += clip["left_out"].toString() == "still" && !clip["used"].toBool();
                colour += clip["content"].toString() == "colour Doppler cine" && clip["content_from"].toString() == "pixels";
                used += clip["used"].toBool() && clip["left_out"].isNull();
                for (const QJsonValue& picture : clip["pictures"].toArray())
                    pictures += QFileInfo(picture.toString()).size() > 1000;
                if (clip["used"].toBool()) {
                    QVERIFY(clip["frames"].toArray().size() > 4);
                    QCOMPARE(clip["frames"].toArray()[1].toInt(), 2);
                    QVERIFY(clip["crop"]["width"].toInt() > 100);
                }
            }
        QCOMPARE(stills, 2);
        QCOMPARE(colour, 3);
        QCOMPARE(used, 8);
        QCOMPARE(pictures, 8 * 3); // frame, crop and tensor; this recipe has no mask
        const Run words = command({"echo", "sees", test::text(test::sharedData("echo_still/toshiba_mmode.dcm")), "--bundle", bundle});
        QVERIFY2(words.exit == 0 && words.out.contains("0 of 1 clip used; at most 128") && words.out.contains("left out: still"), words.trace());
        QCOMPARE(json({"echo", "sees", test::text(test::sharedData("echo_still/toshiba_mmode.dcm")), "--bundle", m_folder.filePath("absent")}).exit, 4);
    }

    void measuredEcg()
    {
        const QString file = test::text(test::sharedData("ecg_ge_muse_xml/braveheart_muse_1.xml"));
        const Run run = json({"ecg", "measure", file});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        std::map<QString, double> stated, ours;
        for (const QJsonValue& each : run.json["stated"].toObject()["values"].toArray())
            stated[each["quantity"].toString()] = each["value"].toDouble();
        for (const QJsonValue& each : run.json["automatic"].toObject()["values"].toArray())
            ours[each["quantity"].toString()] = each["value"].toDouble();
        QCOMPARE(stated["qrs"], 96.0);
        QVERIFY(std::abs(ours["qrs"] - 96) <= 10);
        QVERIFY(std::abs(ours["heart_rate"] - stated["heart_rate"]) <= 1);
        const Run people = command({"ecg", "measure", file});
        const auto first = people.out.indexOf("Stated by the file"), then = people.out.indexOf("Automatic, unverified");
        QVERIFY2(first >= 0 && then > first, people.trace());
    }

    void clips_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::addColumn<QString>("photometric");
        QTest::addColumn<QString>("syntax");
        QTest::addColumn<double>("secondFrameMs");
        QTest::newRow("HP") << "echo_multiframe/hp_pediatric_01.dcm" << 34 << 430 << 480 << "YBR_FULL_422"
                            << "1.2.840.10008.1.2.4.50" << 30.0;
        QTest::newRow("ACUSON") << "echo_multiframe/acuson_stress_07.dcm" << 10 << 288 << 384 << "YBR_FULL_422"
                                << "1.2.840.10008.1.2.4.50" << 40.0;
        QTest::newRow("palette RLE") << "echo_multiframe/us-pal-8-10x-echo_rle" << 10 << 430 << 600 << "PALETTE COLOR"
                                     << "1.2.840.10008.1.2.5" << 76.0;
        QTest::newRow("implicit RGB") << "echo_multiframe/acuson_colour_implicitLE.dcm" << 8 << 240 << 320 << "RGB"
                                      << "1.2.840.10008.1.2" << -1.0;
        QTest::newRow("MONO2") << "burned_in_phi_test_names/GREYSCALE_CINE.dcm" << 27 << 600 << 800 << "MONOCHROME2"
                               << "1.2.840.10008.1.2.1" << 33.333;
    }
    void clips()
    {
        QFETCH(QString, file);
        QFETCH(int, frames);
        QFETCH(double, secondFrameMs);
        const Run run = json({"echo", "info", test::text(test::shared() / "data") + "/" + file});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        const QJsonObject clip = run.json["studies"].toArray()[0].toObject()["clips"].toArray()[0].toObject();
        QCOMPARE(clip["kind"].toString(), "cine");
        QCOMPARE(clip["frames"].toInt(), frames);
        QTEST(clip["rows"].toInt(), "rows");
        QTEST(clip["columns"].toInt(), "columns");
        QTEST(clip["photometric"].toString(), "photometric");
        QTEST(clip["transfer_syntax"].toString(), "syntax");
        const QJsonArray times = clip["frame_times_ms"].toArray();
        QCOMPARE(times.size(), frames);
        QCOMPARE(times[0].toDouble(), 0.0);
        if (secondFrameMs > 0)
            QVERIFY(std::abs(times[1].toDouble() - secondFrameMs) < 1e-6);
    }

    void aClipWhoseEndIsMissingSaysSo()
    {
        const Run run = info("echo", "derived/hp_truncated_last_frames.dcm");
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        const QJsonObject clip = run.json["studies"].toArray()[0].toObject()["clips"].toArray()[0].toObject();
        QVERIFY(clip["frames"].toInt() > 0 && clip["frames"].toInt() < clip["declared_frames"].toInt());
        QVERIFY(!clip["warnings"].toArray().isEmpty());
    }

    // Every file of the shared data through both readers: one JSON document, a documented exit code, a place in every
    // error, no crash, no hang, and never a GiB of memory.
    void everyFile()
    {
        QElapsedTimer clock;
        int files = 0, read = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(test::shared() / "data")) {
            if (!entry.is_regular_file())
                continue;
            ++files;
            for (const char* group : {"ecg", "echo"}) {
                clock.start();
                const Run run = json({group, "info", test::text(entry.path())}, 30);
                const QByteArray trace = test::text(entry.path()).toUtf8() + "\n" + run.trace();
                QVERIFY2(!run.timedOut && !run.crashed, trace);
                QVERIFY2(run.isJson, trace);
                QVERIFY2(run.exit == 0 || run.exit == 2, trace);
                QVERIFY2(clock.elapsed() < 20000, trace);
                if (run.exit == 0) {
                    ++read;
                    continue;
                }
                const QJsonObject error = run.json["error"].toObject();
                QVERIFY2(!error["message"].toString().isEmpty(), trace);
                QVERIFY2(error["file"].toString().contains(test::text(entry.path().stem())), trace);
                QVERIFY2(!run.err.isEmpty(), trace);
            }
        }
        QVERIFY(files > 100);
        QVERIFY2(read > 50, qPrintable(QString::number(read)));
        QVERIFY2(test::mostMemoryOfChildren() < 1024.0, qPrintable(QString::number(test::mostMemoryOfChildren())));
    }

    // Frames of everything that is read decode, or say why not.
    void everyFrame()
    {
        int drawn = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(test::shared() / "data")) {
            if (!entry.is_regular_file() || entry.path().string().find("hostile") != std::string::npos ||
                entry.path().string().find("/ecg_") != std::string::npos)
                continue;
            const Run run = json(
                {"echo", "frame", test::text(entry.path()), "--frame", "0", "--out", m_folder.filePath("frame.png")},
                60);
            const QByteArray trace = test::text(entry.path()).toUtf8() + "\n" + run.trace();
            QVERIFY2(!run.timedOut && !run.crashed && run.isJson, trace);
            QVERIFY2(run.exit == 0 || run.exit == 2, trace);
            drawn += run.exit == 0;
        }
        QVERIFY2(drawn > 30, qPrintable(QString::number(drawn)));
        QVERIFY2(test::mostMemoryOfChildren() < 1024.0, qPrintable(QString::number(test::mostMemoryOfChildren())));
    }

    void aFolderWithBadFilesImportsTheRest()
    {
        const QString library = m_folder.filePath("library");
        QVERIFY(json({"library", "create", library}).exit == 0);
        const Run run = json({"library", "import", library, test::text(test::sharedData("hostile_dicom")),
                              test::text(test::sharedData("hostile_ecg")), test::text(test::sharedData("derived"))},
                             300);
        QVERIFY2(run.isJson && !run.crashed, run.trace());
        QCOMPARE(run.exit, 5);
        QVERIFY(run.json["new_studies"].toInt() > 0);
        QVERIFY(run.json["new_ecgs"].toInt() > 0);
        QVERIFY(!run.json["unreadable"].toArray().isEmpty());
        for (const auto& file : run.json["unreadable"].toArray())
            QVERIFY(!file.toObject()["reason"].toString().isEmpty());
        QVERIFY2(test::mostMemoryOfChildren() < 1024.0, qPrintable(QString::number(test::mostMemoryOfChildren())));
    }
};

QTEST_GUILESS_MAIN(TestCliShared)
#include "test_cli_shared.moc"
