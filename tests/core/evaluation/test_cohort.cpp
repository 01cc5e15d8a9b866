// SPDX-License-Identifier: GPL-3.0-or-later
// From a cohort and embeddings to an evaluation: the same numbers as by hand, the same samples for all models, no leaks, nobody left out unsaid.
#include "base/npy.h"
#include "evaluation/inputs/precomputed.h"
#include "evaluation/random.h"
#include "retrieval/phenotypes.h"

#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <map>
#include <set>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

constexpr int patientCount = 40;

// Two ECGs and a study each; LVEF from 20 to 69.
Cohort madeCohort()
{
    Cohort cohort;
    cohort.name = "made";
    for (int p = 0; p < patientCount; ++p) {
        for (int e = 0; e < 2; ++e) {
            LabelRow row;
            row.id = "e" + std::to_string(p) + (e == 0 ? "a" : "b");
            row.patient = "SECRET" + std::to_string(p);
            row.split = p % 4 == 3 ? "test" : "train";
            row.sex = p % 2 == 0 ? "female" : "male";
            row.age = 40 + p;
            row.values.lvef = 20 + p * 49.0 / (patientCount - 1);
            row.shd = *row.values.lvef < 45;
            cohort.labels.rows.push_back(row);
            PairRow pair;
            pair.ecg = row.id;
            pair.study = "s" + std::to_string(p);
            pair.patient = row.patient;
            pair.split = row.split;
            pair.values = row.values;
            cohort.pairs.rows.push_back(pair);
        }
    }
    return cohort;
}

std::vector<float> vectorOf(double signal, double noise, Random& random, int width)
{
    std::vector<float> v{float(signal + noise * (random.uniform() - 0.5))};
    for (int i = 1; i < width; ++i)
        v.push_back(float(i == 1 ? 1.0 : noise * (random.uniform() - 0.5)));
    return v;
}

// Vectors that know the LVEF up to noise.
ModelVectors madeModel(const Cohort& cohort, const std::string& name, double noise, std::uint64_t seed)
{
    ModelVectors model;
    model.id = model.name = name;
    Random random(seed);
    std::set<std::string> studies;
    for (const LabelRow& row : cohort.labels.rows) {
        model.tokens.ids.push_back(row.id);
        model.tokens.rows.append(vectorOf(*row.values.lvef / 30, noise, random, 6));
        model.ecgs.ids.push_back(row.id);
        model.ecgs.rows.append(vectorOf(*row.values.lvef / 30 - 1.5, noise, random, 4));
    }
    for (const PairRow& row : cohort.pairs.rows)
        if (studies.insert(row.study).second) {
            model.studies.ids.push_back(row.study);
            model.studies.rows.append(vectorOf(*row.values.lvef / 30 - 1.5, noise, random, 4));
        }
    return model;
}

CohortOptions quick()
{
    CohortOptions options;
    options.evaluation.bootstrap.resamples = 50;
    options.evaluation.bootstrap.threads = 1;
    options.fractions = {0.1, 1.0};
    return options;
}

bool warned(const Evaluation& e, const std::string& code, const std::string& part)
{
    return std::any_of(e.warnings.begin(), e.warnings.end(), [&](const base::Warning& w) { return w.code == code && w.sentence.find(part) != std::string::npos; });
}

void erase(StoredEmbeddings& set, const std::string& id)
{
    StoredEmbeddings kept;
    for (std::size_t i = 0; i < set.ids.size(); ++i)
        if (set.ids[i] != id) {
            kept.ids.push_back(set.ids[i]);
            kept.rows.append(set.rows.row(i));
        }
    set = kept;
}

std::string failure(const std::function<void()>& work)
{
    try {
        work();
    } catch (const base::Error& error) {
        return std::string(base::name(error.code())) + ": " + error.what();
    }
    return {};
}

class Files
{
public:
    std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(m_dir.path().toStdString()) / name; }
    std::filesystem::path text(const std::string& name, const std::string& content) const
    {
        std::ofstream(*this / name, std::ios::binary) << content;
        return *this / name;
    }
    std::filesystem::path rows(const std::string& name, const EmbeddingMatrix& m) const
    {
        base::writeNpy(*this / name, base::NpyArray::of({std::int64_t(m.rows()), m.width}, m.values));
        return *this / name;
    }

private:
    QTemporaryDir m_dir;
};

} // namespace

class TestCohort : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithTheParts();
    void sameSamplesForAllModels();
    void leaksAreRefusedAndNobodyIsNamed();
    void splitsWholePatients();
    void drawsAreAveraged();
    void nothingToMeasure();
    void precomputedFiles();
    void clipsBecomeStudies();
    void archives();
};

void TestCohort::agreesWithTheParts()
{
    const Cohort cohort = madeCohort();
    const ModelVectors model = madeModel(cohort, "m", 0.6, 3);
    const CohortOptions options = quick();
    const Evaluation e = evaluateCohort(cohort, {model}, {}, options);
    QCOMPARE(e.bundles.size(), std::size_t(1));
    QCOMPARE(e.ecgs, std::size_t(80));
    QCOMPARE(e.studies, std::size_t(10));
    QCOMPARE(e.patients, std::size_t(40));
    QCOMPARE(e.dataHash, hashOf(cohort));

    EmbeddingMatrix train, test;
    std::vector<int> trainLabels, testLabels;
    std::vector<std::string> patients;
    for (std::size_t i = 0; i < cohort.labels.rows.size(); ++i) {
        const LabelRow& row = cohort.labels.rows[i];
        const bool isTest = row.split == "test";
        (isTest ? test : train).append(model.tokens.rows.row(i));
        (isTest ? testLabels : trainLabels).push_back(int(retrieval::lvefClass(*row.values.lvef)));
        if (isTest)
            patients.push_back(row.patient);
    }
    const ProbeResult probe = evaluateProbe(knnProbabilities(train, trainLabels, test, testLabels, 3), cohort.classNames, patients, {}, options.evaluation);
    const ProbeResult& got = e.bundles[0].probes.at(0);
    QCOMPARE(got.task, std::string("LVEF"));
    QCOMPARE(got.measures.auroc, probe.measures.auroc);
    QVERIFY(got.measures.auroc > 0.8 && got.measures.auroc < 1); // or the comparison says little
    QCOMPARE(got.bySample->auroc.low, probe.bySample->auroc.low);
    QCOMPARE(got.byPatient->auroc.low, probe.byPatient->auroc.low);
    QVERIFY(got.byPatient->auroc.low != got.bySample->auroc.low);
    QCOMPARE(got.trainingSamples, std::size_t(60));
    QCOMPARE(got.samples, std::size_t(20));
    QCOMPARE(got.patients, std::size_t(10));
    QCOMPARE(e.bundles[0].probes.at(1).task, std::string("SHD"));
    QCOMPARE(e.bundles[0].shd.size(), std::size_t(2));
    std::set<std::string> groups;
    for (const SubgroupValue& s : got.subgroups)
        groups.insert(s.attribute);
    QCOMPARE(groups, (std::set<std::string>{"age", "sex"})); // no rhythm is known

    const PairTable pairs = cohort.pairs.ofSplit("test");
    const RetrievalTask task = phenotypeTask(pairs.pairs(Phenotype::Lvef));
    const RetrievalResult byHand = evaluateRetrieval(task, select(model.ecgs, task.ecgs), select(model.studies, task.studies));
    // Only what is known is asked: no volumes.
    QCOMPARE(e.bundles[0].retrieval.size(), std::size_t(2));
    QCOMPARE(e.bundles[0].retrieval[0].phenotype, std::string("LVEF"));
    QCOMPARE(e.bundles[0].retrieval[1].phenotype, std::string("identity"));
    QCOMPARE(e.bundles[0].retrieval[0].result.ecgToEcho.measures.meanRank, byHand.ecgToEcho.measures.meanRank);
    QCOMPARE(e.bundles[0].retrieval[0].result.echoToEcg.measures.precision, byHand.echoToEcg.measures.precision);
    QVERIFY(e.bundles[0].retrieval[0].byPatient);
    QVERIFY(warned(e, "not-measured", "LVEDV"));
}

void TestCohort::sameSamplesForAllModels()
{
    Cohort cohort = madeCohort();
    cohort.labels.rows[0].split = "val";
    cohort.labels.rows[1].split = "val";
    cohort.pairs.rows[0].split = cohort.pairs.rows[1].split = "val";
    cohort.labels.rows[2].values.lvef.reset();
    const ModelVectors a = madeModel(madeCohort(), "a", 0.2, 1);
    ModelVectors b = madeModel(madeCohort(), "b", 3.0, 2);
    erase(b.tokens, "e7a");   // tested
    erase(b.tokens, "e8b");   // trained on
    erase(b.studies, "s11");  // tested: two pairs
    const Evaluation e = evaluateCohort(cohort, {a, b}, {}, quick());
    for (const BundleResult& bundle : e.bundles) {
        QCOMPARE(bundle.probes.at(0).samples, std::size_t(19));
        QCOMPARE(bundle.probes.at(0).trainingSamples, std::size_t(60 - 2 - 1 - 1)); // val, no LVEF, no token
        QCOMPARE(bundle.retrieval.at(0).result.ecgToEcho.measures.candidates, std::size_t(9));
    }
    QVERIFY(e.bundles[0].probes[0].measures.auroc > e.bundles[1].probes[0].measures.auroc);
    QVERIFY(warned(e, "other-split", "2 ECGs"));
    QVERIFY(warned(e, "no-embedding", "2 ECGs"));
    QVERIFY(warned(e, "no-embedding", "2 test pairs"));
    QVERIFY(warned(e, "no-label", "1 ECG has no label for LVEF"));
    // A model alone keeps its own.
    QCOMPARE(evaluateCohort(cohort, {a}, {}, quick()).bundles[0].probes[0].samples, std::size_t(20));
}

void TestCohort::leaksAreRefusedAndNobodyIsNamed()
{
    Cohort cohort = madeCohort();
    refuseLeaks(cohort);
    const ModelVectors model = madeModel(cohort, "m", 0.2, 1);
    cohort.labels.rows[0].split = cohort.labels.rows[2].split = "test"; // the patients' other ECGs stay in training
    cohort.pairs.rows[0].split = cohort.pairs.rows[2].split = "test";
    const std::string said = failure([&] { evaluateCohort(cohort, {model}, {}, quick()); });
    QVERIFY2(said.find("inconsistent") == 0 && said.find("2 patients") != std::string::npos && said.find("2 echo studies") != std::string::npos, said.c_str());
    QVERIFY(said.find("SECRET") == std::string::npos);
    // Without patients a study in two splits still tells.
    for (LabelRow& row : cohort.labels.rows)
        row.patient.clear();
    for (PairRow& row : cohort.pairs.rows)
        row.patient.clear();
    QVERIFY(failure([&] { refuseLeaks(cohort); }).find("2 echo studies") != std::string::npos);
}

void TestCohort::splitsWholePatients()
{
    Cohort cohort = madeCohort();
    splitByPatient(cohort, 0.25, 7);
    refuseLeaks(cohort);
    QCOMPARE(cohort.labels.ofSplit("test").size(), std::size_t(20));
    QCOMPARE(cohort.pairs.ofSplit("test").rows.size(), std::size_t(20));
    Cohort again = madeCohort(), other = madeCohort();
    std::reverse(again.labels.rows.begin(), again.labels.rows.end()); // the order of a table decides nothing
    splitByPatient(again, 0.25, 7);
    splitByPatient(other, 0.25, 8);
    const auto tested = [](const Cohort& c) {
        std::set<std::string> out;
        for (const std::size_t i : c.labels.ofSplit("test"))
            out.insert(c.labels.rows[i].id);
        return out;
    };
    QCOMPARE(tested(again), tested(cohort));
    QVERIFY(tested(other) != tested(cohort));
    Cohort two = madeCohort();
    two.labels.rows.resize(4);
    splitByPatient(two, 0.01, 1);
    QCOMPARE(two.labels.ofSplit("test").size(), std::size_t(2));
}

void TestCohort::drawsAreAveraged()
{
    const Cohort cohort = madeCohort();
    const ModelVectors model = madeModel(cohort, "m", 0.5, 3), worse = madeModel(cohort, "w", 4.0, 5);
    const std::vector<PooledVectors> ablation{{"a", "", model.ecgs, {model.studies}}, {"b", "", model.ecgs, {worse.studies}}, {"both", "", model.ecgs, {model.studies, worse.studies}}};
    const Evaluation e = evaluateCohort(cohort, {model}, ablation, quick());
    QCOMPARE(e.ablation.size(), std::size_t(3));
    const auto meanRank = [&](std::size_t row) { return e.ablation[row].retrieval[0].result.ecgToEcho.measures.meanRank; };
    QCOMPARE(meanRank(0), e.bundles[0].retrieval[0].result.ecgToEcho.measures.meanRank);
    QVERIFY(meanRank(0) != meanRank(1));
    QCOMPARE(meanRank(2), (meanRank(0) + meanRank(1)) / 2);
    QVERIFY(e.ablation[2].retrieval[0].ecgToEcho.empty() && !e.ablation[0].retrieval[0].ecgToEcho.empty());
}

void TestCohort::nothingToMeasure()
{
    Cohort cohort = madeCohort();
    for (LabelRow& row : cohort.labels.rows) {
        row.values = {};
        row.shd.reset();
    }
    cohort.pairs.rows.clear();
    const ModelVectors model = madeModel(madeCohort(), "m", 0.2, 1);
    const std::string said = failure([&] { evaluateCohort(cohort, {model}, {}, quick()); });
    QVERIFY2(said.find("unsuitable: Nothing can be measured") == 0 && said.find("LVEF") != std::string::npos, said.c_str());
}

void TestCohort::precomputedFiles()
{
    const Files files;
    const Cohort cohort = madeCohort();
    const ModelVectors model = madeModel(cohort, "m", 0.6, 3);
    std::string labels = "id,patient,split,sex,age,lvef,shd\n", pairs = "ecg,study,lvef\n";
    for (const LabelRow& row : cohort.labels.rows)
        labels += row.id + "," + row.patient + "," + row.split + "," + row.sex + "," + std::to_string(*row.age) + "," + QString::number(*row.values.lvef, 'g', 17).toStdString() +
                  "," + (*row.shd ? "1" : "0") + "\n";
    for (const PairRow& row : cohort.pairs.rows)
        pairs += row.ecg + "," + row.study + "," + QString::number(*row.values.lvef, 'g', 17).toStdString() + "\n";
    PrecomputedFiles from;
    from.tokens = files.rows("tokens.npy", model.tokens.rows);
    from.aligned = files.rows("aligned.npy", model.ecgs.rows);
    from.studies = files.rows("studies.npy", model.studies.rows);
    from.labels = files.text("labels.csv", labels);
    from.pairs = files.text("pairs.csv", pairs + "stranger,s1,30\n");
    const Precomputed read = readPrecomputed(from);
    const Evaluation e = evaluateCohort(read.cohort, {read.vectors}, {}, quick()), direct = evaluateCohort(cohort, {model}, {}, quick());
    QCOMPARE(e.bundles[0].probes[0].measures.auroc, direct.bundles[0].probes[0].measures.auroc);
    QCOMPARE(e.bundles[0].probes[0].byPatient->auroc.high, direct.bundles[0].probes[0].byPatient->auroc.high);
    QCOMPARE(e.bundles[0].retrieval[0].result.ecgToEcho.measures.meanRank, direct.bundles[0].retrieval[0].result.ecgToEcho.measures.meanRank);
    QVERIFY(warned(e, "pair-without-label", "1 pairs"));

    PrecomputedFiles wrong = from;
    wrong.aligned.clear(); // tokens are wider than studies
    QVERIFY(failure([&] { readPrecomputed(wrong); }).find("aligned embeddings of both") != std::string::npos);
    wrong = from;
    wrong.tokens = files.rows("short.npy", model.studies.rows);
    QVERIFY(failure([&] { readPrecomputed(wrong); }).find("40 rows") != std::string::npos);
    wrong = from;
    wrong.pairs.clear();
    QVERIFY(failure([&] { readPrecomputed(wrong); }).find("need a table of pairs") != std::string::npos);
}

void TestCohort::clipsBecomeStudies()
{
    const Files files;
    EmbeddingMatrix clips; // rows 1 and 3 are of study B
    for (const auto& row : {std::vector<float>{2, 0}, {0, 3}, {9, 9}, {5, 0}})
        clips.append(row);
    PrecomputedFiles from;
    EmbeddingMatrix ecgs;
    ecgs.append(std::vector<float>{1, 0});
    ecgs.append(std::vector<float>{0, 1});
    from.aligned = files.rows("ecgs.npy", ecgs);
    from.studies = files.rows("clips.npy", clips);
    from.pairs = files.text("pairs.csv", "ecg_filepath,echo_study_id,echo_embed_idx,split,subject_id\nx,A,0,test,1\ny,B,1,test,2\ny,B,3,test,2\n");
    const Precomputed read = readPrecomputed(from);
    QCOMPARE(read.vectors.studies.ids, (std::vector<std::string>{"A", "B"}));
    QCOMPARE(read.vectors.studies.rows.values, (std::vector<float>{1, 0, 1, 1}));
    QCOMPARE(read.cohort.labels.ids(), (std::vector<std::string>{"x", "y"}));
    from.pairs = files.text("beyond.csv", "ecg,study,echo_embed_idx,split\nx,A,4,test\ny,B,1,test\n");
    QVERIFY(failure([&] { readPrecomputed(from); }).find("beyond the 4 rows") != std::string::npos);
}

void TestCohort::archives()
{
    const Files files;
    const auto matrix = base::NpyArray::of({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
    base::writeNpz(files / "named.npz", {{"x", matrix}, {"ids", base::npyOfStrings({"é", "b€𝄞"})}});
    const StoredEmbeddings named = readEmbeddings(files / "named.npz");
    QCOMPARE(named.ids, (std::vector<std::string>{"é", "b€𝄞"}));
    QCOMPARE(named.rows.values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
    base::writeNpz(files / "two.npz", {{"x", matrix}, {"y", matrix}});
    QVERIFY(failure([&] { readEmbeddings(files / "two.npz"); }).find("several arrays") != std::string::npos);
    QCOMPARE(readEmbeddings(files / "two.npz", "y").rows.rows(), std::size_t(2));
    // As `echo2ecg embed` writes it.
    const auto vector = [](float v) { return base::NpyArray::of({2}, std::vector<float>{v, 0}); };
    base::writeNpz(files / "embed.npz", {{"ecg0_token", vector(1)}, {"ecg0_names", base::npyOfStrings({"a.dcm"})}, {"ecg1_token", vector(2)}, {"ecg1_names", base::npyOfStrings({"b.dcm"})},
                                         {"study0_aligned", vector(7)}, {"study0_names", base::npyOfStrings({"clip"})}});
    const StoredEmbeddings embedded = readEmbeddings(files / "embed.npz", "token");
    QCOMPARE(embedded.ids, (std::vector<std::string>{"a.dcm", "b.dcm"}));
    QCOMPARE(embedded.rows.values, (std::vector<float>{1, 0, 2, 0}));

    // Cut anywhere it is refused, and never a crash.
    QFile whole(QString::fromStdString((files / "named.npz").string()));
    QVERIFY(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = whole.readAll();
    for (qsizetype n = 0; n < bytes.size(); n += 7)
        QVERIFY2(!failure([&] { readEmbeddings(files.text("cut.npz", bytes.left(n).toStdString())); }).empty(), QByteArray::number(n));
    for (qsizetype n = 0; n < bytes.size(); ++n) {
        QByteArray changed = bytes;
        changed[n] = char(changed[n] ^ 0xFF);
        failure([&] { readEmbeddings(files.text("changed.npz", changed.toStdString())); });
    }
}

QTEST_GUILESS_MAIN(TestCohort)
#include "test_cohort.moc"
