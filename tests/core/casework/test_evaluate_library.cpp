// SPDX-License-Identifier: GPL-3.0-or-later
// From a library to an evaluation, with an engine without networks.
#include "casework/evaluate_echonext.h"
#include "casework/evaluate_library.h"
#include "engine_case.h"

#include "base/npy.h"

#include <QtTest>

#include <set>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using library::Id;
using test::Case;
using test::FakeEngine;

namespace {

constexpr int patientCount = 24;

std::string patientName(int p)
{
    return "SECRET" + std::to_string(p);
}

double lvefOf(int p)
{
    return 22 + 2.0 * p;
}

// Two clips a study; ECG and clips point where the LVEF is, the second clip a little beside. No two candidates are equally far from an ECG.
struct Population : Case
{
    Population()
    {
        for (int p = 0; p < patientCount; ++p) {
            const Id ecg = add(100 + p, patientName(p), float(lvefOf(p)), {});
            const std::string hash = library->ecg(ecg).signalHash;
            engine->aligned[hash] = direction(0.03 * p + (p % 3 == 0 ? 0.2 : 0.0));
            auto study = test::makeStudy(scratch.path(), 1 + p, patientName(p), "2020-01-02", 2);
            study.clips[1] = test::makeClip(scratch.path(), (1 + p) * 100 + 1);
            for (std::size_t i = 0; i < 2; ++i)
                engine->clips[base::sha256OfFile(study.clips[i].file)] = direction(0.03 * p + (i == 1 ? 0.41 : 0.01));
            const Id id = library->addStudy(study).first;
            retrieval::Phenotypes phenotypes;
            phenotypes.lvedv = {{200 - lvefOf(p), "test"}};
            phenotypes.lvef = {{lvefOf(p), "test"}};
            phenotypes.structuralHeartDisease = lvefOf(p) <= 45;
            library->setPhenotypes(id, phenotypes);
        }
    }
    // Columns of `echo2ecg simulate`.
    std::filesystem::path table(const std::function<std::string(int)>& splitOf, const std::string& name = "pairs.csv") const
    {
        std::string text = "patient_id,split,ecg_file,study_uid,age,sex,rhythm\n";
        for (int p = 0; p < patientCount; ++p)
            text += patientName(p) + "," + splitOf(p) + ",patient/ecg-" + std::to_string(100 + p) + ".dcm,1.2.826." + std::to_string(1 + p) + "," + std::to_string(45 + p) + "," +
                    (p % 2 == 0 ? "F" : "M") + "," + (p % 5 == 0 ? "atrial fibrillation" : "sinus rhythm") + "\n";
        return test::writeText(scratch / name, text);
    }
    LibraryEvaluation plan() const
    {
        LibraryEvaluation plan;
        plan.bundles = {{"bundle", {}, "attention", false, false}};
        plan.pairs = table([](int p) { return p % 3 == 1 ? "test" : p == 23 ? "val" : "train"; });
        plan.options.evaluation.bootstrap.resamples = 20;
        plan.options.evaluation.bootstrap.threads = 1;
        return plan;
    }
    // The engine of the case for "bundle", others with other vectors.
    std::function<std::unique_ptr<inference::Engine>(const std::filesystem::path&)> open()
    {
        return [this](const std::filesystem::path& bundle) {
            auto fresh = std::make_unique<FakeEngine>(library.get());
            fresh->editFacts().bundleId = fresh->editFacts().bundleName = bundle.string();
            if (bundle == "bundle") {
                fresh->editFacts().trained = true;
                fresh->tokens = engine->tokens;
                fresh->aligned = engine->aligned;
                fresh->clips = engine->clips;
            }
            return fresh;
        };
    }
    evaluation::Evaluation evaluate(const LibraryEvaluation& asked) { return evaluateLibrary(*library, asked, open()); }
};

bool warned(const base::Warnings& warnings, const std::string& code, const std::string& part)
{
    return std::any_of(warnings.begin(), warnings.end(), [&](const base::Warning& w) { return w.code == code && w.sentence.find(part) != std::string::npos; });
}

const evaluation::RetrievalEntry& entry(const std::vector<evaluation::RetrievalEntry>& entries, const std::string& phenotype)
{
    return *std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.phenotype == phenotype; });
}

} // namespace

class TestEvaluateLibrary : public QObject
{
    Q_OBJECT

private slots:
    void measuresTheLibrary();
    void baselineBesideIt();
    void ablation();
    void withoutATable();
    void leaksAreRefused();
    void whatIsLeftOutIsSaid();
    void withoutAlignment();
    void cancels();
    void echoNext();
};

void TestEvaluateLibrary::measuresTheLibrary()
{
    Population c;
    const evaluation::Evaluation e = c.evaluate(c.plan());
    QCOMPARE(e.bundles.size(), std::size_t(1));
    QCOMPARE(e.bundles[0].id, std::string("bundle"));
    QVERIFY(!e.bundles[0].untrained);
    const evaluation::ProbeResult& lvef = e.bundles[0].probes.at(0);
    QCOMPARE(lvef.samples, std::size_t(8));
    QCOMPARE(lvef.trainingSamples, std::size_t(15));
    QCOMPARE(lvef.patients, std::size_t(8));
    QVERIFY(lvef.measures.auroc > 0.9);
    QCOMPARE(e.bundles[0].probes.at(1).task, std::string("SHD"));
    QVERIFY(!e.bundles[0].shd.empty());
    std::set<std::string> groups;
    for (const auto& s : lvef.subgroups)
        groups.insert(s.attribute + "=" + s.value);
    QVERIFY(groups.contains("rhythm=sinus rhythm") && groups.contains("sex=male") && groups.contains("age=50-64"));

    // The same by the parts.
    const evaluation::Cohort cohort = cohortOf(*c.library, c.plan());
    const auto task = evaluation::phenotypeTask(cohort.pairs.ofSplit("test").pairs(evaluation::Phenotype::Lvedv));
    evaluation::EmbeddingMatrix ecgs, studies;
    for (const std::string& id : task.ecgs)
        ecgs.append(FakeEngine::unit(c.engine->aligned.at(c.library->ecg(std::stoll(id)).signalHash)));
    for (const std::string& id : task.studies) {
        const auto clips = c.library->clips(std::stoll(id));
        std::vector<float> sum(512, 0.0F);
        for (const auto& clip : clips)
            for (std::size_t k = 0; k < sum.size(); ++k)
                sum[k] += c.engine->clips.at(clip.sha256)[k];
        studies.append(FakeEngine::unit(sum));
    }
    const auto byHand = evaluation::evaluateRetrieval(task, ecgs, studies);
    const auto& got = entry(e.bundles[0].retrieval, "LVEDV").result;
    QCOMPARE(got.ecgToEcho.measures.meanRank, byHand.ecgToEcho.measures.meanRank);
    QCOMPARE(got.ecgToEcho.measures.meanAveragePrecision, byHand.ecgToEcho.measures.meanAveragePrecision);
    QCOMPARE(got.echoToEcg.measures.precision, byHand.echoToEcg.measures.precision);
    QVERIFY(got.ecgToEcho.measures.meanAveragePrecision > got.ecgToEcho.random.meanAveragePrecision);
    QCOMPARE(e.studies, std::size_t(8));
    QCOMPARE(e.dataHash, cohort.hash);
    QVERIFY(!e.simulated);

    // Again without a single call.
    int embedded = 0;
    const auto again = evaluateLibrary(*c.library, c.plan(), [&](const std::filesystem::path& bundle) {
        auto engine = c.open()(bundle);
        static_cast<FakeEngine&>(*engine).onEmbed = [&] { ++embedded; };
        return engine;
    });
    QCOMPARE(embedded, 0);
    QCOMPARE(again.bundles[0].probes[0].measures.auroc, lvef.measures.auroc);
}

void TestEvaluateLibrary::baselineBesideIt()
{
    Population c;
    LibraryEvaluation plan = c.plan();
    plan.bundles.push_back({"random", {}, {}, true, false});
    const auto e = c.evaluate(plan);
    QCOMPARE(e.bundles.size(), std::size_t(2));
    QVERIFY(!e.bundles[0].untrained && e.bundles[1].untrained);
    QVERIFY(e.bundles[0].probes[0].measures.auroc > e.bundles[1].probes[0].measures.auroc);
    QVERIFY(entry(e.bundles[0].retrieval, "LVEF").result.ecgToEcho.measures.meanAveragePrecision > entry(e.bundles[1].retrieval, "LVEF").result.ecgToEcho.measures.meanAveragePrecision);
}

void TestEvaluateLibrary::ablation()
{
    Population c;
    LibraryEvaluation plan = c.plan();
    plan.ablation = true;
    plan.bundles.push_back({"other", "cls", "cls", false, true});
    const auto e = c.evaluate(plan);
    QCOMPARE(e.bundles.size(), std::size_t(1));
    std::vector<std::string> names;
    for (const auto& row : e.ablation)
        names.push_back(row.name);
    QCOMPARE(names, (std::vector<std::string>{"single view", "mean of aligned views", "attention (the bundle's pooling)", "cls"}));
    QVERIFY(e.ablation[0].note.find("2 turns") != std::string::npos);
    const auto map = [&](std::size_t row) { return entry(e.ablation[row].retrieval, "LVEF").result.ecgToEcho.measures; };
    QCOMPARE(map(2).meanAveragePrecision, entry(e.bundles[0].retrieval, "LVEF").result.ecgToEcho.measures.meanAveragePrecision);
    // This engine pools unit clips by their mean: the mean of aligned views is the same direction.
    QCOMPARE(map(1).meanRank, map(2).meanRank);

    // The first turn alone is every study's first clip, the second its second.
    const auto cohort = cohortOf(*c.library, plan);
    const auto task = evaluation::phenotypeTask(cohort.pairs.ofSplit("test").pairs(evaluation::Phenotype::Lvef));
    double sum = 0;
    for (std::size_t view = 0; view < 2; ++view) {
        evaluation::EmbeddingMatrix ecgs, studies;
        for (const std::string& id : task.ecgs)
            ecgs.append(c.engine->aligned.at(c.library->ecg(std::stoll(id)).signalHash));
        for (const std::string& id : task.studies)
            studies.append(c.engine->clips.at(c.library->clips(std::stoll(id)).at(view).sha256));
        sum += evaluation::evaluateRetrieval(task, ecgs, studies).ecgToEcho.measures.meanAveragePrecision;
    }
    QCOMPARE(map(0).meanAveragePrecision, sum / 2);
}

void TestEvaluateLibrary::withoutATable()
{
    Population c;
    LibraryEvaluation plan = c.plan();
    plan.pairs.clear();
    plan.testShare = 0.25;
    const auto cohort = cohortOf(*c.library, plan);
    QCOMPARE(cohort.labels.ofSplit("test").size(), std::size_t(6));
    QCOMPARE(cohort.pairs.rows.size(), std::size_t(patientCount)); // linked, a day apart
    QVERIFY(warned(cohort.warnings, "split-drawn", "seed 1"));
    for (const auto& row : cohort.labels.rows)
        QVERIFY(row.sex == "female" && row.age && std::abs(*row.age - 70.0) < 0.1 && row.rhythm.empty());
    evaluation::refuseLeaks(cohort);
    const auto e = c.evaluate(plan);
    QCOMPARE(e.bundles[0].probes.at(0).samples, std::size_t(6));
    QCOMPARE(entry(e.bundles[0].retrieval, "identity").result.ecgToEcho.measures.candidates, std::size_t(6));
}

void TestEvaluateLibrary::leaksAreRefused()
{
    Population c;
    // The same patient's second ECG, tested while the first is trained on.
    auto second = test::makeEcg(400, patientName(0), "2020-01-03");
    c.library->addEcg(second);
    LibraryEvaluation plan = c.plan();
    const auto file = c.table([](int p) { return p % 3 == 1 ? "test" : "train"; }, "leak.csv");
    std::ofstream(file, std::ios::app) << patientName(0) << ",test,ecg-400.dcm,1.2.826.1,60,F,\n";
    plan.pairs = file;
    try {
        c.evaluate(plan);
        QFAIL("it leaked");
    } catch (const base::Error& error) {
        const std::string said = error.what();
        QVERIFY2(said.find("1 patient,") != std::string::npos && said.find("1 echo study") != std::string::npos, said.c_str());
        QVERIFY(said.find("SECRET") == std::string::npos);
    }
    QVERIFY(c.library->ecgVectors("bundle", c.engine->facts().ecgRecipeHash, inference::Space::EcgToken).empty()); // before anything is embedded
}

void TestEvaluateLibrary::whatIsLeftOutIsSaid()
{
    Population c;
    c.library->addEcg(test::makeEcg(500, "NEW", "2020-01-01")); // not in the table
    LibraryEvaluation plan = c.plan();
    std::ofstream(plan.pairs, std::ios::app) << "NOBODY,test,ecg-999.dcm,9.9.9,60,F,\n";
    int notes = 0;
    base::JobContext job;
    job.onNote = [&](const base::Warning&) { ++notes; };
    const std::string unsuitable = c.library->ecg(c.library->ecgs().front().id).signalHash;
    const auto e = evaluateLibrary(*c.library, plan, [&](const std::filesystem::path& bundle) {
        auto engine = c.open()(bundle);
        static_cast<FakeEngine&>(*engine).unsuitable.insert(unsuitable);
        return engine;
    }, job);
    QCOMPARE(notes, 1);
    QVERIFY(warned(e.warnings, "not-in-library", "1 ECGs of the table"));
    QVERIFY(warned(e.warnings, "not-in-library", "1 pairs"));
    QVERIFY(warned(e.warnings, "not-in-pairs", "1 ECGs of the library"));
    QVERIFY(warned(e.warnings, "no-embedding", "1 ECG has no token"));
    QVERIFY(warned(e.warnings, "other-split", "1 ECG is neither"));

    plan.pairs = test::writeText(c.scratch / "strangers.csv", "ecg_file,study_uid,split\nx.dcm,1,test\n");
    QVERIFY_EXCEPTION_THROWN(c.evaluate(plan), base::Error);
}

void TestEvaluateLibrary::withoutAlignment()
{
    Population c;
    LibraryEvaluation plan = c.plan();
    const auto open = [&](const std::filesystem::path& bundle) {
        auto engine = c.open()(bundle);
        static_cast<FakeEngine&>(*engine).editFacts().canRetrieve = false;
        return engine;
    };
    const auto e = evaluateLibrary(*c.library, plan, open);
    QVERIFY(!e.bundles[0].probes.empty() && e.bundles[0].retrieval.empty());
    QCOMPARE(e.bundles[0].note, std::string(inference::noAlignment));
    plan.bundles.push_back({"other", "cls", "cls", false, true});
    QVERIFY_EXCEPTION_THROWN(evaluateLibrary(*c.library, plan, open), base::Error);
}

void TestEvaluateLibrary::cancels()
{
    Population c;
    base::JobContext job;
    job.onProgress = [&](const base::Progress& progress) {
        if (progress.step == "embedding studies" && progress.done == 3)
            job.cancel.cancel();
    };
    QVERIFY_EXCEPTION_THROWN(evaluateLibrary(*c.library, c.plan(), c.open(), job), base::Cancelled);
    // What was done stays.
    QCOMPARE(c.library->studyVectors("bundle", c.engine->facts().echoRecipeHash, inference::Space::StudyAligned).size(), std::size_t(3));
}

void TestEvaluateLibrary::echoNext()
{
    const test::Scratch scratch;
    std::string csv = "ecg_key,patient_key,split,sex,age_at_ecg,shd_moderate_or_greater_flag,lvef_lte_45_flag\n";
    std::map<std::string, int> counts{{"train", 30}, {"test", 12}};
    FakeEngine engine;
    int key = 0;
    for (const auto& [split, n] : counts) {
        std::vector<float> all;
        for (int i = 0; i < n; ++i) {
            const bool ill = i % 3 == 0;
            ++key;
            csv += std::to_string(key) + ",p" + std::to_string(key) + "," + split + ",F,60," + (ill ? "1,1" : "0,0") + "\n";
            ecg::EcgRecord record;
            record.samplingHz = 250;
            std::vector<float> waveform(2500 * 12);
            for (std::size_t t = 0; t < 2500; ++t)
                for (std::size_t l = 0; l < 12; ++l)
                    waveform[t * 12 + l] = float(std::sin(0.01 * double(t) * double(key % 7 + 1)) + double(l) + key);
            for (std::size_t l = 0; l < 12; ++l)
                for (std::size_t t = 0; t < 2500; ++t)
                    record.leads[l].push_back(waveform[t * 12 + l]);
            std::vector<float> token(192, 0.0F);
            token[0] = ill ? 5.0F : 0.0F;
            engine.tokens[record.signalHash()] = token;
            all.insert(all.end(), waveform.begin(), waveform.end());
        }
        base::writeNpy(scratch / ("EchoNext_" + split + "_waveforms.npy"), base::NpyArray::of({n, 1, 2500, 12}, all));
    }
    test::writeText(scratch / "echonext_metadata.csv", csv);
    const auto data = evaluation::EchoNext::open(scratch.path());
    const auto e = evaluation::evaluateCohort(cohortOf(data, scratch.path()), {modelVectors(data, engine)});
    QCOMPARE(engine.ecgCalls, 42);
    std::vector<std::string> tasks;
    for (const auto& probe : e.bundles[0].probes) {
        tasks.push_back(probe.task);
        QCOMPARE(probe.measures.auroc, 1.0); // each record met the token made for it
    }
    QCOMPARE(tasks, (std::vector<std::string>{"SHD", "lvef_lte_45_flag"}));
    QVERIFY(warned(e.warnings, "not-measured", "LVEF"));
    QVERIFY(e.bundles[0].retrieval.empty());
}

QTEST_GUILESS_MAIN(TestEvaluateLibrary)
#include "test_evaluate_library.moc"
