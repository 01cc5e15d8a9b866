// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include "golden.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

double meanOf(const base::RgbImage& image)
{
    return std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) / double(image.pixels.size());
}

bool has(const base::Warnings& warnings, const char* code)
{
    return std::any_of(warnings.begin(), warnings.end(), [&](const base::Warning& w) { return w.code == code; });
}

double millisecondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Back to the components of the file, for the reference's path.
std::vector<std::uint8_t> toYbr(const base::RgbImage& image)
{
    std::vector<std::uint8_t> ybr(image.pixels.size());
    for (std::size_t i = 0; i < ybr.size(); i += 3) {
        const double r = image.pixels[i], g = image.pixels[i + 1], b = image.pixels[i + 2];
        const auto byte = [](double v) { return std::uint8_t(std::clamp(std::lround(v), 0L, 255L)); };
        ybr[i] = byte(0.299 * r + 0.587 * g + 0.114 * b);
        ybr[i + 1] = byte(128 - 0.168736 * r - 0.331264 * g + 0.5 * b);
        ybr[i + 2] = byte(128 + 0.5 * r - 0.418688 * g - 0.081312 * b);
    }
    return ybr;
}

} // namespace

class TestEchoFiles : public QObject
{
    Q_OBJECT

private slots:
    void hpClips()
    {
        const auto path = shared() / "data/echo_multiframe";
        E2E_NEED_SHARED(path);
        std::vector<echo::EchoClip> clips;
        for (const char* file :
             {"hp_pediatric_04.dcm", "hp_pediatric_02.dcm", "hp_pediatric_01.dcm", "hp_pediatric_03.dcm"})
            clips.push_back(echo::readClip(path / file));
        QCOMPARE(clips[2].frames, 34);
        QCOMPARE(clips[2].kind, echo::ClipKind::Cine);
        QCOMPARE(clips[2].timing.source, echo::TimingSource::FrameTime);
        QVERIFY(std::abs(clips[2].timing.meanFps() - 33.3333) < 1e-3);
        QCOMPARE(clips[2].timing.durationMs, 34 * 30.0);
        QVERIFY(!clips[2].simulated);
        const auto studies = echo::groupIntoStudies(clips);
        QCOMPARE(studies.size(), std::size_t(1));
        QCOMPARE(studies[0].cineCount(), std::size_t(4));
        for (int i = 0; i < 4; ++i)
            QCOMPARE(studies[0].clips[std::size_t(i)].identity.instanceNumber, i + 1);
        QCOMPARE(studies[0].date, std::string("2000-02-23"));
    }

    void acusonVector()
    {
        const auto path = shared() / "data/echo_multiframe/acuson_stress_20.dcm";
        E2E_NEED_SHARED(path);
        const auto clip = echo::readClip(path);
        QCOMPARE(clip.frames, 10);
        QCOMPARE(clip.timing.source, echo::TimingSource::FrameTimeVector);
        const std::vector<double> expected{0, 20, 40, 80, 100, 120, 160, 180, 200, 226.667};
        QCOMPARE(clip.timing.startMs.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(clip.timing.startMs[i] - expected[i]) < 1e-9);
        QVERIFY(std::abs(clip.timing.durationMs - 253.334) < 1e-9);
        QCOMPARE(clip.timing.frameAt(70), 2);
    }

    void toshibaClip()
    {
        const auto path = shared() / "data/echo_multiframe/toshiba_plax_2d.dcm";
        E2E_NEED_SHARED(path);
        auto start = std::chrono::steady_clock::now();
        const auto clip = echo::readClip(path);
        QCOMPARE(clip.frames, 64);
        echo::ClipFrames frames(clip);
        frames.frame(0);
        const double firstMs = millisecondsSince(start);

        echo::EchoRecipe recipe;
        start = std::chrono::steady_clock::now();
        const auto plain = echo::preprocess(clip, recipe);
        const double plainMs = millisecondsSince(start);
        recipe.mask = echo::MaskMode::UltrasoundSector;
        start = std::chrono::steady_clock::now();
        const auto masked = echo::preprocess(clip, recipe);
        const double maskedMs = millisecondsSince(start);
        qInfo("toshiba_plax_2d: header and first frame %.1f ms, preprocess %.1f ms, with mask %.1f ms, mask %.1f %% of "
              "the picture",
              firstMs, plainMs, maskedMs, 100.0 * double(lit(masked.mask)) / (600 * 800));
        QCOMPARE(plain.frames.size(), std::size_t(16));
        QCOMPARE(plain.padded, 0);
        QVERIFY(plain.warnings.empty() && masked.warnings.empty());
        QVERIFY(std::all_of(plain.input.begin(), plain.input.end(), [](float v) { return std::isfinite(v); }));
        QVERIFY(masked.mask[300 * 800 + 400]);
        QVERIFY(lit(masked.mask) > 600 * 800 / 5 && lit(masked.mask) < 600 * 800 * 9 / 10);
    }

    void stills()
    {
        const auto path = shared() / "data/echo_still";
        E2E_NEED_SHARED(path);
        int checked = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            const auto clip = echo::readClip(entry.path());
            QCOMPARE(clip.kind, echo::ClipKind::Still);
            QVERIFY(clip.timing.startMs.empty());
            try {
                echo::preprocess(clip, {});
                QFAIL("a still was encoded");
            } catch (const base::Error& e) {
                QCOMPARE(e.code(), base::ErrorCode::Unsuitable);
            }
            ++checked;
        }
        QVERIFY(checked >= 8);
    }

    void editedAndDamagedClips()
    {
        const auto path = shared() / "data/derived";
        E2E_NEED_SHARED(path);
        const auto untimed = echo::readClip(path / "hp_no_frametime.dcm");
        QCOMPARE(untimed.timing.source, echo::TimingSource::Assumed);
        QVERIFY(has(untimed.warnings, "frame-rate-assumed"));

        const auto lying = echo::readClip(path / "hp_numberofframes_lies_170.dcm");
        QCOMPARE(lying.frames, 17);
        QCOMPARE(lying.timing.startMs.size(), std::size_t(17));
        QVERIFY(!lying.warnings.empty());

        const auto cut = echo::readClip(path / "hp_truncated_last_frames.dcm");
        QVERIFY(cut.frames > 5 && cut.frames < 17);
        const auto input = echo::preprocess(cut, {});
        QVERIFY(!input.frames.empty() && input.padded == 16 - int(input.frames.size()));
    }

    void thumbnails()
    {
        const auto path = shared() / "data/echo_multiframe";
        E2E_NEED_SHARED(path);
        int checked = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            std::unique_ptr<echo::ClipFrames> frames;
            try {
                frames = std::make_unique<echo::ClipFrames>(echo::readClip(entry.path()));
            } catch (const base::ParseError& e) {
                qInfo("%s", e.what()); // transfer syntaxes that aren't read yet
                continue;
            }
            const auto small = echo::thumbnail(*frames, 160, 120);
            QVERIFY(small.columns <= 160 && small.rows <= 120 && (small.columns == 160 || small.rows == 120));
            QVERIFY2(meanOf(small) > 2, entry.path().filename().string().c_str());
            ++checked;
        }
        QVERIFY2(checked >= 13, qPrintable(QString::number(checked)));
        // HP's pixels are 0.8 as tall as wide.
        echo::ClipFrames hp(echo::readClip(path / "hp_pediatric_01.dcm"));
        QCOMPARE(hp.pixelAspect(), 0.8);
        const auto small = echo::thumbnail(hp, 480, 480);
        QCOMPARE(small.columns, 480);
        QCOMPARE(small.rows, 344);
    }

    void twoThreads()
    {
        const auto path = shared() / "data/echo_multiframe/hp_pediatric_01.dcm";
        E2E_NEED_SHARED(path);
        const auto clip = echo::readClip(path);
        echo::ClipFrames one(clip);
        std::vector<double> expected;
        for (int i = 0; i < one.count(); ++i)
            expected.push_back(meanOf(*one.frame(i)));
        echo::ClipFrames shared(clip, 5 * 430 * 480 * 3);
        std::atomic<int> wrong{0};
        const auto walk = [&](int first, int step) {
            for (int i = 0, at = first; i < 2 * shared.count(); ++i, at = (at + step + shared.count()) % shared.count())
                wrong += meanOf(*shared.frame(at)) != expected[std::size_t(at)];
        };
        std::thread forward(walk, 0, 1), backward(walk, 33, -1);
        forward.join();
        backward.join();
        QCOMPARE(wrong.load(), 0);
        QVERIFY(shared.cachedBytes() <= 5 * 430 * 480 * 3);
        QVERIFY(!shared.colourDecision().empty());
    }

    void greyCine()
    {
        const auto path = shared() / "data/burned_in_phi_test_names/GREYSCALE_CINE.dcm";
        E2E_NEED_SHARED(path);
        const auto clip = echo::readClip(path);
        QCOMPARE(clip.frames, 27);
        echo::EchoRecipe recipe;
        recipe.mask = echo::MaskMode::UltrasoundSector;
        const auto input = echo::preprocess(clip, recipe);
        QCOMPARE(input.frames.size(), std::size_t(14));
        QVERIFY(lit(input.mask) > 600 * 800 / 10);
        const double sum = std::accumulate(input.input.begin(), input.input.begin() + 224 * 224, 0.0) / (224 * 224);
        QVERIFY2(sum > -0.6, qPrintable(QString::number(sum)));
    }

    // Bad input is refused in words; nothing else may come out.
    void hostileFiles()
    {
        const auto path = shared() / "data/hostile_dicom";
        E2E_NEED_SHARED(path);
        int read = 0, refused = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path)) {
            try {
                const auto clip = echo::readClip(entry.path());
                echo::preprocess(clip, {});
                ++read;
            } catch (const base::Error& e) {
                QVERIFY(!e.sentence().empty());
                ++refused;
            }
        }
        qInfo("hostile files: %d encoded, %d refused", read, refused);
        QVERIFY(refused > 0);
        QCOMPARE(read, 0);
        // Volumes of a private class are no cine.
        const auto volume = shared() / "data/echo_3d/philips_qlab_cartesian4d_truncated.dcm";
        if (std::filesystem::exists(volume))
            QVERIFY_EXCEPTION_THROWN(echo::readClip(volume), base::ParseError);
    }

    // The golden JPEG clip through our own decoder. The file's components are recovered from RGB, which costs a
    // rounding.
    void goldenJpegClip()
    {
        const auto clip = echo::readClip(reference("us_clip_12f_jpeg_ybr422.dcm"));
        QCOMPARE(clip.frames, 12);
        echo::ClipFrames frames(clip);
        std::vector<std::vector<std::uint8_t>> ybr;
        for (int i = 0; i < 12; ++i)
            ybr.push_back(toYbr(*frames.frame(i)));
        for (const int i : {0, 11}) {
            const auto golden = base::readNpy(
                reference(i ? "dicom_jpeg_pixel_array_frame11_u8.npy" : "dicom_jpeg_pixel_array_frame0_u8.npy"));
            const Difference d = difference(ybr[std::size_t(i)], golden.bytes);
            qInfo("JPEG clip, components of frame %d: largest error %d, mean %.4f (tolerance 0.5)", i, d.largest,
                  d.mean);
            QVERIFY(d.mean < 0.5);
            ybr[std::size_t(i)] = golden.bytes;
        }
        const auto masked = echo::referenceMask(ybr, 240, 320);
        for (const int i : {0, 10}) {
            base::RgbImage bgr(240, 320);
            bgr.pixels = masked.outputBgr[std::size_t(i)];
            const auto golden = base::readNpy(
                reference(i ? "dicom_jpeg_crop_bgr_frame10_u8.npy" : "dicom_jpeg_crop_bgr_frame0_u8.npy"));
            const Difference d = difference(echo::cropAndScale(bgr, 0.1, 224).pixels, golden.bytes);
            // Frame 0 is the file's own components; frame 10 came back from RGB.
            const int tolerance = i ? 8 : 0;
            qInfo("JPEG clip, frame %d in the reference's colours, masked and cropped: largest error %d (tolerance "
                  "%d), mean %.4f",
                  i, d.largest, tolerance, d.mean);
            QVERIFY(d.largest <= tolerance);
        }
        // Our own way: the same mask and the same padding, colours of the JPEG matrix.
        echo::EchoRecipe recipe;
        recipe.mask = echo::MaskMode::UltrasoundSector;
        recipe.padding = echo::PaddingMode::AfterNormalisation;
        recipe.channelOrder = echo::ChannelOrder::Bgr;
        const auto ours = echo::preprocess(clip, recipe);
        QCOMPARE(ours.frames, (std::vector<int>{0, 2, 4, 6, 8, 10}));
        const Difference mask = difference(ours.mask, masked.stages.back());
        qInfo("JPEG clip, our mask: %zu pixels, reference %zu, %zu differ", lit(ours.mask), lit(masked.stages.back()),
              mask.count);
        QCOMPARE(mask.count, std::size_t(0));
        const auto info = base::Json::parse(textOf(reference("echo_preproc_info.json")));
        const auto& golden = info.at("EchoPrime tensor of the 12-frame DICOM").at("mean per frame (channel 0)").items();
        for (std::size_t f = 0; f < 16; ++f) {
            const float* plane = ours.input.data() + f * 224 * 224;
            const double mean = std::accumulate(plane, plane + 224 * 224, 0.0) / (224 * 224);
            QVERIFY2(std::abs(mean - golden[f].toNumber()) < (f < 6 ? 0.05 : 1e-12), qPrintable(QString::number(mean)));
        }
    }
};

QTEST_GUILESS_MAIN(TestEchoFiles)
#include "test_echo_files.moc"
