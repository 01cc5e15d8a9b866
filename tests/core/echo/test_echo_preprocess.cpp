// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/bicubic.h"
#include "echo/parallel.h"
#include "echo/preprocess.h"

#include "fake_image.h"
#include "support/test_paths.h"

#include <cmath>
#include <new>
#include <stdexcept>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

// Frame i is flat (i, 2i, 3i): the tensor tells which frame stands where.
FakeClip& counting(FakeClip& clip, int frames)
{
    clip.frames = frames;
    clip.draw = [](int i) { return flat(60, 80, i, 2 * i, 3 * i); };
    return clip;
}

float at(const echo::PreprocessedClip& clip, const echo::EchoRecipe& r, int channel, int frame, int pixel = 100)
{
    return clip.input[std::size_t((channel * r.frames + frame) * r.size * r.size + pixel)];
}

float normalised(const echo::EchoRecipe& r, int channel, int value)
{
    return (float(value) - float(r.mean[std::size_t(channel)])) / float(r.std[std::size_t(channel)]);
}

echo::EchoRecipe small(echo::MaskMode mask = echo::MaskMode::None)
{
    echo::EchoRecipe r;
    r.size = 32;
    r.mask = mask;
    return r;
}

} // namespace

class TestEchoPreprocess : public QObject
{
    Q_OBJECT

private slots:
    void longClip()
    {
        FakeClip fake;
        echo::ClipFrames frames(opener(counting(fake, 50)));
        const echo::EchoRecipe r;
        const auto clip = echo::preprocess(frames, r);
        QCOMPARE(clip.input.size(), std::size_t(3 * 16 * 224 * 224));
        QCOMPARE(clip.frames.size(), std::size_t(16));
        QCOMPARE(clip.frames.back(), 30);
        QCOMPARE(clip.padded, 0);
        QVERIFY(clip.mask.empty() && clip.warnings.empty());
        QCOMPARE(fake.decoded.load(), 16); // and not 50
        for (int f = 0; f < 16; ++f)
            for (int c = 0; c < 3; ++c)
                QCOMPARE(at(clip, r, c, f, 224 * 112 + 7), normalised(r, c, 2 * f * (c + 1)));
    }

    void bgrOrder()
    {
        FakeClip fake;
        echo::ClipFrames frames(opener(counting(fake, 40)));
        auto r = small();
        r.channelOrder = echo::ChannelOrder::Bgr;
        const auto clip = echo::preprocess(frames, r);
        for (int c = 0; c < 3; ++c)
            QCOMPARE(at(clip, r, c, 3), normalised(r, c, 6 * (3 - c)));
    }

    void paddingBeforeAndAfter()
    {
        FakeClip fake;
        echo::ClipFrames frames(opener(counting(fake, 11)));
        auto r = small();
        const auto before = echo::preprocess(frames, r);
        QCOMPARE(before.frames, (std::vector<int>{0, 2, 4, 6, 8, 10}));
        QCOMPARE(before.padded, 10);
        r.padding = echo::PaddingMode::AfterNormalisation;
        const auto after = echo::preprocess(frames, r);
        for (int c = 0; c < 3; ++c) {
            QCOMPARE(at(before, r, c, 5), at(after, r, c, 5));
            for (int f = 6; f < 16; ++f) {
                QCOMPARE(at(before, r, c, f), normalised(r, c, 0));
                QCOMPARE(at(after, r, c, f), 0.0f);
            }
        }
    }

    void damagedFramesAreReplacedByTheirNeighbours()
    {
        for (const auto mask : {echo::MaskMode::None, echo::MaskMode::UltrasoundSector}) {
            FakeClip fake;
            counting(fake, 40);
            fake.draw = [](int i) { return flat(60, 80, 10 + i, 10 + i, 10 + i); };
            fake.broken = {0, 1, 8, 9, 7, 30};
            echo::ClipFrames frames(opener(fake), 1);
            const auto r = small(mask);
            const auto clip = echo::preprocess(frames, r);
            QCOMPARE(clip.frames[0], 2);
            QCOMPARE(clip.frames[1], 2);
            QCOMPARE(clip.frames[4], 6); // 7 and 9 are damaged too; of 6 and 10 the earlier
            QCOMPARE(clip.frames[15], 29);
            QCOMPARE(at(clip, r, 0, 15), normalised(r, 0, 39));
            QCOMPARE(std::count_if(clip.warnings.begin(), clip.warnings.end(),
                                   [](const auto& w) { return w.code == "frame-replaced"; }),
                     3);
            QCOMPARE(has(clip.warnings, "mask-frames-missing"), mask == echo::MaskMode::UltrasoundSector);
        }
    }

    void nothingDecodes()
    {
        for (const auto mask : {echo::MaskMode::None, echo::MaskMode::UltrasoundSector}) {
            FakeClip fake;
            counting(fake, 3).broken = {0, 1, 2};
            echo::ClipFrames frames(opener(fake));
            QVERIFY_EXCEPTION_THROWN(echo::preprocess(frames, small(mask)), base::ParseError);
        }
    }

    void stillsAreUnsuitable()
    {
        FakeClip fake;
        echo::ClipFrames frames(opener(counting(fake, 1)));
        try {
            echo::preprocess(frames, small());
            QFAIL("a still was encoded");
        } catch (const base::Error& e) {
            QCOMPARE(e.code(), base::ErrorCode::Unsuitable);
        }
        echo::EchoClip still;
        still.kind = echo::ClipKind::Still;
        try {
            echo::preprocess(still, small());
            QFAIL("a still was encoded");
        } catch (const base::Error& e) {
            QCOMPARE(e.code(), base::ErrorCode::Unsuitable);
        }
    }

    // Frames that other threads have begun are finished, no more.
    void cancel()
    {
        for (const auto mask : {echo::MaskMode::None, echo::MaskMode::UltrasoundSector}) {
            FakeClip fake;
            counting(fake, 600);
            const base::CancelToken token;
            const auto draw = fake.draw;
            fake.draw = [&](int i) {
                if (i == 4)
                    token.cancel();
                return draw(i);
            };
            echo::ClipFrames frames(opener(fake));
            auto r = small(mask);
            r.frames = 300;
            QVERIFY_EXCEPTION_THROWN(echo::preprocess(frames, r, token), base::Cancelled);
            const int until4 = mask == echo::MaskMode::None ? 3 : 5;
            QVERIFY(fake.decoded.load() >= until4 && fake.decoded.load() < until4 + 2 * echo::clipThreads());
        }
    }

    // What isn't a damaged frame ends the clip, from whichever thread it comes.
    void otherFailuresPassThrough()
    {
        for (const int at : {0, 1, 7}) {
            FakeClip fake;
            counting(fake, 60);
            fake.draw = [at](int i) {
                if (i == at)
                    throw std::bad_alloc();
                return flat(60, 80, i, i, i);
            };
            echo::ClipFrames frames(opener(fake));
            QVERIFY_EXCEPTION_THROWN(echo::preprocess(frames, small(echo::MaskMode::UltrasoundSector)), std::bad_alloc);
        }
    }

    void everyIndexOnce()
    {
        for (const int threads : {1, 2, 4})
            for (const int count : {0, 1, 3, 1000}) {
                std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
                echo::inParallel(threads, count, [&](int thread, int i) {
                    if (thread >= 0 && thread < threads)
                        ++seen[std::size_t(i)];
                });
                QVERIFY(std::all_of(seen.begin(), seen.end(), [](const auto& n) { return n == 1; }));
            }
        std::atomic<int> begun{0};
        QVERIFY_EXCEPTION_THROWN(echo::inParallel(4, 1000000,
                                                  [&](int, int i) {
                                                      ++begun;
                                                      if (i == 3)
                                                          throw std::runtime_error("3");
                                                  }),
                                 std::runtime_error);
        QVERIFY(begun.load() < 1000000);
    }

    // Weights add up to one and the edge is repeated: flat stays flat at any size; the same size is the same picture.
    void flatAndSameSize()
    {
        for (const auto& [rows, columns] : {std::pair{1, 1}, {1, 9}, {7, 2}, {100, 101}, {700, 333}}) {
            const auto image = echo::bicubic(flat(rows, columns, 255, 128, 1).pixels.data(), rows, columns, 45);
            QCOMPARE(image.pixels, flat(45, 45, 255, 128, 1).pixels);
        }
        const auto image = disc(64, 64, 30, 33, 25, 3);
        QCOMPARE(echo::bicubic(image.pixels.data(), 64, 64, 64).pixels, image.pixels);
    }

    // Many threads, held parts and frames in reused memory give what the plain steps give one after the other.
    void sameAsTheStepsOneByOne()
    {
        const auto file = reference("us_clip_12f_jpeg_ybr422.dcm");
        echo::EchoRecipe r;
        r.mask = echo::MaskMode::UltrasoundSector;
        r.stride = 1;
        const auto image = dicom::ImageFile::open(file);
        echo::UltrasoundMask mask(image->header().rows, image->header().columns);
        for (int i = 0; i < image->frameCount(); ++i)
            mask.add(image->frame(i));
        for (int repeat = 0; repeat < 5; ++repeat) {
            const auto clip = echo::preprocess(echo::readClip(file), r);
            QCOMPARE(clip.mask, mask.finish());
            for (std::size_t k = 0; k < clip.frames.size(); ++k) {
                base::RgbImage frame = image->frame(clip.frames[k]);
                for (std::size_t i = 0; i < clip.mask.size(); ++i)
                    if (!clip.mask[i])
                        std::fill_n(frame.pixels.begin() + std::ptrdiff_t(3 * i), 3, std::uint8_t(0));
                const auto tile = echo::cropAndScale(frame, r.zoom, r.size);
                for (int c = 0; c < 3; ++c)
                    for (int i = 0; i < r.size * r.size; ++i)
                        QCOMPARE(at(clip, r, c, int(k), i), normalised(r, c, tile.pixels[std::size_t(3 * i + c)]));
            }
        }
    }

    // Grey clips come as RGB with equal parts and are encoded like any other (the reference drops them).
    void greyClip()
    {
        for (const auto mask : {echo::MaskMode::None, echo::MaskMode::UltrasoundSector}) {
            FakeClip fake;
            fake.frames = 34;
            fake.draw = [](int i) { return disc(240, 320, 120, 160, 90, i); };
            echo::ClipFrames frames(opener(fake));
            const auto r = small(mask);
            const auto clip = echo::preprocess(frames, r);
            QCOMPARE(clip.frames.size(), std::size_t(16));
            const float centre = at(clip, r, 0, 0, 16 * 32 + 16);
            QVERIFY(centre > normalised(r, 0, 50));
            for (int c = 1; c < 3; ++c) {
                const auto i = std::size_t(c);
                QVERIFY(std::abs(at(clip, r, c, 0, 16 * 32 + 16) * float(r.std[i]) + float(r.mean[i]) -
                                 (centre * float(r.std[0]) + float(r.mean[0]))) < 1e-3f);
            }
        }
    }

    // Black stays black: outside of the mask every channel is the normalised 0, never green.
    void maskedBackgroundIsBlack()
    {
        FakeClip fake;
        fake.frames = 6;
        fake.draw = [](int i) {
            auto image = disc(240, 320, 120, 160, 60, i);
            std::fill_n(image.row(20) + 3 * 60, 3 * 100, std::uint8_t(255)); // writing above the picture
            return image;
        };
        echo::ClipFrames frames(opener(fake));
        auto r = small(echo::MaskMode::UltrasoundSector);
        r.zoom = 0;
        const auto clip = echo::preprocess(frames, r);
        QCOMPARE(clip.mask.size(), std::size_t(240 * 320));
        QVERIFY(clip.mask[120 * 320 + 160] && !clip.mask[20 * 320 + 100]);
        QVERIFY(clip.warnings.empty());
        for (int c = 0; c < 3; ++c)
            for (int x = 0; x < 32; ++x)
                for (const int y : {0, 1, 2, 3})
                    QCOMPARE(at(clip, r, c, 0, y * 32 + x), normalised(r, c, 0));
        QCOMPARE(fake.decoded.load(), 6); // all frames make the mask, each decoded once
    }

    void staticClipIsNotBlack()
    {
        FakeClip fake;
        fake.frames = 20;
        fake.draw = [](int) { return disc(240, 320, 120, 160, 80, 0); };
        echo::ClipFrames frames(opener(fake));
        const auto r = small(echo::MaskMode::UltrasoundSector);
        const auto clip = echo::preprocess(frames, r);
        QVERIFY(has(clip.warnings, "mask-from-lit-area"));
        QVERIFY(at(clip, r, 0, 9, 16 * 32 + 16) > normalised(r, 0, 50));
    }

    void frameOfAnotherSizeIsADamagedOne()
    {
        FakeClip fake;
        counting(fake, 10);
        fake.draw = [](int i) { return i == 4 ? flat(10, 10, 255, 255, 255) : flat(60, 80, i, i, i); };
        echo::ClipFrames frames(opener(fake));
        const auto clip = echo::preprocess(frames, small());
        QCOMPARE(clip.frames[2], 3);
        QVERIFY(has(clip.warnings, "frame-replaced"));
    }
};

QTEST_GUILESS_MAIN(TestEchoPreprocess)
#include "test_echo_preprocess.moc"
