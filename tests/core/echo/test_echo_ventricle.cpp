// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/measure/ventricle.h"

#include "support/test_paths.h"

#include <cmath>
#include <numbers>

using namespace echo2ecg;
using namespace echo2ecg::echo;

namespace {

constexpr double pi = std::numbers::pi;

// A ventricle of known shape, seen from the side: half its width at a depth from the base, as a part of its length (0 base … 1 apex).
struct Shape
{
    const char* name;
    double (*width)(double);
    double volume; // ∫ width² d(depth): the part of π·a·b·L
};
// Half an ellipsoid: ⅔.
const Shape halfEllipsoid{"half ellipsoid", [](double z) { return std::sqrt(std::max(0.0, 1 - z * z)); }, 2.0 / 3};
// A prolate ellipsoid cut at a quarter of its height above its middle: the field's usual model.
double cutEllipsoidWidth(double z)
{
    const double s = -0.5 + 1.5 * z; // −½ … 1 of the half length
    return std::sqrt(std::max(0.0, 1 - s * s));
}
const Shape cutEllipsoid{"truncated ellipsoid", cutEllipsoidWidth, (1.5 - (1.0 / 3 + 1.0 / 24)) / 1.5};
// A bullet: a cylinder for half the length and half an ellipsoid on it: ½ + ½·⅔.
const Shape bullet{"bullet", [](double z) { return z < 0.5 ? 1.0 : std::sqrt(std::max(0.0, 1 - 4 * (z - 0.5) * (z - 0.5))); }, 5.0 / 6};

// The contour as a person draws it: `steps` points on each wall from the annulus over the apex to the annulus, on pixels of this size, turned.
std::vector<Point> drawn(const Shape& shape, double lengthCm, double halfWidthCm, double cmPerPixelX, double cmPerPixelY, double degrees, int steps, bool onWholePixels)
{
    std::vector<Point> points;
    const double angle = degrees * pi / 180;
    for (int side : {-1, 1})
        for (int i = 0; i <= steps; ++i) {
            // Denser towards the apex, where the wall turns.
            const double part = std::sin(pi / 2 * double(side < 0 ? i : steps - i) / steps);
            const double along = part * lengthCm, across = side * shape.width(part) * halfWidthCm;
            const double x = 12 + along * std::sin(angle) + across * std::cos(angle), y = 12 - along * std::cos(angle) + across * std::sin(angle);
            Point p{x / cmPerPixelX, y / cmPerPixelY};
            if (onWholePixels)
                p = {std::floor(p.x) + 0.5, std::floor(p.y) + 0.5};
            points.push_back(p);
        }
    return points;
}

dicom::ImageHeader picture(double cmPerPixelX, double cmPerPixelY)
{
    dicom::ImageHeader h;
    h.columns = int(24 / cmPerPixelX) + 1, h.rows = int(24 / cmPerPixelY) + 1;
    dicom::UltrasoundRegion r;
    r.spatialFormat = 1;
    r.unitsX = r.unitsY = 3;
    r.x1 = h.columns - 1, r.y1 = h.rows - 1;
    r.deltaX = cmPerPixelX, r.deltaY = cmPerPixelY;
    h.regions = {r};
    return h;
}

Measurement contour(Quantity quantity, std::vector<Point> points)
{
    Measurement m;
    m.tool = Tool::LvContour;
    m.quantity = quantity;
    m.points = std::move(points);
    m.made = "2026-01-01T00:00:00Z";
    return m;
}

Measurement calliper(Quantity quantity, double cm, const char* made = "2026-01-01T00:00:00Z")
{
    Measurement m;
    m.quantity = quantity;
    m.points = {{10, 10}, {10, 10 + cm / 0.05}};
    m.made = made;
    return m;
}

bool has(const base::Warnings& warnings, const char* code)
{
    for (const auto& w : warnings)
        if (w.code == code)
            return true;
    return false;
}

} // namespace

class TestEchoVentricle : public QObject
{
    Q_OBJECT

private slots:
    // EF by biplane of drawn phantoms with known volumes: the wider view has 1.2 times the width of the other. Error in mL printed.
    void phantomsOfKnownVolume_data()
    {
        QTest::addColumn<int>("shape");
        QTest::addColumn<double>("cmPerPixelX");
        QTest::addColumn<double>("cmPerPixelY");
        QTest::addColumn<double>("degrees");
        for (int shape = 0; shape < 3; ++shape)
            for (const auto& [x, y] : {std::pair(0.02, 0.02), std::pair(0.04, 0.04), std::pair(0.05, 0.04), std::pair(0.08, 0.08)})
                for (const double degrees : {0.0, 17.0, -40.0, 90.0})
                    QTest::addRow("%d %.2fx%.2f %.0f", shape, x, y, degrees) << shape << x << y << degrees;
    }
    void phantomsOfKnownVolume()
    {
        QFETCH(int, shape);
        QFETCH(double, cmPerPixelX);
        QFETCH(double, cmPerPixelY);
        QFETCH(double, degrees);
        const Shape& s = *std::array{&halfEllipsoid, &cutEllipsoid, &bullet}[std::size_t(shape)];
        struct Heart
        {
            double length, fourChamber, twoChamber;
            double volume(const Shape& of) const { return pi * fourChamber * twoChamber * length * of.volume; }
        };
        const Heart ed{8.6, 2.6, 2.2}, es{7.0, 1.8, 1.5};
        const CalibrationMap map(picture(cmPerPixelX, cmPerPixelY));
        const auto study = [&](bool onWholePixels) {
            const auto points = [&](const Heart& heart, double width, double turned) {
                return drawn(s, heart.length, width, cmPerPixelX, cmPerPixelY, turned, 60, onWholePixels);
            };
            return ventricle({contour(Quantity::LvA4cEd, points(ed, ed.fourChamber, degrees)), contour(Quantity::LvA2cEd, points(ed, ed.twoChamber, degrees + 5)),
                              contour(Quantity::LvA4cEs, points(es, es.fourChamber, degrees)), contour(Quantity::LvA2cEs, points(es, es.twoChamber, degrees + 5))},
                             [&](const Measurement&) { return map; });
        };
        const double edv = ed.volume(s), esv = es.volume(s), ef = 100 * (1 - esv / edv);
        for (const bool onWholePixels : {false, true}) {
            const VentricleResult r = study(onWholePixels);
            QCOMPARE(r.volumeMethod, std::string("biplane"));
            qInfo("%s, %s: EDV %.2f mL (%+.2f), ESV %.2f mL (%+.2f), EF %.2f %% (%+.2f)", s.name, onWholePixels ? "whole pixels" : "exact points", edv, *r.edvMl - edv,
                  esv, *r.esvMl - esv, ef, *r.efPercent - ef);
            QVERIFY(std::abs(*r.edvMl - edv) < (onWholePixels ? 1.0 : 0.1));
            QVERIFY(std::abs(*r.esvMl - esv) < (onWholePixels ? 0.8 : 0.1));
            QVERIFY(std::abs(*r.efPercent - ef) < (onWholePixels ? 0.5 : 0.05));
            QVERIFY(std::abs(*r.svMl - (*r.edvMl - *r.esvMl)) < 1e-9);
        }
    }

    void areaLengthOfAnEllipsoid()
    {
        // The formula is exact for a whole prolate ellipsoid.
        QVERIFY(std::abs(areaLengthVolume(pi * 4 * 2, 8) - 4.0 / 3 * pi * 4 * 2 * 2) < 1e-9);
        const auto cut = cutIntoDiscs(drawn(halfEllipsoid, 8, 2.5, 0.04, 0.04, 30, 100, false), 0.04, 0.04);
        QVERIFY(cut);
        QVERIFY(std::abs(cut->lengthCm - 8) < 0.01);
        QVERIFY(std::abs(cut->areaCm2 - pi * 8 * 2.5 / 2) < 0.02);
        QVERIFY(std::abs(discVolume(*cut) - 2.0 / 3 * pi * 8 * 2.5 * 2.5) < 0.5);
        QVERIFY(std::abs(areaLengthVolume(cut->areaCm2, cut->lengthCm) - 2.0 / 3 * pi * 8 * 2.5 * 2.5) < 0.5);
        // For the eyes: on the axis, in pixels.
        QVERIFY(std::abs(cut->annulus.x - 12 / 0.04) < 0.5 && std::abs(cut->annulus.y - 12 / 0.04) < 0.5);
        for (const auto& [a, b] : cut->discs)
            QVERIFY(std::isfinite(a.x + a.y + b.x + b.y));
    }

    void discsOfABox()
    {
        const auto cut = cutIntoDiscs({{0, 100}, {0, 0}, {50, 0}, {50, 100}}, 0.1, 0.05);
        QVERIFY(cut); // 5 cm wide, 5 cm high, apex in a corner
        double sum = 0;
        for (const double d : cut->diametersCm)
            sum += d * cut->lengthCm / simpsonDiscs;
        QVERIFY(sum > 0 && sum <= cut->areaCm2 + 1e-9);
    }

    void bentInwards()
    {
        // A papillary muscle left out: two chords on one line are summed, the gap isn't counted.
        const std::vector<Point> contour = {{0, 100}, {0, 0.0}, {20, 40}, {40, 0.0}, {40, 100}};
        const auto cut = cutIntoDiscs(contour, 0.1, 0.1);
        QVERIFY(cut);
        double area = 0;
        for (const double d : cut->diametersCm)
            area += d * cut->lengthCm / simpsonDiscs;
        QVERIFY(area < 1.02 * cut->areaCm2);
    }

    void hostileContours()
    {
        const double nan = std::nan("");
        QVERIFY(!cutIntoDiscs({}, 1, 1));
        QVERIFY(!cutIntoDiscs({{0, 0}, {1, 1}}, 1, 1));
        QVERIFY(!cutIntoDiscs({{0, 0}, {1, 1}, {2, 2}}, 1, 1));
        QVERIFY(!cutIntoDiscs({{5, 5}, {5, 5}, {5, 5}, {5, 5}}, 1, 1));
        QVERIFY(!cutIntoDiscs({{0, 0}, {10, 10}, {10, 0}, {0, 10}}, 1, 1));
        QVERIFY(!cutIntoDiscs({{0, 0}, {nan, 10}, {10, 0}}, 1, 1));
        QVERIFY(!cutIntoDiscs({{0, 0}, {1e300, 10}, {10, 0}}, 1, 1));
        for (const double scale : {0.0, -1.0, nan, 1e300})
            QVERIFY(!cutIntoDiscs({{0, 0}, {5, 10}, {10, 0}}, scale, 1));
        QVERIFY(!cutIntoDiscs(std::vector<Point>(1 << 20, Point{1, 1}), 1, 1));
        std::vector<Point> doubled;
        for (const Point p : drawn(bullet, 8, 2.5, 0.04, 0.04, 0, 40, false))
            doubled.insert(doubled.end(), {p, p, p});
        const auto once = cutIntoDiscs(drawn(bullet, 8, 2.5, 0.04, 0.04, 0, 40, false), 0.04, 0.04), thrice = cutIntoDiscs(doubled, 0.04, 0.04);
        QVERIFY(once && thrice && std::abs(discVolume(*once) - discVolume(*thrice)) < 1e-9);
    }

    void formulas()
    {
        QVERIFY(std::abs(teichholzVolume(5.0) - 7 * 125 / 7.4) < 1e-9);
        QVERIFY(std::abs(linearMass(5, 1, 1) - (0.8 * 1.04 * (343 - 125) + 0.6)) < 1e-9);
    }

    void bestMethodAndNewestMeasurement()
    {
        const CalibrationMap map(picture(0.05, 0.05));
        const auto result = [&](const std::vector<Measurement>& m) { return ventricle(m, [&](const Measurement&) { return map; }); };
        auto r = result({calliper(Quantity::Lvidd, 5), calliper(Quantity::Lvids, 3), calliper(Quantity::Ivsd, 1), calliper(Quantity::Pwd, 1)});
        QCOMPARE(r.volumeMethod, std::string("Teichholz"));
        QVERIFY(std::abs(*r.efPercent - 100 * (1 - (7 * 27 / 5.4) / (7 * 125 / 7.4))) < 1e-6);
        QVERIFY(std::abs(*r.massG - linearMass(5, 1, 1)) < 1e-6);
        r = result({calliper(Quantity::Lvidd, 5, "2026-01-02T00:00:00Z"), calliper(Quantity::Lvidd, 6, "2026-01-01T00:00:00Z"), calliper(Quantity::Lvids, 3)});
        QVERIFY(std::abs(*r.edvMl - teichholzVolume(5)) < 1e-6);
        const auto big = drawn(bullet, 8, 2.5, 0.05, 0.05, 0, 40, false), small = drawn(bullet, 6, 1.8, 0.05, 0.05, 0, 40, false);
        r = result({calliper(Quantity::Lvidd, 5), calliper(Quantity::Lvids, 3), contour(Quantity::LvA4cEd, big), contour(Quantity::LvA4cEs, small)});
        QCOMPARE(r.volumeMethod, std::string("single plane A4C"));
        r = result({contour(Quantity::LvA4cEd, small), contour(Quantity::LvA4cEs, big)});
        QVERIFY(!r.efPercent && has(r.warnings, "esv-over-edv"));
        r = result({contour(Quantity::LvA4cEd, big), contour(Quantity::LvA2cEd, small)});
        QVERIFY(r.edvMl && !r.esvMl && !r.efPercent && has(r.warnings, "foreshortened"));
        QVERIFY(!result({}).edvMl);
    }

    void aScaleThatIsntKnownMakesNoVolume()
    {
        const auto r = ventricle({calliper(Quantity::Lvidd, 5), calliper(Quantity::Lvids, 3)}, [](const Measurement&) { return CalibrationMap(); });
        QVERIFY(!r.edvMl && has(r.warnings, "not-calibrated"));
        const auto byHand = ventricle({calliper(Quantity::Lvidd, 5), calliper(Quantity::Lvids, 3)},
                                      [](const Measurement&) { return CalibrationMap(picture(0.05, 0.05), ManualCalibration{0.5}); });
        QVERIFY(byHand.edvMl && has(byHand.warnings, "manual-calibration"));
    }
};

QTEST_GUILESS_MAIN(TestEchoVentricle)
#include "test_echo_ventricle.moc"
