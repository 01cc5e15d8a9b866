// SPDX-License-Identifier: GPL-3.0-or-later
// A library of virtual patients: what is in it, that it goes on after Cancel, and that it keeps away from cases of a person's own.
#include "casework/demo_library.h"
#include "ecg/quality_gate.h"
#include "support/error_code.h"
#include "support/fake_engine.h"
#include "support/made_cases.h"

#include <QtTest>

#include <algorithm>

using namespace echo2ecg;
using namespace echo2ecg::casework;
using inference::Space;
using library::Library;
using test::codeOf;
using test::Scratch;

namespace {

constexpr int few = 11; // more than one batch

DemoPlan smallPlan(int patients = few)
{
    DemoPlan plan;
    plan.patients = patients;
    plan.columns = 160;
    plan.frames = 8;
    return plan;
}

struct Demo
{
    Scratch scratch;
    std::unique_ptr<Library> library;
    std::unique_ptr<test::FakeEngine> engine;
    std::shared_ptr<CaseEngine> cases;

    Demo()
    {
        Library::create(scratch / "demo");
        library = Library::open(scratch / "demo");
        engine = std::make_unique<test::FakeEngine>(library.get());
        cases = std::make_shared<CaseEngine>(*library, *engine);
    }
    DemoHooks hooks() const
    {
        return {[cases = cases] { return cases; }, {}};
    }
    bool hasScratchFolder() const { return std::filesystem::exists(scratch / "demo/unfinished-demo"); }
    std::size_t embeddedEcgs() const { return library->ecgVectors("fake", engine->facts().ecgRecipeHash, Space::EcgToken).size(); }
    std::size_t embeddedStudies() const { return library->studyVectors("fake", engine->facts().echoRecipeHash, Space::StudyAligned).size(); }
};

std::string valueText(const std::optional<retrieval::SourcedValue>& value)
{
    return value ? std::to_string(value->value) + " by " + value->source : std::string("-");
}

// Patients with all that is known of them, without numbers that depend on the order of adding.
std::vector<std::string> contentOf(const Library& library)
{
    std::vector<std::string> lines;
    for (const library::PatientRow& patient : library.patients()) {
        std::string line = patient.externalId + " " + patient.name;
        for (const library::EcgRow& e : library.ecgs(patient.id))
            line += " ECG " + e.signalHash + e.fileName + std::to_string(e.linkedDays.value_or(-1)) + (e.linkedStudy ? library.study(*e.linkedStudy).uid : "unlinked");
        for (const library::StudyRow& s : library.studies(patient.id)) {
            line += " study " + s.uid;
            for (const library::ClipRow& c : library.clips(s.id))
                line += " " + c.sha256;
            const retrieval::Phenotypes p = library.statedPhenotypes(s.id);
            line += " " + valueText(p.lvedv) + valueText(p.lvesv) + valueText(p.lvef) + std::to_string(p.structuralHeartDisease.value_or(false)) + std::to_string(library.reports(s.id).size());
        }
        lines.push_back(line);
    }
    return lines;
}

// Every patient is whole: one ECG that is linked to the one study, a report, and what the table states.
void checkWhole(const Library& library)
{
    for (const library::PatientRow& patient : library.patients()) {
        const auto ecgs = library.ecgs(patient.id);
        const auto studies = library.studies(patient.id);
        QCOMPARE(ecgs.size(), std::size_t(1));
        QCOMPARE(studies.size(), std::size_t(1));
        QVERIFY(ecgs[0].simulated && studies[0].simulated);
        QVERIFY(ecgs[0].linkedStudy == studies[0].id);
        QCOMPARE(library.reports(studies[0].id).size(), std::size_t(1));
        const retrieval::Phenotypes stated = library.statedPhenotypes(studies[0].id);
        QVERIFY(stated.lvef && stated.structuralHeartDisease.has_value());
        QVERIFY(stated.lvef->source.find("virtual-patients.csv") != std::string::npos);
    }
}

} // namespace

class TestDemoLibrary : public QObject
{
    Q_OBJECT
    std::vector<std::string> m_whole; // content of a library that was filled at once

private slots:
    void allAreInAndEmbedded()
    {
        Demo demo;
        std::vector<DemoProgress> told;
        std::vector<base::Progress> bar;
        DemoHooks hooks = demo.hooks();
        hooks.onPatients = [&](const DemoProgress& p) { told.push_back(p); };
        base::JobContext job;
        job.onProgress = [&](const base::Progress& p) { bar.push_back(p); };
        const DemoSummary made = fillDemoLibrary(*demo.library, smallPlan(), hooks, job);
        QCOMPARE(made.patients, few);
        QCOMPARE(made.added, few);
        QCOMPARE(demo.library->patients().size(), std::size_t(few));
        checkWhole(*demo.library);
        QVERIFY(demo.library->quarantine().empty());
        QVERIFY(!demo.hasScratchFolder());
        QCOMPARE(demo.embeddedStudies(), std::size_t(few));
        QCOMPARE(demo.embeddedEcgs() + made.failures.size(), std::size_t(few)); // an electrode may be off
        QVERIFY(isDemoLibrary(*demo.library));

        // The first is the telling one, and alone, so that it can be looked at soon: of those whose ECG the gate has nothing to say about, a weak one.
        QCOMPARE(told.front().patients, 1);
        QVERIFY(made.telling != 0 && told.front().telling == made.telling);
        const auto study = demo.library->ecg(made.telling).linkedStudy;
        QVERIFY(study);
        std::vector<double> lvefs;
        for (const auto& row : demo.library->studies())
            lvefs.push_back(demo.library->phenotypes(row.id).lvef->value);
        std::sort(lvefs.begin(), lvefs.end());
        QVERIFY2(demo.library->phenotypes(*study).lvef->value <= lvefs[lvefs.size() / 2], qPrintable(QString::number(demo.library->phenotypes(*study).lvef->value)));
        const auto record = demo.library->loadEcg(made.telling);
        for (const ecg::Finding& finding : ecg::checkQuality(record, ecg::EcgRecipe{}))
            QVERIFY2(finding.severity == ecg::Severity::Note, finding.sentence.c_str());
        QCOMPARE(bar.back().done, std::int64_t(few));
        QCOMPARE(bar.back().total, std::int64_t(few));
        QVERIFY(std::is_sorted(bar.begin(), bar.end(), [](const auto& a, const auto& b) { return a.done < b.done; }));
        m_whole = contentOf(*demo.library);

        // Again: nothing to do, and nothing is computed twice.
        const auto revision = demo.library->revision();
        const int computed = demo.engine->clipsComputed, studies = demo.engine->studyCalls;
        const DemoSummary again = fillDemoLibrary(*demo.library, smallPlan(), demo.hooks());
        QCOMPARE(again.added, 0);
        QCOMPARE(again.patients, few);
        QCOMPARE(again.telling, made.telling);
        QCOMPARE(demo.library->revision(), revision);
        QCOMPARE(demo.engine->clipsComputed, computed);
        QCOMPARE(demo.engine->studyCalls, studies);
    }

    void cancelledAndGoneOn()
    {
        QVERIFY(!m_whole.empty());
        Demo demo;
        base::JobContext job;
        DemoHooks hooks = demo.hooks();
        hooks.onPatients = [&](const DemoProgress&) { job.cancel.cancel(); };
        QVERIFY_EXCEPTION_THROWN(fillDemoLibrary(*demo.library, smallPlan(), hooks, job), base::Cancelled);
        const std::size_t in = demo.library->patients().size();
        QVERIFY(in >= 1 && in < std::size_t(few));
        checkWhole(*demo.library);
        QVERIFY(!demo.hasScratchFolder());

        const DemoSummary rest = fillDemoLibrary(*demo.library, smallPlan(), demo.hooks());
        QCOMPARE(rest.added, few - int(in));
        QCOMPARE(demo.embeddedStudies(), std::size_t(few));
        const auto content = contentOf(*demo.library);
        QCOMPARE(content.size(), m_whole.size());
        for (std::size_t i = 0; i < content.size(); ++i)
            QCOMPARE(content[i], m_whole[i]);
    }

    // A crash in the middle of an import leaves half a patient; the next start makes it whole.
    void halfAPatientIsMadeWhole()
    {
        Demo demo;
        fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks());
        const auto before = contentOf(*demo.library);
        const auto ecg = demo.library->ecgs().front();
        demo.library->removeEcg(ecg.id);
        demo.library->setPhenotypes(demo.library->studies().back().id, {});
        demo.library->setSetting("demo/complete", "0"); // it never came to its end
        fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks());
        QVERIFY(contentOf(*demo.library) == before);
    }

    void removedOnesStayAway()
    {
        Demo demo;
        fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks());
        const auto patient = demo.library->patients().front();
        demo.library->removeEcg(demo.library->ecgs(patient.id).front().id);
        demo.library->removeStudy(demo.library->studies(patient.id).front().id);
        const DemoSummary again = fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks());
        QCOMPARE(again.added, 0);
        QCOMPARE(demo.library->patients().size(), std::size_t(1));
        // More of them can be asked for.
        const DemoSummary more = fillDemoLibrary(*demo.library, smallPlan(3), demo.hooks());
        QCOMPARE(more.added, 1);
        QCOMPARE(demo.library->patients().size(), std::size_t(2));
    }

    void ownCasesAreLeftAlone()
    {
        Demo demo;
        QVERIFY(canBeDemoLibrary(*demo.library));
        demo.library->addEcg(test::makeEcg(1, "own", "2020-01-01"));
        QVERIFY(!canBeDemoLibrary(*demo.library) && !isDemoLibrary(*demo.library));
        QVERIFY(codeOf([&] { fillDemoLibrary(*demo.library, smallPlan(), demo.hooks()); }) == base::ErrorCode::Unsuitable);
        QCOMPARE(demo.library->patients().size(), std::size_t(1));
        QVERIFY(!isDemoLibrary(*demo.library));
    }

    // An own case that was added to a demo library doesn't hinder it.
    void anOwnCaseBesideThem()
    {
        Demo demo;
        fillDemoLibrary(*demo.library, smallPlan(1), demo.hooks());
        demo.library->addEcg(test::makeEcg(1, "own", "2020-01-01"));
        QCOMPARE(fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks()).added, 1);
        QCOMPARE(demo.library->patients().size(), std::size_t(3));
        const auto ecgs = demo.library->ecgs();
        QCOMPARE(std::count_if(ecgs.begin(), ecgs.end(), [](const auto& e) { return e.simulated; }), 2);
    }

    void theEngineMayComeLater()
    {
        Demo demo;
        const DemoSummary without = fillDemoLibrary(*demo.library, smallPlan(2), {});
        QCOMPARE(without.added, 2);
        QVERIFY(without.failures.empty() && demo.embeddedStudies() == 0);
        const DemoSummary with = fillDemoLibrary(*demo.library, smallPlan(2), demo.hooks());
        QCOMPARE(with.added, 0);
        QCOMPARE(demo.embeddedStudies(), std::size_t(2));
    }

    void planOutOfBounds()
    {
        Demo demo;
        QVERIFY(codeOf([&] { fillDemoLibrary(*demo.library, smallPlan(0), demo.hooks()); }) == base::ErrorCode::Unsuitable);
        DemoPlan other = smallPlan(1);
        fillDemoLibrary(*demo.library, other, demo.hooks());
        other.seed = 5;
        QVERIFY(codeOf([&] { fillDemoLibrary(*demo.library, other, demo.hooks()); }) == base::ErrorCode::Mismatch);
    }
};

QTEST_GUILESS_MAIN(TestDemoLibrary)
#include "test_demo_library.moc"
