// SPDX-License-Identifier: GPL-3.0-or-later
// The command as a person or a script meets it: documents, exit codes, files it writes. Works on generated files alone.
#include "base/npy.h"
#include "cli/command.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QImage>
#include <QTemporaryDir>

#include <cmath>
#include <csignal>

using namespace echo2ecg;
using test::command;
using test::json;
using test::Run;

namespace {

void write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

// A WFDB record of twelve leads at 500 Hz, `seconds` long, that says 1000 counts per millivolt.
QString writeWfdb(const QString& folder, const QString& name, int seconds, int leads = 12, double phase = 0)
{
    const QStringList names{"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
    const int samples = seconds * 500;
    QByteArray header = name.toUtf8() + " " + QByteArray::number(leads) + " 500 " + QByteArray::number(samples) + "\n";
    QByteArray data;
    for (int lead = 0; lead < leads; ++lead)
        header += name.toUtf8() + ".dat 16 1000/mV 16 0 0 0 0 " + names[lead].toUtf8() + "\n";
    for (int i = 0; i < samples; ++i) {
        const double t = i / 500.0;
        const double one = 0.2 * std::sin(7 * t + phase) + std::exp(-900.0 * std::pow(std::fmod(t, 0.9) - 0.45, 2));
        const double two =
            0.15 * std::sin(5 * t + phase) + 1.3 * std::exp(-900.0 * std::pow(std::fmod(t, 0.9) - 0.45, 2));
        const double limb[6] = {one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2};
        for (int lead = 0; lead < leads; ++lead) {
            const double value = lead < 6 ? limb[lead] : 0.1 * std::cos(4 * t + lead + phase) + (lead - 8) * 0.3 * one;
            const auto count = qint16(std::lround(value * 1000));
            data.append(char(count & 0xff)).append(char((count >> 8) & 0xff));
        }
    }
    write(folder + "/" + name + ".hea", header);
    write(folder + "/" + name + ".dat", data);
    return folder + "/" + name + ".hea";
}

// The arrays of a stored .npz, by name.
QMap<QString, QByteArray> membersOf(const QString& path)
{
    QFile file(path);
    QMap<QString, QByteArray> members;
    if (!file.open(QIODevice::ReadOnly))
        return members;
    const QByteArray all = file.readAll();
    const auto number = [&](qsizetype at, int bytes) {
        quint64 value = 0;
        for (int i = bytes - 1; i >= 0; --i)
            value = value << 8 | quint8(all[at + i]);
        return qsizetype(value);
    };
    qsizetype at = 0;
    while (at + 30 < all.size() && all.mid(at, 4) == "PK\x03\x04") {
        const qsizetype size = number(at + 18, 4), name = number(at + 26, 2), extra = number(at + 28, 2);
        members[QString::fromUtf8(all.mid(at + 30, name)).remove(".npy")] = all.mid(at + 30 + name + extra, size);
        at += 30 + name + extra + size;
    }
    return members;
}

} // namespace

class TestCli : public QObject
{
    Q_OBJECT
    QTemporaryDir m_folder;
    QString m_bundle, m_ecg, m_other;

    QString path(const char* name) const { return m_folder.filePath(name); }
    std::vector<std::int64_t> shapeOf(const QByteArray& member) const
    {
        write(path("member.npy"), member);
        return base::readNpy(path("member.npy").toStdString()).shape;
    }
    static QString clip()
    {
        for (const auto& file : {test::reference("us_clip_4f_native_mono2.dcm"),
                                 test::shared() / "reference" / "vectors" / "us_clip_4f_native_mono2.dcm"})
            if (std::filesystem::exists(file))
                return test::text(file);
        return {};
    }

private slots:
    void initTestCase()
    {
        m_bundle = path("bundle");
        const Run made = json({"bundle", "random", "--seed", "3", "--architecture", "small", "--out", m_bundle});
        QVERIFY2(made.exit == 0 && made.isJson, made.trace());
        QCOMPARE(made.json["weights"].toString(), "untrained weights");
        m_ecg = writeWfdb(m_folder.path(), "normal", 10);
        m_other = writeWfdb(m_folder.path(), "other", 10, 12, 1.0);
    }

    void helpSaysWhatCodesMean()
    {
        const Run help = command({"--help"});
        QCOMPARE(help.exit, 0);
        QVERIFY(help.out.contains("130 cancelled"));
        QVERIFY(help.out.contains("Research use only"));
        for (const char* name : {"ecg", "echo", "embed", "bundle", "library", "predict", "retrieve"})
            QVERIFY2(help.out.contains(name), name);
        const Run version = command({"--version"});
        QCOMPARE(version.exit, 0);
        QVERIFY(version.out.contains("Research use only"));
        QFile page(QStringLiteral(E2E_TEST_DATA "/../../docs/command-line.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QByteArray documented = page.readAll();
        for (const char* code : {"| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 4 |", "| 5 |", "| 6 |", "| 130 |"})
            QVERIFY2(documented.contains(code), code);
    }

    void wrongUsage()
    {
        QCOMPARE(command({}).exit, 1);
        QCOMPARE(command({"ecg"}).exit, 1);
        QCOMPARE(command({"ecg", "info"}).exit, 1);
        QCOMPARE(command({"nonsense"}).exit, 1);
        QCOMPARE(command({"ecg", "info", m_ecg, "--nonsense"}).exit, 1);
        QCOMPARE(command({"bundle", "random", "--architecture", "huge", "--out", path("x")}).exit, 1);
        const Run asked = json({"ecg", "info"});
        QVERIFY2(asked.exit == 1 && asked.isJson, asked.trace());
        const Run run = command({"ecg", "info"});
        QVERIFY(run.out.isEmpty());
        QVERIFY(!run.err.isEmpty());
    }

    void ecgInfo()
    {
        const Run run = json({"ecg", "info", m_ecg});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["leads"].toArray().size(), 12);
        QCOMPARE(run.json["leads"].toArray()[3].toString(), "aVR");
        QCOMPARE(run.json["sampling_rate_hz"].toDouble(), 500.0);
        QCOMPARE(run.json["samples"].toInt(), 5000);
        QCOMPARE(run.json["duration_s"].toDouble(), 10.0);
        QVERIFY(run.json["format"].toString().contains("WFDB"));
        QVERIFY(run.json["warnings"].isArray());
        QVERIFY(run.json["can_be_encoded"].toBool());
        QVERIFY(run.json["research_use_only"].toString().startsWith("Research use only"));
        QVERIFY(!run.json.contains("weights"));
        const Run people = command({"ecg", "info", m_ecg});
        QVERIFY(people.out.contains("500 Hz"));
        QVERIFY(people.out.contains("Research use only"));
    }

    void ecgMeasure()
    {
        const Run run = json({"ecg", "measure", m_ecg});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QVERIFY(run.json["stated"].toObject()["values"].isArray());
        const QJsonObject automatic = run.json["automatic"].toObject();
        QCOMPARE(automatic["source"].toString(), "automatic, unverified");
        const QJsonArray values = automatic["values"].toArray();
        QCOMPARE(values.size(), 17);
        QCOMPARE(values[0].toObject()["quantity"].toString(), "heart_rate");
        for (const QJsonValue& each : values) // a value, or the reason why there is none
            QCOMPARE(each["value"].isNull(), each.toObject().contains("not_measurable"));
        QCOMPARE(automatic["r_peaks_s"].toArray().size(), automatic["in_median"].toArray().size());
        QVERIFY(run.json["research_use_only"].toString().startsWith("Research use only"));
        const Run people = command({"ecg", "measure", m_ecg});
        QVERIFY2(people.out.contains("Automatic, unverified"), people.trace());
        QVERIFY(people.out.contains("Heart rate"));
        QCOMPARE(command({"ecg", "measure", path("absent.xml")}).exit, 2);
    }

    void filesThatCantBeRead()
    {
        const QString absent = path("absent.xml");
        const Run gone = json({"ecg", "info", absent});
        QCOMPARE(gone.exit, 2);
        QVERIFY2(gone.isJson, gone.trace());
        QVERIFY(gone.json["error"].toObject()["file"].toString().contains("absent.xml"));
        QVERIFY(gone.err.contains("absent.xml"));
        const Run text = command({"ecg", "info", absent});
        QCOMPARE(text.exit, 2);
        QVERIFY(text.out.isEmpty());

        write(path("noise.bin"), QByteArray(3000, '\x5a'));
        write(path("empty.dcm"), {});
        for (const char* name : {"noise.bin", "empty.dcm"}) {
            QCOMPARE(json({"ecg", "info", path(name)}).exit, 2);
            QCOMPARE(json({"echo", "info", path(name)}).exit, 2);
            QCOMPARE(json({"echo", "frame", path(name), "--frame", "0", "--out", path("x.png")}).exit, 2);
        }
        QVERIFY(!QFileInfo::exists(path("x.png")));

        // The signal file of a record ends early.
        writeWfdb(m_folder.path(), "cut", 10);
        QFile::resize(path("cut.dat"), 12000);
        const Run cut = json({"ecg", "info", path("cut.hea")});
        QVERIFY2(cut.isJson && !cut.crashed, cut.trace());
        QVERIFY(cut.exit == 2 || cut.json["warnings"].toArray().size() > 0);
    }

    void ecgExport()
    {
        const QString npy = path("signal.npy"), csv = path("signal.csv");
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", npy}).exit, 0);
        const base::NpyArray array = base::readNpy(npy.toStdString());
        QCOMPARE(array.shape, (std::vector<std::int64_t>{12, 5000}));
        QCOMPARE(array.dtype, std::string("f4"));
        const std::vector<float> values = array.toFloat();
        // Lead III is II − I in the generated signal, to the rounding of a count.
        for (std::size_t i = 0; i < 5000; i += 7)
            QVERIFY(std::abs(values[10000 + i] - (values[5000 + i] - values[i])) < 0.0021f);
        QCOMPARE(command({"ecg", "export", m_ecg, "--out", csv}).exit, 0);
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readLine().contains("research use only"));
        QVERIFY(file.readLine().startsWith("time_s,I,II,III,aVR"));
        // What is written as DICOM is an ECG again, and of nobody.
        QCOMPARE(command({"ecg", "export", m_ecg, "--out", path("signal.dcm")}).exit, 0);
        const Run written = json({"ecg", "info", path("signal.dcm")});
        QVERIFY2(written.exit == 0 && written.json["format"].toString() == "DICOM 12-lead ECG", written.trace());
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", path("no/such/folder.npy")}).exit, 6);
        const QString pdf = path("page.pdf");
        const Run printed = json({"ecg", "export", m_ecg, "--out", pdf, "--layout", "6x2", "--speed", "50", "--filter", "0.5-40"});
        QCOMPARE(printed.exit, 0);
        QCOMPARE(printed.json["layout"].toString(), QStringLiteral("6x2"));
        QCOMPARE(printed.json["mm_per_second"].toDouble(), 50.0);
        QFile page(pdf);
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY(page.readAll().startsWith("%PDF-"));
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", pdf, "--layout", "7x7"}).exit, 1);
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", pdf, "--filter", "40-0.5"}).exit, 1);
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", pdf, "--rhythm", "V9"}).exit, 1);
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", pdf, "--start", "999"}).exit, 3);
        // A signal is never filtered on its way out, and nobody is left to think so.
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", csv, "--filter", "0.5-40"}).exit, 1);
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", csv, "--cabrera"}).exit, 1);
        QCOMPARE(json({"ecg", "export", m_ecg, "--out", path("signal.doc")}).exit, 6);
    }

    void ecgPreprocess()
    {
        const Run run = json({"ecg", "preprocess", m_ecg, "--bundle", m_bundle, "--out", path("input.npy")});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        const base::NpyArray array = base::readNpy(path("input.npy").toStdString());
        QCOMPARE(array.shape[0], 12);
        QCOMPARE(array.shape[1], std::int64_t(run.json["shape"].toArray()[1].toInt()));
        QCOMPARE(run.json["weights"].toString(), "untrained weights");

        const QString eleven = writeWfdb(m_folder.path(), "eleven", 10, 11);
        const Run few = json({"ecg", "preprocess", eleven, "--bundle", m_bundle, "--out", path("no.npy")});
        QCOMPARE(few.exit, 3);
        QVERIFY(few.json["error"].toObject()["message"].toString().contains("V6"));
        const QString brief = writeWfdb(m_folder.path(), "brief", 1);
        QCOMPARE(json({"ecg", "preprocess", brief, "--bundle", m_bundle, "--out", path("no.npy")}).exit, 3);
        QVERIFY(!QFileInfo::exists(path("no.npy")));
    }

    void explanations()
    {
        const Run gradients = json({"ecg", "explain", m_ecg, "--bundle", m_bundle, "--out", path("ig.npy")});
        QVERIFY2(gradients.exit == 0 && gradients.isJson, gradients.trace());
        const base::NpyArray values = base::readNpy(path("ig.npy").toStdString());
        QCOMPARE(values.shape, (std::vector<std::int64_t>{12, 1008}));
        QCOMPARE(gradients.json["method"].toString(), "ig");
        QCOMPARE(gradients.json["weights"].toString(), "untrained weights");
        QVERIFY(gradients.json["completeness_error"].toDouble(1) < 0.05);
        QVERIFY(gradients.json["gradients"].toInt() > 4);
        const QJsonObject window = gradients.json["window"].toObject();
        QCOMPARE(window["start_s"].toDouble(-1), 0.0);
        QCOMPARE(window["end_s"].toDouble(), 2.016);
        double share = 0, sum = 0;
        for (const auto& lead : gradients.json["leads"].toArray()) {
            share += lead.toObject()["share"].toDouble();
            sum += lead.toObject()["sum"].toDouble();
        }
        QCOMPARE(gradients.json["leads"].toArray().size(), 12);
        QVERIFY(std::abs(share - 1) < 1e-3);
        const double change = gradients.json["embedding_change"].toDouble();
        QVERIFY(change > 0 && std::abs(sum - change) < 0.05 * change);
        double written = 0;
        for (const double value : values.toDouble())
            written += value;
        QVERIFY(std::abs(written - sum) < 1e-3 * change);

        const Run rollout =
            command({"ecg", "explain", m_ecg, "--bundle", m_bundle, "--out", path("r.csv"), "--method", "rollout"});
        QVERIFY2(rollout.exit == 0 && rollout.out.contains("attention rollout") && rollout.out.contains("V6"),
                 rollout.trace());
        QFile csv(path("r.csv"));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = csv.readAll().trimmed().split('\n');
        QCOMPARE(lines.size(), 2 + 42);
        QVERIFY(lines[0].contains("research use only"));
        QCOMPARE(lines[1].split(',').size(), 13);
        QVERIFY(lines[3].startsWith("0.048,"));

        const QString brief = writeWfdb(m_folder.path(), "short", 1);
        QCOMPARE(json({"ecg", "explain", brief, "--bundle", m_bundle, "--out", path("none.npy")}).exit, 3);
        QVERIFY(!QFileInfo::exists(path("none.npy")));
        QCOMPARE(command({"ecg", "explain", m_ecg, "--bundle", m_bundle, "--out", path("x.png")}).exit, 1);
        QCOMPARE(command({"ecg", "explain", m_ecg, "--bundle", path("absent"), "--out", path("x.npy")}).exit, 4);
    }

    void bundles()
    {
        const Run info = json({"bundle", "info", m_bundle});
        QVERIFY2(info.exit == 0 && info.isJson, info.trace());
        QVERIFY(!info.json["trained"].toBool(true));
        QCOMPARE(info.json["id"].toString().size(), 16);
        const Run verified = json({"bundle", "verify", m_bundle});
        QVERIFY2(verified.exit == 0, verified.trace());
        QVERIFY(verified.json["ok"].toBool());
        QVERIFY(command({"bundle", "info", m_bundle}).out.contains("untrained weights"));

        QCOMPARE(json({"bundle", "info", path("absent")}).exit, 4);
        QVERIFY(QProcess::execute("cp", {"-r", m_bundle, path("damaged")}) == 0);
        QFile::resize(path("damaged/weights.safetensors"), 5000);
        const Run damaged = json({"bundle", "verify", path("damaged")});
        QCOMPARE(damaged.exit, 4);
        QVERIFY2(damaged.isJson && damaged.json["error"].toObject()["file"].toString().contains("weights"),
                 damaged.trace());
        QCOMPARE(json({"embed", m_ecg, "--bundle", path("damaged"), "--out", path("no.npz")}).exit, 4);
        QVERIFY(!QFileInfo::exists(path("no.npz")));
    }

    void embedOneEcg()
    {
        const Run run = json({"embed", m_ecg, "--bundle", m_bundle, "--out", path("one.npz")});
        QVERIFY2(run.exit == 0 && run.isJson, run.trace());
        QCOMPARE(run.json["weights"].toString(), "untrained weights");
        const auto members = membersOf(path("one.npz"));
        QCOMPARE(members.keys(), (QStringList{"about", "aligned", "names", "token"}));
        QCOMPARE(shapeOf(members["token"]), (std::vector<std::int64_t>{192}));
        QCOMPARE(shapeOf(members["aligned"]), (std::vector<std::int64_t>{512}));
        QCOMPARE(members["token"].size() % 64, 0);
    }

    void embedSeveral()
    {
        const QString cine = clip();
        if (cine.isEmpty())
            QSKIP("the golden clips are absent");
        const Run run =
            json({"embed", m_ecg, m_other, cine, path("absent.dcm"), "--bundle", m_bundle, "--out", path("many.npz")});
        QVERIFY2(run.exit == 5 && run.isJson, run.trace()); // one of four isn't there
        QCOMPARE(run.json["failures"].toArray().size(), 1);
        const auto members = membersOf(path("many.npz"));
        for (const char* name : {"ecg0_token", "ecg0_aligned", "ecg1_token", "study0_clips", "study0_view_weights",
                                 "study0_study", "study0_aligned", "study0_names"})
            QVERIFY2(members.contains(name), name);
        QCOMPARE(shapeOf(members["study0_clips"]), (std::vector<std::int64_t>{1, 512}));
        QCOMPARE(shapeOf(members["study0_view_weights"]), (std::vector<std::int64_t>{1}));
        QVERIFY(members["ecg0_token"] != members["ecg1_token"]);
    }

    void echoCommands()
    {
        const QString cine = clip();
        if (cine.isEmpty())
            QSKIP("the golden clips are absent");
        const Run info = json({"echo", "info", cine});
        QVERIFY2(info.exit == 0 && info.isJson, info.trace());
        const QJsonObject facts = info.json["studies"].toArray()[0].toObject()["clips"].toArray()[0].toObject();
        QCOMPARE(facts["frames"].toInt(), 4);
        QCOMPARE(facts["kind"].toString(), "cine");
        QCOMPARE(facts["photometric"].toString(), "MONOCHROME2");
        QCOMPARE(facts["frame_times_ms"].toArray().size(), 4);

        const Run frame = json({"echo", "frame", cine, "--frame", "3", "--out", path("frame.png")});
        QVERIFY2(frame.exit == 0, frame.trace());
        const QImage image(path("frame.png"));
        QCOMPARE(image.width(), facts["columns"].toInt());
        QCOMPARE(image.height(), facts["rows"].toInt());
        QVERIFY(image.text("Description").startsWith("Research use only"));
        const Run beyond = json({"echo", "frame", cine, "--frame", "4", "--out", path("beyond.png")});
        QCOMPARE(beyond.exit, 2);
        QVERIFY(beyond.json["error"].toObject()["message"].toString().contains("last 3"));

        const Run input = json({"echo", "preprocess", cine, "--bundle", m_bundle, "--out", path("clip.npy")});
        QVERIFY2(input.exit == 0, input.trace());
        QCOMPARE(base::readNpy(path("clip.npy").toStdString()).shape.size(), 4u);
        QCOMPARE(input.json["sampled_frames"].toArray().size(), 2); // 0 and 2
    }

    void libraryAndQuestions()
    {
        const QString library = path("library");
        QVERIFY2(json({"library", "create", library, "--bundle", m_bundle}).exit == 0, "create");
        QCOMPARE(json({"library", "create", library}).exit, 4);
        QCOMPARE(json({"library", "list", path("absent")}).exit, 4);
        const Run imported = json({"library", "import", library, m_ecg, m_other, path("noise.bin")});
        QVERIFY2(imported.isJson, imported.trace());
        QVERIFY2(imported.exit == 0 || imported.exit == 5, imported.trace());
        QCOMPARE(imported.json["new_ecgs"].toInt(), 2);
        const Run list = json({"library", "list", library});
        QVERIFY2(list.exit == 0 && list.isJson, list.trace());
        int ecgs = 0;
        for (const auto& patient : list.json["patients"].toArray())
            ecgs += int(patient.toObject()["ecgs"].toArray().size());
        QCOMPARE(ecgs, 2);
        const Run verified = json({"library", "verify", library});
        QVERIFY2(verified.exit == 0 && verified.json["ok"].toBool(), verified.trace());

        const QString third = writeWfdb(m_folder.path(), "third", 10, 12, 2.0);
        const Run prediction = json({"predict", third, "--library", library});
        QVERIFY2(prediction.exit == 0 && prediction.isJson, prediction.trace());
        QCOMPARE(prediction.json["weights"].toString(), "untrained weights");
        QVERIFY(prediction.json["lvef"].toObject()["class"].isNull()); // nobody has a label
        QVERIFY(!prediction.json["why_not"].toString().isEmpty());
        QVERIFY(command({"predict", third, "--library", library}).out.contains("untrained weights"));
        const Run retrieval = json({"retrieve", third, "--library", library, "--top", "3"});
        QVERIFY2(retrieval.exit == 0 && retrieval.isJson, retrieval.trace());
        QCOMPARE(retrieval.json["studies"].toArray().size(), 0);

        const Run blocked = json({"predict", path("brief.hea"), "--library", library});
        QVERIFY2(blocked.exit == 3 && blocked.isJson, blocked.trace());
        QCOMPARE(json({"predict", third, "--library", path("absent")}).exit, 4);
        QCOMPARE(json({"predict", path("absent.hea"), "--library", library}).exit, 2);
        QCOMPARE(json({"predict", third, "--library", library, "--bundle", path("absent")}).exit, 4);
    }

    void interrupt()
    {
#if defined(__linux__)
        // The published architecture takes seconds to make: enough time to change one's mind.
        QProcess process;
        test::start(process, {"--json", "bundle", "random", "--out", path("published")});
        QVERIFY(process.waitForStarted());
        QTest::qWait(700);
        QElapsedTimer clock;
        clock.start();
        ::kill(pid_t(process.processId()), SIGINT);
        const Run run = test::finish(process, 30);
        QVERIFY2(run.exit == 130 && !run.crashed, run.trace());
        QVERIFY2(clock.elapsed() < 15000, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(!QFileInfo::exists(path("published/bundle.json")));
#else
        QSKIP("signals are sent on Linux only");
#endif
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
