// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include "golden.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>

using namespace echo2ecg;
using namespace echo2ecg::test;
using Basis = echo::UltrasoundMask::Basis;

namespace {

constexpr int rows = 240, columns = 320;

std::vector<std::uint8_t> maskOf(const std::vector<base::RgbImage>& frames, Basis* basis = nullptr)
{
    echo::UltrasoundMask mask(frames.at(0).rows, frames.at(0).columns);
    for (const auto& f : frames)
        mask.add(f);
    return mask.finish(basis);
}

int clamped(double v)
{
    return std::clamp(int(v + 0.5), 0, 255);
}

// The picture as it should be displayed: the JPEG matrix.
base::RgbImage trueRgb(const std::vector<std::uint8_t>& ybr)
{
    base::RgbImage image(rows, columns);
    for (std::size_t i = 0; i < ybr.size(); i += 3) {
        const double y = ybr[i], cb = ybr[i + 1] - 128.0, cr = ybr[i + 2] - 128.0;
        image.pixels[i] = std::uint8_t(clamped(y + 1.402 * cr));
        image.pixels[i + 1] = std::uint8_t(clamped(y - 0.344136 * cb - 0.714136 * cr));
        image.pixels[i + 2] = std::uint8_t(clamped(y + 1.772 * cb));
    }
    return image;
}

std::vector<base::RgbImage> goldenClip(const char* file)
{
    std::vector<base::RgbImage> frames;
    for (const auto& plane : planes(file))
        frames.push_back(trueRgb(plane));
    return frames;
}

// A sector that beats, on black.
base::RgbImage sector(int phase, int originY = 20, int originX = 160)
{
    base::RgbImage image(rows, columns);
    for (int y = originY; y < 200; ++y)
        for (int x = 0; x < columns; ++x)
            if (std::abs(x - originX) <= (y - originY) * 3 / 5)
                std::fill_n(image.row(y) + 3 * x, 3, std::uint8_t(50 + (x * 7 + y * 13 + phase * 31) % 150));
    return image;
}

std::size_t kept(const std::vector<std::uint8_t>& mask, const base::RgbImage& image, std::size_t& shown)
{
    std::size_t n = 0;
    shown = 0;
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (image.pixels[3 * i]) {
            ++shown;
            n += mask[i] != 0;
        }
    return n;
}

} // namespace

class TestEchoMask : public QObject
{
    Q_OBJECT

private slots:
    // On clips where the reference works, ours is the same mask.
    void agreesWithTheReferenceWhereThatWorks_data()
    {
        QTest::addColumn<QString>("clip");
        QTest::newRow("bmode") << "bmode";
        QTest::newRow("colour") << "colour";
    }

    void agreesWithTheReferenceWhereThatWorks()
    {
        QFETCH(QString, clip);
        const auto input = ("mask_" + clip + "_input_ybr_u8.npy").toStdString();
        const auto golden = planes(("mask_" + clip + "_stages_u8.npy").toStdString().c_str()).back();
        Basis basis{};
        const auto mask = maskOf(goldenClip(input.c_str()), &basis);
        const Difference d = difference(mask, golden);
        qInfo("our mask of %s in true RGB: %zu pixels, reference %zu, %zu differ (tolerance 0)", qPrintable(clip),
              lit(mask), lit(golden), d.count);
        QCOMPARE(basis, Basis::FirstAgainstLast);
        QCOMPARE(d.count, std::size_t(0));
    }

    // True RGB in the reference makes black green and the mask grow (47,504 pixels).
    void rgbClipIsNotTakenForGreen()
    {
        const auto frames = goldenClip("mask_bmode_input_ybr_u8.npy");
        std::vector<std::vector<std::uint8_t>> asYbr;
        for (const auto& f : frames)
            asYbr.push_back(f.pixels);
        const auto theirs = echo::referenceMask(asYbr, rows, columns);
        const auto ours = maskOf(frames);
        qInfo("true RGB fed to both: reference %zu pixels, ours %zu", lit(theirs.stages.back()), lit(ours));
        QVERIFY(lit(theirs.stages.back()) > 40000);
        QVERIFY(lit(ours) < 31500);
    }

    // Frames that several threads saw in any order make the mask that one thread makes in order.
    void orderAndSharesDoNotMatter()
    {
        std::vector<std::vector<base::RgbImage>> clips{goldenClip("mask_colour_input_ybr_u8.npy")};
        clips.push_back({sector(0), sector(1), sector(2), sector(0)}); // first and last alike
        clips.push_back({sector(3), sector(3), sector(3)});            // static
        clips.push_back({base::RgbImage(rows, columns), base::RgbImage(rows, columns)});
        std::set<Basis> seen;
        for (const auto& frames : clips) {
            Basis basis{};
            const auto expected = maskOf(frames, &basis);
            seen.insert(basis);
            for (unsigned seed = 0; seed < 6; ++seed) {
                std::vector<int> order(frames.size());
                std::iota(order.begin(), order.end(), 0);
                std::shuffle(order.begin(), order.end(), std::mt19937(seed));
                std::vector<echo::UltrasoundMask> shares(3, echo::UltrasoundMask(rows, columns));
                for (std::size_t i = 0; i < order.size(); ++i)
                    shares[i % 2 + seed % 2].add(frames[std::size_t(order[i])], order[i]);
                shares[2].add(shares[0]);
                shares[2].add(shares[1]);
                Basis mixed{};
                QCOMPARE(shares[2].finish(&mixed), expected);
                QCOMPARE(mixed, basis);
            }
        }
        QCOMPARE(seen.size(), std::size_t(4));
        echo::UltrasoundMask mask(rows, columns);
        QVERIFY_EXCEPTION_THROWN(mask.add(echo::UltrasoundMask(columns, rows)), base::Error);
    }

    void longClipDoesNotWrap()
    {
        const auto input = planes("mask_bmode_input_ybr_u8.npy");
        const auto frames = goldenClip("mask_bmode_input_ybr_u8.npy");
        const auto shortMask = maskOf(frames);
        for (const int length : {255, 256, 257, 512}) {
            echo::UltrasoundMask mask(rows, columns);
            for (int i = 0; i < length; ++i)
                mask.add(frames[std::size_t(i == length - 1 ? 5 : i % 6)]);
            QCOMPARE(lit(mask.finish()), lit(shortMask));
        }
        // The reference loses the whole clip there.
        std::vector<std::vector<std::uint8_t>> longClip;
        for (int i = 0; i < 255; ++i)
            longClip.push_back(input[std::size_t(i == 254 ? 5 : i % 6)]);
        QCOMPARE(lit(echo::referenceMask(longClip, rows, columns).stages.back()), std::size_t(0));
    }

    void staticClipKeepsItsSector()
    {
        const auto still = sector(0);
        Basis basis{};
        const auto mask = maskOf({still, still, still}, &basis);
        QCOMPARE(basis, Basis::LitArea);
        std::size_t shown = 0;
        const std::size_t n = kept(mask, still, shown);
        qInfo("static clip: %zu of %zu lit pixels kept", n, shown);
        QVERIFY(double(n) > 0.98 * double(shown));
        QVERIFY(lit(mask) < 2 * shown);
    }

    // The loop ends as it began: the change between is what counts.
    void exactLoopKeepsItsSector()
    {
        Basis basis{};
        const auto mask = maskOf({sector(0), sector(1), sector(2), sector(0)}, &basis);
        QCOMPARE(basis, Basis::AnyChange);
        std::size_t shown = 0;
        const std::size_t n = kept(mask, sector(0), shown);
        QVERIFY(double(n) > 0.98 * double(shown));
    }

    // A clock that ticks over a frozen picture is no moving heart.
    void frozenPictureWithTickingClock()
    {
        auto first = sector(0), last = sector(0);
        for (int y = 210; y < 235; ++y)
            for (int x = 5; x < 60; ++x) {
                std::fill_n(first.row(y) + 3 * x, 3, std::uint8_t(90));
                std::fill_n(last.row(y) + 3 * x, 3, std::uint8_t(90));
            }
        std::fill_n(last.row(221) + 3 * 30, 30, std::uint8_t(200));
        Basis basis{};
        const auto mask = maskOf({first, last}, &basis);
        QCOMPARE(basis, Basis::LitArea);
        QVERIFY(mask[std::size_t(120 * columns + 160)]);
    }

    void contentAtTheCornerDoesNotInvert()
    {
        // The sector, and a lit, changing block that touches (0,0).
        std::vector<base::RgbImage> frames;
        for (int phase = 0; phase < 4; ++phase) {
            frames.push_back(sector(phase));
            for (int y = 0; y < 60; ++y)
                for (int x = 0; x < 60; ++x)
                    std::fill_n(frames.back().row(y) + 3 * x, 3, std::uint8_t(50 + (x * 3 + y * 5 + phase * 17) % 100));
        }
        Basis basis{};
        const auto mask = maskOf(frames, &basis);
        std::size_t shown = 0;
        const std::size_t n = kept(mask, frames[0], shown);
        qInfo("content at the corner: mask %zu of %d pixels, %zu of %zu lit ones kept", lit(mask), rows * columns, n,
              shown);
        QVERIFY(mask[0] && mask[std::size_t(120 * columns + 160)]);
        QVERIFY(!mask[std::size_t(230 * columns + 300)] && !mask[std::size_t(10 * columns + 250)]);
        QVERIFY(double(n) > 0.98 * double(shown));
        QVERIFY(lit(mask) < std::size_t(rows * columns / 2));
    }

    void pictureThatFillsTheFrame()
    {
        std::vector<base::RgbImage> frames;
        for (int phase = 0; phase < 3; ++phase) {
            base::RgbImage image(112, 112);
            for (std::size_t i = 0; i < image.pixels.size(); ++i)
                image.pixels[i] = std::uint8_t(40 + (i * 7 + std::size_t(phase) * 31) % 200);
            frames.push_back(image);
        }
        QCOMPARE(lit(maskOf(frames)), std::size_t(112 * 112));
    }

    // Writing outside of the sector disappears, changing or not.
    void writingIsRemoved()
    {
        auto first = sector(0), last = sector(3);
        for (auto* frame : {&first, &last})
            for (int y = 222; y < 230; ++y)
                for (int x = 200; x < 300; ++x)
                    if ((x / 2 + y) % 3 == 0)
                        std::fill_n(frame->row(y) + 3 * x, 3, std::uint8_t(frame == &first ? 255 : 200));
        const auto mask = maskOf({first, last});
        for (int y = 222; y < 230; ++y)
            for (int x = 200; x < 300; ++x)
                QCOMPARE(int(mask[std::size_t(y * columns + x)]), 0);
    }

    void blackClipAndThinContent()
    {
        Basis basis{};
        QCOMPARE(lit(maskOf({base::RgbImage(50, 60), base::RgbImage(50, 60)}, &basis)), std::size_t(50 * 60));
        QCOMPARE(basis, Basis::Everything);
        base::RgbImage line(50, 60);
        std::fill_n(line.row(25) + 30, 60, std::uint8_t(200));
        const auto mask = maskOf({line, line}, &basis);
        QCOMPARE(basis, Basis::LitArea);
        QVERIFY(mask[25 * 60 + 20] && lit(mask) < 500);
        echo::UltrasoundMask other(50, 60);
        QVERIFY_EXCEPTION_THROWN(other.add(base::RgbImage(60, 50)), base::Error);
        // One frame alone is static.
        QVERIFY(lit(maskOf({sector(0)}, &basis)) > 10000);
        QCOMPARE(basis, Basis::LitArea);
    }

    void referenceRefusesFramesOfAnotherSize()
    {
        QVERIFY_EXCEPTION_THROWN(echo::referenceMask({}, 4, 4), base::Error);
        QVERIFY_EXCEPTION_THROWN(echo::referenceMask({std::vector<std::uint8_t>(10)}, 4, 4), base::Error);
    }
};

QTEST_GUILESS_MAIN(TestEchoMask)
#include "test_echo_mask.moc"
