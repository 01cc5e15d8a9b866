// SPDX-License-Identifier: GPL-3.0-or-later
// Virtual patients by command, read again by command.
#include "cli/command.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace echo2ecg;
using test::json;
using test::Run;

class TestCliSimulate : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;

private slots:
    void patientsAreWrittenAndRead()
    {
        const QString out = m_dir.filePath("new");
        const Run run = json({"simulate", "--patients", "2", "--seed", "3", "--out", out, "--frames", "10", "--width", "200"});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["patients"].toInt(), 2);
        QVERIFY(run.json["simulated"].toBool() && run.json["research_use_only"].isString());
        QVERIFY(run.json["clips"].toInt() >= 14);
        QVERIFY(QFileInfo::exists(out + "/pairs.csv") && QFileInfo::exists(out + "/patients.csv"));
        const Run ecg = json({"ecg", "info", out + "/patient0001/ecg0001.dcm"});
        QVERIFY2(ecg.exit == 0 && ecg.json["can_be_encoded"].toBool(), ecg.trace());
        QVERIFY(ecg.json["simulated"].toBool());
        QVERIFY(test::command({"ecg", "info", out + "/patient0001/ecg0001.dcm"}).out.contains("SIMULATED       A virtual patient"));
        QVERIFY(test::command({"echo", "info", out + "/patient0001/echo"}).out.contains("SIMULATED  A virtual patient"));
        const QString real = test::text(test::reference("us_clip_12f_jpeg_ybr422.dcm"));
        QVERIFY(!test::command({"echo", "info", real}).out.contains("SIMULATED"));
        const Run echo = json({"echo", "info", out + "/patient0001/echo"});
        QVERIFY2(echo.exit == 0, echo.trace());
        const QJsonArray studies = echo.json["studies"].toArray();
        QCOMPARE(studies.size(), 1);
        QVERIFY(studies[0].toObject()["simulated"].toBool());
        for (const QJsonValue clip : studies[0].toObject()["clips"].toArray())
            QVERIFY(clip.toObject()["simulated"].toBool());
        const Run again = json({"simulate", "--patients", "2", "--seed", "3", "--out", out});
        QCOMPARE(again.exit, 6); // the folder isn't empty
        QVERIFY(again.isJson && again.json.contains("error"));
    }

    void demoLibraryByCommand()
    {
        const QString folder = m_dir.filePath("demo");
        const Run made = json({"library", "demo", folder, "--patients", "2"});
        QVERIFY2(made.exit == 0 && made.isJson, made.trace());
        QVERIFY(made.json["simulated"].toBool() && made.json["added"].toInt() == 2 && made.json["telling_ecg"].toInt() > 0);
        QCOMPARE(made.json["studies_embedded"].toInt(), 2);
        const Run list = json({"library", "list", folder});
        const QJsonArray patients = list.json["patients"].toArray();
        QCOMPARE(patients.size(), 2);
        for (const QJsonValue patient : patients) {
            QVERIFY(patient.toObject()["ecgs"].toArray()[0].toObject()["simulated"].toBool());
            QVERIFY(patient.toObject()["ecgs"].toArray()[0].toObject()["linked_study"].isDouble());
            QVERIFY(patient.toObject()["studies"].toArray()[0].toObject()["simulated"].toBool());
        }
        QCOMPARE(test::command({"library", "list", folder}).out.count("  SIMULATED\n"), 4);
        QCOMPARE(json({"library", "demo", folder, "--patients", "2"}).json["added"].toInt(), 0);
        QCOMPARE(json({"library", "demo", folder, "--patients", "0"}).exit, 1);
        // A library of one's own isn't mixed with them.
        const QString own = m_dir.filePath("own");
        QCOMPARE(json({"library", "create", own}).exit, 0);
        QCOMPARE(json({"library", "import", own, test::text(test::reference("us_clip_12f_jpeg_ybr422.dcm"))}).exit, 0);
        const Run refused = json({"library", "demo", own});
        QVERIFY2(refused.exit != 0 && refused.json.contains("error"), refused.trace());
    }

    void wrongNumbersAreUsage()
    {
        QCOMPARE(json({"simulate", "--patients", "0", "--out", m_dir.filePath("x")}).exit, 1);
        QCOMPARE(json({"simulate", "--patients", "3"}).exit, 1);
        QVERIFY(!QFileInfo::exists(m_dir.filePath("x")));
    }
};

QTEST_GUILESS_MAIN(TestCliSimulate)
#include "test_cli_simulate.moc"
