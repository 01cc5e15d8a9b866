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
        const Run echo = json({"echo", "info", out + "/patient0001/echo"});
        QVERIFY2(echo.exit == 0, echo.trace());
        const QJsonArray studies = echo.json["studies"].toArray();
        QCOMPARE(studies.size(), 1);
        for (const QJsonValue clip : studies[0].toObject()["clips"].toArray())
            QVERIFY(clip.toObject()["simulated"].toBool());
        const Run again = json({"simulate", "--patients", "2", "--seed", "3", "--out", out});
        QCOMPARE(again.exit, 6); // the folder isn't empty
        QVERIFY(again.isJson && again.json.contains("error"));
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
