// SPDX-License-Identifier: GPL-3.0-or-later
// Beats, phases, loops and sync as a person sees them in the grid.
#include "generated_clip.h"

#include "ui/echo/beat_finder.h"
#include "ui/echo/cine_bar.h"
#include "ui/echo/cine_surface.h"
#include "ui/echo/echo_actions.h"
#include "ui/theme/theme.h"

#include <QMenu>
#include <QSet>
#include <QTemporaryFile>
#include <QToolButton>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::generatedCell;
using test::GeneratedFrames;

namespace {

echo::Beats beatsAt(std::vector<double> ms)
{
    echo::Beats beats;
    beats.rWaveMs = std::move(ms);
    beats.source = echo::BeatSource::Header;
    if (beats.rWaveMs.size() > 1)
        beats.rrMs = beats.rWaveMs[1] - beats.rWaveMs[0];
    return beats;
}

} // namespace

class TestCineBeats : public QObject
{
    Q_OBJECT
    std::unique_ptr<CineGrid> m_grid;
    CineSurface* m_surface = nullptr;

    CineCell namedCell(const char* file, int frames = 60)
    {
        GeneratedFrames::Options options;
        options.frames = frames;
        CineCell cell = generatedCell(options, 30);
        cell.clip.file = file;
        return cell;
    }

    CineGrid& fresh(std::vector<CineCell> cells)
    {
        m_grid = std::make_unique<CineGrid>();
        m_grid->resize(900, 700);
        m_grid->show();
        m_surface = m_grid->findChild<CineSurface*>();
        m_grid->pause();
        m_grid->setCells(std::move(cells));
        [this] {
            QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
            QTRY_VERIFY(m_grid->hasFirstFrames());
        }();
        return *m_grid;
    }

private slots:
    void initTestCase() { Theme::instance().apply(ThemeKind::Dark); }
    void cleanup() { m_grid.reset(); }

    void syncedCellsStepTogetherAndSayTheFactor()
    {
        CineGrid& grid = fresh({namedCell("a"), namedCell("b"), namedCell("c")});
        grid.setBeats(0, beatsAt({0, 1000, 2000}));
        grid.setBeats(1, beatsAt({500, 1000, 1500}));
        QSignalSpy changed(&grid, &CineGrid::stateChanged);
        grid.setSyncMode(SyncMode::Cycle);
        QVERIFY(changed.count() > 0);
        QVERIFY(grid.isInSync(0) && grid.isInSync(1) && !grid.isInSync(2));
        QCOMPARE(grid.syncNote(1), QStringLiteral("×0.50"));
        QCOMPARE(grid.syncNote(2), QStringLiteral("no beats: not in sync"));
        QVERIFY(m_surface->overlay(1).footerLeft.contains("×0.50"));
        grid.showFrame(0, 15); // half of the beat
        QTRY_COMPARE(grid.currentFrame(0), 15);
        QTRY_COMPARE(grid.currentFrame(1), 22); // 750 ms
        grid.setSynced(1, false);
        QVERIFY(!grid.isInSync(0));
        QCOMPARE(grid.syncNote(1), QString());
    }

    void scopeActsOnOneCell()
    {
        CineGrid& grid = fresh({namedCell("a"), namedCell("b")});
        grid.setScope(CineScope::SelectedCell);
        grid.selectCell(1);
        grid.step(4);
        QTRY_COMPARE(grid.currentFrame(1), 4);
        QCOMPARE(grid.currentFrame(0), 0);
        grid.setSpeed(0.5);
        QCOMPARE(grid.speed(), 0.5);
        grid.selectCell(0);
        QCOMPARE(grid.speed(), 1.0);
        grid.selectCell(1);
        grid.setInHere();
        QCOMPARE(grid.inFrame(1), 4);
        QCOMPARE(grid.inFrame(0), 0);
        grid.togglePlay();
        QVERIFY(grid.isPlaying());
        QTest::qWait(150);
        QCOMPARE(grid.currentFrame(0), 0);
        QVERIFY(grid.currentFrame(1) > 4);
    }

    void phasesAreVisitedAndMoved()
    {
        CineGrid& grid = fresh({namedCell("a")});
        grid.setPhases(0, {{5, 14, 0.8}, {35, 44, 0.8}});
        grid.goToPhase(CinePhase::EndSystole);
        QTRY_COMPARE(grid.currentFrame(0), 14);
        grid.goToPhase(CinePhase::EndSystole);
        QTRY_COMPARE(grid.currentFrame(0), 44);
        grid.goToPhase(CinePhase::EndDiastole); // around
        QTRY_COMPARE(grid.currentFrame(0), 5);
        QSignalSpy moved(&grid, &CineGrid::phasesMoved);
        grid.showFrame(0, 37);
        QTRY_COMPARE(grid.currentFrame(0), 37);
        grid.setPhaseHere(CinePhase::EndDiastole);
        QCOMPARE(moved.count(), 1);
        QCOMPARE(grid.phases(0)[1].edFrame, 37);
        QCOMPARE(grid.phases(0)[0].edFrame, 5);
        // Without any: one is begun.
        grid.setPhases(0, {});
        grid.setPhaseHere(CinePhase::EndSystole);
        QCOMPARE(grid.phases(0).size(), std::size_t(1));
        QCOMPARE(grid.phases(0)[0].esFrame, 37);
        QCOMPARE(grid.phases(0)[0].edFrame, -1);
    }

    void marksAreOnTheScrubber()
    {
        CineGrid& grid = fresh({namedCell("a")});
        grid.setBeats(0, beatsAt({400, 1300}));
        grid.setPhases(0, {{12, 24, 1}});
        auto* scrubber = grid.findChild<Scrubber*>();
        QTRY_VERIFY(scrubber->isEnabled());
        const QImage with = scrubber->grab().toImage();
        const auto lit = [&](double x, int from, int to) {
            int sum = 0;
            for (int y = from; y < to; ++y)
                for (int dx = -1; dx <= 1; ++dx)
                    sum += with.pixelColor(int(x * with.devicePixelRatio()) + dx, int(y * with.devicePixelRatio())).lightness() > 110;
            return sum;
        };
        QVERIFY(lit(scrubber->xOf(12), 2, 8) > 0);  // the R wave at 400 ms
        QCOMPARE(lit(scrubber->xOf(20), 2, 8), 0);
        QVERIFY(lit(scrubber->xOf(24), 19, 25) > 0); // end of systole
        QCOMPARE(lit(scrubber->xOf(48), 19, 25), 0);
        // In and out points are dragged.
        grid.setInOut(0, 10, 40);
        QTest::mousePress(scrubber, Qt::LeftButton, {}, QPoint(int(scrubber->xOf(10)), 13));
        QMouseEvent move(QEvent::MouseMove, QPointF(scrubber->xOf(20), 13), scrubber->mapToGlobal(QPointF(scrubber->xOf(20), 13)), Qt::NoButton,
                         Qt::LeftButton, {});
        QApplication::sendEvent(scrubber, &move);
        QTest::mouseRelease(scrubber, Qt::LeftButton, {}, QPoint(int(scrubber->xOf(20)), 13));
        QCOMPARE(grid.inFrame(0), 20);
        QCOMPARE(grid.outFrame(0), 40);
        QTest::mouseClick(scrubber, Qt::LeftButton, {}, QPoint(int(scrubber->xOf(30)), 13));
        QTRY_COMPARE(grid.currentFrame(0), 30);
    }

    void sweepAndBeatLoopStayInTheirFrames()
    {
        CineGrid& grid = fresh({namedCell("a")});
        grid.setBeats(0, beatsAt({500, 1000, 1500}));
        grid.setBeatLoop(1);
        grid.setLoopMode(LoopMode::Sweep);
        grid.setSpeed(4);
        grid.showFrame(0, 20);
        QTRY_COMPARE(grid.currentFrame(0), 20);
        grid.play();
        QSignalSpy shown(&grid, &CineGrid::frameShown);
        QTest::qWait(700);
        QVERIFY(shown.count() > 5);
        for (const QVariantList& one : shown)
            QVERIFY2(one[1].toInt() >= 15 && one[1].toInt() <= 29, qPrintable(one[1].toString()));
    }

    void whatWasSetFollowsTheClip()
    {
        CineGrid& grid = fresh({namedCell("a"), namedCell("b")});
        CellView view;
        view.zoom = 2;
        grid.setCellView(1, view);
        grid.setInOut(1, 7, 21);
        grid.setBeats(1, beatsAt({100, 900}));
        grid.setSynced(1, false);
        grid.setSyncMode(SyncMode::RWave);
        grid.setCells({namedCell("c"), namedCell("x"), namedCell("b")});
        QCOMPARE(grid.cellView(2), view);
        QCOMPARE(grid.cellView(1), CellView());
        QCOMPARE(grid.inFrame(2), 7);
        QCOMPARE(grid.outFrame(2), 21);
        QCOMPARE(grid.beats(2).rWaveMs.size(), std::size_t(2));
        QVERIFY(!grid.isSynced(2) && grid.isSynced(0));
        QCOMPARE(grid.syncMode(), SyncMode::RWave);
        QTRY_VERIFY(grid.hasFirstFrames());
        grid.swapCells(0, 2);
        QCOMPARE(grid.cellView(0), view);
        QCOMPARE(grid.inFrame(0), 7);
        QCOMPARE(m_surface->view(0), view);
        grid.setGridLayout(1, 2); // another layout: what fits in it keeps what was set
        QCOMPARE(grid.inFrame(0), 7);
        QCOMPARE(grid.shownCells(), 2);
    }

    void lensShowsTheFrameEnlarged()
    {
        struct Mark : CellPainter
        {
            std::vector<double> scales;
            void paint(QPainter&, const CellOnScreen& on) override { scales.push_back(std::abs(on.toWidget.m11())); }
        } mark;
        CineGrid& grid = fresh({namedCell("a")});
        grid.addPainter(&mark);
        const QPoint at = m_surface->toWidget(0).map(QPointF(80, 60)).toPoint();
        QMouseEvent move(QEvent::MouseMove, at, m_surface->mapToGlobal(QPointF(at)), Qt::NoButton, Qt::NoButton, {});
        QApplication::sendEvent(m_surface, &move);
        grid.grabGrid();
        QVERIFY(std::all_of(mark.scales.begin(), mark.scales.end(), [&](double s) { return s == mark.scales[0]; }));
        const QImage without = grid.grabGrid();
        grid.setMagnifier(true);
        const QImage with = grid.grabGrid();
        QVERIFY(mark.scales.back() > 2.4 * mark.scales.front());
        const double ratio = with.devicePixelRatio();
        const QPoint edge = ((QPointF(at) + QPointF(110, 0)) * ratio).toPoint();
        QVERIFY(without.pixelColor(edge) != with.pixelColor(edge)); // its rim
        QCOMPARE(with.pixelColor((QPointF(at) * ratio).toPoint()), without.pixelColor((QPointF(at) * ratio).toPoint()));
        grid.setMagnifier(false);
        grid.removePainter(&mark);
    }

    void magnifierIsHeldOrTapped()
    {
        CineGrid& grid = fresh({namedCell("a")});
        EchoActions actions(&grid);
        grid.activateWindow();
        m_surface->setFocus();
        QVERIFY(QTest::qWaitForWindowActive(&grid));
        QTest::keyPress(m_surface, Qt::Key_Z);
        QVERIFY(grid.magnifier());
        QTest::qWait(400);
        QTest::keyRelease(m_surface, Qt::Key_Z);
        QVERIFY(!grid.magnifier());
        QTest::keyClick(m_surface, Qt::Key_Z);
        QVERIFY(grid.magnifier());
        QTest::keyClick(m_surface, Qt::Key_Z);
        QVERIFY(!grid.magnifier());
    }

    void everyCommandHasItsOwnNameAndKey()
    {
        CineGrid& grid = fresh({namedCell("a"), namedCell("b")});
        EchoActions actions(&grid);
        QSet<QString> names, keys;
        // Of the window: they must stay free.
        for (const char* taken : {"Space", "Left", "Right", "[", "]", "R", "E", "O", "M", "Shift+M", "?", "F11", "1", "9"})
            keys.insert(QKeySequence(QLatin1String(taken)).toString());
        for (const QAction* action : actions.all) {
            QVERIFY2(!names.contains(action->objectName()), qPrintable(action->objectName()));
            names.insert(action->objectName());
            QVERIFY(action->objectName().startsWith("echo.") && !action->text().isEmpty() && !action->toolTip().isEmpty());
            if (action->shortcut().isEmpty())
                continue;
            QVERIFY2(!keys.contains(action->shortcut().toString()), qPrintable(action->shortcut().toString()));
            keys.insert(action->shortcut().toString());
        }
        actions.turnRight->trigger();
        actions.flipAcross->trigger();
        QCOMPARE(grid.cellView(0).quarterTurns, 1);
        QVERIFY(grid.cellView(0).flipY && !grid.cellView(0).flipX); // as it is seen
        actions.moreGamma->trigger();
        QVERIFY(grid.cellView(0).gamma > 1);
        actions.resetView->trigger();
        QCOMPARE(grid.cellView(0), CellView());
        actions.sweep->trigger();
        QCOMPARE(grid.loopMode(), LoopMode::Sweep);
        actions.nextSync->trigger();
        QCOMPARE(grid.syncMode(), SyncMode::Time);
        QVERIFY(actions.syncTime->isChecked());
        actions.nextCell->trigger();
        QCOMPARE(grid.selectedCell(), 1);
        actions.maximise->trigger();
        actions.nextCell->trigger();
        QCOMPARE(grid.maximisedCell(), 0);
        QMenu menu;
        actions.fillMenu(&menu);
        QVERIFY(menu.actions().size() > 10);
    }

    void barKeepsItsScrubberAndPutsTheRestAway()
    {
        CineGrid& grid = fresh({namedCell("a")});
        auto* bar = grid.findChild<CineBar*>();
        auto* scrubber = grid.findChild<Scrubber*>();
        const auto buttons = [&] {
            int shown = 0;
            for (auto* button : bar->findChildren<QToolButton*>())
                shown += button->isVisible();
            return shown;
        };
        grid.resize(1280, 700);
        QTRY_VERIFY(bar->width() == 1280);
        const int all = buttons();
        QVERIFY(scrubber->width() > 200);
        grid.resize(700, 500);
        QTRY_VERIFY(bar->width() == 700);
        QVERIFY(scrubber->width() >= 150);
        QVERIFY(buttons() < all);
        grid.resize(420, 400);
        QTRY_VERIFY(bar->width() == 420);
        QVERIFY(scrubber->width() >= 100);
        for (auto* button : bar->findChildren<QToolButton*>())
            QVERIFY(!button->isVisible() || bar->rect().contains(button->geometry()));
    }

    void memoryStaysInItsLimit()
    {
        class Counted : public GeneratedFrames
        {
        public:
            using GeneratedFrames::GeneratedFrames;
            std::size_t m_limit = 0;
            std::size_t compressedBytes() const override { return 1 << 20; }
            std::size_t decodedBytes() const override { return m_limit; }
            void setCacheBytes(std::size_t bytes) override { m_limit = bytes; }
        };
        std::vector<CineCell> cells;
        for (int i = 0; i < 4; ++i) {
            cells.push_back(namedCell("a"));
            cells.back().openFrames = [] { return std::make_unique<Counted>(GeneratedFrames::Options()); };
        }
        CineGrid& grid = fresh(std::move(cells));
        grid.setCacheLimit(std::size_t(64) << 20);
        grid.step(1);
        QTRY_COMPARE(grid.cacheUse().decoded + grid.cacheUse().compressed, std::size_t(64) << 20); // all that they may
        QCOMPARE(grid.cacheUse().compressed, std::size_t(4) << 20);
        QCOMPARE(grid.cacheUse().limit, std::size_t(64) << 20);
    }

    void finderWorksOnceAndDropsWhatNobodyWaitsFor()
    {
        QTemporaryFile one, other;
        QVERIFY(one.open() && other.open());
        echo::EchoClip a, b;
        a.file = one.fileName().toStdString();
        b.file = other.fileName().toStdString();
        std::atomic<int> begun{0}, cancelled{0};
        BeatFinder finder;
        finder.setWork([&](const echo::EchoClip&, const base::JobContext& job) -> BeatFinder::Found {
            ++begun;
            for (int i = 0; i < 200; ++i) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                if (job.cancel.isCancelled()) {
                    ++cancelled;
                    throw base::Cancelled();
                }
                if (i == 20 && begun > 1)
                    break;
            }
            BeatFinder::Found found;
            found.beats.rWaveMs = {1, 2};
            return found;
        });
        QSignalSpy found(&finder, &BeatFinder::found);
        finder.lookFor({a});
        QTRY_COMPARE(begun.load(), 1);
        finder.lookFor({b}); // a isn't wanted any more
        QTRY_COMPARE(found.count(), 1);
        QCOMPARE(cancelled.load(), 1);
        QCOMPARE(found[0][0].toString(), BeatFinder::keyOf(b));
        QVERIFY(!finder.known(BeatFinder::keyOf(a)));
        finder.lookFor({b, b});
        QTest::qWait(50);
        QCOMPARE(begun.load(), 2); // known
        QVERIFY(BeatFinder::keyOf({}).isEmpty());
    }

    void phasesFromMotionAloneAreFainter()
    {
        Scrubber scrubber;
        scrubber.resize(400, scrubber.sizeHint().height());
        ScrubberMarks marks;
        marks.frames = 41;
        marks.edFrames = {20};
        const auto dot = [&] {
            scrubber.setState(0, marks);
            const QImage picture = scrubber.grab().toImage();
            return picture.pixelColor(int(scrubber.xOf(20)), picture.height() / 2 + 9);
        };
        const QColor sure = dot();
        marks.phasesByMotion = true;
        const QColor faint = dot();
        QVERIFY2(sure.blue() > faint.blue() + 30, qPrintable(sure.name() + faint.name()));
        marks.phasesProposed = false; // a person has set them
        QCOMPARE(dot(), sure);
    }
};

QTEST_MAIN(TestCineBeats)
#include "test_cine_beats.moc"
