// SPDX-License-Identifier: GPL-3.0-or-later
// Weights as researchers hold them, through the command: what is said of them, what is written, and the exit codes.
#include "cli/command.h"
#include "support/component_files.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <cmath>

using namespace echo2ecg;
using test::command;
using test::json;
using test::Run;

class TestCliImport : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    std::vector<test::MadeTensor> m_tensors;
    std::vector<std::filesystem::path> m_files;
    QString m_id; // of the bundle that all of them make

    QString path(const char* name) const { return m_folder.filePath(name); }
    std::filesystem::path fsPath(const char* name) const { return path(name).toStdString(); }
    QStringList sources(std::size_t count = 7) const
    {
        const char* options[] = {
            "--ecg",           "--echo",          "--aggregator", "--projection", "--view-aggregator",
            "--ecg-alignment", "--echo-alignment"};
        QStringList list;
        for (std::size_t i = 0; i < count; ++i)
            list << options[i] << test::text(m_files[i]);
        return list;
    }
    static QString state(const Run& run, const char* part)
    {
        for (const auto& entry : run.json["parts"].toArray())
            if (entry.toObject()["name"].toString() == QLatin1String(part))
                return entry.toObject()["state"].toString();
        return {};
    }

private slots:
    void initTestCase()
    {
        const Run made = json({"bundle", "formula", "--architecture", "small", "--out", path("formula")});
        QVERIFY2(made.exit == 0 && made.isJson, made.trace());
        m_id = made.json["id"].toString();
        m_tensors = test::tensorsOf(fsPath("formula") / "weights.safetensors");
        QVERIFY(m_tensors.size() > 50);
        m_files = test::writeParts(m_folder.path().toStdString(), m_tensors);
    }

    void inspectTellsAndWritesNothing()
    {
        const Run run = json(QStringList{"bundle", "import"} + sources() + QStringList{"--inspect"});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QVERIFY(run.json["complete"].toBool() && run.json["can_retrieve"].toBool());
        QCOMPARE(run.json["files"].toArray().size(), 7);
        QJsonObject ecg;
        for (const auto& file : run.json["files"].toArray())
            if (file.toObject()["file"].toString() == test::text(m_files[0]))
                ecg = file.toObject();
        QCOMPARE(ecg["format"].toString(), QString("PyTorch"));
        QVERIFY2(ecg["content"].toString().contains("ECG encoder"), run.trace());
        QCOMPARE(ecg["unknown"].toArray().size(), 1);
        QCOMPARE(ecg["ignored"].toArray().size(), 1);
        QVERIFY(run.json["bundle"].isNull());
        const Run people = command(QStringList{"bundle", "import"} + sources() + QStringList{"--inspect"});
        QVERIFY(people.out.contains("A bundle can be made of these files."));
        QVERIFY(people.out.contains("of_nobody.weight") && people.out.contains("not needed: "));
        // Alignment layers without a side, in either order: their widths tell.
        const Run widths =
            json(QStringList{"bundle", "import"} + sources(5) +
                 QStringList{"--alignment", test::text(m_files[6]), test::text(m_files[5]), "--inspect"});
        QVERIFY2(widths.exit == 0 && widths.json["can_retrieve"].toBool(), widths.trace());
        // --out and --inspect contradict each other, and one of them is needed.
        QCOMPARE(command({"bundle", "import", "--ecg", "x", "--inspect", "--out", path("y")}).exit, 1);
        QCOMPARE(command({"bundle", "import", "--ecg", "x"}).exit, 1);
    }

    void importMakesTheSameBundle()
    {
        const Run run = json(QStringList{"bundle", "import"} + sources() +
                             QStringList{"--licence", "MIT", "--name", "From files", "--out", path("imported")});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["bundle"].toString(), m_id);
        const Run info = json({"bundle", "info", path("imported")});
        QVERIFY2(info.exit == 0, info.trace());
        QCOMPARE(info.json["licence"].toString(), QString("MIT"));
        QCOMPARE(info.json["name"].toString(), QString("From files"));
        QVERIFY(info.json["trained"].toBool() && info.json["can_retrieve"].toBool());
        QCOMPARE(json({"bundle", "verify", path("imported")}).exit, 0);
        // A bundle is never written over.
        const Run again = json(QStringList{"bundle", "import"} + sources() + QStringList{"--out", path("imported")});
        QCOMPARE(again.exit, 4);
        QVERIFY2(again.json["error"].toObject()["message"].toString().contains("bundle already"), again.trace());
        QCOMPARE(json({"bundle", "verify", path("imported")}).exit, 0);
    }

    void withoutAlignmentItClassifies()
    {
        const Run run = json(QStringList{"bundle", "import"} + sources(5) + QStringList{"--out", path("classify")});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QVERIFY(run.json["complete"].toBool() && !run.json["can_retrieve"].toBool(true));
        QCOMPARE(state(run, "ecg_alignment_global_token"), QString("absent"));
        QVERIFY(!json({"bundle", "info", path("classify")}).json["can_retrieve"].toBool(true));
    }

    void missingPartsAreNamedAndNothingIsWritten()
    {
        const Run run = json(QStringList{"bundle", "import"} + sources(1) + QStringList{"--out", path("incomplete")});
        QVERIFY2(run.exit == 4 && run.isJson, run.trace());
        QVERIFY(!run.json["complete"].toBool(true));
        QCOMPARE(state(run, "echo_encoder"), QString("missing"));
        QCOMPARE(state(run, "ecg_encoder"), QString("filled"));
        QVERIFY(run.json["missing"].toArray().size() > 10);
        QVERIFY(!QFileInfo::exists(path("incomplete")));
        const Run inspected = command(QStringList{"bundle", "import"} + sources(1) + QStringList{"--inspect"});
        QCOMPARE(inspected.exit, 4);
        QVERIFY(inspected.out.contains("something is missing"));
    }

    void wrongFilesAreRefused()
    {
        const Run swapped = json({"bundle", "import", "--ecg", test::text(m_files[1]), "--inspect"});
        QCOMPARE(swapped.exit, 4);
        QVERIFY2(swapped.json["error"].toObject()["message"].toString().contains("echo encoder"), swapped.trace());
        const Run absent = json({"bundle", "import", "--ecg", path("absent.ckpt"), "--inspect"});
        QCOMPARE(absent.exit, 4);
        QVERIFY2(absent.json["error"].toObject()["file"].toString().contains("absent.ckpt"), absent.trace());
    }

    void hostileFilesRunNothing()
    {
        const auto marker = fsPath("was-run");
        const QString hostile = test::text(test::writeHostile(fsPath("hostile.ckpt"), marker));
        for (const QStringList& end : {QStringList{"--inspect"}, QStringList{"--out", path("hostile")}}) {
            const Run run = json(QStringList{"bundle", "import", "--lightning", hostile} + end);
            QVERIFY2(run.exit == 4 && run.isJson && !run.crashed, run.trace());
            QVERIFY2(run.json["error"].toObject()["file"].toString().contains("hostile.ckpt"), run.trace());
        }
        QVERIFY(!std::filesystem::exists(marker));
        QVERIFY(!QFileInfo::exists(path("hostile")));
        QVERIFY(QFile::copy(test::text(m_files[2]), path("cut.ckpt")));
        QFile::resize(path("cut.ckpt"), QFileInfo(path("cut.ckpt")).size() / 2);
        QCOMPARE(json({"bundle", "import", "--aggregator", path("cut.ckpt"), "--inspect"}).exit, 4);
    }

    // Of the bad checkpoints of the shared data one of each kind: a clean refusal, and nothing run.
    void sharedHostileFiles()
    {
        const auto folder = test::shared() / "reference" / "checkpoints";
        E2E_NEED_SHARED(folder);
        for (const char* name : {"BAD_os_system_LEGACY.pth", "BAD_os_system_bare_pickle.pkl",
                                 "BAD_builtins_eval_ZIP.ckpt", "BAD_absurd_sizes.ckpt", "BAD_deep_nesting_200k.ckpt",
                                 "BAD_zip_bomb_64MiB_deflated_record.ckpt", "BAD_empty.ckpt"}) {
            const Run run = json({"bundle", "import", "--lightning", test::text(folder / name), "--inspect"}, 60);
            const QByteArray trace = QByteArray(name) + "\n" + run.trace();
            QVERIFY2(run.exit == 4 && run.isJson && !run.crashed && !run.timedOut, trace);
            QVERIFY2(run.json["error"].toObject()["file"].toString().contains(name), trace);
        }
        QVERIFY(
            !std::filesystem::exists(std::filesystem::temp_directory_path() / "GOLDEN_MALICIOUS_CHECKPOINT_EXECUTED"));
    }

    void recipesTravel()
    {
        QFile recipes(path("recipes.json"));
        QVERIFY(recipes.open(QIODevice::WriteOnly));
        QJsonObject fields = json({"bundle", "info", path("formula")}).json["recipes"].toObject();
        QJsonObject ecg = fields["ecg"].toObject()["fields"].toObject(),
                    echo = fields["echo"].toObject()["fields"].toObject();
        ecg["resample_to_hz"] = 400;
        echo["channel_order"] = "bgr";
        recipes.write(QJsonDocument(QJsonObject{{"ecg", ecg}, {"echo", echo}}).toJson());
        recipes.close();
        const Run run = json(QStringList{"bundle", "import"} + sources() +
                             QStringList{"--recipes", path("recipes.json"), "--out", path("recipes")});
        QVERIFY2(run.exit == 0, run.trace());
        QVERIFY(run.json["bundle"].toString() != m_id); // another recipe is another bundle
        const QJsonObject info = json({"bundle", "info", path("recipes")}).json["recipes"].toObject();
        QCOMPARE(info["ecg"].toObject()["fields"].toObject()["resample_to_hz"].toDouble(), 400.0);
        QVERIFY(info["echo"].toObject()["describe"].toString().contains("BGR"));
        QCOMPARE(json(QStringList{"bundle", "import"} + sources() +
                      QStringList{"--recipes", path("absent.json"), "--out", path("no")})
                     .exit,
                 2);
        echo["size"] = 112;
        QVERIFY(recipes.open(QIODevice::WriteOnly | QIODevice::Truncate));
        recipes.write(QJsonDocument(QJsonObject{{"ecg", ecg}, {"echo", echo}}).toJson());
        recipes.close();
        const Run unfit = json(QStringList{"bundle", "import"} + sources() +
                               QStringList{"--recipes", path("recipes.json"), "--out", path("no")});
        QVERIFY2(unfit.exit == 4 && unfit.json["error"].toObject()["message"].toString().contains("don't fit"),
                 unfit.trace());
        QVERIFY(!QFileInfo::exists(path("no")));
    }

    void exportAndBack()
    {
        const Run out = json({"bundle", "export", path("formula"), "--out", path("all.safetensors")});
        QVERIFY2(out.exit == 0, out.trace());
        const Run back = json({"bundle", "import", "--lightning", path("all.safetensors"), "--out", path("back")});
        QVERIFY2(back.exit == 0, back.trace());
        QCOMPARE(back.json["bundle"].toString(), m_id);
        QCOMPARE(back.json["files"].toArray()[0].toObject()["format"].toString(), QString("safetensors"));
        QCOMPARE(json({"bundle", "export", path("absent"), "--out", path("x.safetensors")}).exit, 4);
        QVERIFY(!QFileInfo::exists(path("x.safetensors")));
    }

    // What can't be finished leaves nothing behind.
    void failedImportLeavesNothing()
    {
        std::vector<test::MadeTensor> spoilt = m_tensors;
        for (test::MadeTensor& tensor : spoilt)
            if (tensor.name == "ecg_encoder.cls_token")
                tensor.values.assign(tensor.values.size(), NAN);
        const QString file = test::text(test::writePart(fsPath("nan.ckpt"), spoilt, "ecg_encoder"));
        QStringList with = sources();
        with[1] = file;
        const Run run = json(QStringList{"bundle", "import"} + with + QStringList{"--out", path("spoilt")});
        QVERIFY2(run.exit == 4, run.trace());
        QVERIFY(!QFileInfo::exists(path("spoilt")));
    }
};

QTEST_GUILESS_MAIN(TestCliImport)
#include "test_cli_import.moc"
