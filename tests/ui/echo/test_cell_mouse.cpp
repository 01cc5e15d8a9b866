// SPDX-License-Identifier: GPL-3.0-or-later
#include "generated_clip.h"

#include "ui/echo/cell_mouse.h"
#include "ui/echo/cine_surface.h"
#include "ui/theme/theme.h"

#include <QDragEnterEvent>
#include <QMimeData>
#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::generatedCell;

namespace {

struct RecordingTool : CellTool
{
    bool takes = true, takesKeys = false;
    QStringList heard;
    std::vector<QPointF> frames;
    int cell = -1, keys = 0;
    bool note(const char* what, const CellOnScreen& on, const ToolEvent& event)
    {
        heard << QLatin1String(what);
        frames.push_back(event.frame);
        cell = on.cell;
        return takes;
    }
    bool press(const CellOnScreen& on, const ToolEvent& e) override { return note("press", on, e); }
    bool move(const CellOnScreen& on, const ToolEvent& e) override { return note("move", on, e); }
    bool release(const CellOnScreen& on, const ToolEvent& e) override { return note("release", on, e); }
    bool doubleClick(const CellOnScreen& on, const ToolEvent& e) override { return note("double", on, e); }
    bool key(QKeyEvent*) override { return ++keys, takesKeys; }
    std::optional<QCursor> cursor(const CellOnScreen&, const QPointF&) const override { return QCursor(Qt::CrossCursor); }
};

struct Cross : CellPainter
{
    int painted = 0;
    void paint(QPainter& painter, const CellOnScreen& cell) override
    {
        ++painted;
        painter.fillRect(cell.toWidget.mapRect(QRectF(40, 30, 80, 60)), QColor(1, 2, 250));
    }
};

} // namespace

class TestCellMouse : public QObject
{
    Q_OBJECT
    std::unique_ptr<CineGrid> m_grid;
    CineSurface* m_surface = nullptr;

    CineGrid& fresh(int cells = 4)
    {
        m_grid = std::make_unique<CineGrid>();
        m_grid->resize(900, 760);
        m_grid->show();
        m_surface = m_grid->findChild<CineSurface*>();
        std::vector<CineCell> all;
        for (int i = 0; i < cells; ++i)
            all.push_back(generatedCell({.red = std::uint8_t(200 - 20 * i)}, 30));
        m_grid->pause();
        m_grid->setCells(std::move(all));
        [this] {
            QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
            QTRY_VERIFY(m_grid->hasFirstFrames());
        }();
        return *m_grid;
    }
    QPoint in(int cell, double x, double y) { return m_surface->toWidget(cell).map(QPointF(x, y)).toPoint(); }
    QColor colourAt(const QPointF& at)
    {
        const QImage image = m_grid->grabGrid();
        return image.pixelColor((at * image.devicePixelRatio()).toPoint());
    }
    void drag(Qt::MouseButton button, const QPoint& from, const QPoint& to, Qt::KeyboardModifiers keys = {})
    {
        QTest::mousePress(m_surface, button, keys, from);
        for (int i = 1; i <= 4; ++i) {
            QMouseEvent move(QEvent::MouseMove, from + (to - from) * i / 4.0, m_surface->mapToGlobal(QPointF(from + (to - from) * i / 4.0)),
                             Qt::NoButton, button, keys);
            QApplication::sendEvent(m_surface, &move);
        }
        QTest::mouseRelease(m_surface, button, keys, to);
    }

private slots:
    void initTestCase() { Theme::instance().apply(ThemeKind::Dark); }
    void cleanup() { m_grid.reset(); }

    void toolHearsFramePixelsBeforeTheGrid()
    {
        CineGrid& grid = fresh();
        RecordingTool tool;
        grid.setTool(&tool);
        QTest::mousePress(m_surface, Qt::LeftButton, {}, in(2, 40, 30));
        QCOMPARE(tool.heard, QStringList{"press"});
        QCOMPARE(tool.cell, 2);
        QVERIFY(std::abs(tool.frames[0].x() - 40) < 1 && std::abs(tool.frames[0].y() - 30) < 1);
        QCOMPARE(grid.selectedCell(), 0); // the grid did nothing with it
        // The rest of the drag goes to the same cell, wherever the mouse is.
        QTest::mouseMove(m_surface, in(1, 80, 60));
        QTest::mouseRelease(m_surface, Qt::LeftButton, {}, in(1, 80, 60));
        QCOMPARE(tool.heard.last(), QStringLiteral("release"));
        QCOMPARE(tool.cell, 2);
        QVERIFY(tool.frames.back().y() < 0); // above its frame
        QCOMPARE(m_surface->cursor().shape(), Qt::CrossCursor);
        grid.setTool(nullptr);
        QTest::mouseClick(m_surface, Qt::LeftButton, {}, in(2, 40, 30));
        QCOMPARE(grid.selectedCell(), 2);
    }

    void whatTheToolLeavesTheGridDoes()
    {
        CineGrid& grid = fresh();
        RecordingTool tool;
        tool.takes = false;
        grid.setTool(&tool);
        QTest::mouseClick(m_surface, Qt::LeftButton, {}, in(3, 40, 30));
        QCOMPARE(tool.heard, QStringList{"press"});
        QCOMPARE(grid.selectedCell(), 3);
        QTest::mouseDClick(m_surface, Qt::LeftButton, {}, in(3, 40, 30));
        QCOMPARE(grid.maximisedCell(), 3);
        // Beside the picture the tool hears nothing.
        grid.toggleMaximised(3);
        tool.heard.clear();
        tool.takes = true;
        QTest::mouseClick(m_surface, Qt::LeftButton, {}, m_surface->areaOf(1).topLeft().toPoint() + QPoint(8, 8));
        QVERIFY(!tool.heard.contains("press"));
        QCOMPARE(grid.selectedCell(), 1);
    }

    void toolGetsKeysOnce()
    {
        CineGrid& grid = fresh(1);
        RecordingTool tool;
        grid.setTool(&tool);
        QAction shortcut;
        shortcut.setShortcut(Qt::Key_Delete);
        grid.addAction(&shortcut);
        QSignalSpy triggered(&shortcut, &QAction::triggered);
        m_surface->setFocus();
        m_grid->activateWindow();
        tool.takesKeys = true;
        QTest::keyClick(m_surface, Qt::Key_Delete);
        QCOMPARE(tool.keys, 1);
        QCOMPARE(triggered.count(), 0);
    }

    void wheelStepsAndZoomsAtThePointer()
    {
        CineGrid& grid = fresh();
        const QPointF at = in(1, 100, 40);
        const auto wheel = [&](int notches, Qt::KeyboardModifiers keys) {
            QWheelEvent event(at, m_surface->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, keys, Qt::NoScrollPhase, false);
            QApplication::sendEvent(m_surface, &event);
        };
        wheel(-2, {});
        QTRY_COMPARE(grid.currentFrame(1), 2);
        const QPointF before = grid.onScreen(1).toWidget.inverted().map(at);
        QSignalSpy changed(&grid, &CineGrid::viewChanged);
        wheel(4, Qt::ControlModifier);
        QCOMPARE(changed.count(), 1);
        QVERIFY(std::abs(grid.cellView(1).zoom - std::pow(1.2, 4)) < 1e-9);
        const QPointF after = grid.onScreen(1).toWidget.inverted().map(at);
        QVERIFY(std::hypot(after.x() - before.x(), after.y() - before.y()) < 1e-6);
        QCOMPARE(grid.cellView(0), CellView());
    }

    void dragsMoveWindowAndSwap()
    {
        CineGrid& grid = fresh();
        const QTransform before = grid.onScreen(0).toWidget;
        drag(Qt::MiddleButton, in(0, 80, 60), in(0, 80, 60) + QPoint(30, -20));
        QTransform moved = grid.onScreen(0).toWidget;
        QVERIFY(std::abs(moved.dx() - before.dx() - 30) < 1e-6 && std::abs(moved.dy() - before.dy() + 20) < 1e-6);
        drag(Qt::LeftButton, in(0, 80, 60), in(0, 80, 60) + QPoint(-30, 20), Qt::ShiftModifier);
        moved = grid.onScreen(0).toWidget;
        QVERIFY(std::abs(moved.dx() - before.dx()) < 1e-6);
        drag(Qt::RightButton, in(1, 80, 60), in(1, 80, 60) + QPoint(50, 0));
        QVERIFY(grid.cellView(1).window > 1.1);
        QCOMPARE(grid.cellView(1).level, 0.5);
        drag(Qt::RightButton, in(1, 80, 60), in(1, 80, 60) + QPoint(0, -50));
        QVERIFY(grid.cellView(1).level < 0.45);
        QSignalSpy menu(&grid, &CineGrid::menuRequested);
        QTest::mouseClick(m_surface, Qt::RightButton, {}, in(1, 80, 60));
        QCOMPARE(menu.count(), 1);
        QSignalSpy replaced(&grid, &CineGrid::cellsReplaced);
        drag(Qt::LeftButton, in(0, 80, 60), in(3, 80, 60));
        QCOMPARE(replaced.count(), 1);
        QTRY_VERIFY(grid.hasFirstFrames());
        QVERIFY(std::abs(colourAt(in(3, 80, 60)).red() - 200) <= 2);
        QVERIFY(std::abs(colourAt(in(0, 80, 60)).red() - 140) <= 2);
    }

    void painterDrawsInTheCellAndInThePicture()
    {
        CineGrid& grid = fresh(1);
        Cross cross;
        grid.addPainter(&cross);
        QCOMPARE(colourAt(in(0, 80, 60)).blue(), 250);
        QCOMPARE(grid.pictureOf(0, true).pixelColor(80, 60), QColor(1, 2, 250));
        QCOMPARE(grid.pictureOf(0, false).pixelColor(80, 60), QColor(200, 0, 40));
        QCOMPARE(grid.pictureOf(0, true).size(), QSize(160, 120));
        grid.removePainter(&cross);
        QCOMPARE(colourAt(in(0, 80, 60)).blue(), 40);
    }

    void windowIsAppliedToColour()
    {
        CineGrid& grid = fresh(2);
        CellView view;
        view.window = 0.7;
        view.level = 0.6;
        view.gamma = 1.4;
        grid.setCellView(0, view);
        const auto table = colourTable(view);
        QColor c = colourAt(in(0, 80, 60));
        QVERIFY2(std::abs(c.red() - table[200]) <= 1 && std::abs(c.blue() - table[40]) <= 1, qPrintable(c.name()));
        QCOMPARE(colourAt(in(1, 80, 60)), QColor(180, 0, 40)); // the neighbour is as it was
        view = {};
        view.inverted = true;
        grid.setCellView(0, view);
        QCOMPARE(colourAt(in(0, 80, 60)), QColor(55, 255, 215));
        grid.setCellView(0, {});
        QCOMPARE(colourAt(in(0, 80, 60)), QColor(200, 0, 40));
    }

    void zoomedPictureStaysInItsCell()
    {
        CineGrid& grid = fresh();
        CellView view;
        view.zoom = 8;
        grid.setCellView(0, view);
        QCOMPARE(colourAt(m_surface->roomOf(0).center()).red(), 200);
        QCOMPARE(colourAt(m_surface->roomOf(0).topLeft() + QPointF(3, 3)).red(), 200);
        const QPointF beside = m_surface->areaOf(1).topLeft() + QPointF(3, m_surface->areaOf(1).height() - 3);
        QVERIFY(colourAt(beside).red() < 60);
        view.zoom = 0.5;
        grid.setCellView(0, view);
        QVERIFY(colourAt(m_surface->pictureOf(0).topLeft() + QPointF(5, 5)).red() < 60); // nothing is left behind
        QCOMPARE(grid.onScreen(0).picture.width(), m_surface->pictureOf(0).width() / 2);
    }

    void clipsAreDropped()
    {
        CineGrid& grid = fresh();
        QMimeData data;
        data.setData(kClipMimeType, "12 34");
        const QPoint at = in(2, 80, 60);
        QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(m_surface, &enter);
        QVERIFY(enter.isAccepted());
        QSignalSpy dropped(&grid, &CineGrid::clipDropped);
        QDropEvent drop(at, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(m_surface, &drop);
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped[0], (QVariantList{2, qint64(12), qint64(34)}));
        data.setData(kClipMimeType, "12; 34");
        QApplication::sendEvent(m_surface, &drop);
        QCOMPARE(dropped.count(), 1);
    }
};

QTEST_MAIN(TestCellMouse)
#include "test_cell_mouse.moc"
