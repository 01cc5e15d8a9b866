// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/calliper.h"
#include "support/test_paths.h"

#include <cmath>
#include <limits>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

// Lead II: baseline 0.1 mV, a T wave whose last limb falls in a straight line of −4 mV/s from 0.5 s to 0.6 s.
EcgRecord withTWave(double rate, double sign = 1)
{
    EcgRecord record;
    record.samplingHz = rate;
    auto& y = record[Lead::II];
    y.assign(std::size_t(rate * 2), 0.1f);
    const auto at = [&](double seconds) { return std::size_t(std::lround(seconds * rate)); };
    for (std::size_t i = at(0.4); i < at(0.5); ++i)
        y[i] = float(0.1 + sign * 0.4 * (double(i) / rate - 0.4) / 0.1);
    for (std::size_t i = at(0.5); i < at(0.6); ++i)
        y[i] = float(0.1 + sign * (0.4 - 4 * (double(i) / rate - 0.5)));
    return record;
}

} // namespace

class TestEcgCalliper : public QObject
{
    Q_OBJECT

private slots:
    void readings()
    {
        Calliper c;
        c.from = {2.0, 0.3};
        c.to = {1.2, -0.45};
        QVERIFY(std::abs(c.milliseconds() - 800) < 1e-9);
        QVERIFY(std::abs(c.millivolts() + 0.75) < 1e-12);
        QVERIFY(std::abs(*c.perMinute() - 75) < 1e-9);
        c.to.seconds = 2.0;
        QVERIFY(!c.perMinute());
    }

    void snapsToSamplesAndToANearTrace()
    {
        EcgRecord record = withTWave(500);
        const TracePoint near = snapped(record, Lead::II, {0.5011, 0.45}, 0.15);
        QCOMPARE(near.seconds, 251 / 500.0);
        QCOMPARE(near.millivolts, double(record[Lead::II][251]));
        const TracePoint far = snapped(record, Lead::II, {0.5011, 1.5}, 0.15);
        QCOMPARE(far.seconds, 251 / 500.0);
        QCOMPARE(far.millivolts, 1.5);
        QCOMPARE(snapped(record, Lead::II, {-3, 0.1}, 0.15).seconds, 0.0);
        QCOMPARE(snapped(record, Lead::II, {99, 0.1}, 0.15).seconds, 999 / 500.0);
        QCOMPARE(snapped(record, Lead::V1, {0.5011, 0.1}, 0.15).seconds, 0.5011); // no such lead: as it is
        record[Lead::II][251] = std::numeric_limits<float>::quiet_NaN();
        QCOMPARE(snapped(record, Lead::II, {0.5011, 0.45}, 0.15).millivolts, 0.45);
    }

    void aNudgeFollowsTheTraceOnlyFromTheTrace()
    {
        const EcgRecord record = withTWave(500);
        const TracePoint on{250 / 500.0, double(record[Lead::II][250])};
        QCOMPARE(nudged(record, Lead::II, on, 3).millivolts, double(record[Lead::II][253]));
        QCOMPARE(nudged(record, Lead::II, on, 3).seconds, 253 / 500.0);
        QCOMPARE(nudged(record, Lead::II, {250 / 500.0, 2.0}, -1).millivolts, 2.0);
    }

    void marchesThroughBothWays()
    {
        Calliper c;
        c.from = {5.0, 0};
        c.to = {4.2, 0};
        const auto times = marchTimes(c, 2.5, 7.5);
        const std::vector<double> expected{2.6, 3.4, 5.8, 6.6, 7.4};
        QCOMPARE(times.size(), expected.size());
        for (std::size_t i = 0; i < times.size(); ++i)
            QVERIFY(std::abs(times[i] - expected[i]) < 1e-9);
        c.to = c.from;
        QVERIFY(marchTimes(c, 0, 10).empty());
        c.to.seconds = 5.002;
        QVERIFY(marchTimes(c, 0, 1e6).empty()); // more lines than anyone can see
    }

    void tangentMeetsTheBaseline_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("sign");
        QTest::newRow("500 Hz") << 500.0 << 1.0;
        QTest::newRow("1000 Hz, inverted T") << 1000.0 << -1.0;
        QTest::newRow("250 Hz") << 250.0 << 1.0;
    }
    void tangentMeetsTheBaseline()
    {
        QFETCH(double, rate);
        QFETCH(double, sign);
        const auto tangent = qtTangent(withTWave(rate, sign), Lead::II, 0.56, 0.2);
        QVERIFY(tangent);
        QVERIFY2(std::abs(tangent->tEnd - 0.6) < 0.002, qPrintable(QString::number(tangent->tEnd)));
        QVERIFY(std::abs(tangent->slope + sign * 4) < 0.05);
        QVERIFY(std::abs(tangent->baseline - 0.1) < 1e-6);
        QVERIFY(std::abs(*tangent->qtMilliseconds() - 400) < 2);
        QVERIFY(!qtTangent(withTWave(rate, sign), Lead::II, 0.56, std::nullopt)->qtMilliseconds());
    }

    void noWaveNoTangent()
    {
        QVERIFY(!qtTangent(withTWave(500), Lead::II, 1.5, 0.2));  // flat
        QVERIFY(!qtTangent(withTWave(500), Lead::V1, 0.56, 0.2)); // not recorded
        QVERIFY(!qtTangent(withTWave(500), Lead::II, 0.34, 0.2)); // the limb that rises from the baseline
        // Without an onset the baseline is behind the wave, and must be recorded.
        EcgRecord ends = withTWave(500);
        ends[Lead::II].resize(300);
        QVERIFY(!qtTangent(ends, Lead::II, 0.56, std::nullopt));
        QVERIFY(qtTangent(ends, Lead::II, 0.56, 0.2));
        EcgRecord holes = withTWave(500);
        for (float& v : holes[Lead::II])
            v = std::numeric_limits<float>::quiet_NaN();
        QVERIFY(!qtTangent(holes, Lead::II, 0.56, 0.2));
    }
};

QTEST_GUILESS_MAIN(TestEcgCalliper)
#include "test_ecg_calliper.moc"
