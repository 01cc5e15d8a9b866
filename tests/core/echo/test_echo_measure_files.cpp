// SPDX-License-Identifier: GPL-3.0-or-later
// True centimetres, seconds and velocities: what is measured between the marks and ticks that scanners drew into their pictures, beside the
// values that they printed there. Places were read off the pictures; a tick may be half a pixel off.
#include "echo/measure/measurement.h"

#include "support/test_paths.h"

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::echo;

class TestEchoMeasureFiles : public QObject
{
    Q_OBJECT

    static CalibrationMap mapOf(const char* file) { return CalibrationMap(dicom::ImageFile::open(test::sharedData(file))->header()); }

private slots:
    void initTestCase() { E2E_NEED_SHARED(test::shared() / "data"); }

    void printedValues_data()
    {
        using P = QList<QPointF>;
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("tool");
        QTest::addColumn<P>("places");
        QTest::addColumn<QString>("value");
        QTest::addColumn<double>("printed");
        QTest::addColumn<double>("tolerance"); // a pixel, or the last digit printed
        const auto row = [](const char* what, const char* file, Tool tool, P places, const char* value, double printed, double tolerance) {
            QTest::newRow(what) << QString(file) << int(tool) << places << QString(value) << printed << tolerance;
        };
        row("Philips: aortic diameter", "echo_still/philips_epiq_plax_jpeglossless70.dcm", Tool::Calliper, {{629.5, 319.5}, {689.5, 435.5}}, "length", 3.3, 0.05);
        row("Toshiba: 10 cm of depth, 2-D", "echo_still/toshiba_mmode.dcm", Tool::Calliper, {{450, 47}, {450, 159}}, "length", 10, 0.09);
        row("Toshiba: 13 cm of depth, M-mode", "echo_still/toshiba_mmode.dcm", Tool::Calliper, {{300, 221.5}, {300, 465.5}}, "depth", 13, 0.054);
        row("Toshiba: 2 s, M-mode", "echo_still/toshiba_mmode.dcm", Tool::MModeInterval, {{183.5, 300}, {663.5, 300}}, "time", 2000, 4.2);
        row("Toshiba: 15 cm of depth, 2-D, TDI", "echo_still/toshiba_tdi_1.dcm", Tool::Calliper, {{450, 47}, {450, 185}}, "length", 15, 0.11);
        row("Toshiba: +20 cm/s", "echo_still/toshiba_tdi_1.dcm", Tool::Velocity, {{400, 240.5}}, "velocity", 0.20, 0.0018);
        row("Toshiba: 0 cm/s", "echo_still/toshiba_tdi_1.dcm", Tool::Velocity, {{400, 352.5}}, "velocity", 0, 0.0018);
        row("Toshiba: -20 cm/s", "echo_still/toshiba_tdi_1.dcm", Tool::Velocity, {{400, 463.5}}, "velocity", -0.20, 0.0018);
        row("Toshiba: 2 s, spectrum", "echo_still/toshiba_tdi_1.dcm", Tool::MModeInterval, {{183.5, 400}, {663.5, 400}}, "time", 2000, 4.2);
        row("GE: 0.6 m/s", "echo_still/ge_echopac_doppler.dcm", Tool::Velocity, {{400, 230.5}}, "velocity", 0.6, 0.0043);
        row("GE: -0.4 m/s", "echo_still/ge_echopac_doppler.dcm", Tool::Velocity, {{400, 464.5}}, "velocity", -0.4, 0.0043);
        row("GE: 6 s", "echo_still/ge_echopac_doppler.dcm", Tool::MModeInterval, {{9.5, 400}, {694.5, 400}}, "time", 6000, 8.8);
        row("GE: 12 cm, M-mode", "echo_still/ge_echopac_mmode_pal.dcm", Tool::Calliper, {{100, 22.5}, {100, 291.5}}, "depth", 12, 0.045);
        row("GE: 3 s, M-mode", "echo_still/ge_echopac_mmode_pal.dcm", Tool::MModeInterval, {{52.5, 200}, {361.5, 200}}, "time", 3000, 9.7);
    }
    void printedValues()
    {
        QFETCH(QString, file);
        QFETCH(int, tool);
        QFETCH(QList<QPointF>, places);
        QFETCH(QString, value);
        QFETCH(double, printed);
        QFETCH(double, tolerance);
        Measurement m;
        m.tool = Tool(tool);
        for (const QPointF& p : places)
            m.points.push_back({p.x(), p.y()});
        const Evaluation e = evaluate(m, mapOf(file.toUtf8().constData()));
        QVERIFY2(e.refused.empty() && !e.values.empty(), e.refused.c_str());
        QCOMPARE(QString::fromStdString(e.values[0].name), value);
        qInfo("printed %g %s, measured %.4f", printed, e.values[0].unit.c_str(), e.values[0].value);
        QVERIFY(std::abs(e.values[0].value - printed) <= tolerance);
    }

    void nonSquarePixels()
    {
        // 0.286 × 0.229 mm: the header's regions and its pixel aspect ratio (536 : 670) say the same of the shape.
        const CalibrationMap map = mapOf("echo_multiframe/hp_pediatric_01.dcm");
        const Calibration c = map.main();
        QVERIFY(std::abs(c.perPixelY / c.perPixelX - 536.0 / 670) < 0.001);
        QCOMPARE(c.badge(), std::string("US region 1 · 0.29 × 0.23 mm/px"));
        const CalibrationMap bare = mapOf("derived/hp_no_us_regions.dcm");
        QCOMPARE(bare.main().source, CalibrationSource::None);
        QVERIFY(std::abs(bare.main().perPixelY - 0.8) < 0.001);
    }

    void acrossRegionsIsRefused()
    {
        Measurement m;
        m.points = {{450, 150}, {450, 300}}; // from the picture into the M-mode below it
        const Evaluation e = evaluate(m, mapOf("echo_still/toshiba_mmode.dcm"));
        QVERIFY(e.values.empty());
        QVERIFY2(e.refused.find("US region 1") != std::string::npos && e.refused.find("M-mode region 2") != std::string::npos, e.refused.c_str());
    }

    void aScaleThatIsHardToBelieve()
    {
        const Calibration c = mapOf("echo_multiframe/acuson_colour_implicitLE.dcm").main();
        QCOMPARE(c.region, 1);
        QVERIFY(!c.doubt.empty()); // 46 cm deep by its header
        QVERIFY(mapOf("echo_multiframe/acuson_stress_07.dcm").main().doubt.empty());
    }
};

QTEST_GUILESS_MAIN(TestEchoMeasureFiles)
#include "test_echo_measure_files.moc"
