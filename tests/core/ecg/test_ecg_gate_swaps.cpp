// SPDX-License-Identifier: GPL-3.0-or-later
// The gate against errors that were made on purpose, in made ECGs and in the samples; and its silence without them.
#include "ecg/ecg_reader.h"
#include "ecg/lead_algebra.h"
#include "ecg/measure/measurements.h"
#include "ecg/quality_gate.h"
#include "ecg_test_support.h"
#include "made_ecg.h"

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

std::string codesOf(const std::vector<Finding>& findings)
{
    std::string all;
    for (const Finding& finding : findings)
        if (finding.code != "window" && finding.code != "age-unknown")
            all += finding.code + (finding.lead ? "(" + std::string(name(*finding.lead)) + ") " : " ");
    return all;
}

enum class Swap { RaLa, RaLl, LaLl, RaRl, LaRl };

// The limb leads that come out when two cables are exchanged; chest leads barely change.
EcgRecord swapped(const EcgRecord& record, Swap swap)
{
    EcgRecord result = record;
    for (std::size_t i = 0; i < record.samples(); ++i) {
        const double one = double(record[Lead::I][i]), two = double(record[Lead::II][i]), three = two - one;
        double i1 = one, i2 = two;
        switch (swap) {
        case Swap::RaLa:
            i1 = -one, i2 = three;
            break;
        case Swap::RaLl:
            i1 = -three, i2 = -two;
            break;
        case Swap::LaLl:
            i1 = two, i2 = one;
            break;
        case Swap::RaRl: // both legs see the same
            i1 = -three, i2 = 0.02 * two;
            break;
        case Swap::LaRl:
            i1 = two, i2 = two + 0.02 * three;
            break;
        }
        result[Lead::I][i] = float(i1);
        result[Lead::II][i] = float(i2);
        for (const Lead lead : {Lead::III, Lead::aVR, Lead::aVL, Lead::aVF})
            result[lead][i] = float(limbLead(lead, i1, i2));
    }
    return result;
}

test::MadeEcg normal()
{
    test::MadeEcg made;
    made.noiseMv = 0.004;
    return made;
}

} // namespace

#define E2E_FOUND(findings, ...) QVERIFY2(find(findings, __VA_ARGS__), codesOf(findings).c_str())

class TestEcgGateSwaps : public QObject
{
    Q_OBJECT

private slots:
    void aNormalEcgHasNoFinding()
    {
        for (const double hz : {100.0, 250.0, 500.0, 1000.0}) {
            auto made = normal();
            made.hz = hz;
            made.seconds = hz < 250 ? 12 : 10;
            const auto findings = checkQuality(made.make(), {});
            QCOMPARE(codesOf(findings), std::string());
        }
    }

    void swappedCables()
    {
        const EcgRecord record = normal().make();
        E2E_FOUND(checkQuality(swapped(record, Swap::RaLa), {}), "swap-ra-la", Lead::I);
        E2E_FOUND(checkQuality(swapped(record, Swap::RaLl), {}), "swap-ra-ll", Lead::II);
        E2E_FOUND(checkQuality(swapped(record, Swap::RaRl), {}), "swap-ra-rl", Lead::II);
        E2E_FOUND(checkQuality(swapped(record, Swap::LaRl), {}), "swap-la-rl", Lead::III);
        // The algebra holds in all of them.
        for (const Swap swap : {Swap::RaLa, Swap::RaLl, Swap::LaLl, Swap::RaRl})
            QVERIFY(!find(checkQuality(swapped(record, swap), {}), "einthoven"));
        auto made = normal();
        made.p->x = 0.06, made.p->y = 0.14; // an axis of 67°, which the mirror makes negative
        const auto findings = checkQuality(swapped(made.make(), Swap::LaLl), {});
        E2E_FOUND(findings, "swap-la-ll", Lead::III);
        QCOMPARE(find(findings, "swap-la-ll")->severity, Severity::Note); // a heart may do this too
        // Left axis deviation with an upright P isn't a swap.
        made = normal();
        made.qrs = {{-0.04, 0.05, 0.9, -0.9, -0.3}};
        QVERIFY(codesOf(checkQuality(made.make(), {})).find("swap") == std::string::npos);
    }

    void chestCables()
    {
        const EcgRecord record = normal().make();
        const auto pairs = {
            std::pair{Lead::V1, Lead::V5}, {Lead::V2, Lead::V4}, {Lead::V1, Lead::V3}, {Lead::V2, Lead::V6}};
        for (const auto& [one, other] : pairs) {
            EcgRecord wrong = record;
            std::swap(wrong[one], wrong[other]);
            E2E_FOUND(checkQuality(wrong, {}), "swap-chest");
        }
        EcgRecord reversed = record;
        for (std::size_t i = 0; i < 3; ++i)
            std::swap(reversed.leads[6 + i], reversed.leads[11 - i]);
        const auto findings = checkQuality(reversed, {});
        E2E_FOUND(findings, "swap-chest-reversed");
        QVERIFY(!find(findings, "swap-chest")); // neighbours are still neighbours
    }

    void channelsOfTheFile()
    {
        const EcgRecord record = normal().make();
        for (const Lead lead : {Lead::I, Lead::II, Lead::III, Lead::aVR, Lead::aVL, Lead::aVF}) {
            EcgRecord wrong = record;
            for (float& v : wrong[lead])
                v = -v;
            E2E_FOUND(checkQuality(wrong, {}), "lead-inverted", lead);
            for (float& v : wrong[lead])
                v *= -1000; // µV beside mV
            E2E_FOUND(checkQuality(wrong, {}), "lead-scaled", lead);
        }
        const Lead limb[]{Lead::I, Lead::II, Lead::III, Lead::aVR, Lead::aVL, Lead::aVF};
        int named = 0, noticed = 0, all = 0;
        for (std::size_t a = 0; a < 6; ++a)
            for (std::size_t b = a + 1; b < 6; ++b, ++all) {
                EcgRecord wrong = record;
                std::swap(wrong[limb[a]], wrong[limb[b]]);
                const auto findings = checkQuality(wrong, {});
                const auto* found = find(findings, "leads-exchanged");
                named += found && found->lead == limb[a] ? 1 : 0;
                noticed += codesOf(findings).empty() ? 0 : 1;
            }
        QCOMPARE(noticed, all);
        QCOMPARE(named, all);
        EcgRecord copy = record;
        copy[Lead::V4] = copy[Lead::V2];
        E2E_FOUND(checkQuality(copy, {}), "lead-copy", Lead::V4);
        for (float& v : copy[Lead::V4])
            v *= 0.5f;
        QVERIFY(find(checkQuality(copy, {}), "lead-copy", Lead::V4)->sentence.find("0.50") != std::string::npos);
    }

    void noise()
    {
        auto made = normal();
        made.mainsMv = 0.15;
        auto findings = checkQuality(made.make(), {});
        E2E_FOUND(findings, "noise-mains");
        QVERIFY(find(findings, "noise-mains")->sentence.find("50 Hz") != std::string::npos);
        made.mainsHz = 60;
        findings = checkQuality(made.make(), {});
        QVERIFY(find(findings, "noise-mains")->sentence.find("60 Hz") != std::string::npos);
        QVERIFY(!find(findings, "noise-muscle"));
        made = normal();
        made.noiseMv = 0.08;
        findings = checkQuality(made.make(), {});
        E2E_FOUND(findings, "noise-muscle");
        QVERIFY(!find(findings, "noise-mains"));
        made = normal();
        made.wanderMv = 1.5;
        findings = checkQuality(made.make(), {});
        E2E_FOUND(findings, "baseline-wander");
        // An electrode in the air.
        EcgRecord record = normal().make();
        for (std::size_t i = 0; i < record.samples(); ++i)
            record[Lead::V3][i] = float(1.2 * std::sin(2 * std::numbers::pi * 50 * double(i) / 500 + 0.3));
        E2E_FOUND(checkQuality(record, {}), "lead-disconnected", Lead::V3);
    }

    void clippedBeats()
    {
        EcgRecord record = normal().make();
        float most = 0;
        for (const float v : record[Lead::V5])
            most = std::max(most, v);
        for (float& v : record[Lead::V5])
            v = std::min(v, 0.45f * most);
        E2E_FOUND(checkQuality(record, {}), "lead-saturated", Lead::V5);
        // The flat top of a coarse converter is no clipping.
        record = normal().make();
        for (auto& lead : record.leads)
            for (float& v : lead)
                v = std::round(v / 0.06f) * 0.06f;
        QVERIFY(!find(checkQuality(record, {}), "lead-saturated"));
    }

    void pacedRhythm()
    {
        for (const double hz : {500.0, 1000.0}) {
            auto made = normal();
            made.hz = hz;
            made.spikeMv = 2;
            made.spikeBefore = 0.01;
            E2E_FOUND(checkQuality(made.make(), {}), "paced-rhythm");
        }
        auto tall = normal();
        for (test::Bump& bump : tall.qrs)
            bump.x *= 2.5, bump.y *= 2.5, bump.z *= 2.5;
        QVERIFY(!find(checkQuality(tall.make(), {}), "paced-rhythm"));
    }

    void wrongSamplingRate()
    {
        EcgRecord record = normal().make();
        const auto told = [&] {
            const Measurements m = measure(record);
            qInfo("%g Hz: %.0f/min, QRS %.0f ms, QT %.0f ms", record.samplingHz,
                  m[Quantity::HeartRate].value.value_or(0), m[Quantity::Qrs].value.value_or(0),
                  m[Quantity::Qt].value.value_or(0));
        };
        record.samplingHz = 1000; // 140/min, with waves of half their length
        told();
        E2E_FOUND(checkQuality(record, {}), "rate-suspect");
        record.samplingHz = 250; // 35/min
        told();
        E2E_FOUND(checkQuality(record, {}), "rate-suspect");
        record.samplingHz = 500;
        QVERIFY(!find(checkQuality(record, {}), "rate-suspect"));
        auto fast = normal(); // a true tachycardia
        fast.rate = 150;
        fast.p.reset();
        fast.tBump = test::tWave(0.09, 0.24);
        QVERIFY(!find(checkQuality(fast.make(), {}), "rate-suspect"));
    }

    void noHeart()
    {
        test::MadeEcg::Random random{5};
        EcgRecord record = normal().make();
        for (auto& lead : record.leads)
            for (float& v : lead)
                v = float(0.1 * random.normal());
        const auto findings = checkQuality(record, {});
        E2E_FOUND(findings, "no-qrs");
        QCOMPARE(find(findings, "no-qrs")->severity, Severity::Warn);
    }

    void lowVoltageOrScale()
    {
        EcgRecord record = normal().make();
        for (auto& lead : record.leads)
            for (float& v : lead)
                v *= 0.1f;
        const auto findings = checkQuality(record, {});
        E2E_FOUND(findings, "amplitude-low");
        QVERIFY(!isBlocked(findings));
    }

    // No sample is called swapped, copied or scaled; each is, when it is made so.
    void samples_data()
    {
        QTest::addColumn<bool>("mirrored"); // a swap of the arms shows: a sinus rhythm with usual axes
        for (const char* file :
             {"ecg_dicom/ecgtoolkit_12lead_implicit.dcm", "ecg_dicom/mortara_eli250_12lead.dcm",
              "ecg_ge_cardiosoft_xml/cardiosoft_v651_rest.xml", "ecg_ge_muse_xml/braveheart_muse_1.xml",
              "ecg_ge_muse_xml/braveheart_muse_2.xml", "ecg_hl7_aecg/hl7aecg_1000hz.xml",
              "ecg_philips_sierra_xml/sierra_1_03.xml", "ecg_philips_sierra_xml/sierra_1_04.xml",
              "ecg_philips_sierra_xml/sierra_1_04_demo.xml", "ecg_scp/example_huffman.scp", "ecg_wfdb/00001_lr.hea",
              "ecg_wfdb/E07500.hea", "ecg_wfdb/HR06000.hea"})
            QTest::newRow(file) << true;
        for (const char* file :
             {"ecg_hl7_aecg/fda_subject1_0.xml", "ecg_ishne/ECG_P28.01.ecg", "ecg_scp/demo_8lead_raw.scp",
              "ecg_wfdb/JS20000.hea", "ecg_wfdb/s0010_re.hea", "ecg_edf_bdf/contec_0000050_12lead.edf"})
            QTest::newRow(file) << false;
    }
    void samples()
    {
        QFETCH(bool, mirrored);
        const auto path = test::sharedData(QTest::currentDataTag());
        E2E_NEED_SHARED(path);
        const EcgRecord record = readEcg(path);
        const std::string codes = codesOf(checkQuality(record, {}));
        qInfo("%s", codes.c_str());
        for (const char* alarm : {"swap", "lead-copy", "lead-inverted", "lead-scaled", "leads-exchanged", "einthoven",
                                  "paced", "rate-suspect", "no-qrs", "units"})
            QVERIFY2(codes.find(alarm) == std::string::npos, codes.c_str());
        if (!mirrored)
            return;
        E2E_FOUND(checkQuality(swapped(record, Swap::RaLa), {}), "swap-ra-la");
        E2E_FOUND(checkQuality(swapped(record, Swap::RaRl), {}), "swap-ra-rl");
        E2E_FOUND(checkQuality(swapped(record, Swap::LaRl), {}), "swap-la-rl");
        for (const auto& [one, other] : {std::pair{Lead::V1, Lead::V5}, {Lead::V2, Lead::V5}, {Lead::V2, Lead::V6}}) {
            EcgRecord wrong = record;
            std::swap(wrong[one], wrong[other]);
            E2E_FOUND(checkQuality(wrong, {}), "swap-chest");
        }
        EcgRecord wrong = record;
        for (float& v : wrong[Lead::II])
            v *= 2;
        E2E_FOUND(checkQuality(wrong, {}), "lead-scaled", Lead::II);
        wrong = record;
        std::swap(wrong[Lead::aVR], wrong[Lead::aVL]);
        E2E_FOUND(checkQuality(wrong, {}), "leads-exchanged", Lead::aVR);
        wrong = record;
        wrong[Lead::V4] = wrong[Lead::V3];
        E2E_FOUND(checkQuality(wrong, {}), "lead-copy", Lead::V4);
    }

    void poorSample()
    {
        const auto path = test::sharedData("ecg_edf_bdf/contec_0000050_12lead.edf");
        E2E_NEED_SHARED(path);
        const auto findings = checkQuality(readEcg(path), {});
        QVERIFY(isBlocked(findings)); // the chest leads are empty
        E2E_FOUND(findings, "leads-flat");
        E2E_FOUND(findings, "noise-muscle", Lead::I);
        E2E_FOUND(findings, "noise-mains", Lead::II);
    }
};

QTEST_GUILESS_MAIN(TestEcgGateSwaps)
#include "test_ecg_gate_swaps.moc"
