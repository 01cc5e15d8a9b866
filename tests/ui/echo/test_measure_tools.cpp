// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure_fixture.h"

#include "ui/echo/measure/length_editor.h"
#include "ui/echo/measure/measure_bar.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>

#include <numbers>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::MeasureFixture;

namespace {

double firstValue(MeasureFixture& f, int index = 0)
{
    const auto& items = f.desk.model().items();
    if (std::size_t(index) >= items.size())
        return -1;
    const auto& values = f.desk.model().evaluation(items[std::size_t(index)].key).values;
    return values.empty() ? -1 : values.front().value;
}

double lengthCm(echo::Point a, echo::Point b)
{
    return std::hypot(b.x - a.x, b.y - a.y) * 0.05;
}

} // namespace

class TestMeasureTools : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { Theme::instance().apply(ThemeKind::Dark); }

    void calliperByDragIsExact()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.grid->play();
        f.drag({40, 60}, {160, 150});
        QCOMPARE(f.desk.model().items().size(), 1u);
        QCOMPARE(firstValue(f), lengthCm(f.at({40, 60}), f.at({160, 150})));
        QVERIFY(std::abs(firstValue(f) - 7.5) < 0.05);
        // The heart stands still on the frame that was measured.
        const int frame = f.grid->currentFrame(0);
        QTest::qWait(150);
        QCOMPARE(f.grid->currentFrame(0), frame);
        QCOMPARE(f.desk.model().items()[0].m.frame, frame);
        QCOMPARE(f.desk.model().items()[0].m.clipHash, std::string("hash1"));
        QVERIFY(!f.desk.model().items()[0].m.made.empty());
    }

    void calliperByTwoClicks()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.click({40, 60});
        QVERIFY(f.desk.model().draft());
        QVERIFY(f.desk.model().items().empty());
        f.click({40, 160});
        QCOMPARE(f.desk.model().items().size(), 1u);
        QVERIFY(std::abs(firstValue(f) - 5.0) < 0.06);
        QVERIFY(!f.desk.model().draft());
    }

    void undoAndRedoTellWhatIsKept()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        MeasureModel& model = f.desk.model();
        QSignalSpy saved(&model, &MeasureModel::saveWanted), removed(&model, &MeasureModel::removeWanted);
        f.desk.actions().calliper->trigger();
        f.drag({40, 60}, {160, 150});
        QCOMPARE(saved.size(), 1);
        const int key = saved[0][1].toInt();
        const double length = firstValue(f);
        model.undoStack().undo();
        QVERIFY(model.items().empty());
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed[0][1].toInt(), key);
        f.desk.actions().redo->trigger();
        QCOMPARE(saved.size(), 2);
        QCOMPARE(saved[1][1].toInt(), key); // the same measurement, not another
        QCOMPARE(firstValue(f), length);
    }

    void pointsAndWholeAreMoved()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.drag({40, 60}, {160, 60});
        f.key(Qt::Key_Escape); // the tool is laid down
        QVERIFY(!f.desk.model().tool());
        const auto before = f.desk.model().items()[0].m.points;
        f.drag({160, 60}, {160, 120});
        auto after = f.desk.model().items()[0].m.points;
        QCOMPARE(after[0], before[0]);
        QVERIFY(std::abs(after[1].y - before[1].y - 60) < 1);
        QVERIFY(std::abs(after[1].x - before[1].x) < 1);
        f.desk.model().undoStack().undo();
        QCOMPARE(f.desk.model().items()[0].m.points, before);
        f.drag({100, 60}, {100, 100}); // on the line, between the points
        after = f.desk.model().items()[0].m.points;
        QVERIFY(std::abs(after[0].y - before[0].y - 40) < 1);
        QVERIFY(std::abs(after[1].y - before[1].y - 40) < 1);
    }

    void twoRegionsAreRefusedInPlace()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.drag({100, 100}, {320, 100});
        QVERIFY(f.desk.model().items().empty());
        const QString said = f.desk.model().said(1);
        QVERIFY2(said.contains(QStringLiteral("region"), Qt::CaseInsensitive), qPrintable(said));
        f.drag({40, 60}, {160, 150}); // the tool is still there, and the words go
        QCOMPARE(f.desk.model().items().size(), 1u);
        QVERIFY(f.desk.model().said(1).isEmpty());
    }

    void spectrumGivesVelocityTimeAndVti()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().velocity->trigger();
        f.click({300, 50});
        QCOMPARE(f.desk.model().items().size(), 1u);
        QVERIFY(std::abs(firstValue(f) - 1.005) < 0.02); // 100.5 px of 1 cm/s above the line of zero
        f.desk.actions().calliper->trigger();
        f.drag({280, 100}, {380, 50});
        const auto& values = f.desk.model().evaluation(f.desk.model().items()[1].key).values;
        QCOMPARE(values.size(), 2u);
        QVERIFY(std::abs(values[0].value - 0.5) < 0.02);
        QVERIFY(std::abs(values[1].value - 1000) < 15);
        f.desk.actions().vti->trigger();
        for (const echo::Point p : {echo::Point{270, 150}, {290, 50}, {310, 50}})
            f.click(p);
        f.doubleClick({330, 150});
        QCOMPARE(f.desk.model().items().size(), 3u);
        QCOMPARE(f.desk.model().items()[2].m.points.size(), 4u);
        QVERIFY(std::abs(firstValue(f, 2) - 40) < 1.0); // trapezium: 1 m/s over (0.6 + 0.2)/2 s
    }

    void drawnBiplaneGivesTheVolumes()
    {
        // Half ellipsoids, 9 cm and 8 cm long: V = 2/3 π a b L with the half widths of both views.
        MeasureFixture f({test::regionCell(), test::regionCell()}, {1300, 620});
        QVERIFY(f.isReady());
        const auto drawHalf = [&](int cell, double lengthCm, double halfWidthCm, QAction* tool, echo::Quantity quantity) {
            f.grid->selectCell(cell);
            f.desk.model().setTool(echo::Tool::LvContour, quantity);
            Q_UNUSED(tool);
            const double l = lengthCm / 0.05, a = halfWidthCm / 0.05;
            constexpr int clicks = 13;
            for (int i = 0; i < clicks; ++i) {
                const double angle = std::numbers::pi * i / (clicks - 1);
                const echo::Point p{125 - a * std::cos(angle), 250 - l * std::sin(angle)};
                if (i + 1 < clicks)
                    f.click(p, cell);
                else
                    f.doubleClick(p, cell);
            }
        };
        const auto volume = [](double length, double a, double b) { return 2.0 / 3 * std::numbers::pi * a * b * length; };
        QAction* contour = f.desk.actions().contour;
        drawHalf(0, 9, 2.4, contour, echo::Quantity::LvA4cEd);
        drawHalf(0, 8, 1.7, contour, echo::Quantity::LvA4cEs);
        drawHalf(1, 9, 2.2, contour, echo::Quantity::LvA2cEd);
        drawHalf(1, 8, 1.5, contour, echo::Quantity::LvA2cEs);
        QCOMPARE(f.desk.model().items().size(), 4u);
        const echo::VentricleResult lv = f.desk.model().ventricle(7);
        QCOMPARE(lv.volumeMethod, std::string("biplane"));
        const double edv = volume(9, 2.4, 2.2), esv = volume(8, 1.7, 1.5), ef = 100 * (edv - esv) / edv;
        qInfo("13 clicks a contour: EDV %.1f of %.1f mL, ESV %.1f of %.1f mL, EF %.1f of %.1f %%", *lv.edvMl, edv, *lv.esvMl, esv, *lv.efPercent, ef);
        QVERIFY(std::abs(*lv.edvMl - edv) < 0.03 * edv);
        QVERIFY(std::abs(*lv.esvMl - esv) < 0.03 * esv);
        QVERIFY(std::abs(*lv.efPercent - ef) < 1.5);
    }

    void handDrawnAreaIsClosedOnRelease()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().area->trigger();
        const auto on = [&](int i) {
            const double angle = 2 * std::numbers::pi * i / 90;
            return echo::Point{125 + 60 * std::cos(angle), 150 + 60 * std::sin(angle)};
        };
        f.move(on(0));
        QTest::mousePress(f.surface, Qt::LeftButton, {}, f.on(on(0)));
        for (int i = 1; i < 90; ++i)
            f.move(on(i));
        QTest::mouseRelease(f.surface, Qt::LeftButton, {}, f.on(on(89)));
        QCOMPARE(f.desk.model().items().size(), 1u);
        QVERIFY(f.desk.model().items()[0].m.points.size() > 30);
        QVERIFY(std::abs(firstValue(f) - std::numbers::pi * 9) < 0.6);
    }

    void keysGoBackAndAway()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        MeasureModel& model = f.desk.model();
        f.desk.actions().area->trigger();
        f.click({40, 60});
        f.click({100, 60});
        f.click({100, 120});
        f.key(Qt::Key_Backspace);
        f.click({100, 160});
        f.key(Qt::Key_Return);
        QCOMPARE(model.items().size(), 1u);
        QCOMPARE(model.items()[0].m.points.size(), 3u);
        QVERIFY(std::abs(model.items()[0].m.points[2].y - 160) < 1);
        f.click({40, 200});
        f.key(Qt::Key_Escape);
        QVERIFY(!model.draft());
        QVERIFY(model.tool());
        f.key(Qt::Key_Escape);
        QVERIFY(!model.tool());
        model.select(model.items()[0].key);
        f.key(Qt::Key_Delete);
        QVERIFY(model.items().empty());
        model.undoStack().undo();
        QCOMPARE(model.items().size(), 1u);
    }

    void calibrationByHandIsMarked()
    {
        test::GeneratedFrames::Options options;
        options.rows = 300;
        options.columns = 400;
        MeasureFixture f({test::generatedCell(options, 30)});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.drag({50, 50}, {50, 150});
        QVERIFY(std::abs(firstValue(f) - 100) < 1.5); // pixels: nothing is known
        QSignalSpy kept(&f.desk.model(), &MeasureModel::calibrationWanted);
        f.desk.actions().calibrate->trigger();
        f.drag({200, 50}, {200, 150});
        auto* field = f.desk.findChild<LengthEditor*>()->findChild<QLineEdit*>();
        QVERIFY(field->isVisible());
        QTest::keyClicks(field, QStringLiteral("0")); // no length
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(field->isVisible());
        field->clear();
        QTest::keyClicks(field, QStringLiteral("5"));
        QTest::keyClick(field, Qt::Key_Return);
        QVERIFY(!field->isVisible());
        QCOMPARE(kept.size(), 1);
        QVERIFY(std::abs(firstValue(f) - 5) < 0.1);
        const auto& e = f.desk.model().evaluation(f.desk.model().items()[0].key);
        QCOMPARE(e.calibration.source, echo::CalibrationSource::Manual);
        QVERIFY(QString::fromStdString(e.calibration.badge()).contains(QStringLiteral("by hand")));
        f.desk.model().undoStack().undo();
        QVERIFY(std::abs(firstValue(f) - 100) < 1.5);
        QCOMPARE(kept.size(), 2);
    }

    void withoutAToolTheGridHasTheMouse()
    {
        MeasureFixture f({test::regionCell(), test::regionCell()}, {1300, 620});
        QVERIFY(f.isReady());
        f.grid->selectCell(0);
        f.click({125, 150}, 1);
        QCOMPARE(f.grid->selectedCell(), 1);
        QVERIFY(f.desk.model().items().empty());
    }

    void onlyItsOwnFrameShowsIt()
    {
        MeasureFixture f({test::regionCell()});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        f.drag({40, 60}, {160, 150});
        f.desk.model().setTool(std::nullopt);
        f.desk.model().select(0);
        const int frame = f.desk.model().items()[0].m.frame;
        const auto coloured = [&] {
            const QImage image = f.grid->pictureOf(0, true), bare = f.grid->pictureOf(0, false);
            return image != bare;
        };
        QTRY_VERIFY(coloured());
        f.grid->showFrame(0, frame + 3);
        QTRY_COMPARE(f.grid->currentFrame(0), frame + 3);
        QVERIFY(!coloured());
        f.desk.showMeasurement(f.desk.model().items()[0].key);
        QTRY_COMPARE(f.grid->currentFrame(0), frame);
        QVERIFY(coloured());
    }

    void panelSaysWhatIsMissingNext()
    {
        MeasureFixture f({test::regionCell()}, {1100, 700});
        QVERIFY(f.isReady());
        f.desk.showPanel(true);
        f.grid->selectCell(0);
        const auto step = [&](const char* code) { return f.desk.panel().findChild<QToolButton*>(QStringLiteral("step.") + QLatin1String(code)); };
        const auto words = [&](const char* code) { return step(code) ? step(code)->findChild<QLabel*>()->text() : QString(); };
        QTRY_VERIFY(step("lv-a4c-ed"));
        QVERIFY(words("lv-a4c-ed").startsWith(u'→'));
        step("lv-a4c-ed")->click();
        QCOMPARE(f.desk.model().tool(), std::optional(echo::Tool::LvContour));
        QCOMPARE(f.desk.model().quantity(), echo::Quantity::LvA4cEd);
        for (const echo::Point p : {echo::Point{60, 250}, {70, 120}, {125, 60}, {180, 120}})
            f.click(p);
        f.doubleClick({190, 250});
        QTRY_VERIFY(words("lv-a4c-ed").startsWith(u'✓'));
        QVERIFY(words("lv-a4c-es").startsWith(u'→'));
    }

    void narrowBarKeepsEverythingInItsMenu()
    {
        MeasureFixture f({test::regionCell()}, {1300, 500});
        QVERIFY(f.isReady());
        f.desk.actions().calliper->trigger();
        auto* bar = f.desk.findChild<MeasureBar*>();
        QVERIFY(bar->isVisible());
        const auto shown = [&] {
            int count = 0;
            for (const QToolButton* button : bar->findChildren<QToolButton*>())
                count += button->isVisible();
            return count;
        };
        const int wide = shown();
        f.desk.resize(520, 500);
        QTRY_VERIFY(shown() < wide);
        QVERIFY(bar->minimumSizeHint().width() < 520);
        for (const QToolButton* button : bar->findChildren<QToolButton*>())
            if (button->isVisible())
                QVERIFY(button->geometry().right() < bar->width());
    }
};

QTEST_MAIN(TestMeasureTools)
#include "test_measure_tools.moc"
