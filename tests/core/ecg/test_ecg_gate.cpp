// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/quality_gate.h"
#include "ecg_test_support.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

const Finding* find(const std::vector<Finding>& findings, std::string_view code,
                    std::optional<Lead> lead = std::nullopt)
{
    for (const Finding& finding : findings)
        if (finding.code == code && (!lead || finding.lead == lead))
            return &finding;
    return nullptr;
}

void scale(EcgRecord& record, float factor)
{
    for (auto& lead : record.leads)
        for (float& value : lead)
            value *= factor;
}

} // namespace

class TestEcgGate : public QObject
{
    Q_OBJECT

private slots:
    void aGoodRecordPasses()
    {
        const auto findings = checkQuality(test::syntheticRecord(), {});
        QVERIFY(!isBlocked(findings));
        for (const Finding& finding : findings)
            QVERIFY2(finding.severity == Severity::Note, finding.sentence.c_str());
        QVERIFY(find(findings, "window"));
        QVERIFY(find(findings, "window")->sentence.find("2.02 s") != std::string::npos);
    }

    void missingLeadBlocks()
    {
        EcgRecord record = test::syntheticRecord();
        record[Lead::V4].clear();
        const auto findings = checkQuality(record, {});
        QVERIFY(isBlocked(findings));
        QVERIFY(find(findings, "lead-missing", Lead::V4));
        QVERIFY(!find(findings, "lead-missing", Lead::V3));
        QVERIFY(isBlocked(checkQuality(EcgRecord{}, {})));
    }

    void wrongUnitsBlock_data()
    {
        QTest::addColumn<float>("factor");
        QTest::addColumn<bool>("blocked");
        QTest::newRow("millivolts") << 1.0f << false;
        QTest::newRow("low voltage") << 0.2f << false;
        QTest::newRow("microvolts as millivolts") << 1000.0f << true;
        QTest::newRow("counts of 5 uV") << 200.0f << true;
        QTest::newRow("counts of 10 uV, low voltage") << 40.0f << true;
        QTest::newRow("volts as millivolts") << 0.001f << true;
    }
    void wrongUnitsBlock()
    {
        QFETCH(float, factor);
        QFETCH(bool, blocked);
        EcgRecord record = test::syntheticRecord();
        scale(record, factor);
        const auto findings = checkQuality(record, {});
        QCOMPARE(isBlocked(findings), blocked);
        QCOMPARE(find(findings, "units-implausible") != nullptr, blocked);
    }

    void unknownUnitsBlockWhateverTheValues()
    {
        EcgRecord record = test::syntheticRecord();
        record.warnings.push_back({"units-unknown", "No sensitivity.", "II"});
        const auto findings = checkQuality(record, {});
        QVERIFY(isBlocked(findings));
        QVERIFY(find(findings, "units-unknown"));
    }

    void onePopDoesNotBlock()
    {
        EcgRecord record = test::syntheticRecord();
        record[Lead::V1][1234] = 300;
        QVERIFY(!isBlocked(checkQuality(record, {})));
    }

    void tooShortBlocks()
    {
        EcgRecord record = test::syntheticRecord(500, 2);
        const auto findings = checkQuality(record, {});
        QVERIFY(isBlocked(findings));
        QVERIFY(find(findings, "too-short")->sentence.find("2.00 s") != std::string::npos);
        EcgRecipe small;
        small.windowSamples = 1000;
        QVERIFY(!isBlocked(checkQuality(record, small)));
        small.windowStart = 1;
        QVERIFY(isBlocked(checkQuality(record, small)));
        small.resampleToHz = 1000; // 2000 samples are enough again
        QVERIFY(!isBlocked(checkQuality(record, small)));
        record.samplingHz = 0;
        QVERIFY(find(checkQuality(record, small), "rate-missing"));
    }

    void flatLeads()
    {
        EcgRecord record = test::syntheticRecord();
        std::fill(record[Lead::V6].begin(), record[Lead::V6].end(), 0.5f);
        auto findings = checkQuality(record, {});
        QVERIFY(!isBlocked(findings));
        QCOMPARE(find(findings, "lead-flat", Lead::V6)->severity, Severity::Warn);
        for (const Lead lead : {Lead::V1, Lead::V2, Lead::V3, Lead::V4, Lead::V5})
            std::fill(record[lead].begin(), record[lead].end(), 0.0f);
        findings = checkQuality(record, {});
        QVERIFY(isBlocked(findings));
        QVERIFY(find(findings, "leads-flat"));
        QCOMPARE(findings.front().severity, Severity::Block); // the worst comes first
    }

    void limbLeadsThatContradict()
    {
        EcgRecord record = test::syntheticRecord();
        std::swap(record[Lead::I], record[Lead::II]);
        auto findings = checkQuality(record, {});
        QVERIFY(find(findings, "leads-exchanged", Lead::I)->sentence.find("I and II") != std::string::npos);
        QVERIFY(!find(findings, "einthoven"));
        QVERIFY(!isBlocked(findings));
        record = test::syntheticRecord();
        for (float& value : record[Lead::aVF])
            value += 0.3f; // an offset alone says nothing
        QVERIFY(!find(checkQuality(record, {}), "lead-scaled"));
        for (float& value : record[Lead::aVF])
            value *= 2;
        findings = checkQuality(record, {});
        QVERIFY(find(findings, "lead-scaled", Lead::aVF)->sentence.find("2.00 times") != std::string::npos);
        for (float& value : record[Lead::aVF])
            value *= -0.5f;
        QVERIFY(find(checkQuality(record, {}), "lead-inverted", Lead::aVF));
        // Another signal altogether.
        record = test::syntheticRecord();
        record[Lead::aVL] = record[Lead::V1];
        QVERIFY(find(checkQuality(record, {}), "einthoven", Lead::aVL));
        // Of three leads none can be told from the others.
        record = test::syntheticRecord();
        for (const Lead lead : {Lead::aVR, Lead::aVL, Lead::aVF})
            record[lead].clear();
        QVERIFY(!find(checkQuality(record, {}), "einthoven"));
        for (float& value : record[Lead::II])
            value *= 3;
        const auto three = checkQuality(record, {});
        QVERIFY(find(three, "einthoven") && !find(three, "einthoven")->lead);
    }

    void ageAndRate()
    {
        EcgRecord record = test::syntheticRecord();
        record.patient.ageYears = 17;
        QCOMPARE(find(checkQuality(record, {}), "age-under-18")->severity, Severity::Warn);
        record.patient.ageYears = 18;
        QVERIFY(!find(checkQuality(record, {}), "age-under-18"));
        record.patient.ageYears.reset();
        QCOMPARE(find(checkQuality(record, {}), "age-unknown")->severity, Severity::Note);
        EcgRecipe recipe;
        recipe.resampleToHz = 400;
        QCOMPARE(find(checkQuality(record, recipe), "rate-differs")->severity, Severity::Note);
        recipe.resampleToHz = 1000;
        QCOMPARE(find(checkQuality(record, recipe), "rate-differs")->severity, Severity::Warn);
        recipe.resampleToHz = 500;
        QVERIFY(!find(checkQuality(record, recipe), "rate-differs"));
    }

    void invalidAndSaturatedSamples()
    {
        EcgRecord record = test::syntheticRecord();
        for (std::size_t i = 0; i < 500; ++i)
            record[Lead::V2][i] = NAN;
        auto findings = checkQuality(record, {});
        QVERIFY(find(findings, "samples-invalid", Lead::V2)->sentence.find("10.0 %") != std::string::npos);
        QVERIFY(!isBlocked(findings));
        std::fill(record[Lead::V2].begin(), record[Lead::V2].end(), NAN);
        QVERIFY(isBlocked(checkQuality(record, {})));
        record = test::syntheticRecord();
        for (std::size_t i = 1000; i < 1200; ++i)
            record[Lead::V5][i] = 5;
        QVERIFY(find(checkQuality(record, {}), "lead-saturated", Lead::V5));
    }
};

QTEST_GUILESS_MAIN(TestEcgGate)
#include "test_ecg_gate.moc"
