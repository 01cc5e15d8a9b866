// SPDX-License-Identifier: GPL-3.0-or-later
#include "ecg/display_filter.h"
#include "ecg_test_support.h"

#include <functional>

using namespace echo2ecg;
using namespace echo2ecg::ecg;

namespace {

EcgRecord recordOf(double hz, double seconds, const std::function<double(double)>& signal)
{
    EcgRecord record;
    record.samplingHz = hz;
    auto& lead = record[Lead::II];
    lead.resize(std::size_t(hz * seconds));
    for (std::size_t i = 0; i < lead.size(); ++i)
        lead[i] = float(signal(double(i) / hz));
    return record;
}

double sine(double hz, double t)
{
    return std::sin(2 * std::numbers::pi * hz * t);
}

// Gain and phase of the sine at `hz` in the middle half of lead II.
struct Response
{
    double gain, degrees;
};
Response responseAt(const EcgRecord& record, double hz)
{
    const auto& lead = record[Lead::II];
    const std::size_t from = lead.size() / 4, to = 3 * lead.size() / 4;
    double s = 0, c = 0, ss = 0, cc = 0, sc = 0;
    for (std::size_t i = from; i < to; ++i) {
        const double t = double(i) / record.samplingHz;
        const double a = sine(hz, t), b = std::cos(2 * std::numbers::pi * hz * t);
        s += a * double(lead[i]), c += b * double(lead[i]);
        ss += a * a, cc += b * b, sc += a * b;
    }
    const double det = ss * cc - sc * sc, x = (s * cc - c * sc) / det, y = (c * ss - s * sc) / det;
    return {std::hypot(x, y), std::atan2(y, x) * 180 / std::numbers::pi};
}

double largest(const std::vector<float>& values)
{
    double most = 0;
    for (const float value : values)
        most = std::max(most, std::abs(double(value)));
    return most;
}

} // namespace

class TestEcgDisplayFilter : public QObject
{
    Q_OBJECT

private slots:
    void saysWhatItIs()
    {
        QCOMPARE(DisplayFilter{}.describe(), std::string("no filter"));
        QCOMPARE((DisplayFilter{0.5, 40, 50}.describe()), std::string("0.5–40 Hz, notch 50 Hz, zero phase"));
        QCOMPARE((DisplayFilter{0.05, 150, {}}.describe()), std::string("0.05–150 Hz, zero phase"));
        QCOMPARE((DisplayFilter{{}, {}, 60}.describe()), std::string("notch 60 Hz, zero phase"));
        QCOMPARE((DisplayFilter{{}, 40, {}}.describe()), std::string("to 40 Hz, zero phase"));
        QVERIFY(!DisplayFilter{}.any());
    }

    void frequencyResponse_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("hz");
        QTest::addColumn<double>("least");
        QTest::addColumn<double>("most");
        for (const double rate : {250.0, 500.0, 1000.0, 16000.0}) {
            const auto row = [&](double hz, double least, double most) {
                QTest::newRow(qPrintable(QString("%1 Hz at %2").arg(hz).arg(rate))) << rate << hz << least << most;
            };
            row(0.1, 0, 0.01);
            row(0.5, 0.69, 0.72); // the corners, at -3 dB after both passes
            row(5, 0.995, 1.001);
            row(15, 0.97, 1.001);
            row(40, 0.69, 0.72);
            row(100, 0, 0.07);
        }
    }
    void frequencyResponse()
    {
        QFETCH(double, rate);
        QFETCH(double, hz);
        QFETCH(double, least);
        QFETCH(double, most);
        const auto record = recordOf(rate, 40, [&](double t) { return sine(hz, t); });
        const Response response = responseAt(filtered(record, {0.5, 40, {}}), hz);
        QVERIFY2(response.gain >= least && response.gain <= most, qPrintable(QString::number(response.gain)));
        if (least > 0.5)
            QVERIFY2(std::abs(response.degrees) < 0.5, qPrintable(QString::number(response.degrees)));
    }

    void notchTakesTheMainsAlone()
    {
        const auto gain = [](double hz) {
            const auto record = recordOf(500, 20, [&](double t) { return sine(hz, t); });
            return responseAt(filtered(record, {{}, {}, 50}), hz).gain;
        };
        QVERIFY(gain(50) < 1e-3);
        QVERIFY(gain(45) > 0.95);
        QVERIFY(gain(55) > 0.95);
        QVERIFY(gain(100) > 0.99); // harmonics are left alone
        QVERIFY(gain(1) > 0.999);
    }

    void slowestCornerIsStable()
    {
        for (const double rate : {1000.0, 16000.0}) {
            const auto record = recordOf(rate, 10, [](double t) { return 3 + 0.5 * sine(7, t); });
            const auto result = filtered(record, {0.05, {}, {}});
            QVERIFY(largest(result[Lead::II]) < 0.55); // the offset is gone, also at the edges
            QVERIFY(std::abs(responseAt(result, 7).gain - 0.5) < 0.005);
        }
    }

    void edgesDoNotRing()
    {
        // An offset and a drift, and a full QRS on the very first sample.
        const auto drift = recordOf(500, 10, [](double t) { return 2 + 0.3 * t; });
        QVERIFY(largest(filtered(drift, {0.5, 40, 50})[Lead::II]) < 1e-4);
        const auto lowPassed = filtered(drift, {{}, 40, 50})[Lead::II];
        for (std::size_t i = 0; i < lowPassed.size(); ++i)
            QVERIFY(std::abs(lowPassed[i] - drift[Lead::II][i]) < 1e-4f);
        const auto beat = recordOf(500, 10, [](double t) {
            const double phase = t - std::floor(t + 0.5);
            return std::exp(-std::pow(phase / 0.02, 2));
        });
        const auto result = filtered(beat, {0.5, 40, {}})[Lead::II];
        for (std::size_t i = 0; i < 500; ++i) // the first second looks like the fifth
            QVERIFY2(std::abs(result[i] - result[i + 2000]) < 0.06f, qPrintable(QString::number(i)));
    }

    void nanStaysWhereItIs()
    {
        auto record = recordOf(500, 10, [](double t) { return 1 + sine(3, t); });
        auto& lead = record[Lead::II];
        lead[0] = NAN;
        for (std::size_t i = 2000; i < 2100; ++i)
            lead[i] = NAN;
        lead[2102] = NAN; // leaves a stretch of two samples
        const auto result = filtered(record, {0.5, 40, 50});
        for (std::size_t i = 0; i < lead.size(); ++i)
            QCOMPARE(std::isnan(result[Lead::II][i]), std::isnan(lead[i]));
        // Each stretch is filtered on its own: what is behind the gap changes nothing before it.
        for (std::size_t i = 2200; i < lead.size(); ++i)
            lead[i] += 100;
        const auto again = filtered(record, {0.5, 40, 50});
        for (std::size_t i = 1; i < 2000; ++i)
            QCOMPARE(again[Lead::II][i], result[Lead::II][i]);
        auto nothing = recordOf(500, 1, [](double) { return double(NAN); });
        QVERIFY(std::isnan(filtered(nothing, {0.5, 40, 50})[Lead::II][7]));
    }

    void cornersAboveNyquistAreLeftOutAndSaid()
    {
        const auto record = recordOf(100, 10, [](double t) { return sine(5, t); });
        std::string leftOut = "old";
        const auto result = filtered(record, {{}, 150, 50}, &leftOut);
        QVERIFY(leftOut.find("low-pass 150 Hz") != std::string::npos);
        QVERIFY(leftOut.find("notch 50 Hz") != std::string::npos); // exactly half the rate
        QVERIFY(result[Lead::II] == record[Lead::II]);
        filtered(record, {0.05, 49, {}}, &leftOut);
        QCOMPARE(leftOut, std::string());
        filtered(record, {-1.0, {}, {}}, &leftOut);
        QVERIFY(leftOut.find("high-pass -1 Hz") != std::string::npos);
        filtered(record, {{}, double(NAN), {}}, &leftOut);
        QVERIFY(!leftOut.empty());
        EcgRecord rateless = record;
        rateless.samplingHz = 0;
        QVERIFY(filtered(rateless, {0.5, 40, 50}, &leftOut)[Lead::II] == record[Lead::II]);
        QVERIFY(!leftOut.empty());
    }

    void applicableIsWhatIsDone()
    {
        const DisplayFilter wanted{0.05, 150, 50};
        QCOMPARE(applicable(wanted, 500), wanted);
        QCOMPARE(applicable(wanted, 250), (DisplayFilter{0.05, {}, 50}));
        QCOMPARE(applicable(wanted, 100), (DisplayFilter{0.05, {}, {}})); // exactly half the rate
        QVERIFY(!applicable(wanted, 0).any());
        QVERIFY(!applicable({-1.0, double(NAN), 0.0}, 500).any());
        const auto record = recordOf(100, 10, [](double t) { return sine(5, t) + sine(0.01, t); });
        QVERIFY(filtered(record, wanted)[Lead::II] == filtered(record, applicable(wanted, 100))[Lead::II]);
        QCOMPARE(applicable(wanted, 100).describe(), std::string("from 0.05 Hz, zero phase"));
    }

    void shortAndEmptyLeads()
    {
        EcgRecord record;
        record.samplingHz = 500;
        record[Lead::I] = {1.5f};
        record[Lead::II] = {1.0f, 2.0f, 3.0f};
        const auto result = filtered(record, {0.5, 40, 50});
        QVERIFY(result[Lead::V1].empty());
        QCOMPARE(result[Lead::I].size(), std::size_t(1));
        QVERIFY(std::abs(result[Lead::I][0]) < 1e-6f);
        QVERIFY(std::abs(filtered(record, {{}, 40, 50})[Lead::I][0] - 1.5f) < 1e-6f);
        QVERIFY(std::isfinite(result[Lead::II][1]));
    }
};

QTEST_GUILESS_MAIN(TestEcgDisplayFilter)
#include "test_ecg_display_filter.moc"
