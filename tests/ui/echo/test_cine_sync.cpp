// SPDX-License-Identifier: GPL-3.0-or-later
// Loops, sweeps, beats and cells that move together.
#include "generated_clip.h"

#include "ui/echo/cine_player.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::ui;
using test::evenTiming;

namespace {

// Frame on display every `ms` of wall time, `count` times.
std::vector<int> played(CinePlayer& player, int cell, int count, double ms)
{
    std::vector<int> frames;
    for (int i = 0; i < count; ++i) {
        frames.push_back(player.frame(cell));
        player.advance(ms);
    }
    return frames;
}

// 100 frames at 50 per second: 2 s.
CinePlayer one()
{
    CinePlayer player;
    player.addCell(evenTiming(100, 50), 100);
    player.setPlaying(true);
    return player;
}

// Beats of 800 ms in the first cell and of 600 ms in the second, the first R waves at 100 and 250 ms.
CinePlayer two()
{
    CinePlayer player;
    player.addCell(evenTiming(200, 100), 200);
    player.addCell(evenTiming(160, 80), 160);
    player.setBeats(0, {100, 900, 1700}, 800.0);
    player.setBeats(1, {250, 850, 1450}, 600.0);
    player.setPlaying(true);
    return player;
}

} // namespace

class TestCineSync : public QObject
{
    Q_OBJECT
private slots:
    void inAndOutPointsBoundTheLoop()
    {
        CinePlayer player = one();
        player.setInOut(0, 20, 24);
        QVERIFY(player.hasInOut(0));
        const auto frames = played(player, 0, 12, 20.001);
        QCOMPARE(frames, (std::vector<int>{0, 21, 22, 23, 24, 20, 21, 22, 23, 24, 20, 21}));
        player.step(1);
        player.goTo(0, 24);
        player.step(1);
        QCOMPARE(player.frame(0), 20);
        player.step(-1);
        QCOMPARE(player.frame(0), 24);
        player.goTo(0, 70); // outside: the next step comes back
        QCOMPARE(player.frame(0), 70);
        player.step(1);
        QCOMPARE(player.frame(0), 24);
        player.setInOut(0, 30, 10);
        QCOMPARE(player.inFrame(0), 10);
        QCOMPARE(player.outFrame(0), 30);
        player.setInOut(0, -5, 1000);
        QVERIFY(!player.hasInOut(0));
    }

    void sweepGoesBackAndForthAndShowsEveryFrameEquallyLong()
    {
        CinePlayer player = one();
        player.setInOut(0, 10, 13);
        player.goTo(0, 10);
        player.setLoopMode(LoopMode::Sweep);
        std::map<int, int> times;
        const auto frames = played(player, 0, 1200, 1);
        std::vector<int> order;
        for (int f : frames) {
            ++times[f];
            if (order.empty() || order.back() != f)
                order.push_back(f);
        }
        order.resize(9);
        QCOMPARE(order, (std::vector<int>{10, 11, 12, 13, 12, 11, 10, 11, 12}));
        // There and back takes 6 frames of 20 ms: the ends once, the middle twice. 1200 ms are ten times that.
        QVERIFY(std::abs(times[10] - 200) <= 12 && std::abs(times[13] - 200) <= 12);
        QVERIFY(std::abs(times[11] - 400) <= 12 && std::abs(times[12] - 400) <= 12);
        player.setInOut(0, 5, 5);
        player.advance(100);
        QCOMPARE(player.frame(0), 5);
        // A late tick of many turns ends where many short ones do.
        CinePlayer late = one(), punctual = one();
        late.setLoopMode(LoopMode::Sweep);
        punctual.setLoopMode(LoopMode::Sweep);
        late.advance(1); // into the sweep's range
        punctual.advance(1);
        late.advance(7777);
        for (int i = 0; i < 7777; ++i)
            punctual.advance(1);
        QCOMPARE(late.frame(0), punctual.frame(0));
    }

    void beatsAreLooped()
    {
        CinePlayer player = one();
        QVERIFY(!player.hasBeats(0));
        player.setBeatLoop(0, 1); // without beats: the clip
        QCOMPARE(player.loop(0).last, 99);
        player.setBeats(0, {210, 610, 1010, 1410}, 400.0);
        player.goTo(0, 35); // 700 ms: in the second beat
        QCOMPARE(player.loop(0).first, 30);
        QCOMPARE(player.loop(0).last, 50);
        for (int f : played(player, 0, 300, 10))
            QVERIFY(f >= 30 && f <= 50);
        player.setBeatLoop(0, 2);
        QCOMPARE(player.loop(0).last, 70);
        player.goTo(0, 2); // before the first R wave: the first beats
        QCOMPARE(player.loop(0).first, 10);
        player.setBeatLoop(0, 0);
        QCOMPARE(player.loop(0).first, 0);
        player.setBeatLoop(0, 99);
        QCOMPARE(player.loop(0).first, 10);
        QCOMPARE(player.loop(0).last, 70);
    }

    void oneRWaveAndARateAreABeat()
    {
        QVERIFY(BeatTrack::of({}, 800.0).isEmpty());
        QVERIFY(BeatTrack::of({300}, std::nullopt).isEmpty());
        QCOMPARE(BeatTrack::of({300}, 700.0).beats[0].endMs, 1000.0);
        QCOMPARE(BeatTrack::of({0, 50, 900}, 800.0).count(), 1); // 50 ms isn't a beat
        QCOMPARE(BeatTrack::of({0, 500, 900}, {}).beatAt(-3), 0);
        QCOMPARE(BeatTrack::of({0, 500, 900}, {}).beatAt(500), 1);
        QCOMPARE(BeatTrack::of({0, 500, 900}, {}).beatAt(5000), 1);
    }

    void byTimeTheLongestLeads()
    {
        CinePlayer player;
        player.addCell(evenTiming(10, 10), 10); // 1 s
        player.addCell(evenTiming(60, 20), 60); // 3 s
        player.addCell(evenTiming(1, 20), 1);
        player.setPlaying(true);
        player.advance(2500);
        player.setSync(SyncMode::Time);
        QCOMPARE(player.leader(), 1);
        QVERIFY(!player.isInSync(2));
        QCOMPARE(player.frame(1), 50);
        QCOMPARE(player.frame(0), 9); // over: held
        player.advance(800);
        QCOMPARE(player.frame(1), 6);
        QCOMPARE(player.frame(0), 3);
        player.setSynced(0, false);
        QVERIFY(!player.isInSync(1)); // alone
        player.advance(100);
        QCOMPARE(player.frame(0), 4);
    }

    void byRWaveEveryBeatBeginsTogether()
    {
        CinePlayer player = two();
        player.setSync(SyncMode::RWave);
        QCOMPARE(player.leader(), 0);
        player.goTo(0, 10); // its first R wave
        QCOMPARE(player.positionMs(1), 250.0);
        player.setPlaying(true);
        player.advance(300);
        QCOMPARE(player.positionMs(0), 400.0);
        QCOMPARE(player.positionMs(1), 550.0);
        player.advance(400); // 700 ms after R: the shorter beat is over and waits
        QVERIFY(player.positionMs(1) < 850 && player.positionMs(1) > 849.9);
        player.advance(100); // the second R of the leader starts the other anew
        QVERIFY(std::abs(player.positionMs(0) - 900) < 1e-6);
        QVERIFY(std::abs(player.positionMs(1) - 850) < 1e-6);
        player.advance(799);
        player.advance(2); // the leader's last beat is over: both begin again
        QVERIFY(std::abs(player.positionMs(0) - 101) < 1e-6);
        QVERIFY(std::abs(player.positionMs(1) - 251) < 1e-6);
        QVERIFY(!player.syncFactor(1));
    }

    void byCycleTimeIsStretched()
    {
        CinePlayer player = two();
        player.setSync(SyncMode::Cycle);
        player.goTo(0, 10);
        QCOMPARE(*player.syncFactor(1), 0.75);
        QCOMPARE(*player.syncFactor(0), 1.0);
        QCOMPARE(player.dueFps(1), 60.0);
        player.setPlaying(true);
        player.advance(400); // half of the beat
        QVERIFY(std::abs(player.positionMs(1) - 550) < 1e-6);
        player.advance(600); // a quarter of the second
        QVERIFY(std::abs(player.positionMs(1) - (850 + 150)) < 1e-6);
        player.setSpeed(0.5);
        player.advance(400);
        QVERIFY(std::abs(player.positionMs(1) - (850 + 300)) < 1e-6);
        // Stepping the other makes it the leader.
        player.step(1, 1);
        QCOMPARE(player.leader(), 1);
        QCOMPARE(*player.syncFactor(0), 800.0 / 600.0);
        QVERIFY(!player.isPlaying());
        player.setPlaying(0, true);
        QVERIFY(player.isPlaying(1)); // together
    }

    void whoHasNoBeatsIsLeftOut()
    {
        CinePlayer player = two();
        player.addCell(evenTiming(50, 50), 50);
        QVERIFY(player.canSync(2, SyncMode::Time) && !player.canSync(2, SyncMode::RWave) && !player.canSync(2, SyncMode::Cycle));
        player.setSync(SyncMode::Cycle);
        QVERIFY(player.isInSync(0) && player.isInSync(1) && !player.isInSync(2));
        player.setPlaying(true);
        player.advance(300);
        QCOMPARE(player.frame(2), 15); // its own time
        player.setBeats(2, {0, 500}, 500.0);
        QVERIFY(player.isInSync(2));
    }

    void beatLoopsOfTheLeaderRule()
    {
        CinePlayer player = two();
        player.setSync(SyncMode::RWave);
        player.goTo(0, 95); // in the second beat
        player.setBeatLoop(0, 1);
        player.setPlaying(true);
        for (int i = 0; i < 100; ++i) {
            player.advance(37);
            QVERIFY(player.positionMs(0) >= 900 && player.positionMs(0) < 1700);
            QVERIFY(player.positionMs(1) >= 250 && player.positionMs(1) < 850);
        }
    }

    void whatWasSetSurvives()
    {
        CinePlayer player = two();
        player.setInOut(1, 20, 90);
        player.setSpeed(1, 0.5);
        player.setLoopMode(1, LoopMode::Sweep);
        player.setSynced(1, false);
        player.advance(1000);
        const CinePlayer::CellState state = player.state(1);
        const int frame = player.frame(1);
        player.clear();
        player.addCell(evenTiming(160, 80), 160);
        QVERIFY(player.isPlaying(0)); // as before
        player.restore(0, state);
        QCOMPARE(player.frame(0), frame);
        QCOMPARE(player.inFrame(0), 20);
        QCOMPARE(player.outFrame(0), 90);
        QCOMPARE(player.speed(0), 0.5);
        QVERIFY(!player.state(0).synced);
        player.addCell(evenTiming(10, 10), 10);
        player.restore(1, state); // a shorter clip
        QVERIFY(player.outFrame(1) <= 9 && player.frame(1) <= 9);
        player.swap(0, 1);
        QCOMPARE(player.frame(1), frame);
    }

    void cellsPlayOnTheirOwn()
    {
        CinePlayer player = two();
        player.setPlaying(0, false);
        QVERIFY(player.isPlaying());
        player.advance(100);
        QCOMPARE(player.frame(0), 0);
        QCOMPARE(player.frame(1), 8);
        player.setPlaying(1, false);
        QVERIFY(!player.isPlaying());
        player.scrub(1, 1.0);
        QCOMPARE(player.frame(1), 159);
        QCOMPARE(player.frame(0), 0);
    }
};

QTEST_APPLESS_MAIN(TestCineSync)
#include "test_cine_sync.moc"
