// SPDX-License-Identifier: GPL-3.0-or-later
// From virtual patients to a trained bundle by command.
#include "cli/command.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>

using namespace echo2ecg;
using test::json;
using test::Run;

class TestCliTrain : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;

    QString path(const QString& name) const { return m_dir.filePath(name); }
    QStringList train(const QString& out, const QStringList& more = {}, const QString& epochs = "3") const
    {
        return QStringList{"train", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path(out), "--epochs", epochs, "--batch", "4", "--warm-up", "1", "--seed", "4", "--cpu"} + more;
    }
    QByteArray content(const QString& file) const
    {
        QFile in(path(file));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }

private slots:
    void initTestCase()
    {
        const Run people = json({"simulate", "--patients", "10", "--seed", "3", "--out", path("people"), "--frames", "8", "--width", "160"});
        QVERIFY2(people.exit == 0, people.trace());
        const Run start = json({"bundle", "random", "--design", QStringLiteral(E2E_SOURCE_DIR "/models/demo/design.json"), "--seed", "1", "--out", path("start")});
        QVERIFY2(start.exit == 0, start.trace());
        QCOMPARE(start.json["architecture"].toObject()["ecg"].toObject()["patch_samples"].toInt(), 50);
    }

    void echoEncoderIsTrained()
    {
        const QStringList arguments{"train-echo", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path("echo"), "--epochs", "1", "--batch", "8", "--simulated", "--cpu"};
        const Run run = json(arguments);
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["kind"].toString(), QString("echo encoder"));
        QCOMPARE(run.json["data"].toObject()["patients"].toObject()["train"].toInt(), 6);
        QVERIFY(run.json["data"].toObject()["clips"].toObject()["train"].toInt() >= 18);
        QCOMPARE(run.json["data"].toObject()["clips"].toObject()["test"].toInt(), 0); // isn't even looked at
        const Run info = json({"bundle", "info", path("echo/bundle")});
        QVERIFY(info.exit == 0 && info.json["simulated"].toBool());
        QVERIFY(info.json["id"] != json({"bundle", "info", path("start")}).json["id"]);
        const Run again = json(arguments);
        QCOMPARE(again.exit, 6); // the folder holds a run
        const Run wrong = json({"train-echo", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path("no"), "--target", "cuteness"});
        QCOMPARE(wrong.exit, 2);
        QVERIFY(wrong.json["error"].toObject()["message"].toString().contains("cuteness"));
    }

    void ecgEncoderIsTrained()
    {
        const Run run = json({"train-ecg", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path("ecg"), "--epochs", "1", "--batch", "4", "--target", "lvef_percent", "--cpu"});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["kind"].toString(), QString("ECG encoder"));
        QCOMPARE(run.json["data"].toObject()["ecgs"].toObject()["train"].toInt(), 6);
        QCOMPARE(run.json["data"].toObject()["ecgs"].toObject()["test"].toInt(), 0);
        QVERIFY(run.json["history"].toArray()[0].toObject().contains("val_lvef_percent_r_by_study"));
        QCOMPARE(json({"train-ecg", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path("no"), "--crop-low", "2", "--crop-high", "1"}).exit, 1);
    }

    void killedAndResumedIsTheSame()
    {
        const Run whole = json(train("whole"));
        QVERIFY2(whole.exit == 0 && whole.isJson, whole.trace());
        QCOMPARE(whole.json["data"].toObject()["pairs"].toObject()["train"].toInt(), 6);
        QVERIFY(whole.json["finished"].toBool() && !whole.json["resumed"].toBool());
        QVERIFY(QFileInfo::exists(path("whole/embeddings")));

        QProcess process;
        test::start(process, train("cut", {"--checkpoint-batches", "1"}));
        QTRY_VERIFY_WITH_TIMEOUT(content("cut/curves.jsonl").count('\n') >= 2 || process.state() == QProcess::NotRunning, 60000);
        process.kill(); // as by the power button
        process.waitForFinished();
        const Run resumed = json(train("cut", {"--checkpoint-batches", "1", "--resume"}));
        QVERIFY2(resumed.exit == 0, resumed.trace());
        QCOMPARE(content("cut/bundle/weights.safetensors"), content("whole/bundle/weights.safetensors"));
        QCOMPARE(content("cut/curves.jsonl"), content("whole/curves.jsonl"));
        QVERIFY(!content("whole/bundle/weights.safetensors").isEmpty());

        const Run verified = json({"bundle", "verify", path("cut/bundle")});
        QVERIFY2(verified.exit == 0 && verified.json["ok"].toBool(), verified.trace());
        QVERIFY(json({"bundle", "info", path("cut/bundle")}).json["trained"].toBool());
    }

    void leakIsRefusedBeforeAnythingIsRead()
    {
        QFile in(path("people/pairs.csv"));
        QVERIFY(in.open(QIODevice::ReadOnly));
        QList<QByteArray> lines = in.readAll().split('\n');
        QList<QByteArray> one = lines[1].split(','), other = lines[2].split(',');
        other[0] = one[0]; // the same patient in two splits
        one[1] = "train";
        other[1] = "test";
        lines[1] = one.join(',');
        lines[2] = other.join(',');
        QFile out(path("people/leak.csv"));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(lines.join('\n'));
        out.close();
        const Run run = json({"train", "--data", path("people/leak.csv"), "--bundle", path("start"), "--out", path("leak")});
        QVERIFY2(run.exit != 0 && run.isJson, run.trace());
        QVERIFY2(run.json["error"].toObject()["message"].toString().contains("leak"), run.trace());
        QVERIFY(!QFileInfo::exists(path("leak/run.json")));
    }

    void poolingIsChosen()
    {
        const Run run = json(train("mean", {"--pooling", "mean", "--no-augmentation", "--keep-embeddings", path("kept")}, "1"));
        QVERIFY2(run.exit == 0, run.trace());
        QVERIFY(!QDir(path("kept")).entryList({"*.npy"}).isEmpty() && !QFileInfo::exists(path("mean/embeddings")));
        QCOMPARE(json({"bundle", "info", path("mean/bundle")}).json["architecture"].toObject()["alignment"].toObject()["pooling"].toString(), QString("mean"));
        QCOMPARE(json(train("x", {"--pooling", "median"})).exit, 1);
        QCOMPARE(json({"train", "--data", path("people/pairs.csv"), "--bundle", path("start"), "--out", path("x"), "--batch", "1"}).exit, 1);
    }
};

QTEST_GUILESS_MAIN(TestCliTrain)
#include "test_cli_train.moc"
