// SPDX-License-Identifier: GPL-3.0-or-later
// `echo2ecg evaluate` on virtual patients, beside the same numbers by the core.
#include "base/npy.h"
#include "cli/command.h"
#include "evaluation/cohort.h"
#include "evaluation/inputs/embeddings_file.h"
#include "library/library.h"
#include "retrieval/phenotypes.h"

#include <QDir>
#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <fstream>

using namespace echo2ecg;
using test::command;
using test::json;
using test::Run;

namespace {

QJsonObject entryOf(const QJsonArray& list, const char* key, const QString& value)
{
    for (const QJsonValue entry : list)
        if (entry.toObject()[QLatin1String(key)].toString() == value)
            return entry.toObject();
    return {};
}

QByteArray contentOf(const QString& file)
{
    QFile in(file);
    return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
}

} // namespace

class TestCliEvaluate : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    QString m_people, m_library, m_bundle, m_pairs;
    Run m_run; // with everything

    QStringList evaluate(const QStringList& more) const { return QStringList{"evaluate", "--library", m_library, "--bundle", m_bundle, "--quiet"} + more; }

private slots:
    void initTestCase()
    {
        m_people = m_dir.filePath("people");
        m_library = m_dir.filePath("library");
        m_bundle = m_dir.filePath("bundle");
        Run run = json({"simulate", "--patients", "24", "--seed", "5", "--out", m_people, "--frames", "8", "--width", "160"}, 300);
        QVERIFY2(run.exit == 0, run.trace());
        run = json({"bundle", "random", "--architecture", "small", "--seed", "3", "--out", m_bundle});
        QVERIFY2(run.exit == 0, run.trace());
        QCOMPARE(command({"library", "create", m_library}).exit, 0);
        run = json({"library", "import", m_library, m_people, "--quiet"}, 300);
        QVERIFY2(run.exit == 0, run.trace());
        run = json({"library", "import", m_library, m_people + "/patients.csv"});
        QVERIFY2(run.exit == 0, run.trace());
        // Of so few patients those that are tested by chance may be of one class: here it is every third of them by LVEF.
        m_pairs = m_dir.filePath("pairs.csv");
        QList<QByteArray> lines = contentOf(m_people + "/pairs.csv").trimmed().split('\n');
        const QList<QByteArray> columns = lines.takeFirst().split(',');
        const auto lvef = columns.indexOf("lvef_percent"), split = columns.indexOf("split");
        QVERIFY(lines.size() == 24 && lvef > 0 && split > 0);
        std::sort(lines.begin(), lines.end(), [&](const QByteArray& x, const QByteArray& y) { return x.split(',')[lvef].toDouble() < y.split(',')[lvef].toDouble(); });
        QByteArray table = columns.join(',') + "\n";
        for (qsizetype i = 0; i < lines.size(); ++i) {
            QList<QByteArray> cells = lines[i].split(',');
            cells[split] = i % 3 == 1 ? "test" : "train";
            table += cells.join(',') + "\n";
        }
        std::ofstream(m_pairs.toStdString(), std::ios::binary) << table.toStdString();
        m_run = json(evaluate({"--pairs", m_pairs, "--untrained-baseline", "--ablation", "--bootstrap", "50", "--out", m_dir.filePath("out")}), 400);
        QVERIFY2(m_run.exit == 0 && m_run.isJson, m_run.trace());
    }

    void everythingIsThere()
    {
        const QJsonObject& j = m_run.json;
        QCOMPARE(j["format"].toString(), QString("echo2ecg-evaluation"));
        QVERIFY(!j["research_use_only"].toString().isEmpty());
        QCOMPARE(j["weights"].toString(), QString("untrained weights"));
        QVERIFY(j["data"].toObject()["simulated"].toBool());
        QCOMPARE(j["data"].toObject()["sha256"].toString().size(), 64);
        QCOMPARE(j["settings"].toObject()["resamples"].toInt(), 50);
        const QJsonArray bundles = j["bundles"].toArray();
        QCOMPARE(bundles.size(), 2);
        QVERIFY(bundles[0].toObject()["id"] != bundles[1].toObject()["id"]);
        QVERIFY(bundles[1].toObject()["untrained"].toBool());
        for (const QJsonValue bundle : bundles) {
            const QJsonArray probes = bundle["probes"].toArray(), retrieval = bundle["retrieval"].toArray();
            const QJsonObject lvef = entryOf(probes, "task", "LVEF");
            QVERIFY2(lvef["samples"].toInt() >= 3 && lvef["training_samples"].toInt() >= 12, QJsonDocument(j).toJson().left(3000));
            QVERIFY(lvef["by_sample"].isObject() && lvef["by_patient"].isObject());
            QCOMPARE(lvef["confusion_rows_truth"].toArray().size(), 3);
            QVERIFY(!entryOf(probes, "task", "SHD").isEmpty());
            bool hasRhythm = false;
            for (const QJsonValue group : lvef["subgroups"].toArray())
                hasRhythm = hasRhythm || group["attribute"].toString() == "rhythm";
            QVERIFY(hasRhythm);
            for (const char* phenotype : {"LVEDV", "LVESV", "LVSV", "LVEF", "identity"}) {
                const QJsonObject entry = entryOf(retrieval, "phenotype", phenotype);
                for (const char* direction : {"ecg_to_echo", "echo_to_ecg"}) {
                    const QJsonObject d = entry[QLatin1String(direction)].toObject();
                    QVERIFY(d["measures"].toObject()["P@1"].isDouble() && d["random"].toObject()["mean_rank"].isDouble());
                }
            }
        }
        const QJsonArray ablation = j["ablation"].toArray();
        QCOMPARE(ablation.size(), 3);
        QCOMPARE(ablation[0].toObject()["name"].toString(), QString("single view"));
        QVERIFY(ablation[2].toObject()["name"].toString().contains("bundle's pooling"));
    }

    void filesAreWritten()
    {
        const QDir out(m_dir.filePath("out"));
        QCOMPARE(m_run.json["files"].toArray().size(), 4);
        for (const QJsonValue file : m_run.json["files"].toArray())
            QVERIFY(QFileInfo(file.toString()).size() > 500);
        const QJsonObject written = QJsonDocument::fromJson(contentOf(out.filePath("evaluation.json"))).object();
        QCOMPARE(written["bundles"], m_run.json["bundles"]);
        QVERIFY(contentOf(out.filePath("evaluation.csv")).startsWith("bundle,bundle_id,task,"));
        const QByteArray markdown = contentOf(out.filePath("evaluation.md"));
        QVERIFY(markdown.contains("## Classification") && markdown.contains("random order") && markdown.contains("## Ablation") && markdown.contains("virtual patients"));
        QVERIFY(contentOf(out.filePath("report.pdf")).startsWith("%PDF-"));
    }

    // What the library holds now, through the core's own functions.
    void numbersAreTheCores()
    {
        const auto library = library::Library::open(m_library.toStdString());
        std::map<std::string, std::string> splits; // by the ECG's file
        const evaluation::PairTable pairs = evaluation::readPairTable(m_pairs.toStdString());
        for (const auto& row : pairs.rows)
            splits[std::filesystem::path(row.ecg).filename().string()] = row.split;
        const Run info = json({"bundle", "info", m_bundle});
        const QJsonObject recipes = info.json["recipes"].toObject();
        QVERIFY2(!recipes.isEmpty(), info.trace());
        const std::string id = info.json["id"].toString().toStdString(), ecgRecipe = recipes["ecg"].toObject()["hash"].toString().toStdString(),
                          echoRecipe = recipes["echo"].toObject()["hash"].toString().toStdString();

        std::map<library::Id, library::EcgLabel> labels;
        for (const auto& label : library->ecgLabels())
            labels[label.ecg] = label;
        evaluation::EmbeddingMatrix train, test;
        std::vector<int> trainLabels, testLabels;
        for (const auto& vector : library->ecgVectors(id, ecgRecipe, inference::Space::EcgToken)) {
            const std::string split = splits.at(library->ecg(vector.owner).fileName);
            if (!labels.contains(vector.owner))
                continue;
            (split == "test" ? test : train).append(vector.values);
            (split == "test" ? testLabels : trainLabels).push_back(int(retrieval::lvefClass(labels[vector.owner].lvef.value())));
        }
        const auto measures = evaluation::measureClassification(evaluation::knnProbabilities(train, trainLabels, test, testLabels, 3));
        const QJsonObject bundle = m_run.json["bundles"].toArray()[0].toObject();
        const QJsonObject lvef = entryOf(bundle["probes"].toArray(), "task", "LVEF");
        QCOMPARE(lvef["samples"].toInt(), int(testLabels.size()));
        QVERIFY(std::isfinite(measures.auroc));
        QCOMPARE(lvef["auroc"].toDouble(), measures.auroc);
        QCOMPARE(lvef["f1"].toDouble(), measures.f1);

        std::map<std::string, std::vector<float>> ecgs, studies;
        for (const auto& vector : library->ecgVectors(id, ecgRecipe, inference::Space::EcgAligned))
            ecgs[library->ecg(vector.owner).fileName] = vector.values;
        for (const auto& vector : library->studyVectors(id, echoRecipe, inference::Space::StudyAligned))
            studies[library->study(vector.owner).uid] = vector.values;
        std::vector<evaluation::RetrievalPair> tested;
        for (const auto& row : pairs.ofSplit("test").rows) {
            const auto phenotypes = library->phenotypes(library->findStudyByUid(row.study).value());
            tested.push_back({std::filesystem::path(row.ecg).filename().string(), row.study, phenotypes.lvedv->value});
        }
        const auto task = evaluation::phenotypeTask(tested);
        evaluation::EmbeddingMatrix queries, candidates;
        for (const std::string& ecg : task.ecgs)
            queries.append(ecgs.at(ecg));
        for (const std::string& study : task.studies)
            candidates.append(studies.at(study));
        const auto byHand = evaluation::evaluateRetrieval(task, queries, candidates).ecgToEcho;
        const QJsonObject entry = entryOf(bundle["retrieval"].toArray(), "phenotype", "LVEDV")["ecg_to_echo"].toObject();
        QCOMPARE(entry["measures"].toObject()["mAP"].toDouble(), byHand.measures.meanAveragePrecision);
        QCOMPARE(entry["measures"].toObject()["mean_rank"].toDouble(), byHand.measures.meanRank);
        QCOMPARE(entry["random"].toObject()["P@1"].toDouble(), byHand.random.precision[0]);
    }

    void sameAgainOnAnyThreads()
    {
        const Run again = json(evaluate({"--pairs", m_pairs, "--bootstrap", "50", "--threads", "1"}));
        QVERIFY2(again.exit == 0, again.trace());
        QCOMPARE(again.json["bundles"].toArray()[0], m_run.json["bundles"].toArray()[0]);
        QVERIFY(!again.json.contains("files"));
        // The Markdown tables are what a person gets, and other seeds split other patients.
        const Run text = command(evaluate({"--bootstrap", "0", "--seed", "9", "--test-share", "0.4"}));
        QVERIFY2(text.exit == 0 && text.out.contains("| phenotype | bundle |") && text.out.contains("by seed 9") && text.out.contains("Research use only"), text.trace());
    }

    void precomputedEmbeddings()
    {
        std::string labels = "id,patient,split,lvef\n";
        std::vector<float> values;
        for (int i = 0; i < 40; ++i) {
            labels += "e" + std::to_string(i) + ",p" + std::to_string(i) + "," + (i % 4 == 0 ? "test" : "train") + "," + std::to_string(25 + i) + "\n";
            values.insert(values.end(), {float(25 + i), 1.0F});
        }
        const auto write = [&](const char* name, const std::string& text) {
            const QString file = m_dir.filePath(QLatin1String(name));
            std::ofstream(file.toStdString(), std::ios::binary) << text;
            return file;
        };
        const QString csv = write("labels.csv", labels), npy = m_dir.filePath("tokens.npy");
        base::writeNpy(npy.toStdString(), base::NpyArray::of({40, 2}, values));
        const Run run = json({"evaluate", "--embeddings", npy, "--labels", csv, "--bootstrap", "20", "--k", "3"});
        QVERIFY2(run.exit == 0, run.trace());
        const QJsonObject lvef = entryOf(run.json["bundles"].toArray()[0].toObject()["probes"].toArray(), "task", "LVEF");
        QVERIFY(lvef["auroc"].toDouble() > 0.9);
        QCOMPARE(run.json["settings"].toObject()["k"].toInt(), 3);
        QVERIFY(!run.json.contains("weights")); // whose they are isn't known

        // Patients in both splits: counted, not named, exit 3.
        const QString leaking = write("leak.csv", labels + "x1,p1,test,30\n");
        values.insert(values.end(), {30.0F, 1.0F});
        base::writeNpy(npy.toStdString(), base::NpyArray::of({41, 2}, values));
        const Run leak = json({"evaluate", "--embeddings", npy, "--labels", leaking});
        QCOMPARE(leak.exit, 3);
        const QString said = leak.json["error"].toObject()["message"].toString();
        QVERIFY2(said.contains("1 patient") && !said.contains("p1"), leak.trace());
        // Another number of rows.
        QCOMPARE(json({"evaluate", "--embeddings", npy, "--labels", csv}).exit, 2);
        // Nothing to measure.
        const Run nothing = json({"evaluate", "--embeddings", npy, "--labels", write("bare.csv", "id\n" + [] {
                                      std::string ids;
                                      for (int i = 0; i < 41; ++i)
                                          ids += "e" + std::to_string(i) + "\n";
                                      return ids;
                                  }())});
        QCOMPARE(nothing.exit, 3);
    }

    void wrongInputs_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exit");
        QTest::newRow("no source") << QStringList{} << 1;
        QTest::newRow("two sources") << QStringList{"--library", "L", "--echonext", "E"} << 1;
        QTest::newRow("labels with a library") << QStringList{"--library", "L", "--labels", "x.csv"} << 1;
        QTest::newRow("ablation of files") << QStringList{"--embeddings", "x.npy", "--labels", "x.csv", "--ablation"} << 1;
        QTest::newRow("echonext without a model") << QStringList{"--echonext", "E"} << 1;
        QTest::newRow("k") << QStringList{"--library", "L", "--k", "0"} << 1;
        QTest::newRow("no library") << QStringList{"--library", "/nowhere/at/all"} << 4;
        QTest::newRow("no echonext") << QStringList{"--echonext", "/nowhere/at/all", "--bundle", "B"} << 2;
        QTest::newRow("no embeddings") << QStringList{"--embeddings", "/nowhere.npy", "--labels", "/nowhere.csv"} << 2;
        QTest::newRow("no bundle") << QStringList{"--library", "L", "--bundle", "/nowhere/at/all"} << 4;
        QTest::newRow("no pairs") << QStringList{"--library", "L", "--bundle", "B", "--pairs", "/nowhere.csv"} << 2;
        QTest::newRow("foreign pairs") << QStringList{"--library", "L", "--bundle", "B", "--pairs", "F"} << 3;
        QTest::newRow("ablation bundle without a name") << QStringList{"--library", "L", "--bundle", "B", "--ablation-bundle", "B"} << 1;
        QTest::newRow("out can't be written") << QStringList{"--library", "L", "--bundle", "B", "--bootstrap", "0", "--out", "/proc/nothing"} << 6;
    }

    void wrongInputs()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exit);
        const QString foreign = m_dir.filePath("foreign.csv");
        std::ofstream(foreign.toStdString()) << "ecg_file,study_uid,split\nother.dcm,1.2.3,test\n";
        for (QString& argument : arguments)
            argument = argument == "L" ? m_library : argument == "B" ? m_bundle : argument == "F" ? foreign : argument;
        const Run run = json(QStringList{"evaluate"} + arguments);
        QVERIFY2(run.exit == exit && run.isJson && !run.json["error"].toObject()["message"].toString().isEmpty(), run.trace());
    }
};

QTEST_GUILESS_MAIN(TestCliEvaluate)
#include "test_cli_evaluate.moc"
