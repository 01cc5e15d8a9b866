// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include "fake_image.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using namespace echo2ecg::test;

// The steps that are shown are those that preprocess() goes through.
class TestEchoSteps : public QObject
{
    Q_OBJECT

    struct Told
    {
        echo::ClipStep step;
        int slot;
        base::RgbImage picture;
    };

private slots:
    void everySampledFrameTellsItsSteps_data()
    {
        QTest::addColumn<int>("mask");
        QTest::newRow("without a mask") << int(echo::MaskMode::None);
        QTest::newRow("with a mask") << int(echo::MaskMode::UltrasoundSector);
    }
    void everySampledFrameTellsItsSteps()
    {
        QFETCH(int, mask);
        const echo::EchoClip clip = echo::readClip(test::reference("us_clip_12f_jpeg_ybr422.dcm"));
        echo::EchoRecipe recipe;
        recipe.mask = echo::MaskMode(mask);
        const auto plain = echo::preprocess(clip, recipe);
        std::vector<Told> told;
        echo::ClipFrames frames(clip, 1);
        const auto watched =
            echo::preprocess(frames, recipe, {}, [&](echo::ClipStep step, int slot, const base::RgbImage& p) {
                told.push_back({step, slot, p});
            });
        QVERIFY(watched.input == plain.input);
        QVERIFY(watched.mask == plain.mask);
        QCOMPARE(plain.frames.size(), std::size_t(6));
        const std::size_t perFrame = plain.mask.empty() ? 2 : 3;
        QCOMPARE(perFrame == 3, recipe.mask == echo::MaskMode::UltrasoundSector);
        QCOMPARE(told.size(), 6 * perFrame);
        const std::size_t area = std::size_t(recipe.size) * std::size_t(recipe.size);
        for (std::size_t f = 0; f < 6; ++f) {
            const Told* steps = &told[f * perFrame];
            QVERIFY(steps[0].step == echo::ClipStep::Decoded && steps[0].slot == int(f));
            QVERIFY(steps[0].picture.pixels == frames.frame(plain.frames[f])->pixels);
            if (perFrame == 3) {
                QVERIFY(steps[1].step == echo::ClipStep::Masked);
                for (std::size_t i = 0; i < plain.mask.size(); ++i)
                    QCOMPARE(steps[1].picture.pixels[3 * i + 1],
                             plain.mask[i] ? steps[0].picture.pixels[3 * i + 1] : std::uint8_t(0));
            }
            const base::RgbImage& scaled = steps[perFrame - 1].picture;
            QVERIFY(steps[perFrame - 1].step == echo::ClipStep::Scaled);
            QCOMPARE(scaled.pixels.size(), 3 * area);
            // And what was scaled, normalised, is what the encoder gets.
            for (std::size_t i = 0; i < area; i += 97)
                QCOMPARE(plain.input[f * area + i],
                         (float(scaled.pixels[3 * i]) - float(recipe.mean[0])) / float(recipe.std[0]));
        }
    }
};

QTEST_GUILESS_MAIN(TestEchoSteps)
#include "test_echo_steps.moc"
