// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/cell_view.h"
#include "ui/echo/frame_picture.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;

namespace {

const QSize kFrame(160, 120);
const QRectF kRoom(10, 20, 400, 240), kFitted(50, 20, 320, 240);

bool close(const QPointF& a, const QPointF& b)
{
    return std::hypot(a.x() - b.x(), a.y() - b.y()) < 1e-6;
}

QPointF at(const CellView& view, double x, double y)
{
    return frameToWidget(view, kFrame, 1, kRoom, kFitted).map(QPointF(x, y));
}

} // namespace

class TestCellView : public QObject
{
    Q_OBJECT
private slots:
    void defaultIsTheFittedPicture()
    {
        const QTransform t = frameToWidget({}, kFrame, 1, kRoom, kFitted);
        QVERIFY(close(t.map(QPointF(0, 0)), kFitted.topLeft()));
        QVERIFY(close(t.map(QPointF(160, 120)), kFitted.bottomRight()));
        // Pixels that aren't square: the fitted picture already says so.
        const QTransform tall = frameToWidget({}, kFrame, 2, kRoom, QRectF(130, 20, 160, 240));
        QVERIFY(close(tall.map(QPointF(160, 120)), QPointF(290, 260)));
    }

    void flipsAndTurns()
    {
        CellView view;
        view.flipX = true;
        QVERIFY(close(at(view, 0, 0), kFitted.topRight()));
        view.flipY = true;
        QVERIFY(close(at(view, 0, 0), kFitted.bottomRight()));
        view = {};
        view.quarterTurns = 2;
        QVERIFY(close(at(view, 0, 0), kFitted.bottomRight()));
        // Clockwise: the first pixel goes to the top right; 120 × 160 fits 240 high: a scale of 1.5.
        view.quarterTurns = 1;
        QVERIFY(close(at(view, 0, 0), QPointF(210 + 90, 20)));
        QVERIFY(close(at(view, 160, 120), QPointF(210 - 90, 260)));
        view.quarterTurns = -1;
        QVERIFY(close(at(view, 0, 0), QPointF(210 - 90, 260)));
        // Before turning: left and right of the frame change places, which then are top and bottom.
        view.quarterTurns = 1;
        view.flipX = true;
        QVERIFY(close(at(view, 0, 0), QPointF(300, 260)));
    }

    void turnedPixelsKeepTheirShape()
    {
        CellView view;
        view.quarterTurns = 1;
        // Pixels twice as high as wide: a frame of 160 × 240, turned 240 × 160, fits with a scale of 1.5.
        const QTransform t = frameToWidget(view, kFrame, 2, kRoom, QRectF(130, 20, 160, 240));
        const QPointF across = t.map(QPointF(1, 0)) - t.map(QPointF(0, 0)), down = t.map(QPointF(0, 1)) - t.map(QPointF(0, 0));
        QVERIFY(close(across, QPointF(0, 1.5)));
        QVERIFY(close(down, QPointF(-3, 0)));
    }

    void zoomKeepsWhatIsUnderThePointer()
    {
        for (int turns = 0; turns < 4; ++turns)
            for (bool flip : {false, true}) {
                CellView view;
                view.quarterTurns = turns;
                view.flipX = flip;
                const QPointF pointer(180, 120);
                const QPointF before = frameToWidget(view, kFrame, 1, kRoom, kFitted).inverted().map(pointer);
                const CellView zoomed = zoomedAt(view, 3, pointer, kFrame, 1, kRoom, kFitted);
                QCOMPARE(zoomed.zoom, 3.0);
                QVERIFY(close(frameToWidget(zoomed, kFrame, 1, kRoom, kFitted).map(before), pointer));
                const QPointF aside = frameToWidget(zoomed, kFrame, 1, kRoom, kFitted).map(before + QPointF(1, 0));
                QVERIFY(std::abs(std::hypot(aside.x() - pointer.x(), aside.y() - pointer.y()) - (turns % 2 ? 4.5 : 6)) < 1e-6);
            }
    }

    void zoomAndPanStayInRange()
    {
        CellView view;
        for (int i = 0; i < 100; ++i)
            view = zoomedAt(view, 1.5, kFitted.topLeft(), kFrame, 1, kRoom, kFitted);
        QCOMPARE(view.zoom, 32.0);
        for (int i = 0; i < 100; ++i)
            view = zoomedAt(view, 0.5, kFitted.center(), kFrame, 1, kRoom, kFitted);
        QCOMPARE(view.zoom, 0.25);
        QCOMPARE(zoomedAt(view, 0, {}, kFrame, 1, kRoom, kFitted), view);
        QCOMPARE(zoomedAt(view, std::nan(""), {}, kFrame, 1, kRoom, kFitted), view);
        // There and back is exactly one.
        CellView steps;
        for (int i = 0; i < 5; ++i)
            steps = zoomedAt(steps, 1.2, kFitted.center(), kFrame, 1, kRoom, kFitted);
        for (int i = 0; i < 5; ++i)
            steps = zoomedAt(steps, 1 / 1.2, kFitted.center(), kFrame, 1, kRoom, kFitted);
        QCOMPARE(steps.zoom, 1.0);
        view = pannedBy({}, {64, -24}, kFrame, 1, kRoom, kFitted);
        QVERIFY(close(view.centre, QPointF(0.3, 0.6)));
        view = pannedBy({}, {-5000, 5000}, kFrame, 1, kRoom, kFitted);
        QVERIFY(close(view.centre, QPointF(1, 0)));
    }

    void coloursAreUntouchedByDefault()
    {
        const auto same = colourTable({});
        for (int i = 0; i < 256; ++i)
            QCOMPARE(int(same[std::size_t(i)]), i);
        CellView view;
        view.inverted = true;
        QCOMPARE(int(colourTable(view)[10]), 245);
        view = {};
        view.window = 0.5;
        const auto steep = colourTable(view);
        QCOMPARE(int(steep[0]), 0);
        QCOMPARE(int(steep[63]), 0);
        QCOMPARE(int(steep[255]), 255);
        QCOMPARE(int(steep[102]), int(std::lround((0.4 - 0.5) / 0.5 * 255 + 127.5)));
        view = {};
        view.gamma = 2;
        QCOMPARE(int(colourTable(view)[64]), int(std::lround(std::sqrt(64 / 255.0) * 255)));
    }

    void wholeFrameIsTurnedAndWindowed()
    {
        base::RgbImage pixels(2, 3);
        for (std::size_t i = 0; i < 6; ++i)
            pixels.pixels[3 * i] = std::uint8_t(10 * (i + 1)); // red: 10 20 30 / 40 50 60
        CellView view;
        QImage image = framePicture(pixels, {3, 2}, 1, view).image;
        QCOMPARE(image.size(), QSize(3, 2));
        QCOMPARE(image.pixelColor(2, 1).red(), 60);
        view.quarterTurns = 1;
        view.inverted = true;
        const FramePicture turned = framePicture(pixels, {3, 2}, 1, view);
        QCOMPARE(turned.image.size(), QSize(2, 3));
        QCOMPARE(turned.image.pixelColor(0, 0).red(), 255 - 40);
        QCOMPARE(turned.image.pixelColor(1, 0).red(), 255 - 10);
        QVERIFY(close(turned.fromFrame.map(QPointF(0, 0)), QPointF(2, 0)));
        QCOMPARE(framePicture(pixels, {3, 2}, 2, {}).image.size(), QSize(3, 4));
    }
};

QTEST_APPLESS_MAIN(TestCellView)
#include "test_cell_view.moc"
