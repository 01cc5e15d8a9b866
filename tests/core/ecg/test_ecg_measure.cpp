// SPDX-License-Identifier: GPL-3.0-or-later
// Measurements of made ECGs whose truth is known.
#include "ecg/measure/intervals.h"
#include "ecg/measure/median_beat.h"
#include "ecg/measure/pacing.h"
#include "ecg_test_support.h"
#include "made_ecg.h"

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

// Every beat found, none invented: within 40 ms of the truth.
QString compareBeats(const Measurements& m, const test::MadeEcg& made, double hz, double toleranceSeconds = 0.04)
{
    if (m.rPeaks.size() != made.beats.size())
        return QString("%1 beats, %2 expected").arg(m.rPeaks.size()).arg(made.beats.size());
    for (std::size_t i = 0; i < m.rPeaks.size(); ++i)
        if (std::abs(double(m.rPeaks[i]) / hz - made.beats[i]) > toleranceSeconds)
            return QString("beat %1 at %2 s, expected %3").arg(i).arg(double(m.rPeaks[i]) / hz).arg(made.beats[i]);
    return {};
}

QString compare(const Measurements& m, Quantity quantity, double expected, double tolerance)
{
    const Measured& measured = m[quantity];
    if (!measured.value)
        return QString::fromStdString(std::string(label(quantity)) + ": " + measured.whyNot);
    return std::abs(*measured.value - expected) <= tolerance
               ? QString()
               : QString("%1 is %2, expected %3 ± %4")
                     .arg(QString::fromStdString(std::string(label(quantity))))
                     .arg(*measured.value)
                     .arg(expected)
                     .arg(tolerance);
}

} // namespace

#define E2E_SAME(call)                                                                                                 \
    do {                                                                                                               \
        const QString difference = call;                                                                               \
        QVERIFY2(difference.isEmpty(), qPrintable(difference));                                                        \
    } while (false)

class TestEcgMeasure : public QObject
{
    Q_OBJECT

private slots:
    void movedPeaksStayAscending()
    {
        // Both of each pair are drawn to the same complex; they must neither meet nor cross.
        const EcgRecord record = test::syntheticRecord(500, 12);
        QrsDetection detection = findQrs(record);
        QVERIFY(detection.peaks.size() >= 10);
        std::vector<std::size_t> pairs;
        for (const std::size_t peak : detection.peaks) {
            pairs.push_back(peak - 8);
            pairs.push_back(peak + 6);
        }
        detection.peaks = pairs;
        const auto ascending = [&] {
            return std::adjacent_find(detection.peaks.begin(), detection.peaks.end(), std::greater_equal<>()) ==
                   detection.peaks.end();
        };
        const BeatClasses classes = classify(record, detection);
        QVERIFY(ascending());
        medianBeat(record, detection, std::vector<bool>(pairs.size(), true), 0.09);
        QVERIFY(ascending());
        QCOMPARE(classes.classOf.size(), pairs.size());
    }

    void normalBeatHasItsBorders_data()
    {
        QTest::addColumn<double>("hz");
        QTest::addColumn<double>("noise");
        QTest::addColumn<double>("mains");
        QTest::addColumn<double>("wander");
        QTest::addColumn<double>("tolerance"); // ms
        QTest::newRow("clean 500") << 500.0 << 0.0 << 0.0 << 0.0 << 10.0;
        QTest::newRow("clean 1000") << 1000.0 << 0.0 << 0.0 << 0.0 << 10.0;
        QTest::newRow("clean 250") << 250.0 << 0.0 << 0.0 << 0.0 << 12.0;
        QTest::newRow("PTB-XL's 100") << 100.0 << 0.0 << 0.0 << 0.0 << 20.0;
        QTest::newRow("80") << 80.0 << 0.0 << 0.0 << 0.0 << 24.0;
        QTest::newRow("odd rate 257.3") << 257.3 << 0.0 << 0.0 << 0.0 << 12.0;
        QTest::newRow("16 kHz") << 16000.0 << 0.0 << 0.0 << 0.0 << 10.0;
        QTest::newRow("noise") << 500.0 << 0.01 << 0.0 << 0.0 << 16.0;
        QTest::newRow("mains") << 500.0 << 0.0 << 0.01 << 0.0 << 16.0;
        QTest::newRow("wander") << 500.0 << 0.0 << 0.0 << 0.5 << 20.0;
    }
    void normalBeatHasItsBorders()
    {
        QFETCH(double, hz);
        QFETCH(double, noise);
        QFETCH(double, mains);
        QFETCH(double, wander);
        QFETCH(double, tolerance);
        test::MadeEcg made;
        made.hz = hz;
        made.noiseMv = noise;
        made.mainsMv = mains;
        made.wanderMv = wander;
        const EcgRecord record = made.make();
        const Measurements m = measure(record);
        E2E_SAME(compareBeats(m, made, hz));
        QCOMPARE(m.values.size(), quantityCount);
        QVERIFY(m.whyNot.empty());
        E2E_SAME(compare(m, Quantity::HeartRate, 70, 0.5));
        E2E_SAME(compare(m, Quantity::Pr, 150, tolerance));
        E2E_SAME(compare(m, Quantity::PDuration, 100, 1.5 * tolerance));
        E2E_SAME(compare(m, Quantity::Qrs, 90, tolerance));
        E2E_SAME(compare(m, Quantity::Qt, 400, 2 * tolerance));
        E2E_SAME(compare(m, Quantity::PAxis, 50.2, 6)); // atan2(0.12, 0.10)
        E2E_SAME(compare(m, Quantity::TAxis, 41.3, 6)); // atan2(0.22, 0.25)
        QVERIFY(std::abs(*m[Quantity::QtcFridericia].value - qtcFridericia(*m[Quantity::Qt].value, 60.0 / 70)) < 2);
        QCOMPARE(std::count(m.inMedian.begin(), m.inMedian.end(), true), std::ptrdiff_t(m.rPeaks.size()));
    }

    void everyRateIsCounted_data()
    {
        QTest::addColumn<double>("rate");
        for (const double rate : {30, 40, 55, 100, 130, 160, 200, 250})
            QTest::newRow(qPrintable(QString::number(rate))) << rate;
    }
    void everyRateIsCounted()
    {
        QFETCH(double, rate);
        test::MadeEcg made;
        made.rate = rate;
        made.seconds = 12;
        made.noiseMv = 0.01;
        if (rate > 140) { // no room for long waves
            made.p.reset();
            made.tBump = test::tWave(0.07, 0.19);
        }
        const Measurements m = measure(made.make());
        E2E_SAME(compareBeats(m, made, made.hz));
        E2E_SAME(compare(m, Quantity::HeartRate, rate, 0.01 * rate));
    }

    void mainsHideNoPWave()
    {
        test::MadeEcg made;
        made.mainsMv = 0.08; // as strong as the P wave
        const Measurements m = measure(made.make());
        E2E_SAME(compareBeats(m, made, made.hz));
        E2E_SAME(compare(m, Quantity::Pr, 150, 24));
        made.fibrillation = true; // but nothing is made of nothing
        QVERIFY(!measure(made.make())[Quantity::Pr].value);
    }

    void wideQrsAndBlock()
    {
        test::MadeEcg made;
        made.p = test::pWave(-0.36, -0.25);                                       // PR 280 ms
        made.qrs = {{-0.08, 0.0, 0.4, 0.1, -0.3}, {-0.04, 0.08, 1.1, 0.3, -0.8}}; // 160 ms
        made.tBump = test::tWave(0.16, 0.42, -1);
        made.noiseMv = 0.005;
        const Measurements m = measure(made.make());
        E2E_SAME(compare(m, Quantity::Qrs, 160, 14));
        E2E_SAME(compare(m, Quantity::Pr, 280, 20));
        E2E_SAME(compare(m, Quantity::Qt, 500, 30));
        E2E_SAME(compare(m, Quantity::TAxis, 41.3 - 180, 8)); // inverted T
        QVERIFY(std::abs(*m[Quantity::QrsAxis].value) < 30);
    }

    void fibrillationHasNoP()
    {
        for (const std::uint32_t seed : {1u, 7u, 99u, 1234u, 5000u}) {
            test::MadeEcg made;
            made.fibrillation = true;
            made.seed = seed;
            made.rate = 80;
            made.noiseMv = 0.005;
            const Measurements m = measure(made.make());
            E2E_SAME(compareBeats(m, made, made.hz));
            QVERIFY2(!m.borders.pOnset && !m.borders.pOffset, qPrintable(QString("seed %1").arg(seed)));
            QVERIFY(!m[Quantity::Pr].value && !m[Quantity::PDuration].value && !m[Quantity::PAxis].value);
            QVERIFY(m[Quantity::Pr].whyNot.find("P wave") != std::string::npos);
            QCOMPARE(m[Quantity::PAxis].whyNot, m[Quantity::PDuration].whyNot);
            QVERIFY(m[Quantity::Qrs].value && m[Quantity::HeartRate].value);
            QVERIFY(*m[Quantity::RrSdnn].value > 60);
        }
    }

    void noPAndNoT()
    {
        test::MadeEcg made;
        made.p.reset();
        made.tBump.reset();
        made.noiseMv = 0.01;
        const Measurements m = measure(made.make());
        QVERIFY(m[Quantity::Qrs].value);
        QCOMPARE(m[Quantity::Pr].whyNot, std::string("no P wave found"));
        QCOMPARE(m[Quantity::Qt].whyNot, std::string("no end of the T wave found"));
        QVERIFY(!m[Quantity::QtcBazett].value && !m[Quantity::TAxis].value);
        made.noiseMv = 0; // not even the rounding of a clean signal is a wave
        const Measurements clean = measure(made.make());
        QVERIFY(!clean.borders.pOnset && !clean.borders.tOffset);
    }

    void ectopicBeatsAreLeftOut()
    {
        test::MadeEcg made;
        made.ectopic = {4, 9};
        made.noiseMv = 0.005;
        const Measurements m = measure(made.make());
        E2E_SAME(compareBeats(m, made, made.hz, 0.09));
        for (std::size_t i = 0; i < m.rPeaks.size(); ++i)
            QCOMPARE(bool(m.inMedian[i]), i != 4 && i != 9);
        E2E_SAME(compare(m, Quantity::Qrs, 90, 10));
        E2E_SAME(compare(m, Quantity::Pr, 150, 10));
        QVERIFY(*m[Quantity::RrSdnn].value < 10); // between normal beats alone
    }

    void prematureNarrowBeatsAreLeftOut()
    {
        test::MadeEcg made;
        const EcgRecord regular = made.make();
        // Beat 5 comes 250 ms early: what lies between the T wave before and it is cut out.
        EcgRecord record = regular;
        const auto from = std::size_t((made.beats[5] - 0.45) * made.hz), cut = std::size_t(0.25 * made.hz);
        for (auto& lead : record.leads)
            lead.erase(lead.begin() + std::ptrdiff_t(from), lead.begin() + std::ptrdiff_t(from + cut));
        const Measurements m = measure(record);
        QCOMPARE(m.rPeaks.size(), made.beats.size());
        for (std::size_t i = 0; i < m.rPeaks.size(); ++i)
            QCOMPARE(bool(m.inMedian[i]), i != 5);
    }

    void pacingSpikesAreNotBeats()
    {
        for (const double hz : {500.0, 1000.0}) {
            test::MadeEcg made;
            made.hz = hz;
            made.spikeMv = 2;
            made.spikeBefore = 0.01;
            made.p.reset();
            made.qrs = {{-0.04, 0.04, 0.4, -0.5, -0.3}, {0.0, 0.12, 0.9, -0.8, -0.8}}; // 160 ms
            made.noiseMv = 0.005;
            const EcgRecord record = made.make();
            const auto spikes = findPacingSpikes(record);
            QCOMPARE(spikes.size(), made.beats.size());
            const Measurements m = measure(record);
            E2E_SAME(compareBeats(m, made, hz, 0.09));
            QVERIFY(isPaced(spikes, m.rPeaks, hz));
            E2E_SAME(compare(m, Quantity::HeartRate, 70, 0.5));
        }
        test::MadeEcg tall; // a tall narrow R is none
        for (test::Bump& bump : tall.qrs)
            bump.x *= 3, bump.y *= 3, bump.z *= 3;
        QVERIFY(findPacingSpikes(tall.make()).empty());
    }

    void oneBadLeadChangesNothing()
    {
        test::MadeEcg made;
        made.noiseMv = 0.003;
        EcgRecord record = made.make();
        const Measurements good = measure(record);
        test::MadeEcg::Random random{77};
        for (float& v : record[Lead::V2])
            v = float(0.4 * random.normal());
        std::fill(record[Lead::V4].begin(), record[Lead::V4].end(), 0.0f);
        std::fill(record[Lead::V5].begin(), record[Lead::V5].end(), NAN);
        record[Lead::V6][1000] = 300; // a pop
        const Measurements bad = measure(record);
        E2E_SAME(compareBeats(bad, made, made.hz));
        for (const Quantity q : {Quantity::Pr, Quantity::Qrs})
            E2E_SAME(compare(bad, q, *good[q].value, 14));
        E2E_SAME(compare(bad, Quantity::Qt, *good[Quantity::Qt].value, 24));
    }

    void nothingIsInvented_data()
    {
        QTest::addColumn<int>("kind");
        int kind = 0;
        for (const char* name : {"flat", "noise", "slow wander and mains", "empty", "no rate", "NaN", "half a second",
                                 "one beat", "two beats", "one sample", "unequal leads", "infinite"})
            QTest::newRow(name) << kind++;
    }
    void nothingIsInvented()
    {
        QFETCH(int, kind);
        test::MadeEcg made;
        EcgRecord record = made.make();
        const auto fill = [&](auto value) {
            for (auto& lead : record.leads)
                for (std::size_t i = 0; i < lead.size(); ++i)
                    lead[i] = float(value(i));
        };
        test::MadeEcg::Random random{3};
        if (kind == 0)
            fill([](std::size_t) { return 0.25; });
        else if (kind == 1)
            fill([&](std::size_t) { return 0.1 * random.normal(); });
        else if (kind == 2)
            fill([](std::size_t i) {
                return std::sin(2 * std::numbers::pi * 0.3 * double(i) / 500) +
                       0.3 * std::sin(2 * std::numbers::pi * 50 * double(i) / 500);
            });
        else if (kind == 3)
            record = EcgRecord{};
        else if (kind == 4)
            record.samplingHz = 0;
        else if (kind == 5)
            fill([](std::size_t) { return NAN; });
        else if (kind == 6)
            for (auto& lead : record.leads)
                lead.resize(250);
        else if (kind == 7)
            for (auto& lead : record.leads)
                lead.resize(600);
        else if (kind == 8)
            for (auto& lead : record.leads)
                lead.resize(900);
        else if (kind == 9)
            for (auto& lead : record.leads)
                lead.resize(1);
        else if (kind == 10)
            record[Lead::V3].resize(10);
        else
            fill([](std::size_t i) { return i % 2 ? INFINITY : -INFINITY; });
        const Measurements m = measure(record);
        QCOMPARE(m.values.size(), quantityCount);
        QVERIFY(!m.whyNot.empty());
        QVERIFY(!m.beat);
        QCOMPARE(m.borders, WaveBorders{});
        for (const Measured& each : m.values) {
            QVERIFY2(!each.value, std::string(label(each.quantity)).c_str());
            QVERIFY2(!each.whyNot.empty(), std::string(label(each.quantity)).c_str());
        }
    }

    void noiseHasNoBeatsWhateverItsSeed()
    {
        for (std::uint32_t seed = 1; seed <= 12; ++seed) {
            test::MadeEcg::Random random{seed * 7919};
            EcgRecord record;
            record.samplingHz = 500;
            for (const Lead lead : allLeads) {
                if (seed % 3 == 0 && lead != Lead::II)
                    continue; // a single lead has the least to tell
                for (int i = 0; i < 5000; ++i)
                    record[lead].push_back(float(0.05 * random.normal()));
            }
            QVERIFY2(!measure(record)[Quantity::HeartRate].value, qPrintable(QString::number(seed)));
        }
    }

    void gapsHaveNoRrInterval()
    {
        test::MadeEcg made;
        EcgRecord record = made.make();
        for (auto& lead : record.leads)
            std::fill(lead.begin() + 2000, lead.begin() + 3000, NAN); // 2 s without a signal
        const Measurements m = measure(record);
        QVERIFY(m.rPeaks.size() < made.beats.size());
        QCOMPARE(std::count(m.afterGap.begin(), m.afterGap.end(), true), std::ptrdiff_t(1));
        E2E_SAME(compare(m, Quantity::HeartRate, 70, 0.5));
        E2E_SAME(compare(m, Quantity::Qrs, 90, 10));
    }

    void movedBordersMoveTheValues()
    {
        test::MadeEcg made;
        Measurements m = measure(made.make());
        const double qt = *m[Quantity::Qt].value, bazett = *m[Quantity::QtcBazett].value;
        m.borders.tOffset = *m.borders.tOffset + 0.04;
        m.borderMoved = true;
        remeasure(m, made.hz);
        E2E_SAME(compare(m, Quantity::Qt, qt + 40, 1e-6));
        QVERIFY(*m[Quantity::QtcBazett].value > bazett + 40);
        m.borders.pOnset.reset();
        remeasure(m, made.hz);
        QVERIFY(!m[Quantity::Pr].value && !m[Quantity::Pr].whyNot.empty());
        m.borders.qrsOffset = *m.borders.qrsOnset - 0.01; // dragged past the other
        remeasure(m, made.hz);
        QVERIFY(!m[Quantity::Qrs].value);
        m.borders.tOffset = 1e9; // outside the beat
        remeasure(m, made.hz);
        QVERIFY(m[Quantity::TAxis].value);
    }

    void longRecordingsWork()
    {
        test::MadeEcg made;
        made.hz = 250;
        made.seconds = 600;
        made.noiseMv = 0.01;
        const Measurements m = measure(made.make());
        E2E_SAME(compareBeats(m, made, made.hz));
        E2E_SAME(compare(m, Quantity::Qrs, 90, 10));
        QVERIFY(m.beat->samples() < 500);
    }

    void formulas()
    {
        QVERIFY(std::abs(qtcBazett(400, 0.64) - 500) < 1e-9);
        QVERIFY(std::abs(qtcFridericia(400, 0.512) - 500) < 1e-9);
        QVERIFY(std::abs(qtcFramingham(400, 0.9) - 415.4) < 1e-9);
        QVERIFY(std::abs(qtcHodges(400, 0.75) - 435) < 1e-9);
        for (const double qtc : {qtcBazett(390, 1), qtcFridericia(390, 1), qtcFramingham(390, 1), qtcHodges(390, 1)})
            QVERIFY(std::abs(qtc - 390) < 1e-9);
    }

    void voltagesAreThoseOfTheSignal()
    {
        test::MadeEcg made;
        const Measurements m = measure(made.make());
        const auto& beat = *m.beat;
        const float s = -*std::min_element(beat[Lead::V1].begin(), beat[Lead::V1].end());
        const float r = std::max(*std::max_element(beat[Lead::V5].begin(), beat[Lead::V5].end()),
                                 *std::max_element(beat[Lead::V6].begin(), beat[Lead::V6].end()));
        E2E_SAME(compare(m, Quantity::SokolowLyon, double(s + r), 0.03));
        EcgRecord record = made.make();
        record[Lead::V1].clear();
        QVERIFY(measure(record)[Quantity::SokolowLyon].whyNot.find("V1") != std::string::npos);
        QVERIFY(measure(record)[Quantity::Cornell].value);
        std::fill(record[Lead::V3].begin(), record[Lead::V3].end(), 0.2f); // an electrode that was off has no R wave
        QVERIFY(!measure(record)[Quantity::Cornell].value);
        record[Lead::aVF].clear(); // the axis follows from I and II
        E2E_SAME(compare(measure(record), Quantity::QrsAxis, *m[Quantity::QrsAxis].value, 1));
        record[Lead::I].clear();
        QCOMPARE(measure(record)[Quantity::QrsAxis].whyNot, std::string("lead I or aVF is missing"));
    }

    void whatTheFileStates()
    {
        EcgRecord record;
        const auto state = [&](const char* name, double value, const char* unit) {
            record.measurements.push_back({name, value, unit, {}});
        };
        state("QRSDuration", 0.092, "s");
        state("QRS Duration", 500, "ms"); // the first one counts
        state("PQ interval", 160000, "\xC2\xB5s");
        state("QT Interval", 400, "ms");
        state("Ventricular rate", 75, "bpm");
        state("QTc Interval", 447, "ms"); // Bazett's: 400 / sqrt(0.8)
        state("P Axis", 44, "ms");        // files are known that say so
        state("T axis", 270, "deg");
        state("RR Interval", 29999, "ms"); // not measured
        state("PP Interval", 800, "ms");
        state("Sokolow index", 2500, "uV");
        record.measurements.push_back({"P duration", {}, "ms", "104 ms"});
        const auto all = statedByFile(record);
        const auto of = [&](Quantity quantity) -> std::optional<double> {
            for (const Measured& each : all)
                if (each.quantity == quantity)
                    return each.value;
            return {};
        };
        QCOMPARE(of(Quantity::Qrs), std::optional(92.0));
        QCOMPARE(of(Quantity::Pr), std::optional(160.0));
        QCOMPARE(of(Quantity::HeartRate), std::optional(75.0));
        QCOMPARE(of(Quantity::QtcBazett), std::optional(447.0));
        QVERIFY(!of(Quantity::QtcFridericia));
        QCOMPARE(of(Quantity::PAxis), std::optional(44.0));
        QCOMPARE(of(Quantity::TAxis), std::optional(-90.0));
        QVERIFY(!of(Quantity::RrMean));
        QCOMPARE(of(Quantity::SokolowLyon), std::optional(2.5));
        QCOMPARE(of(Quantity::PDuration), std::optional(104.0));
        QVERIFY(std::is_sorted(all.begin(), all.end(),
                               [](const Measured& a, const Measured& b) { return a.quantity < b.quantity; }));
        record.measurements[5].value = qtcFridericia(400, 0.8); // another formula shows by its number
        const auto again = statedByFile(record);
        QVERIFY(std::any_of(again.begin(), again.end(),
                            [](const Measured& m) { return m.quantity == Quantity::QtcFridericia; }));
        QVERIFY(statedByFile(EcgRecord{}).empty());
    }
};

QTEST_GUILESS_MAIN(TestEcgMeasure)
#include "test_ecg_measure.moc"
