// SPDX-License-Identifier: GPL-3.0-or-later
#include "beating_phantom.h"

#include <QtTest>

using namespace echo2ecg;
using namespace echo2ecg::test;

class TestEchoPhases : public QObject
{
    Q_OBJECT
    static int frameAt(const Phantom& phantom, double ms)
    {
        int nearest = 0;
        for (int i = 0; i < int(phantom.startMs.size()); ++i)
            if (std::abs(phantom.startMs[std::size_t(i)] - ms) < std::abs(phantom.startMs[std::size_t(nearest)] - ms))
                nearest = i;
        return nearest;
    }

private slots:
    void knownBeats_data()
    {
        QTest::addColumn<std::vector<double>>("stepsMs");
        QTest::addColumn<std::vector<double>>("rWaves"); // the clip has those but the first and the last
        QTest::newRow("two beats") << steps(60, 40) << std::vector<double>{-600, 200, 1000, 1800, 2600};
        QTest::newRow("uneven frame times") << unevenSteps(60) << std::vector<double>{-600, 200, 1000, 1800, 2600};
        QTest::newRow("arrhythmia") << steps(80, 33) << std::vector<double>{-500, 300, 800, 2000, 3000};
        QTest::newRow("one beat") << steps(30, 33) << std::vector<double>{-800, 50, 900, 1750};
    }
    void knownBeats()
    {
        QFETCH(std::vector<double>, stepsMs);
        QFETCH(std::vector<double>, rWaves);
        Phantom phantom(stepsMs, rWaves);
        echo::EchoClip clip = phantom.clip();
        clip.header.rWaveTimesMs.assign(rWaves.begin() + 1, rWaves.end() - 1);
        echo::ClipFrames frames(opener(phantom.file));
        const echo::Rhythm rhythm = echo::findRhythm(clip, frames);
        QCOMPARE(phantom.file.decoded.load(), phantom.file.frames); // each once
        QCOMPARE(rhythm.phases.size(), rWaves.size() - 3);
        for (std::size_t i = 0; i < rhythm.phases.size(); ++i) {
            const echo::CardiacPhase& phase = rhythm.phases[i];
            const double r = rWaves[i + 1], next = rWaves[i + 2];
            QVERIFY2(std::abs(phase.edFrame - frameAt(phantom, r)) <= 1, qPrintable(QString::number(phase.edFrame)));
            QVERIFY2(std::abs(phase.esFrame - frameAt(phantom, r + kSystole * (next - r))) <= 1, qPrintable(QString::number(phase.esFrame)));
            QVERIFY(phase.confidence > 0.5 && phase.confidence <= 1);
        }
    }

    void fromMotionAlone()
    {
        Phantom phantom(steps(60, 40), {-600, 200, 1000, 1800, 2600});
        echo::ClipFrames frames(opener(phantom.file));
        const echo::Rhythm rhythm = echo::findRhythm(phantom.clip(), frames);
        QCOMPARE(int(rhythm.beats.source), int(echo::BeatSource::Periodicity));
        QVERIFY(rhythm.phases.size() >= 2);
        QVERIFY(std::abs(rhythm.phases[0].edFrame - frameAt(phantom, 200)) <= 2);
        QVERIFY(std::abs(rhythm.phases[0].esFrame - frameAt(phantom, 200 + kSystole * 800)) <= 2);
    }

    void noneWithoutMotionOrBeats()
    {
        Phantom still(steps(60, 40), {});
        echo::EchoClip clip = still.clip();
        clip.header.rWaveTimesMs = {200, 1000, 1800};
        echo::ClipFrames frames(opener(still.file));
        QVERIFY(echo::findRhythm(clip, frames).phases.empty());
        QVERIFY(echo::proposePhases(clip, frames, {}).empty());
    }
};

QTEST_APPLESS_MAIN(TestEchoPhases)
#include "test_echo_phases.moc"
