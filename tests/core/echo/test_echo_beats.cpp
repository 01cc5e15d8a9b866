// SPDX-License-Identifier: GPL-3.0-or-later
#include "beating_phantom.h"
#include "support/test_paths.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::test;
using echo::BeatSource;

class TestEchoBeats : public QObject
{
    Q_OBJECT
    static echo::Beats found(Phantom& phantom, const echo::EchoClip& clip)
    {
        echo::ClipFrames frames(opener(phantom.file));
        return echo::findBeats(clip, frames);
    }

private slots:
    void headerTimes()
    {
        Phantom phantom(steps(40, 40), {});
        echo::EchoClip clip = phantom.clip();
        clip.header.rWaveTimesMs = {0, 100, -5, 90, 150, 900, 5000, std::nan("")};
        clip.header.heartRate = 200;
        const echo::Beats beats = echo::headerBeats(clip);
        QCOMPARE(beats.rWaveMs, (std::vector<double>{100, 900}));
        QCOMPARE(beats.source, BeatSource::Header);
        QCOMPARE(*beats.rrMs, 800.0); // the interval, not the rate
        QVERIFY(has(beats.warnings, "r-wave-outside"));
        QVERIFY(has(beats.warnings, "r-wave-order"));
        QVERIFY(has(beats.warnings, "r-wave-close"));
        clip.header.rWaveTimesMs = {100};
        QCOMPARE(*echo::headerBeats(clip).rrMs, 300.0);
        clip.header.heartRate = 0;
        QVERIFY(!echo::headerBeats(clip).rrMs);
        clip.header.heartRate = 900;
        QVERIFY(!echo::headerBeats(clip).heartRate());
    }

    void cycles()
    {
        echo::Beats beats;
        QVERIFY(!beats.cycleAt(10));
        beats.rWaveMs = {100, 900, 1500};
        beats.rrMs = 700;
        for (const auto& [ms, cycle] : {std::pair{100.0, 0.0}, {500.0, 0.5}, {900.0, 1.0}, {1200.0, 1.5}, {1500.0, 2.0}, {1850.0, 2.5}, {-250.0, -0.5}}) {
            QCOMPARE(*beats.cycleAt(ms) + 10, cycle + 10);
            QCOMPARE(*beats.msAt(cycle) + 1000, ms + 1000);
        }
        beats.rrMs.reset();
        QVERIFY(!beats.cycleAt(1600) && !beats.msAt(2.5) && !beats.cycleAt(std::nan("")));
        QCOMPARE(*beats.cycleAt(1500), 2.0);
    }

    void periodicMotion_data()
    {
        QTest::addColumn<std::vector<double>>("stepsMs");
        QTest::newRow("even") << steps(60, 40);
        QTest::newRow("uneven frame times") << unevenSteps(60);
    }
    void periodicMotion()
    {
        QFETCH(std::vector<double>, stepsMs);
        Phantom phantom(stepsMs, {-600, 200, 1000, 1800, 2600, 3400});
        const echo::Beats beats = found(phantom, phantom.clip());
        QCOMPARE(beats.source, BeatSource::Periodicity);
        QVERIFY2(std::abs(*beats.rrMs - 800) < 25, qPrintable(QString::number(*beats.rrMs)));
        QVERIFY2(std::abs(beats.rWaveMs.front() - 200) <= 80, qPrintable(QString::number(beats.rWaveMs.front())));
        QCOMPARE(beats.rWaveMs.size(), std::size_t(3));
    }

    void nothingToFind()
    {
        Phantom still(steps(60, 40), {});
        QCOMPARE(found(still, still.clip()).source, BeatSource::None);
        Phantom oneBeat(steps(20, 40), {0, 800, 1600}); // shorter than 1½ beats: a period would be a guess
        QCOMPARE(found(oneBeat, oneBeat.clip()).source, BeatSource::None);
        Phantom beating(steps(60, 40), {-600, 200, 1000, 1800, 2600});
        echo::EchoClip clip = beating.clip();
        clip.header.heartRate = 200; // far from 75
        const echo::Beats beats = found(beating, clip);
        QCOMPARE(beats.source, BeatSource::None);
        QVERIFY(has(beats.warnings, "motion-rate"));
    }

    void drawnTrace_data()
    {
        QTest::addColumn<std::vector<double>>("rWaves");
        QTest::newRow("regular") << std::vector<double>{-600, 200, 1000, 1750};
        QTest::newRow("arrhythmia") << std::vector<double>{-600, 300, 700, 1500, 2300};
        QTest::newRow("one") << std::vector<double>{-500, 800, 2400};
    }
    void drawnTrace()
    {
        QFETCH(std::vector<double>, rWaves);
        Phantom phantom(unevenSteps(40), rWaves); // 1.66 s
        phantom.withTrace = true;
        const echo::Beats beats = found(phantom, phantom.clip());
        QCOMPARE(beats.source, BeatSource::DrawnTrace);
        std::vector<double> inside;
        for (double r : rWaves)
            if (r > 0 && r < phantom.durationMs)
                inside.push_back(r);
        QCOMPARE(beats.rWaveMs.size(), inside.size());
        for (std::size_t i = 0; i < inside.size(); ++i)
            QVERIFY2(std::abs(beats.rWaveMs[i] - inside[i]) <= 25, qPrintable(QString::number(beats.rWaveMs[i])));
    }

    void damagedFramesAndCancelling()
    {
        Phantom phantom(steps(60, 40), {-600, 200, 1000, 1800, 2600});
        phantom.file.broken = {0, 17, 18};
        const echo::Beats beats = found(phantom, phantom.clip());
        QCOMPARE(beats.source, BeatSource::Periodicity);
        QVERIFY(has(beats.warnings, "beats-damaged"));

        phantom.file.decoded = 0;
        base::JobContext job;
        job.onProgress = [&](const base::Progress& p) {
            if (p.done == 5)
                job.cancel.cancel();
        };
        echo::ClipFrames frames(opener(phantom.file));
        QVERIFY_EXCEPTION_THROWN(echo::findBeats(phantom.clip(), frames, job), base::Cancelled);
        QCOMPARE(phantom.file.decoded.load(), 5);
    }

    // The traces of real machines: within 6/min of the header's rate.
    void samples_data()
    {
        QTest::addColumn<int>("source");
        const auto trace = int(BeatSource::DrawnTrace), header = int(BeatSource::Header);
        for (const char* name : {"hp_pediatric_01.dcm", "hp_pediatric_02.dcm", "hp_pediatric_03.dcm", "hp_pediatric_04.dcm", "toshiba_plax_2d.dcm",
                                 "toshiba_a4c_colour.dcm"})
            QTest::newRow(name) << trace;
        QTest::newRow("ge_vivid_e95_a4c_colour_jpegxl.dcm") << header;
    }
    void samples()
    {
        QFETCH(int, source);
        const auto file = sharedData("echo_multiframe") / QTest::currentDataTag();
        E2E_NEED_SHARED(file);
        const echo::EchoClip clip = echo::readClip(file);
        echo::ClipFrames frames(clip);
        const echo::Beats beats = echo::findBeats(clip, frames);
        QCOMPARE(int(beats.source), source);
        QVERIFY(beats.rWaveMs.size() >= 2);
        QVERIFY2(std::abs(*beats.heartRate() - *clip.header.heartRate) <= 6, qPrintable(QString::number(*beats.heartRate())));
    }
};

QTEST_APPLESS_MAIN(TestEchoBeats)
#include "test_echo_beats.moc"
