// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/measurement.h"

#include "support/test_paths.h"

#include <cmath>
#include <limits>
#include <numbers>

using namespace echo2ecg;
using namespace echo2ecg::echo;

namespace {

dicom::UltrasoundRegion region(int format, int x0, int y0, int x1, int y1, int unitsX, int unitsY, double deltaX, double deltaY)
{
    dicom::UltrasoundRegion r;
    r.spatialFormat = format;
    r.dataType = 1;
    r.x0 = x0, r.y0 = y0, r.x1 = x1, r.y1 = y1;
    r.unitsX = unitsX, r.unitsY = unitsY;
    r.deltaX = deltaX, r.deltaY = deltaY;
    return r;
}

// 800 × 600: a picture of non-square pixels above, an M-mode at the lower left, a spectrum at the lower right, an ECG over the picture's foot.
dicom::ImageHeader scene()
{
    dicom::ImageHeader h;
    h.rows = 600, h.columns = 800;
    h.regions = {region(1, 0, 0, 799, 299, 3, 3, 0.05, 0.04), region(2, 0, 300, 399, 599, 4, 3, 0.005, 0.05),
                 region(3, 400, 300, 799, 599, 4, 7, 0.004, -1.0), region(4, 0, 260, 799, 299, 4, 0, 0.005, 0)};
    h.regions[2].referenceY = 200; // zero velocity in the middle of row 500
    return h;
}

Evaluation measure(Tool tool, std::vector<Point> points, const CalibrationMap& map = CalibrationMap(scene()))
{
    Measurement m;
    m.tool = tool;
    m.points = std::move(points);
    return evaluate(m, map);
}

double valueOf(const Evaluation& e, const char* name)
{
    for (const Value& v : e.values)
        if (v.name == name)
            return v.value;
    return std::numeric_limits<double>::quiet_NaN();
}

bool warns(const Evaluation& e, const char* code)
{
    for (const auto& w : e.warnings)
        if (w.code == code)
            return true;
    return false;
}

bool isNear(double a, double b, double tolerance = 1e-9)
{
    return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b));
}

} // namespace

class TestEchoMeasure : public QObject
{
    Q_OBJECT

private slots:
    void everyPointHasItsOwnRegion()
    {
        const CalibrationMap map(scene());
        QCOMPARE(map.at({10, 10}).kind, RegionKind::Picture);
        QCOMPARE(map.at({10, 400}).kind, RegionKind::MMode);
        QCOMPARE(map.at({500, 400}).kind, RegionKind::Spectral);
        QCOMPARE(map.at({10, 270}).kind, RegionKind::Trace); // smaller than the picture below it
        QCOMPARE(map.at({10, 270}).region, 3);
        QCOMPARE(map.at({900, 10}).source, CalibrationSource::None);
        QCOMPARE(map.main().region, 0);
        QCOMPARE(map.at({10, 10}).badge(), std::string("US region 1 · 0.50 × 0.40 mm/px"));
        QCOMPARE(map.at({500, 400}).badge(), std::string("Doppler region 3 · 1.0 cm/s, 4.0 ms per px"));
    }

    void regionsThatDontCalibrateSayWhy()
    {
        dicom::ImageHeader h;
        h.rows = h.columns = 100;
        const double nan = std::numeric_limits<double>::quiet_NaN();
        h.regions = {region(1, 0, 0, 99, 99, 3, 3, 0, 0.1),     region(1, 0, 0, 99, 99, 3, 3, nan, 0.1), region(1, 0, 0, 99, 99, 3, 3, 0.1, 5000),
                     region(0, 0, 0, 99, 99, 0, 0, 1, 1),       region(1, 200, 0, 300, 99, 3, 3, 0.1, 0.1), region(1, 90, 90, 10, 10, 3, 3, 0.1, 0.1),
                     region(1, 0, 0, 99, 99, 12, 3, 0.1, 0.1),  region(1, std::numeric_limits<int>::min(), 0, std::numeric_limits<int>::max(), 99, 3, 3, 0.1, 0.1)};
        const CalibrationMap map(h);
        QCOMPARE(map.regions().size(), std::size_t(8));
        for (std::size_t i = 0; i < 7; ++i)
            QVERIFY2(!map.regions()[i].ignored.empty(), std::to_string(i).c_str());
        QVERIFY(map.regions()[7].ignored.empty());
        QCOMPARE(map.regions()[7].x1, 100.0);
        h.regions.pop_back();
        QVERIFY(!CalibrationMap(h).hasRegions());
        QVERIFY(warns(measure(Tool::Calliper, {{0, 0}, {3, 4}}, CalibrationMap(h)), "not-calibrated"));
    }

    void signOfADeltaIsNoMatter()
    {
        dicom::ImageHeader h = scene();
        h.regions[0].deltaX = -0.05;
        h.regions[2].deltaY = 1.0;
        const CalibrationMap map(h);
        QVERIFY(isNear(measure(Tool::Calliper, {{10, 10}, {20, 10}}, map).values[0].value, 0.5));
        QVERIFY(isNear(valueOf(measure(Tool::Velocity, {{500, 400.5}}, map), "velocity"), 1.0));
    }

    void lengthsInNonSquarePixels()
    {
        const auto across = measure(Tool::Calliper, {{100, 100}, {200, 100}});
        QVERIFY(isNear(across.values[0].value, 5.0));
        QCOMPARE(across.values[0].unit, std::string("cm"));
        QVERIFY(isNear(measure(Tool::Calliper, {{100, 100}, {100, 200}}).values[0].value, 4.0));
        QVERIFY(isNear(measure(Tool::Calliper, {{100, 100}, {160, 200}}).values[0].value, 5.0)); // 3, 4, 5
        QVERIFY(isNear(measure(Tool::OpenTrace, {{100, 100}, {160, 100}, {160, 200}}).values[0].value, 7.0));
        // 45° in space are not 45° in pixels.
        QVERIFY(isNear(measure(Tool::Angle, {{140, 100}, {100, 100}, {140, 150}}).values[0].value, 45.0));
        const auto box = measure(Tool::Trace, {{100, 100}, {200, 100}, {200, 200}, {100, 200}});
        QVERIFY(isNear(valueOf(box, "area"), 20.0));
        QVERIFY(isNear(valueOf(box, "circumference"), 18.0));
    }

    void ellipses()
    {
        const auto circle = measure(Tool::Ellipse, {{100, 100}, {180, 100}, {140, 150}}); // radius 2 cm
        QVERIFY(isNear(valueOf(circle, "area"), 4 * std::numbers::pi));
        QVERIFY(isNear(valueOf(circle, "circumference"), 4 * std::numbers::pi));
        const auto flat = measure(Tool::Ellipse, {{100, 100}, {180, 100}, {140, 125}}); // 2 cm × 1 cm
        QVERIFY(isNear(valueOf(flat, "circumference"), 9.688448220547675, 1e-6));
        QVERIFY(isNear(valueOf(flat, "short axis"), 2.0));
        QVERIFY(!measure(Tool::Ellipse, {{100, 100}, {100, 100}, {140, 125}}).refused.empty());
    }

    void twoScalesAreRefused()
    {
        const auto e = measure(Tool::Calliper, {{10, 200}, {10, 400}});
        QVERIFY(e.values.empty());
        QVERIFY(e.refused.find("US region 1 · 0.50 × 0.40 mm/px") != std::string::npos);
        QVERIFY(e.refused.find("M-mode region 2") != std::string::npos);
        dicom::ImageHeader h = scene();
        h.regions = {region(1, 0, 0, 99, 99, 3, 3, 0.05, 0.05)};
        const auto outside = measure(Tool::Calliper, {{10, 10}, {300, 10}}, CalibrationMap(h));
        QVERIFY(outside.values.empty());
        QVERIFY(outside.refused.find("outside every region") != std::string::npos);
    }

    void aTraceOverThePictureDoesntPartIt()
    {
        const auto e = measure(Tool::Calliper, {{10, 200}, {10, 275}});
        QVERIFY2(e.refused.empty(), e.refused.c_str());
        QVERIFY(isNear(e.values[0].value, 3.0));
        QCOMPARE(measure(Tool::Calliper, {{10, 265}, {110, 275}}).values[0].name, std::string("time"));
    }

    void twoPicturesOfOneScale()
    {
        dicom::ImageHeader h;
        h.rows = 100, h.columns = 200;
        h.regions = {region(1, 0, 0, 99, 99, 3, 3, 0.05, 0.05), region(1, 100, 0, 199, 99, 3, 3, 0.05, 0.05)};
        QVERIFY(warns(measure(Tool::Calliper, {{10, 10}, {150, 10}}, CalibrationMap(h)), "spans-two-pictures"));
        h.regions[1].deltaX = h.regions[1].deltaY = 0.06;
        QVERIFY(!measure(Tool::Calliper, {{10, 10}, {150, 10}}, CalibrationMap(h)).refused.empty());
    }

    void withoutCalibration()
    {
        dicom::ImageHeader h;
        h.rows = h.columns = 100;
        h.pixelAspect = 0.8;
        const auto e = measure(Tool::Calliper, {{10, 10}, {10, 20}}, CalibrationMap(h));
        QVERIFY(isNear(e.values[0].value, 8.0));
        QCOMPARE(e.values[0].unit, std::string("px"));
        QVERIFY(warns(e, "not-calibrated"));
        h.pixelSpacingRowMm = 0.5, h.pixelSpacingColumnMm = 0.4;
        const auto spaced = measure(Tool::Calliper, {{10, 10}, {10, 20}}, CalibrationMap(h));
        QVERIFY(isNear(spaced.values[0].value, 0.5));
        QCOMPARE(spaced.calibration.source, CalibrationSource::PixelSpacing);
        // Spacing is of the picture alone where regions exist.
        dicom::ImageHeader s = scene();
        s.pixelSpacingRowMm = s.pixelSpacingColumnMm = 9;
        QVERIFY(isNear(measure(Tool::Calliper, {{10, 400}, {10, 420}}, CalibrationMap(s)).values[0].value, 1.0));
    }

    void byHand()
    {
        const CalibrationMap map(scene(), ManualCalibration{0.8});
        const auto e = measure(Tool::Calliper, {{100, 100}, {200, 100}}, map);
        QVERIFY(isNear(e.values[0].value, 10.0)); // the shape of the pixels stays: 1.0 mm across
        QCOMPARE(e.calibration.source, CalibrationSource::Manual);
        QVERIFY(e.calibration.badge().starts_with("set by hand"));
        QCOMPARE(map.at({500, 400}).source, CalibrationSource::Region); // spectra keep theirs
        for (const double absurd : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan(""), 1e9})
            QCOMPARE(CalibrationMap(scene(), ManualCalibration{absurd}).at({1, 1}).source, CalibrationSource::Region);
    }

    void mMode()
    {
        const auto e = measure(Tool::Calliper, {{100, 350}, {160, 450}});
        QCOMPARE(e.values[0].name, std::string("depth"));
        QVERIFY(isNear(e.values[0].value, 5.0));
        QVERIFY(isNear(valueOf(e, "time"), 300));
        QVERIFY(isNear(valueOf(measure(Tool::Slope, {{100, 450}, {140, 430}}), "slope"), 5.0)); // up, towards the transducer
        const auto beat = measure(Tool::MModeInterval, {{100, 350}, {260, 350}});
        QVERIFY(isNear(beat.values[0].value, 800));
        QVERIFY(isNear(valueOf(beat, "heart rate"), 75));
        QVERIFY(!measure(Tool::MModeInterval, {{100, 50}, {260, 50}}).refused.empty());
        QVERIFY(!measure(Tool::Trace, {{100, 350}, {160, 450}, {120, 500}}).refused.empty());
    }

    void spectrum()
    {
        const auto v = measure(Tool::Velocity, {{500, 350.5}});
        QVERIFY(isNear(v.values[0].value, 1.5));
        QVERIFY(isNear(valueOf(v, "gradient"), 9.0));
        QCOMPARE(textOf(v), std::string("1.50\u00a0m/s · 9.0\u00a0mmHg"));
        QVERIFY(isNear(measure(Tool::Velocity, {{500, 550.5}}).values[0].value, -0.5));
        // A triangle of 200 px = 0.8 s and 100 px = 1 m/s: VTI = ½ · 0.8 · 100 cm, mean of 4 v² = 4/3.
        const auto vti = measure(Tool::VtiTrace, {{500, 500.5}, {600, 400.5}, {700, 500.5}});
        QVERIFY(isNear(valueOf(vti, "VTI"), 40.0));
        QVERIFY(isNear(valueOf(vti, "peak velocity"), 1.0));
        QVERIFY(isNear(valueOf(vti, "mean gradient"), 4.0 / 3));
        QVERIFY(isNear(valueOf(vti, "peak gradient"), 4.0));
        QVERIFY(isNear(valueOf(vti, "time"), 800));
        const auto back = measure(Tool::VtiTrace, {{700, 500.5}, {600, 400.5}, {500, 500.5}});
        QVERIFY(isNear(valueOf(back, "VTI"), 40.0));
        const auto away = measure(Tool::VtiTrace, {{500, 500.5}, {600, 560.5}, {700, 500.5}});
        QVERIFY(isNear(valueOf(away, "peak velocity"), -0.6));
        QVERIFY(isNear(valueOf(away, "VTI"), 24.0));
        // Half below the baseline: only the larger side counts, cut where the line crosses zero.
        const auto both = measure(Tool::VtiTrace, {{500, 400.5}, {600, 550.5}, {620, 500.5}});
        QVERIFY(warns(both, "flow-both-ways"));
        QVERIFY(isNear(valueOf(both, "VTI"), 0.5 * 100 * (100.0 * 2 / 3) * 0.004));
        // From 1 m/s to 0.5 m/s in 0.4 s: zero after 0.8 s.
        const auto slope = measure(Tool::Slope, {{500, 400.5}, {600, 450.5}});
        QVERIFY(isNear(valueOf(slope, "deceleration time"), 800));
        QVERIFY(isNear(valueOf(slope, "pressure half time"), 234.3145750507620));
        QVERIFY(isNear(valueOf(measure(Tool::Slope, {{500, 480.5}, {550, 400.5}}), "acceleration"), 4.0));
        QVERIFY(!measure(Tool::Trace, {{500, 500}, {600, 400}, {700, 500}}).refused.empty());
        QVERIFY(!measure(Tool::Velocity, {{100, 100}}).refused.empty());
    }

    void baselineFromTheReference()
    {
        dicom::ImageHeader h = scene();
        h.regions[2].referenceY = 0;
        h.regions[2].referenceValueY = 200; // cm/s at the top row
        QVERIFY(isNear(measure(Tool::Velocity, {{500, 300.5}}, CalibrationMap(h)).values[0].value, 2.0));
        QVERIFY(isNear(measure(Tool::Velocity, {{500, 500.5}}, CalibrationMap(h)).values[0].value, 0.0));
        h.regions[2].referenceY.reset();
        const auto none = measure(Tool::Velocity, {{500, 300.5}}, CalibrationMap(h));
        QVERIFY(none.refused.find("zero velocity") != std::string::npos);
        QVERIFY(measure(Tool::Calliper, {{500, 300.5}, {500, 400.5}}, CalibrationMap(h)).refused.empty());
    }

    void hertz()
    {
        dicom::ImageHeader h = scene();
        h.regions[2].unitsY = 5;
        h.regions[2].deltaY = 26; // Hz
        const auto plain = measure(Tool::Velocity, {{500, 400.5}}, CalibrationMap(h));
        QCOMPARE(plain.values[0].unit, std::string("Hz"));
        QVERIFY(isNear(plain.values[0].value, 2600));
        QVERIFY(!measure(Tool::VtiTrace, {{500, 500}, {600, 400}, {700, 500}}, CalibrationMap(h)).refused.empty());
        h.regions[2].transducerKhz = 2000;
        h.regions[2].dopplerAngleDegrees = 60;
        const auto v = measure(Tool::Velocity, {{500, 400.5}}, CalibrationMap(h));
        QVERIFY(isNear(v.values[0].value, 2600 * 1540.0 / (2 * 2e6 * 0.5)));
        QVERIFY(warns(v, "calibration-doubtful"));
    }

    void hostilePoints()
    {
        const double nan = std::nan(""), huge = 1e300;
        for (const Tool tool : allTools()) {
            QVERIFY(measure(tool, {}).values.empty());
            QVERIFY(measure(tool, {}).refused.empty());
            QVERIFY(!measure(tool, std::vector<Point>(3, {nan, 1})).refused.empty());
            QVERIFY(!measure(tool, std::vector<Point>(3, {huge, -huge})).refused.empty());
            QVERIFY(!measure(tool, std::vector<Point>(mostPoints + 1, {1, 1})).refused.empty());
            const std::size_t points = std::size_t(std::max(1, pointsOf(tool).least));
            for (const Point same : {Point{50, 50}, Point{50, 400}, Point{500, 400}})
                for (const Value& v : measure(tool, std::vector<Point>(points, same)).values)
                    QVERIFY2(std::isfinite(v.value), name(tool));
        }
        QVERIFY(!measure(Tool::Trace, {{10, 10}, {60, 60}, {60, 10}, {10, 60}}).refused.empty());
        QVERIFY(!measure(Tool::LvContour, {{10, 10}, {60, 60}, {60, 10}, {10, 60}}).refused.empty());
        QVERIFY(measure(Tool::Trace, {{10, 10}, {10, 10}, {60, 10}, {60, 60}, {10, 10}}).refused.empty());
    }

    void json()
    {
        Measurement m;
        m.tool = Tool::VtiTrace;
        m.quantity = Quantity::Vti;
        m.instanceUid = "1.2.3";
        m.clipHash = std::string(64, 'a');
        m.frame = 7;
        m.points = {{1.25, 2}, {3, 0.1}, {5, 6}};
        m.label = "LVOT \"π\"";
        m.calibration = CalibrationMap(scene()).at({500, 400});
        m.made = "2026-01-31T12:00:00Z";
        QVERIFY(Measurement::fromJson(base::Json::parse(m.toJson().dump())) == m);
        for (const Tool tool : allTools())
            QVERIFY(toolNamed(name(tool)) == tool);
        for (const Quantity quantity : allQuantities())
            QVERIFY(quantityNamed(code(quantity)) == quantity);
        base::Json broken = m.toJson();
        broken.set("points", base::Json(base::Json::Array{base::Json(base::Json::Array{1})}));
        QVERIFY_THROWS_EXCEPTION(base::ParseError, Measurement::fromJson(broken));
        broken = m.toJson();
        broken.set("tool", "axe");
        QVERIFY_THROWS_EXCEPTION(base::ParseError, Measurement::fromJson(broken));
    }

    void words()
    {
        QCOMPARE(textOf(Value{"", 4.5649, "cm"}), std::string("4.56\u00a0cm"));
        QCOMPARE(textOf(Value{"", 131.7, "mL"}), std::string("132\u00a0mL"));
        QCOMPARE(textOf(Value{"", 0.0812, "m/s"}), std::string("8.1\u00a0cm/s"));
        QCOMPARE(textOf(Value{"", -1.254, "m/s"}), std::string("−1.25\u00a0m/s"));
        QCOMPARE(textOf(Value{"", 37.4, "°"}), std::string("37°"));
        QCOMPARE(textOf(Value{"", std::nan(""), "cm"}), std::string("—\u00a0cm"));
    }
};

QTEST_GUILESS_MAIN(TestEchoMeasure)
#include "test_echo_measure.moc"
