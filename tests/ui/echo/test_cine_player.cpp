// SPDX-License-Identifier: GPL-3.0-or-later
#include "generated_clip.h"

#include "ui/echo/cell_layout.h"
#include "ui/echo/cine_overlay.h"
#include "ui/echo/cine_player.h"
#include "ui/echo/frame_pool.h"
#include "ui/echo/reduce_image.h"

#include <QtTest>

#include <atomic>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using namespace std::chrono_literals;
using test::evenTiming;
using test::GeneratedFrames;

namespace {

echo::CineTiming uneven()
{
    echo::CineTiming timing;
    timing.startMs = {0, 10, 50, 60};
    timing.durationMs = 100;
    return timing;
}

template <class Condition> bool eventually(Condition condition)
{
    for (int i = 0; i < 2000 && !condition(); ++i)
        std::this_thread::sleep_for(1ms);
    return condition();
}

} // namespace

class TestCinePlayer : public QObject
{
    Q_OBJECT
private slots:
    void unevenFramesAreShownAsLongAsTheHeaderSays()
    {
        CinePlayer player;
        player.addCell(uneven(), 4);
        player.setPlaying(true);
        std::vector<int> shown{player.frame(0)};
        for (int ms = 1; ms < 200; ++ms) {
            player.advance(1);
            shown.push_back(player.frame(0));
        }
        for (int ms = 0; ms < 200; ++ms) {
            const int t = ms % 100;
            QCOMPARE(shown[std::size_t(ms)], t < 10 ? 0 : t < 50 ? 1 : t < 60 ? 2 : 3);
        }
    }

    void lateTicksDropFramesAndNeverSlowDown()
    {
        CinePlayer player;
        player.addCell(evenTiming(30, 30), 30);
        player.setPlaying(true);
        player.advance(500.1); // one long block
        QCOMPARE(player.frame(0), 15);
        player.advance(10000); // ten loops
        QCOMPARE(player.frame(0), 15);
        player.advance(999.9 + 34);
        QCOMPARE(player.frame(0), 16);
    }

    void everyCellHasItsOwnLoop()
    {
        CinePlayer player;
        player.addCell(evenTiming(10, 10), 10); // 1 s
        player.addCell(evenTiming(30, 60), 30); // 0.5 s
        player.addCell(evenTiming(1, 30), 1);
        player.setPlaying(true);
        player.advance(750.1);
        QCOMPARE(player.frame(0), 7);
        QCOMPARE(player.frame(1), 15);
        QCOMPARE(player.frame(2), 0);
        QVERIFY(player.isStill(2));
        QCOMPARE(player.headerFps(1), 60.0);
    }

    void speedAndPause()
    {
        CinePlayer player;
        player.addCell(evenTiming(100, 10), 100);
        player.advance(1000);
        QCOMPARE(player.frame(0), 0); // paused
        player.setPlaying(true);
        player.setSpeed(0.5);
        player.advance(1000.1);
        QCOMPARE(player.frame(0), 5);
        player.setSpeed(99);
        QCOMPARE(player.speed(), 4.0);
        player.advance(1000);
        QCOMPARE(player.frame(0), 45);
        player.setSpeed(0);
        QCOMPARE(player.speed(), 0.1);
        player.setPlaying(false);
        player.advance(5000);
        QCOMPARE(player.frame(0), 45);
    }

    void stepGoesAroundAndPauses()
    {
        CinePlayer player;
        player.addCell(uneven(), 4);
        player.setPlaying(true);
        player.step(1);
        QVERIFY(!player.isPlaying());
        QCOMPARE(player.frame(0), 1);
        player.step(-2);
        QCOMPARE(player.frame(0), 3);
        player.step(1);
        QCOMPARE(player.frame(0), 0);
        for (int i = 1; i <= 9; ++i) {
            player.step(1);
            QCOMPARE(player.frame(0), i % 4);
        }
    }

    void scrubReachesBothEnds()
    {
        CinePlayer player;
        player.addCell(evenTiming(41, 30), 41);
        player.addCell(evenTiming(11, 50), 11);
        player.scrub(1);
        QCOMPARE(player.frame(0), 40);
        QCOMPARE(player.frame(1), 10);
        QCOMPARE(player.fraction(0), 1.0);
        player.scrub(0.5);
        QCOMPARE(player.frame(0), 20);
        QCOMPARE(player.frame(1), 5);
        player.scrub(-3);
        QCOMPARE(player.frame(0), 0);
    }

    void timeToTheNextChange()
    {
        CinePlayer player;
        player.addCell(uneven(), 4);
        QVERIFY(player.untilNextMs() < 0);
        player.setPlaying(true);
        QCOMPARE(player.untilNextMs(), 10.0);
        player.advance(14);
        player.setSpeed(2);
        QCOMPARE(player.untilNextMs(), 18.0);
    }

    void timingThatDoesntFitIsMended()
    {
        CinePlayer player;
        player.addCell({}, 12); // none at all
        QVERIFY(std::abs(player.headerFps(0) - 30) < 1e-9);
        player.addCell(uneven(), 4);
        player.setFrameCount(1, 2); // the last two are missing
        player.setPlaying(true);
        player.advance(55);
        QCOMPARE(player.frame(1), 0); // 50 ms loop
        echo::CineTiming broken = uneven();
        broken.startMs[2] = NAN;
        player.addCell(broken, 4);
        player.advance(34);
        QCOMPARE(player.frame(2), 1);
    }

    void strideSkipsWhatNoDisplayShows()
    {
        CinePlayer player;
        player.addCell(evenTiming(60, 60), 60);
        QCOMPARE(player.stride(0, 60), 1);
        player.setSpeed(4);
        QCOMPARE(player.stride(0, 60), 4);
    }

    void meterCountsTheLastSecond()
    {
        FpsMeter meter;
        QCOMPARE(meter.fps(0), 0.0);
        for (int i = 0; i <= 60; ++i)
            meter.shown(i * 40.0);
        QCOMPARE(meter.fps(2400), 25.0);
        QCOMPARE(meter.fps(9000), 0.0);
    }

    void poolDecodesWhatIsNeededFirst()
    {
        std::atomic<int> told{0};
        FramePool pool(2, [&] { ++told; });
        GeneratedFrames::Options options;
        options.decodeTime = 2ms;
        std::vector<OpenFrames> open(3, [options] { return std::make_unique<GeneratedFrames>(options); });
        pool.setCells(open);
        pool.want(1, {12, 1, 4});
        QVERIFY(eventually([&] { return pool.ready(0, 0) && pool.ready(1, 12) && pool.ready(2, 0); }));
        QVERIFY(eventually([&] { return pool.ready(1, 16) != nullptr; }));
        std::this_thread::sleep_for(30ms);
        QVERIFY(!pool.ready(1, 17)); // not asked for
        QCOMPARE(pool.count(2), 30);
        QVERIFY(told > 0);
        pool.want(1, {28, 1, 3}); // around the end of the loop
        QVERIFY(eventually([&] { return pool.ready(1, 1) != nullptr; }));
    }

    void poolIsolatesFailures()
    {
        FramePool pool(2, [] {});
        GeneratedFrames::Options good, damaged, closed;
        damaged.damagedFrame = 2;
        closed.cannotOpen = true;
        std::vector<OpenFrames> open;
        for (const auto& options : {good, damaged, closed})
            open.push_back([options] { return std::make_unique<GeneratedFrames>(options); });
        pool.setCells(open);
        for (int i = 0; i < 3; ++i)
            pool.want(i, {0, 1, 5});
        QVERIFY(eventually([&] { return pool.ready(0, 5) && pool.ready(1, 5) && !pool.error(2).isEmpty(); }));
        QVERIFY(!pool.ready(1, 2));
        QVERIFY(pool.frameError(1, 2).contains("damaged"));
        QVERIFY(pool.error(1).isEmpty() && pool.frameError(1, 3).isEmpty());
        QCOMPARE(pool.error(2), QString("The file ends before its pixel data. (7FE0,0010)"));
    }

    void poolDropsOldCellsAtOnce()
    {
        FramePool pool(2, [] {});
        GeneratedFrames::Options slow;
        slow.decodeTime = 20ms;
        for (int i = 0; i < 20; ++i)
            pool.setCells(std::vector<OpenFrames>(9, [slow] { return std::make_unique<GeneratedFrames>(slow); }));
        QVERIFY(eventually([&] { return pool.ready(8, 0) != nullptr; }));
        pool.setCells({});
        QVERIFY(!pool.ready(8, 0));
    }

    void pictureKeepsItsShape()
    {
        const QRectF cell(10, 20, 640, 480);
        CellLayout layout = layoutCell(cell, 18, {320, 200}, 1.0, 1.0);
        QVERIFY(std::abs(layout.picture.width() / layout.picture.height() - 1.6) < 0.01);
        QVERIFY(cell.contains(layout.picture));
        QVERIFY(!layout.picture.intersects(layout.title) && !layout.picture.intersects(layout.footer));
        layout = layoutCell(cell, 18, {320, 200}, 2.0, 1.0); // tall pixels
        QVERIFY(std::abs(layout.picture.width() / layout.picture.height() - 0.8) < 0.01);
        layout = layoutCell(QRectF(0, 0, 660, 540), 18, {640, 480}, 1.0, 1.0); // nearly fits: 1:1
        QCOMPARE(layout.picture.size(), QSizeF(640, 480));
        layout = layoutCell(QRectF(0, 0, 660, 540), 18, {1280, 960}, 1.0, 2.0); // 1:1 in device pixels
        QCOMPARE(layout.picture.size(), QSizeF(640, 480));
    }

    void reductionIsTheMeanOfTheArea()
    {
        base::RgbImage image(4, 6);
        for (std::size_t i = 0; i < image.pixels.size(); ++i)
            image.pixels[i] = std::uint8_t(i * 3);
        const base::RgbImage small = reduced(image, 3, 2);
        for (int y = 0; y < 2; ++y)
            for (int x = 0; x < 3; ++x)
                for (int c = 0; c < 3; ++c) {
                    double sum = 0;
                    for (int k = 0; k < 4; ++k)
                        sum += image.row(2 * y + k / 2)[3 * (2 * x + k % 2) + c];
                    QVERIFY(std::abs(small.row(y)[3 * x + c] - sum / 4) <= 1.0);
                }
        base::RgbImage flat(601, 803);
        std::fill(flat.pixels.begin(), flat.pixels.end(), std::uint8_t(255));
        const base::RgbImage odd = reduced(flat, 287, 211);
        QVERIFY(std::all_of(odd.pixels.begin(), odd.pixels.end(), [](std::uint8_t v) { return v == 255; }));
        QVERIFY(isWorthReducing(flat, {287, 211}));
        QVERIFY(!isWorthReducing(flat, {800, 600}) && !isWorthReducing(flat, {}));
    }

    void poolReducesToTheTarget()
    {
        FramePool pool(2, [] {});
        GeneratedFrames::Options options; // 160 × 120
        pool.setCells({[options] { return std::make_unique<GeneratedFrames>(options); }});
        pool.want(0, {3, 1, 4, {80, 60}});
        QVERIFY(eventually([&] { return pool.ready(0, 3) && pool.ready(0, 7); }));
        QCOMPARE(pool.ready(0, 3)->columns, 80);
        QCOMPARE(pool.ready(0, 3)->row(30)[0], std::uint8_t(200));
        QCOMPARE(pool.ready(0, 3)->row(30)[1], GeneratedFrames::greenOf(3));
        pool.want(0, {3, 1, 4, {320, 240}}); // enlarged on the screen: the frame itself
        QVERIFY(eventually([&] { return pool.ready(0, 3) && pool.ready(0, 3)->columns == 160; }));
        pool.want(0, {3, 1, 4, {40, 30}});
        QVERIFY(eventually([&] { return pool.ready(0, 3) && pool.ready(0, 3)->columns == 40; }));
    }

    void gridFollowsCountAndShape()
    {
        QCOMPARE(gridFor(9, {900, 700}), QSize(3, 3));
        QCOMPARE(gridFor(4, {900, 700}), QSize(2, 2));
        QCOMPARE(gridFor(2, {900, 400}), QSize(2, 1));
        QCOMPARE(gridFor(1, {300, 900}), QSize(1, 1));
        const std::vector<QRect> cells = gridCells({101, 50}, 3, 3);
        QCOMPARE(cells.back().right(), 100);
        QCOMPARE(cells.back().bottom(), 49);
        for (int i = 1; i < 3; ++i)
            QCOMPARE(cells[std::size_t(i)].left(), cells[std::size_t(i - 1)].right() + 1);
    }

    void calibrationBadges()
    {
        dicom::ImageHeader header;
        QCOMPARE(calibrationBadge(header), QString("not calibrated"));
        dicom::UltrasoundRegion spectral;
        spectral.spatialFormat = 3;
        dicom::UltrasoundRegion tissue;
        tissue.spatialFormat = 1;
        tissue.unitsX = tissue.unitsY = 3;
        tissue.deltaX = tissue.deltaY = 0.0412;
        header.regions = {spectral, tissue};
        QCOMPARE(calibrationBadge(header), QString("US region 2 · 0.41 mm/px"));
        header.regions[1].deltaY = -0.05;
        QCOMPARE(calibrationBadge(header), QString("US region 2 · 0.41 × 0.50 mm/px"));
        QCOMPARE(weightText(0.3149f), QString("view weight 0.31"));
        QCOMPARE(weightText({}), QString());
    }
};

QTEST_GUILESS_MAIN(TestCinePlayer)
#include "test_cine_player.moc"
