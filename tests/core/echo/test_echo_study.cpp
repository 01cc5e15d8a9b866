// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/echo_study.h"
#include "echo/recipe.h"

#include "fake_image.h"
#include "support/test_paths.h"

#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

echo::EchoClip clip(const char* patient, const char* study, const char* date, int series, int instance)
{
    echo::EchoClip c;
    c.identity.patientId = patient;
    c.identity.studyUid = study;
    c.identity.studyDate = date;
    c.identity.seriesNumber = series;
    c.identity.instanceNumber = instance;
    return c;
}

} // namespace

class TestEchoStudy : public QObject
{
    Q_OBJECT

private slots:
    void groupsByPatientAndStudy()
    {
        std::vector<echo::EchoClip> clips{clip("B", "2.2", "2020-01-02", 1, 2), clip("A", "1.1", "2021-05-05", 2, 1),
                                          clip("B", "2.2", "2020-01-02", 1, 1), clip("A", "1.1", "2021-05-05", 1, 7),
                                          clip("A", "1.0", "2021-05-05", 1, 1), clip("C", "2.2", "2020-01-02", 1, 1)};
        clips[0].identity.manufacturer = "Maker";
        clips[2].kind = echo::ClipKind::Still;
        const auto studies = echo::groupIntoStudies(clips);
        QCOMPARE(studies.size(), std::size_t(4));
        // By date, then UID; the same UID under two patients stays apart.
        QCOMPARE(studies[0].studyUid, std::string("2.2"));
        QCOMPARE(studies[0].patientId, std::string("B"));
        QCOMPARE(studies[1].patientId, std::string("C"));
        QCOMPARE(studies[2].studyUid, std::string("1.0"));
        QCOMPARE(studies[3].studyUid, std::string("1.1"));
        QCOMPARE(studies[0].clips.size(), std::size_t(2));
        QCOMPARE(studies[0].clips[0].identity.instanceNumber, 1);
        QCOMPARE(studies[0].clips[1].identity.instanceNumber, 2);
        QCOMPARE(studies[0].cineCount(), std::size_t(1));
        QCOMPARE(studies[0].manufacturer, std::string("Maker"));
        QCOMPARE(studies[3].clips[0].identity.seriesNumber, 1);
        QCOMPARE(studies[3].clips[1].identity.seriesNumber, 2);
    }

    void withoutStudyUidByPatientAndDate()
    {
        std::vector<echo::EchoClip> clips{clip("A", "", "2020-01-01", 1, 1), clip("A", "", "2020-01-01", 1, 2),
                                          clip("A", "", "2020-01-02", 1, 1), clip("B", "", "2020-01-01", 1, 1),
                                          clip("", "", "2020-01-01", 1, 1),  clip("", "", "2020-01-01", 1, 1)};
        clips[4].identity.birthDate = "1950-01-01";
        clips[5].identity.birthDate = "1960-01-01";
        const auto studies = echo::groupIntoStudies(clips);
        QCOMPARE(studies.size(), std::size_t(5));
        std::size_t total = 0;
        for (const auto& s : studies)
            total += s.clips.size();
        QCOMPARE(total, std::size_t(6));
        QCOMPARE(echo::groupIntoStudies({}).size(), std::size_t(0));
    }

    void orderDoesNotDependOnInput()
    {
        std::vector<echo::EchoClip> clips;
        for (int i = 0; i < 12; ++i) {
            clips.push_back(clip(i % 2 ? "A" : "B", i % 3 ? "1" : "2", "2020-01-01", i % 4, i));
            clips.back().file = "f" + std::to_string(i);
        }
        auto reversed = clips;
        std::reverse(reversed.begin(), reversed.end());
        const auto a = echo::groupIntoStudies(clips), b = echo::groupIntoStudies(reversed);
        QCOMPARE(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) {
            QCOMPARE(a[i].patientId, b[i].patientId);
            QCOMPARE(a[i].clips.size(), b[i].clips.size());
            for (std::size_t k = 0; k < a[i].clips.size(); ++k)
                QCOMPARE(a[i].clips[k].file, b[i].clips[k].file);
        }
    }

    void cacheIsBoundedAndKeepsTheNewest()
    {
        FakeClip fake;
        fake.frames = 10;
        fake.draw = [](int i) { return flat(10, 10, i, 0, 0); };
        echo::ClipFrames frames(opener(fake), 3 * 300);
        for (int i = 0; i < 10; ++i)
            QCOMPARE(int(frames.frame(i)->pixels[0]), i);
        QCOMPARE(frames.cachedBytes(), std::size_t(900));
        QVERIFY(!frames.cached(6));
        QVERIFY(frames.cached(7)); // is now the newest
        frames.frame(0);
        QVERIFY(!frames.cached(8));
        QVERIFY(frames.cached(7) && frames.cached(9) && frames.cached(0));
        QCOMPARE(fake.decoded.load(), 11);
        QCOMPARE(frames.colourDecision(), std::string("drawn"));

        // One frame is always kept, however small the bound is.
        echo::ClipFrames tight(opener(fake), 1);
        const auto held = tight.frame(3);
        QVERIFY(tight.cached(3));
        tight.frame(4);
        QVERIFY(!tight.cached(3) && tight.cached(4));
        QCOMPARE(int(held->pixels[0]), 3);
    }

    void failuresNameTheFrameAndAreNotCached()
    {
        FakeClip fake;
        fake.frames = 3;
        fake.draw = [](int) { return flat(4, 4, 1, 2, 3); };
        fake.broken = {1};
        echo::ClipFrames frames(opener(fake));
        QVERIFY_EXCEPTION_THROWN(frames.frame(1), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(frames.frame(3), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(frames.frame(-1), base::ParseError);
        QVERIFY(frames.frame(2));
        fake.broken.clear();
        QVERIFY(frames.frame(1));
    }

    void manyThreads()
    {
        FakeClip fake;
        fake.frames = 40;
        fake.draw = [](int i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return flat(20, 20, i, i, i);
        };
        fake.broken = {13};
        echo::ClipFrames frames(opener(fake), 5 * 1200);
        std::atomic<int> wrong{0}, failures{0};
        std::vector<std::thread> pool;
        for (int t = 0; t < 6; ++t)
            pool.emplace_back([&, t] {
                for (int i = 0; i < 40; ++i) {
                    const int index = (i * (t % 2 ? 1 : 39) + t) % 40;
                    try {
                        wrong += frames.frame(index)->pixels[0] != index;
                    } catch (const base::ParseError&) {
                        failures += index == 13;
                        wrong += index != 13;
                    }
                }
            });
        for (auto& t : pool)
            t.join();
        QCOMPARE(wrong.load(), 0);
        QCOMPARE(failures.load(), 6);
        QVERIFY(frames.cachedBytes() <= 5 * 1200);
        QVERIFY2(fake.opened >= 2 && fake.opened <= 4, qPrintable(QString::number(fake.opened)));
    }

    void sameFrameIsDecodedOnce()
    {
        FakeClip fake;
        fake.frames = 2;
        fake.draw = [](int i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            return flat(4, 4, i, 0, 0);
        };
        echo::ClipFrames frames(opener(fake));
        std::vector<std::thread> pool;
        for (int t = 0; t < 4; ++t)
            pool.emplace_back([&] { frames.frame(1); });
        for (auto& t : pool)
            t.join();
        QCOMPARE(fake.decoded.load(), 1);
    }

    void noMoreHandlesIsNoFailure()
    {
        FakeClip fake;
        fake.frames = 8;
        fake.draw = [](int i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            return flat(4, 4, i, 0, 0);
        };
        int opened = 0;
        echo::ClipFrames frames([&]() -> std::unique_ptr<dicom::ImageFile> {
            if (opened++ > 0)
                throw base::Error(base::ErrorCode::Io, "no more files can be opened");
            return std::make_unique<FakeImage>(fake);
        });
        std::vector<std::thread> pool;
        std::atomic<int> good{0};
        for (int t = 0; t < 3; ++t)
            pool.emplace_back([&, t] {
                for (int i = 0; i < 8; ++i)
                    good += frames.frame((i + t) % 8)->rows == 4;
            });
        for (auto& t : pool)
            t.join();
        QCOMPARE(good.load(), 24);
    }

    void thumbnailKeepsTheTrueAspect()
    {
        FakeClip fake;
        fake.frames = 3;
        fake.broken = {0};
        fake.draw = [](int) { return flat(400, 800, 10, 200, 30); };
        {
            echo::ClipFrames frames(opener(fake));
            const auto t = echo::thumbnail(frames, 160, 120);
            QCOMPARE(t.columns, 160);
            QCOMPARE(t.rows, 80);
            QCOMPARE(int(t.pixels[0]), 10);
            QCOMPARE(int(t.pixels[1]), 200);
        }
        fake.pixelAspect = 2.0; // twice as tall as wide
        {
            echo::ClipFrames frames(opener(fake));
            const auto t = echo::thumbnail(frames, 160, 120);
            QCOMPARE(t.columns, 120);
            QCOMPARE(t.rows, 120);
        }
        fake.pixelAspect = -1;
        {
            echo::ClipFrames frames(opener(fake));
            QCOMPARE(frames.pixelAspect(), 1.0);
        }
        fake.broken = {0, 1, 2};
        echo::ClipFrames frames(opener(fake));
        QVERIFY_EXCEPTION_THROWN(echo::thumbnail(frames, 10, 10), base::ParseError);
    }

    void recipeRoundTrip()
    {
        echo::EchoRecipe r;
        r.mask = echo::MaskMode::UltrasoundSector;
        r.padding = echo::PaddingMode::AfterNormalisation;
        r.channelOrder = echo::ChannelOrder::Bgr;
        r.zoom = 0;
        const auto json = base::Json::parse(r.toJson().dump());
        const auto back = echo::EchoRecipe::fromJson(json);
        QCOMPARE(back.toJson().dump(), r.toJson().dump());
        QCOMPARE(back.hash(), r.hash());
        QCOMPARE(back.mask, r.mask);
        QCOMPARE(back.mean, r.mean);
        QCOMPARE(r.hash().size(), std::size_t(64));
        QVERIFY(r.hash() != echo::EchoRecipe().hash());
        QVERIFY(r.describe() != echo::EchoRecipe().describe());
        QVERIFY(echo::EchoRecipe().describe().find("no mask") != std::string::npos);
    }

    void recipeRefusesWhatIsWrong()
    {
        const auto refused = [](const char* key, base::Json value) {
            base::Json json = echo::EchoRecipe().toJson();
            json.set(key, std::move(value));
            try {
                echo::EchoRecipe::fromJson(json);
            } catch (const base::ParseError& e) {
                return std::string(e.what()).find(key) != std::string::npos;
            }
            return false;
        };
        QVERIFY(refused("frames", 0));
        QVERIFY(refused("frames", 16.5));
        QVERIFY(refused("frames", 1'000'000'000));
        QVERIFY(refused("stride", -1));
        QVERIFY(refused("mask", "other"));
        QVERIFY(refused("mask", 3));
        QVERIFY(refused("padding", "no"));
        QVERIFY(refused("channel_order", "grb"));
        QVERIFY(refused("zoom", 0.5));
        QVERIFY(refused("zoom", "a"));
        QVERIFY(refused("size", 1 << 20));
        QVERIFY(refused("mean", base::Json(base::Json::Array{1, 2})));
        QVERIFY(refused("std", base::Json(base::Json::Array{1, 2, 0})));
        QVERIFY(refused("max_views", 0));
        QVERIFY(refused("gamma", 2.2));
        QVERIFY_EXCEPTION_THROWN(echo::EchoRecipe::fromJson(base::Json::object()), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(echo::EchoRecipe::fromJson(base::Json(3)), base::ParseError);
    }
};

QTEST_GUILESS_MAIN(TestEchoStudy)
#include "test_echo_study.moc"
