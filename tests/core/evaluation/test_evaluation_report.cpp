// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv.h"
#include "base/error.h"
#include "evaluation/evaluation_report.h"
#include "evaluation/measure_names.h"
#include "evaluation/inputs/pair_table.h"
#include "evaluation_support.h"

#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::evaluation;

namespace {

// Two bundles on the golden data, one of them untrained, and an ablation of two rows.
Evaluation golden()
{
    Evaluation e;
    e.title = "Held-out patients";
    e.created = "2026-01-01T00:00:00Z";
    e.dataName = "golden vectors";
    e.simulated = true;
    e.ecgs = 40;
    e.options.bootstrap.resamples = 50;
    const auto samples = test::goldenScores("auroc_prob_continuous_f64.npy", "auroc_y_i64.npy"), tied = test::goldenScores("auroc_prob_ties_f64.npy", "auroc_y_i64.npy");
    std::vector<std::string> patients, sex;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        patients.push_back("p" + std::to_string(i / 2));
        sex.push_back(i % 3 ? "male" : "female");
    }
    PairTable pairs = readPairTable(test::reference("retrieval_pairs.csv"));
    mergePhenotypes(pairs, test::reference("retrieval_metadata.csv"));
    const RetrievalTask task = phenotypeTask(pairs.pairs(Phenotype::Lvef));
    const auto ecgs = test::goldenMatrix("retrieval_lvef_ecg_emb_f32.npy"), echoes = test::goldenMatrix("retrieval_lvef_echo_emb_f32.npy");

    BundleResult first;
    first.id = "abc";
    first.simulated = true;
    first.name = "Echo2ECG, \"a|b\"";
    first.probes.push_back(evaluateProbe(samples, {"reduced", "mildly reduced", "preserved"}, patients, {{"sex", sex, {}}}, e.options));
    FractionResult small;
    small.fraction = 0.001;
    small.auroc = {0.61, 0.05};
    small.aurocs = {0.6, 0.62};
    FractionResult whole;
    whole.fraction = 1;
    whole.auroc = {0.81, 0};
    whole.aurocs = {0.81};
    first.shd = {small, whole};
    first.retrieval.push_back(evaluatePhenotype("LVEF", task, ecgs, echoes, {}, {}, {}, e.options));
    BundleResult second;
    second.id = "def";
    second.untrained = true;
    EvaluationOptions plain = e.options;
    plain.bootstrap.resamples = 0;
    second.probes.push_back(evaluateProbe(tied, {"reduced", "mildly reduced", "preserved"}, {}, {}, plain));
    second.retrieval.push_back(evaluatePhenotype("LVEF", task, echoes, ecgs, {}, {}, {}, plain));
    e.bundles = {first, second};
    e.ablation.push_back({"mean", "", first.retrieval});
    e.ablation.push_back({"attention", "", second.retrieval});
    e.warnings.push_back({"w", "Patients are few.", {}});
    return e;
}

int lines(const std::string& text)
{
    return int(std::count(text.begin(), text.end(), '\n'));
}

} // namespace

class TestEvaluationReport : public QObject
{
    Q_OBJECT

private slots:
    void probeHoldsEverything();
    void retrievalHoldsEverything();
    void json();
    void csv();
    void markdown();
    void measuresForPeople();
    void emptyHasNoTables();
    void comesBack();
    void damagedIsRefused();
    void tablesAsCells();
    void writes();
    void refuses();
};

void TestEvaluationReport::probeHoldsEverything()
{
    const Evaluation e = golden();
    const ProbeResult& p = e.bundles[0].probes[0];
    QCOMPARE(p.samples, std::size_t(40));
    QCOMPARE(p.patients, std::size_t(20));
    E2E_CLOSE(p.measures.auroc, 0.962342615568422, 1e-12);
    QVERIFY(p.bySample && p.byPatient);
    QCOMPARE(p.bySample->auroc.estimate, p.measures.auroc);
    QCOMPARE(p.bySample->auroc.resamples + p.bySample->auroc.undefined, 50);
    QCOMPARE(p.reliability.size(), std::size_t(3));
    QCOMPARE(p.operatingPoints[0].size(), std::size_t(5)); // Youden, three specificities, one sensitivity
    QVERIFY(p.operatingPoints[0][1].specificity >= 0.8);
    QCOMPARE(p.curves[1].back().truePositives, 13);
    QCOMPARE(p.subgroups.size(), std::size_t(2));
    QVERIFY(!e.bundles[1].probes[0].bySample);
}

void TestEvaluationReport::retrievalHoldsEverything()
{
    const Evaluation e = golden();
    const RetrievalEntry& entry = e.bundles[0].retrieval[0];
    E2E_CLOSE(*entry.result.tolerance, 5.685015629649545, 1e-12);
    QCOMPARE(entry.ecgToEcho.size(), std::size_t(12));
    QCOMPARE(entry.ecgToEcho.at("P@1").estimate, entry.result.ecgToEcho.measures.precision[0]);
    QVERIFY(!entry.byPatient);
    QVERIFY(e.bundles[1].retrieval[0].ecgToEcho.empty());
}

void TestEvaluationReport::json()
{
    const Evaluation e = golden();
    const std::string text = toJson(e).dump(1);
    const base::Json read = base::Json::parse(text);
    QCOMPARE(read.at("format").toString(), std::string("echo2ecg-evaluation"));
    QCOMPARE(read.at("data").at("simulated").toBool(), true);
    const base::Json& bundle = read.at("bundles").items()[0];
    const base::Json& probe = bundle.at("probes").items()[0];
    QCOMPARE(probe.at("auroc").toNumber(), e.bundles[0].probes[0].measures.auroc);
    QCOMPARE(probe.at("confusion_rows_truth").items()[0].items()[0].toInteger(), 13);
    QCOMPARE(probe.at("by_patient").at("auroc").at("low").toNumber(), e.bundles[0].probes[0].byPatient->auroc.low);
    QVERIFY(probe.at("classes").items()[0].at("curve_threshold_tp_fp").items()[0].items()[0].isNull()); // +∞
    const base::Json& lvef = bundle.at("retrieval").items()[0];
    QCOMPARE(lvef.at("ecg_to_echo").at("measures").at("P@1").toNumber(), e.bundles[0].retrieval[0].result.ecgToEcho.measures.precision[0]);
    QVERIFY(lvef.at("ecg_to_echo").at("random").at("P@1").toNumber() > 0);
    QVERIFY(lvef.at("ecg_to_echo").at("intervals").at("mean_rank").at("high").toNumber() > 0);
    QCOMPARE(read.at("bundles").items()[1].at("untrained").toBool(), true);
    QCOMPARE(read.at("ablation").size(), std::size_t(2));
    QCOMPARE(read.at("settings").at("resamples").toInteger(), 50);
    QCOMPARE(toJson(golden()).dump(), toJson(e).dump()); // the same run, the same bytes
}

void TestEvaluationReport::csv()
{
    const Evaluation e = golden();
    const auto table = base::CsvTable::parse(toCsv(e));
    QCOMPARE(table.columns().size(), std::size_t(14));
    const auto find = [&](const std::string& id, const std::string& task, const std::string& direction, const std::string& measure, const std::string& interval) {
        for (std::size_t r = 0; r < table.rows(); ++r)
            if (table.cell(r, 1) == id && table.cell(r, 2) == task && table.cell(r, 3) == direction && table.cell(r, 4) == "all" && table.cell(r, 5) == measure &&
                table.cell(r, 7) == interval)
                return int(r);
        return -1;
    };
    const int auroc = find("abc", "LVEF", "", "auroc", "sample"), rank = find("abc", "retrieval LVEF", "echo_to_ecg", "mean_rank", "query"),
              plain = find("def", "LVEF", "", "auroc", "");
    QVERIFY(auroc >= 0 && rank >= 0 && plain >= 0);
    QCOMPARE(table.cell(std::size_t(auroc), 0), e.bundles[0].name);
    QCOMPARE(*table.number(std::size_t(auroc), 6), e.bundles[0].probes[0].measures.auroc);
    QCOMPARE(*table.number(std::size_t(auroc), 8), e.bundles[0].probes[0].bySample->auroc.low);
    QCOMPARE(*table.number(std::size_t(auroc), 11), 40.0);
    QCOMPARE(*table.number(std::size_t(rank), 6), e.bundles[0].retrieval[0].result.echoToEcg.measures.meanRank);
    QCOMPARE(*table.number(std::size_t(plain), 6), e.bundles[1].probes[0].measures.auroc);
    QVERIFY(!table.number(std::size_t(plain), 8));
    QVERIFY(find("abc", "LVEF", "", "auroc", "patient") >= 0);
    QVERIFY(find("abc", "SHD, 0.1 % of the training set", "", "auroc mean", "") >= 0);
    QVERIFY(find("", "retrieval LVEF", "ecg_to_echo", "P@1", "query") >= 0); // of the ablation
}

void TestEvaluationReport::markdown()
{
    const Evaluation e = golden();
    const std::string classes = classificationTable(e), retrieval = retrievalTable(e), shd = fractionTable(e), ablation = ablationTable(e);
    QCOMPARE(lines(classes), 4);
    QVERIFY(classes.find("0.962 (") != std::string::npos);
    QVERIFY(classes.find("a\\|b") != std::string::npos);
    QVERIFY(classes.find("def (untrained)") != std::string::npos);
    QCOMPARE(lines(retrieval), 5); // random, two bundles
    QVERIFY(retrieval.find("random order") < retrieval.find("Echo2ECG"));
    QVERIFY(shd.find("| 0.1 % | 100 % |") != std::string::npos);
    QVERIFY(shd.find("0.610 ± 0.050 | 0.810 |") != std::string::npos);
    QCOMPARE(lines(ablation), 4);
    QVERIFY(ablation.find("LVEF P@1") != std::string::npos);
    QVERIFY(retrieval.starts_with("| phenotype | bundle | n | P@1 | P@3 | P@5 | P@10 | R@1 | R@3 | R@5 | R@10 | mAP | mean rank | median rank | alignment |"));
    QVERIFY(classes.starts_with("| bundle | task | n | AUROC (CI by sample) | CI by patient | AP | F1 | precision | recall | balanced accuracy | ECE |"));
    // Files name measures for programs, tables for people.
    const std::string groups = subgroupTable(e);
    QVERIFY2(groups.find("| AUROC |") != std::string::npos && groups.find("auroc") == std::string::npos && groups.find('_') == std::string::npos, groups.c_str());
    QVERIFY(toCsv(e).find(",auroc,") != std::string::npos);
    // Every row of a table has as many cells as its head.
    for (const std::string& table : {retrieval, shd, ablation, subgroupTable(e)}) {
        std::istringstream in(table);
        std::string line;
        std::ptrdiff_t bars = -1;
        while (std::getline(in, line)) {
            std::ptrdiff_t here = std::count(line.begin(), line.end(), '|');
            for (std::size_t at = line.find("\\|"); at != std::string::npos; at = line.find("\\|", at + 1))
                --here;
            if (bars < 0)
                bars = here;
            QVERIFY2(here == bars, line.c_str());
        }
    }
    const std::string all = toMarkdown(e);
    for (const char* part : {"# Held-out patients", "Simulated data", "## Classification", "## Retrieval, ECG to echo", "## Retrieval, echo to ECG", "## Ablation", "## Subgroups",
                             "Patients are few.", "50 resamples, seed 1"})
        QVERIFY2(all.find(part) != std::string::npos, part);
    QVERIFY(all.find("nan") == std::string::npos && all.find("inf") == std::string::npos);
}

void TestEvaluationReport::measuresForPeople()
{
    for (const auto& [name, title] : {std::pair("auroc", "AUROC"), std::pair("average_precision", "AP"), std::pair("f1", "F1"), std::pair("balanced_accuracy", "balanced accuracy"), std::pair("P@1", "P@1"),
                                      std::pair("mAP", "mAP"), std::pair("mean_rank", "mean rank"), std::pair("of_later", "of later")})
        QCOMPARE(measureTitle(name), std::string(title));
}

void TestEvaluationReport::emptyHasNoTables()
{
    const Evaluation e;
    QVERIFY(classificationTable(e).empty() && retrievalTable(e).empty() && ablationTable(e).empty() && fractionTable(e).empty() && subgroupTable(e).empty());
    QVERIFY(toMarkdown(e).find("##") == std::string::npos);
    QCOMPARE(lines(toCsv(e)), 1);
    QCOMPARE(base::Json::parse(toJson(e).dump()).at("bundles").size(), std::size_t(0));
}

void TestEvaluationReport::writes()
{
    const QTemporaryDir dir;
    const std::filesystem::path folder = std::filesystem::path(dir.path().toStdString()) / "out" / "run";
    const Evaluation e = golden();
    writeEvaluation(folder, e);
    QCOMPARE(test::textOf(folder / "evaluation.csv"), toCsv(e));
    QCOMPARE(test::textOf(folder / "evaluation.md"), toMarkdown(e));
    QVERIFY(base::Json::parse(test::textOf(folder / "evaluation.json")) == base::Json::parse(toJson(e).dump()));
    std::ofstream(folder / "file") << "x";
    QVERIFY_EXCEPTION_THROWN(writeEvaluation(folder / "file" / "below", e), base::Error);
}

void TestEvaluationReport::comesBack()
{
    Evaluation e = golden();
    e.options.knn.k = 7;
    e.warnings.push_back({"x", "Second.", "line 3"});
    const Evaluation back = fromJson(base::Json::parse(toJson(e).dump()));
    QCOMPARE(toJson(back).dump(1), toJson(e).dump(1));
    // What pages and reports are made of is the same, undefined numbers and the first point of a curve included.
    QCOMPARE(toMarkdown(back), toMarkdown(e));
    QCOMPARE(toCsv(back), toCsv(e));
    QVERIFY(std::isinf(back.bundles[0].probes[0].curves[0].front().threshold));
    QCOMPARE(back.bundles[0].probes[0].measures.confusion, e.bundles[0].probes[0].measures.confusion);
    QCOMPARE(back.warnings.back().where, std::string("line 3"));
    QCOMPARE(back.options.knn.k, 7);
    const QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString();
    writeEvaluation(folder, e);
    QCOMPARE(toJson(readEvaluation(folder / "evaluation.json")).dump(), toJson(e).dump());
    QVERIFY_EXCEPTION_THROWN(readEvaluation(folder / "none.json"), base::Error);
}

void TestEvaluationReport::damagedIsRefused()
{
    const std::string whole = toJson(golden()).dump();
    const auto refusal = [&](const std::string& from, const std::string& to) -> std::string {
        std::string text = whole;
        const std::size_t at = text.find(from);
        if (at == std::string::npos)
            return "nothing to damage";
        text.replace(at, from.size(), to);
        try {
            fromJson(base::Json::parse(text));
        } catch (const base::ParseError& error) {
            return error.place().where;
        }
        return "taken";
    };
    QCOMPARE(refusal("echo2ecg-evaluation", "recipe"), std::string("format"));
    QCOMPARE(refusal("\"version\":1", "\"version\":2"), std::string("version"));
    QCOMPARE(refusal("\"simulated\":true", "\"simulated\":\"yes\""), std::string("data.simulated"));
    QCOMPARE(refusal("\"untrained\":false,", ""), std::string("bundles[0].untrained"));
    QCOMPARE(refusal("\"confusion_rows_truth\":[[", "\"confusion_rows_truth\":[[1,"), std::string("bundles[0].probes[0].confusion_rows_truth"));
    QCOMPARE(refusal("\"training_samples\":0", "\"training_samples\":-1"), std::string("bundles[0].probes[0].training_samples"));
    QCOMPARE(refusal("\"curve_threshold_tp_fp\":[[null,", "\"curve_threshold_tp_fp\":[["), std::string("bundles[0].probes[0].classes[0].curve_threshold_tp_fp[0]"));
    QCOMPARE(refusal("\"P@10\":", "\"P@11\":"), std::string("bundles[0].retrieval[0].ecg_to_echo.measures.P@10"));
    const QTemporaryDir dir;
    const std::filesystem::path half = std::filesystem::path(dir.path().toStdString()) / "half.json";
    std::ofstream(half) << whole.substr(0, whole.size() / 2);
    try {
        readEvaluation(half);
        QFAIL("half a file was taken");
    } catch (const base::ParseError& error) {
        QCOMPARE(error.place().file, half);
    }
    QVERIFY_EXCEPTION_THROWN(fromJson(base::Json()), base::ParseError);
}

void TestEvaluationReport::tablesAsCells()
{
    const auto cells = tableCells(classificationTable(golden()));
    QCOMPARE(cells.size(), std::size_t(3));
    QCOMPARE(cells[0][0], std::string("bundle"));
    for (const auto& row : cells)
        QCOMPARE(row.size(), cells[0].size());
    QCOMPARE(cells[1][0], std::string("Echo2ECG, \"a|b\""));
    QVERIFY(tableCells({}).empty());
}

void TestEvaluationReport::refuses()
{
    const auto samples = test::madeScores(20, 3, 10, 0.3, 1);
    QVERIFY_EXCEPTION_THROWN(evaluateProbe(samples, {"a", "b"}, {}, {}), base::Error);
    QVERIFY_EXCEPTION_THROWN(evaluateProbe(samples, {"a", "b", "c"}, {"p"}, {}), base::Error);
    const std::vector<RetrievalPair> pairs{{"a", "x", 1.0}, {"b", "y", 2.0}};
    const EmbeddingMatrix two{2, {1, 0, 0, 1}};
    QVERIFY_EXCEPTION_THROWN(evaluatePhenotype("LVEF", identityTask(pairs), two, two, {"p"}, {}, {}), base::Error);
    EvaluationOptions options;
    options.bootstrap.resamples = 20;
    const auto entry = evaluatePhenotype("identity", identityTask(pairs), two, two, {"p", "q"}, {"p", "q"}, {{"sex", {"female", "male"}, {}}}, options);
    QVERIFY(entry.byPatient);
    QCOMPARE(entry.subgroups.size(), std::size_t(6));
    QCOMPARE(entry.result.ecgToEcho.measures.precision[0], 1.0);
}

QTEST_GUILESS_MAIN(TestEvaluationReport)
#include "test_evaluation_report.moc"
