// SPDX-License-Identifier: GPL-3.0-or-later
// Video files as echo clips.
#include "echo/echo_study.h"
#include "support/test_paths.h"
#include "video/encoder.h"

#include <QTemporaryDir>

#include <algorithm>
#include <cmath>

using namespace echo2ecg;

class TestEchoVideo : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    std::filesystem::path write(const char* name, const std::vector<double>& durations, int first = 0)
    {
        const auto file = std::filesystem::path(m_dir.path().toStdString()) / name;
        video::Encoder encoder(file, video::ClipFormat::Mp4, 40, 60, {});
        for (std::size_t i = 0; i < durations.size(); ++i) {
            base::RgbImage image(40, 60);
            std::fill(image.pixels.begin(), image.pixels.end(), std::uint8_t(first + 20 * int(i)));
            encoder.add(image, durations[i]);
        }
        encoder.finish();
        return file;
    }

private slots:
    void aClipWithoutPatient()
    {
        const auto file = write("echo-17.mp4", {40, 20, 40, 60, 60});
        const echo::EchoClip clip = echo::readClip(file);
        QCOMPARE(clip.frames, 5);
        QCOMPARE(clip.kind, echo::ClipKind::Cine);
        QCOMPARE(clip.identity.patientId, std::string("echo-17"));
        QCOMPARE(clip.identity.modality, std::string("US"));
        QVERIFY(clip.identity.studyUid.empty() && clip.identity.patientName.empty());
        const std::string& uid = clip.identity.instanceUid;
        QVERIFY(uid.starts_with("2.25.") && uid.size() <= 64 && uid.size() > 20 && uid[5] != '0');
        QVERIFY(std::all_of(uid.begin(), uid.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); }));
        QCOMPARE(clip.header.photometric, std::string("RGB"));
        QCOMPARE(clip.timing.source, echo::TimingSource::Container);
        const std::vector<double> expected{0, 40, 60, 100, 160};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(clip.timing.startMs[i] - expected[i]) < 0.05);
        QVERIFY(std::abs(clip.timing.durationMs - 220) < 0.1);
        for (const char* code : {"video-no-identity", "video-no-calibration"})
            QVERIFY(std::any_of(clip.warnings.begin(), clip.warnings.end(),
                                [&](const base::Warning& w) { return w.code == code; }));

        echo::ClipFrames frames(clip);
        QCOMPARE(frames.count(), 5);
        QVERIFY(std::abs(int(frames.frame(3)->pixels[0]) - 60) <= 3);
        QVERIFY(std::abs(int(frames.frame(1)->pixels[0]) - 20) <= 3);
        QVERIFY(!frames.colourDecision().empty());
    }

    void equalContentIsOneInstance()
    {
        const auto a = write("a.mp4", {40, 40}), b = write("b.mp4", {40, 40}), c = write("c.mp4", {40, 40}, 90);
        QCOMPARE(echo::readClip(a).identity.instanceUid, echo::readClip(b).identity.instanceUid);
        QVERIFY(echo::readClip(a).identity.instanceUid != echo::readClip(c).identity.instanceUid);
    }

    void sharedClips()
    {
        const auto folder = test::sharedData("derived");
        E2E_NEED_SHARED(folder / "a4c_112x112_mjpg_30fps.avi");
        for (const char* name : {"a4c_112x112_mjpg_30fps.avi", "a4c_320x240_xvid.avi", "plax_800x600_h264.mp4"}) {
            const echo::EchoClip clip = echo::readClip(folder / name);
            QCOMPARE(clip.timing.source, echo::TimingSource::Container);
            QVERIFY2(std::abs(clip.timing.meanFps() - 30) < 0.05, name);
        }
    }
};

QTEST_GUILESS_MAIN(TestEchoVideo)
#include "test_echo_video.moc"
