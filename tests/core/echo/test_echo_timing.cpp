// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/cine_timing.h"

#include "support/test_paths.h"

#include <cmath>
#include <limits>

using namespace echo2ecg;
using echo::TimingSource;

namespace {

bool has(const base::Warnings& warnings, const char* code)
{
    for (const auto& w : warnings)
        if (w.code == code)
            return true;
    return false;
}

echo::CineTiming timingOf(const dicom::ImageHeader& header, int frames, base::Warnings* warnings = nullptr)
{
    base::Warnings own;
    auto timing = echo::cineTiming(header, frames, warnings ? *warnings : own);
    return timing;
}

} // namespace

class TestEchoTiming : public QObject
{
    Q_OBJECT

private slots:
    void frameTimeFirst()
    {
        dicom::ImageHeader h;
        h.frameTimeMs = 40.0;
        h.frameTimeVectorMs = {0, 10, 10, 10};
        h.cineRate = 99;
        base::Warnings w;
        const auto t = timingOf(h, 4, &w);
        QCOMPARE(t.source, TimingSource::FrameTime);
        QCOMPARE(t.startMs, (std::vector<double>{0, 40, 80, 120}));
        QCOMPARE(t.durationMs, 160.0);
        QCOMPARE(t.meanFps(), 25.0);
        QVERIFY(w.empty());
    }

    void unevenVector()
    {
        dicom::ImageHeader h;
        h.frameTimeVectorMs = {0, 20, 40, 20};
        h.cineRate = 99;
        base::Warnings w;
        const auto t = timingOf(h, 4, &w);
        QCOMPARE(t.source, TimingSource::FrameTimeVector);
        QCOMPARE(t.startMs, (std::vector<double>{0, 20, 60, 80}));
        QCOMPARE(t.durationMs, 100.0);
        QVERIFY(w.empty());
        QCOMPARE(t.frameAt(0), 0);
        QCOMPARE(t.frameAt(19.9), 0);
        QCOMPARE(t.frameAt(20), 1);
        QCOMPARE(t.frameAt(59.9), 1);
        QCOMPARE(t.frameAt(99.9), 3);
        QCOMPARE(t.frameAt(100), 0);
        QCOMPARE(t.frameAt(1'000'025), 1);
        QCOMPARE(t.frameAt(-1), 3);
        QVERIFY(std::abs(t.untilNextMs(25) - 35) < 1e-5);
        QVERIFY(std::abs(t.untilNextMs(95) - 5) < 1e-5);
        QVERIFY(std::abs(t.untilNextMs(195) - 5) < 1e-5);
    }

    // What stands first in the vector is no interval between frames.
    void firstValueOfVectorIsIgnored()
    {
        dicom::ImageHeader h;
        for (const double first : {0.0, 40.0, -7.0, 1e9}) {
            h.frameTimeVectorMs = {first, 20, 20};
            const auto t = timingOf(h, 3);
            QCOMPARE(t.source, TimingSource::FrameTimeVector);
            QCOMPARE(t.startMs, (std::vector<double>{0, 20, 40}));
            QCOMPARE(t.durationMs, 60.0);
        }
    }

    void evenPlayIsExact()
    {
        dicom::ImageHeader h;
        h.frameTimeMs = 33.333;
        const auto t = timingOf(h, 64);
        // A timer set for each next change shows every frame once and in order, over many loops.
        double at = 0;
        int expected = 0;
        for (int i = 0; i < 64 * 50; ++i) {
            QCOMPARE(t.frameAt(at), expected);
            const double wait = t.untilNextMs(at);
            QVERIFY2(wait > 33.0 && wait < 34.0, qPrintable(QString::number(wait)));
            at += wait;
            expected = (expected + 1) % 64;
        }
    }

    void zeroInVectorFallsToCineRate()
    {
        dicom::ImageHeader h;
        h.frameTimeVectorMs = {0, 20, 0, 20};
        h.cineRate = 25;
        base::Warnings w;
        const auto t = timingOf(h, 4, &w);
        QCOMPARE(t.source, TimingSource::CineRate);
        QCOMPARE(t.startMs[1], 40.0);
        QVERIFY(has(w, "frame-time-vector-implausible"));
    }

    void wrongCount()
    {
        dicom::ImageHeader h;
        h.declaredFrames = 4;
        h.frameTimeVectorMs = {0, 20, 20};
        base::Warnings w;
        const auto t = timingOf(h, 4, &w);
        QCOMPARE(t.source, TimingSource::Assumed);
        QVERIFY(has(w, "frame-time-vector-count"));
        QVERIFY(has(w, "frame-rate-assumed"));
    }

    // A clip whose last frames are lost keeps the times of the frames that are there.
    void truncatedClipKeepsItsVector()
    {
        dicom::ImageHeader h;
        h.declaredFrames = 5;
        h.frameTimeVectorMs = {0, 20, 30, 40, 50};
        base::Warnings w;
        const auto t = timingOf(h, 3, &w);
        QCOMPARE(t.source, TimingSource::FrameTimeVector);
        QCOMPARE(t.startMs, (std::vector<double>{0, 20, 50}));
        QCOMPARE(t.durationMs, 80.0);
        QVERIFY(w.empty());
    }

    void absurdValues()
    {
        const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
        for (const double bad : {0.0, -33.0, 0.5, 2001.0, 1e300, nan, inf}) {
            dicom::ImageHeader h;
            h.frameTimeMs = bad;
            h.cineRate = 50;
            base::Warnings w;
            const auto t = timingOf(h, 2, &w);
            QCOMPARE(t.source, TimingSource::CineRate);
            QCOMPARE(t.durationMs, 40.0);
            QVERIFY(has(w, "frame-time-implausible"));
        }
        for (const double bad : {0.0, -30.0, 0.1, 5000.0, nan, inf}) {
            dicom::ImageHeader h;
            h.cineRate = bad;
            base::Warnings w;
            const auto t = timingOf(h, 3, &w);
            QCOMPARE(t.source, TimingSource::Assumed);
            QVERIFY(std::abs(t.durationMs - 100) < 1e-9);
            QVERIFY(has(w, "cine-rate-implausible"));
        }
    }

    void missing()
    {
        base::Warnings w;
        const auto t = timingOf({}, 30, &w);
        QCOMPARE(t.source, TimingSource::Assumed);
        QVERIFY(std::abs(t.meanFps() - 30) < 1e-9);
        QCOMPARE(w.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(w[0].code), QString("frame-rate-assumed"));
        QCOMPARE(QString(echo::name(t.source)), QString("assumed"));
    }

    void oneFrameAndNone()
    {
        dicom::ImageHeader h;
        h.frameTimeMs = 50;
        const auto one = timingOf(h, 1);
        QCOMPARE(one.startMs.size(), std::size_t(1));
        QCOMPARE(one.durationMs, 50.0);
        QCOMPARE(one.frameAt(1234), 0);
        QCOMPARE(timingOf(h, 0).meanFps(), 0.0);
    }
};

QTEST_GUILESS_MAIN(TestEchoTiming)
#include "test_echo_timing.moc"
