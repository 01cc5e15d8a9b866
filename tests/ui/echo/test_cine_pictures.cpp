// SPDX-License-Identifier: GPL-3.0-or-later
// Real clips in the real grid. With E2E_TEST_PICTURES=DIR each case is a picture for the eyes; E2E_TEST_THEME=light and
// QT_SCALE_FACTOR=2 make the others.
#include "support/picture.h"
#include "support/test_paths.h"

#include "ui/echo/cine_grid.h"
#include "ui/echo/cine_surface.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

CineCell cellOf(const char* file, bool own)
{
    CineCell cell;
    cell.clip = echo::readClip(test::sharedData(file));
    cell.own = own;
    cell.title = own ? QStringLiteral("own study") : QStringLiteral("1 · similarity 0.83");
    cell.viewWeight = 0.31f;
    return cell;
}

constexpr const char* kFiles[] = {
    "echo_multiframe/toshiba_a4c_colour.dcm", "echo_multiframe/toshiba_plax_2d.dcm",   "echo_multiframe/hp_pediatric_01.dcm",
    "echo_multiframe/hp_pediatric_02.dcm",    "echo_multiframe/hp_pediatric_03.dcm",   "echo_multiframe/acuson_stress_07.dcm",
    "echo_multiframe/acuson_stress_09.dcm",   "echo_multiframe/examples_ybr_color.dcm", "echo_multiframe/hp_pediatric_04.dcm"};

} // namespace

class TestCinePictures : public QObject
{
    Q_OBJECT

    // How much of each cell's picture isn't black.
    static void everyCellShowsSomething(CineGrid& grid)
    {
        const QImage image = grid.grabGrid();
        for (int i = 0; i < grid.shownCells(); ++i) {
            const CellOnScreen on = grid.onScreen(i);
            if (on.cell < 0)
                continue;
            int lit = 0, all = 0;
            for (double y = on.picture.top(); y < on.picture.bottom(); y += 3)
                for (double x = on.picture.left(); x < on.picture.right(); x += 3, ++all)
                    lit += image.pixelColor((QPointF(x, y) * image.devicePixelRatio()).toPoint()).lightness() > 30;
            QVERIFY2(lit * 20 > all, qPrintable(QString::number(i)));
        }
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }

    void grids_data()
    {
        QTest::addColumn<int>("cells");
        QTest::addColumn<QSize>("size");
        QTest::newRow("one") << 1 << QSize(1280, 800);
        QTest::newRow("pair") << 2 << QSize(1280, 620);
        QTest::newRow("nine") << 9 << QSize(1280, 900);
        QTest::newRow("narrow") << 4 << QSize(700, 620);
    }

    void grids()
    {
        QFETCH(int, cells);
        QFETCH(QSize, size);
        E2E_NEED_SHARED(test::sharedData(kFiles[0]));
        std::vector<CineCell> all;
        for (int i = 0; i < cells; ++i)
            all.push_back(cellOf(kFiles[i], i == 0));
        CineGrid grid;
        grid.resize(size);
        grid.show();
        grid.pause();
        grid.setCells(std::move(all));
        QVERIFY(QTest::qWaitForWindowExposed(&grid));
        QTRY_VERIFY_WITH_TIMEOUT(grid.hasFirstFrames(), 20000);
        echo::Beats beats;
        beats.source = echo::BeatSource::DrawnTrace;
        beats.rWaveMs = {180, 1230};
        beats.rrMs = 1050;
        grid.setBeats(0, beats);
        grid.setPhases(0, {{6, 20, 0.8}, {42, 56, 0.7}});
        beats.rWaveMs = {60};
        beats.rrMs = 780;
        grid.setBeats(1, beats);
        if (cells == 2)
            grid.setSyncMode(SyncMode::Cycle);
        if (cells == 1)
            grid.setInOut(0, 5, 41);
        grid.showFrame(0, 14);
        QTRY_COMPARE(grid.currentFrame(0), 14);
        if (cells == 4) {
            CellView view;
            view.zoom = 2.2;
            view.centre = {0.45, 0.6};
            view.window = 0.6;
            view.level = 0.35;
            grid.setCellView(1, view);
            view = {};
            view.quarterTurns = 1;
            view.inverted = true;
            grid.setCellView(2, view);
        }
        QTest::qWait(200);
        everyCellShowsSomething(grid);
        test::picture(grid, QStringLiteral("cine-%1").arg(QTest::currentDataTag()));
        if (cells == 2) {
            auto* surface = grid.findChild<CineSurface*>();
            const QPointF at = surface->toWidget(0).map(QPointF(300, 210));
            QMouseEvent move(QEvent::MouseMove, at, surface->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
            grid.setMagnifier(true);
            QApplication::sendEvent(surface, &move);
            QTest::qWait(300);
            test::picture(grid, QStringLiteral("cine-lens"));
        }
    }
};

QTEST_MAIN(TestCinePictures)
#include "test_cine_pictures.moc"
