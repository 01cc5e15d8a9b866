// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/preprocess_steps.h"
#include "support/made_cases.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

// The steps that are shown are those that preprocess() goes through.
class TestEcgSteps : public QObject
{
    Q_OBJECT

    static std::vector<EcgStep> names(const EcgSteps& steps)
    {
        std::vector<EcgStep> list;
        for (const EcgStepValues& step : steps.steps)
            list.push_back(step.step);
        return list;
    }

private slots:
    void stepsEndInWhatTheEncoderGets()
    {
        EcgRecord record = test::makeEcg(3, "p", "2020-01-01");
        for (std::size_t i = 700; i < 5000; i += 1500)
            record.leads[4][i] = i % 1000 < 500 ? 30.0f : -30.0f; // something to clip
        const EcgRecipe recipe;
        const EcgSteps steps = preprocessSteps(record, recipe);
        const PreprocessedEcg plain = preprocess(record, recipe);
        QVERIFY(steps.result.input == plain.input);
        QVERIFY(steps.result.processed == plain.processed);
        QCOMPARE(names(steps), (std::vector<EcgStep>{EcgStep::Started, EcgStep::Clipped, EcgStep::BaselineRemoved,
                                                     EcgStep::Normalised}));
        QVERIFY(steps.steps.back().values == plain.processed);
        QCOMPARE(steps.kept, record.samples());
        // What begins is the record; what is clipped stays within its level; the baseline takes something away.
        for (std::size_t i = 0; i < record.samples(); ++i)
            QCOMPARE(steps.steps[0].values[i], record.leads[0][i]);
        QCOMPARE(plain.clipped, std::size_t(3));
        std::size_t changed = 0;
        for (std::size_t i = 0; i < steps.steps[0].values.size(); ++i) {
            changed += steps.steps[0].values[i] != steps.steps[1].values[i];
            QVERIFY(std::abs(steps.steps[1].values[i]) <= float(plain.clipLevel) * 1.000001f);
        }
        QCOMPARE(changed, plain.clipped);
        QVERIFY(steps.steps[2].values != steps.steps[1].values);
    }

    void stepsThatAreLeftOutAreNotTold()
    {
        EcgRecipe recipe;
        recipe.clipSigmas = 0;
        recipe.baselineLambda = 0;
        const EcgRecord record = test::makeEcg(3, "p", "2020-01-01");
        QCOMPARE(names(preprocessSteps(record, recipe)), (std::vector<EcgStep>{EcgStep::Started, EcgStep::Normalised}));
        recipe.normalisationGroups.clear();
        QCOMPARE(names(preprocessSteps(record, recipe)), std::vector<EcgStep>{EcgStep::Started});
    }

    void longRecordingsAreCutForTheEyesAlone()
    {
        EcgRecipe recipe;
        recipe.baselineLambda = 0;
        const EcgRecord record = test::makeEcg(1, "p", "2020-01-01", {}, int(mostKept) + 500);
        const EcgSteps steps = preprocessSteps(record, recipe);
        QCOMPARE(steps.kept, mostKept);
        QCOMPARE(steps.result.samples, int(mostKept) + 500);
        QCOMPARE(steps.steps[0].values.size(), leadCount * mostKept);
        QCOMPARE(steps.steps[0].values[mostKept], record.leads[1][0]); // rows stay apart
    }

    void whatCantBeEncodedSaysSo()
    {
        QVERIFY_EXCEPTION_THROWN(preprocessSteps(test::makeEcg(1, "p", "2020-01-01", {}, 500), {}), base::Error);
    }
};

QTEST_GUILESS_MAIN(TestEcgSteps)
#include "test_ecg_steps.moc"
