// SPDX-License-Identifier: GPL-3.0-or-later
// Measurements on real pictures. With E2E_TEST_PICTURES=DIR each case is a picture for the eyes; E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
#include "measure_fixture.h"
#include "support/picture.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::MeasureFixture;

namespace {

// Painted in any case, so that a sanitizer sees it.
void painted(QWidget& widget, const QString& name)
{
    QTest::qWait(400);
    test::picture(widget, name, 0);
}

CineCell cellOf(const char* file)
{
    CineCell cell;
    cell.clip = echo::readClip(test::sharedData(file));
    cell.own = true;
    cell.title = QStringLiteral("own study");
    return cell;
}

int add(MeasureFixture& f, echo::Tool tool, std::vector<echo::Point> points, echo::Quantity quantity = echo::Quantity::Free, int cell = 0)
{
    echo::Measurement m;
    m.tool = tool;
    m.quantity = quantity;
    m.frame = std::max(0, f.grid->currentFrame(cell));
    m.points = std::move(points);
    return f.desk.model().add(7, cell + 1, m);
}

} // namespace

class TestMeasurePictures : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }

    void linearDimensions()
    {
        E2E_NEED_SHARED(test::shared() / "data");
        MeasureFixture f({cellOf("echo_multiframe/toshiba_plax_2d.dcm")}, {1280, 800});
        QVERIFY(f.isReady());
        f.grid->showFrame(0, 3);
        QTRY_COMPARE(f.grid->currentFrame(0), 3);
        f.desk.showPanel(true);
        add(f, echo::Tool::Calliper, {{362, 258}, {372, 290}}, echo::Quantity::Ivsd);
        add(f, echo::Tool::Calliper, {{372, 290}, {402, 392}}, echo::Quantity::Lvidd);
        add(f, echo::Tool::Calliper, {{402, 392}, {412, 424}}, echo::Quantity::Pwd);
        const int key = add(f, echo::Tool::Ellipse, {{520, 380}, {600, 430}, {545, 430}});
        add(f, echo::Tool::Angle, {{430, 240}, {500, 300}, {560, 240}});
        f.desk.model().select(key);
        QCOMPARE(f.desk.model().items().size(), 5u);
        for (const auto& item : f.desk.model().items())
            QVERIFY(f.desk.model().evaluation(item.key).refused.empty());
        painted(f.desk, QStringLiteral("measure-linear"));
    }

    void biplane()
    {
        E2E_NEED_SHARED(test::shared() / "data");
        MeasureFixture f({cellOf("echo_multiframe/toshiba_a4c_colour.dcm"), cellOf("echo_multiframe/acuson_stress_11.dcm")}, {1440, 700});
        QVERIFY(f.isReady());
        f.grid->pause();
        f.desk.showPanel(true);
        const int key = add(f, echo::Tool::LvContour, {{330, 380}, {318, 320}, {322, 260}, {340, 205}, {372, 175}, {404, 190}, {420, 240}, {424, 310}, {418, 378}}, echo::Quantity::LvA4cEd);
        add(f, echo::Tool::LvContour, {{150, 190}, {142, 150}, {150, 110}, {172, 84}, {196, 92}, {206, 130}, {204, 188}}, echo::Quantity::LvA2cEd, 1);
        f.desk.model().select(key);
        QCOMPARE(f.desk.model().items().size(), 2u);
        QVERIFY(f.desk.model().ventricle(7).edvMl.has_value());
        painted(f.desk, QStringLiteral("measure-biplane"));
    }

    void doppler()
    {
        E2E_NEED_SHARED(test::shared() / "data");
        MeasureFixture f({cellOf("echo_still/toshiba_tdi_1.dcm")}, {1280, 800});
        QVERIFY(f.isReady());
        const auto& map = f.desk.model().calibration(1);
        const auto spectrum = std::find_if(map.regions().begin(), map.regions().end(), [](const auto& r) { return r.calibration.kind == echo::RegionKind::Spectral; });
        QVERIFY(spectrum != map.regions().end());
        const double w = spectrum->x1 - spectrum->x0, h = spectrum->y1 - spectrum->y0, x = spectrum->x0, y = spectrum->y0;
        add(f, echo::Tool::Velocity, {{x + 0.25 * w, y + 0.25 * h}}, echo::Quantity::PeakVelocity);
        add(f, echo::Tool::MModeInterval, {{x + 0.45 * w, y + 0.8 * h}, {x + 0.65 * w, y + 0.8 * h}}, echo::Quantity::HeartRate);
        const int key = add(f, echo::Tool::Calliper, {{x + 0.75 * w, y + 0.5 * h}, {x + 0.85 * w, y + 0.2 * h}});
        f.desk.model().select(key);
        f.desk.showPanel(true);
        QCOMPARE(f.desk.model().items().size(), 3u);
        painted(f.desk, QStringLiteral("measure-doppler"));
    }

    void drawing()
    {
        E2E_NEED_SHARED(test::shared() / "data");
        MeasureFixture f({cellOf("echo_multiframe/toshiba_plax_2d.dcm")}, {760, 520});
        QVERIFY(f.isReady());
        f.desk.actions().area->trigger();
        for (const echo::Point p : {echo::Point{380, 300}, {450, 290}, {500, 340}, {470, 390}})
            f.click(p);
        f.move({400, 380});
        QVERIFY(f.desk.model().draft());
        painted(f.desk, QStringLiteral("measure-drawing"));
        f.key(Qt::Key_Escape);
        f.desk.actions().vti->trigger();
        f.click({380, 300});
        f.click({450, 290});
        f.doubleClick({500, 340});
        QVERIFY(!f.desk.model().said(1).isEmpty());
        painted(f.desk, QStringLiteral("measure-refused"));
    }
};

QTEST_MAIN(TestMeasurePictures)
#include "test_measure_pictures.moc"
