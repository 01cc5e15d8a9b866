// SPDX-License-Identifier: GPL-3.0-or-later
#include "echo/preprocess.h"

#include "golden.h"

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::test;

class TestEchoGolden : public QObject
{
    Q_OBJECT

private slots:
    void frameSampling()
    {
        const auto golden =
            base::Json::parse(textOf(reference("echo_frame_sampling.json")), "echo_frame_sampling.json");
        const echo::EchoRecipe recipe;
        int checked = 0;
        for (const auto& [length, expected] : golden.members()) {
            const auto frames = echo::sampledFrames(std::stoi(length), recipe);
            std::vector<int> wanted;
            for (const auto& f : expected.at("frame_id").items())
                wanted.push_back(int(f.toInteger()));
            QCOMPARE(frames, wanted);
            QCOMPARE(recipe.frames - int(frames.size()), int(expected.at("n_padded").toInteger()));
            ++checked;
        }
        qInfo("frame sampling: %d clip lengths equal", checked);
        QVERIFY(checked >= 5);
        QCOMPARE(echo::sampledFrames(0, recipe).size(), std::size_t(0));
    }

    void cropAndScale_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        for (const auto& [rows, columns] :
             {std::pair{600, 800}, {480, 640}, {708, 1016}, {800, 600}, {512, 512}, {601, 803}})
            QTest::addRow("%dx%d", rows, columns) << rows << columns;
    }

    void cropAndScale()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        const std::string file = "crop_and_scale_" + std::to_string(rows) + "x" + std::to_string(columns) + "_u8.npy";
        const auto golden = base::readNpy(reference(file.c_str()));
        QCOMPARE(golden.shape, (std::vector<std::int64_t>{224, 224, 3}));
        const auto ours = echo::cropAndScale(formulaImage(rows, columns), 0.1, 224);
        const Difference d = difference(ours.pixels, golden.bytes);
        qInfo("crop and scale %dx%d: largest error %d (tolerance 0), %zu values differ", rows, columns, d.largest,
              d.count);
        QCOMPARE(d.largest, 0);
    }

    // The reference fails on a difference of one pixel; ours leaves the square crop out there.
    void differenceOfOnePixel()
    {
        for (const auto& [rows, columns] : {std::pair{600, 601}, {601, 600}}) {
            const auto image = formulaImage(rows, columns);
            const auto ours = echo::cropAndScale(image, 0.1, 224);
            QCOMPARE(ours.rows, 224);
            QCOMPARE(ours.columns, 224);
            // All of the picture less the zoom's 60 pixels on each side; that part alone, without zoom, is the same.
            base::RgbImage part(rows - 120, columns - 120);
            for (int y = 0; y < part.rows; ++y)
                std::copy_n(image.row(y + 60) + 3 * 60, 3 * part.columns, part.row(y));
            QCOMPARE(ours.pixels, echo::cropAndScale(part, 0, 224).pixels);
            // And the picture is not shifted: its middle 600 × 600 looks alike where it is smooth.
            base::RgbImage ramp(rows, columns), square(600, 600);
            for (int y = 0; y < rows; ++y)
                for (int x = 0; x < columns; ++x)
                    std::fill_n(ramp.row(y) + 3 * x, 3, std::uint8_t((x + y) / 5));
            for (int y = 0; y < 600; ++y)
                std::copy_n(ramp.row(y), 1800, square.row(y));
            const Difference d =
                difference(echo::cropAndScale(ramp, 0.1, 224).pixels, echo::cropAndScale(square, 0.1, 224).pixels);
            qInfo("crop and scale %dx%d: largest difference from its 600x600 part %d (tolerance 1)", rows, columns,
                  d.largest);
            QVERIFY(d.largest <= 1);
        }
    }

    void oddDifferenceAndTinyPictures()
    {
        // 203 pixels: 102 go on each side, as the weights were trained (600 × 599 is left).
        const auto wide = formulaImage(600, 803);
        base::RgbImage part(600, 599);
        for (int y = 0; y < 600; ++y)
            std::copy_n(wide.row(y) + 3 * 102, 3 * 599, part.row(y));
        QCOMPARE(echo::cropAndScale(wide, 0.1, 224).pixels, echo::cropAndScale(part, 0.1, 224).pixels);
        for (const auto& [rows, columns] : {std::pair{1, 1}, {1, 2}, {2, 1}, {3, 2}, {1, 400}, {5, 4}, {4, 1}}) {
            const auto tiny = echo::cropAndScale(formulaImage(rows, columns), 0.49, 16);
            QCOMPARE(tiny.pixels.size(), std::size_t(16 * 16 * 3));
        }
        QVERIFY_EXCEPTION_THROWN(echo::cropAndScale({}, 0.1, 224), base::Error);
        QVERIFY_EXCEPTION_THROWN(echo::cropAndScale(wide, 0.5, 224), base::Error);
    }

    void referenceMaskStages_data()
    {
        QTest::addColumn<QString>("clip");
        QTest::newRow("bmode") << "bmode";
        QTest::newRow("colour") << "colour";
    }

    void referenceMaskStages()
    {
        QFETCH(QString, clip);
        const auto file = [&](const char* part) { return ("mask_" + clip + "_" + part).toStdString(); };
        const auto names = base::Json::parse(textOf(reference("mask_stage_names.json")));
        const auto input = planes(file("input_ybr_u8.npy").c_str());
        const auto stages = planes(file("stages_u8.npy").c_str());
        const auto ours = echo::referenceMask(input, 240, 320);
        QCOMPARE(ours.stages.size(), stages.size());
        for (std::size_t i = 0; i < stages.size(); ++i) {
            const Difference d = difference(ours.stages[i], stages[i]);
            qInfo("mask %s, %s: largest error %d (tolerance 0), %zu pixels differ", qPrintable(clip),
                  names.items()[i].toString().c_str(), d.largest, d.count);
            QCOMPARE(d.largest, 0);
        }
        for (const int frame : {0, 5}) {
            const auto golden =
                base::readNpy(reference(file(frame ? "output_bgr_frame5_u8.npy" : "output_bgr_frame0_u8.npy").c_str()));
            const Difference d = difference(ours.outputBgr[std::size_t(frame)], golden.bytes);
            qInfo("mask %s, output frame %d: largest error %d (tolerance 0)", qPrintable(clip), frame, d.largest);
            QCOMPARE(d.largest, 0);
        }
    }

    // What the reference makes of a JPEG clip: its own colour matrix, mask and crop.
    void referencePathOfJpegClip()
    {
        const auto first = base::readNpy(reference("dicom_jpeg_pixel_array_frame0_u8.npy"));
        const auto last = base::readNpy(reference("dicom_jpeg_pixel_array_frame11_u8.npy"));
        const auto masked = echo::referenceMask({first.bytes, last.bytes}, 240, 320);
        base::RgbImage bgr(240, 320);
        bgr.pixels = masked.outputBgr[0];
        const auto ours = echo::cropAndScale(bgr, 0.1, 224);
        const auto golden = base::readNpy(reference("dicom_jpeg_crop_bgr_frame0_u8.npy"));
        // Two of twelve frames give the mask a slightly smaller edge: inside it everything is equal.
        Difference inside, all = difference(ours.pixels, golden.bytes);
        for (int y = 56; y < 168; ++y) {
            const auto* g = golden.bytes.data() + (y * 224 + 56) * 3;
            const Difference row = difference({ours.row(y) + 3 * 56, ours.row(y) + 3 * 168}, {g, g + 3 * 112});
            inside.largest = std::max(inside.largest, row.largest);
        }
        qInfo("JPEG clip, masked and cropped frame 0: largest error inside %d (tolerance 0), %.2f %% of all values "
              "differ (tolerance 2)",
              inside.largest, 100.0 * double(all.count) / double(ours.pixels.size()));
        QCOMPARE(inside.largest, 0);
        QVERIFY(double(all.count) < 0.02 * double(ours.pixels.size()));

        // And on to the tensor: BGR order, normalised.
        const auto info = base::Json::parse(textOf(reference("echo_preproc_info.json")));
        const auto& rows = info.at("EchoPrime tensor of the 12-frame DICOM").at("x[:, 0, 100, 100:104]").items();
        const echo::EchoRecipe recipe;
        double worst = 0;
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t x = 0; x < 4; ++x) {
                const float value =
                    (float(ours.row(100)[3 * (100 + x) + c]) - float(recipe.mean[c])) / float(recipe.std[c]);
                worst = std::max(worst, std::abs(double(value) - rows[c].items()[x].toNumber()));
            }
        qInfo("JPEG clip, tensor values: largest error %.2g (tolerance 1e-6)", worst);
        QVERIFY(worst <= 1e-6);
    }

    void paddedValue()
    {
        const auto info = base::Json::parse(textOf(reference("echo_preproc_info.json")));
        const auto& golden = info.at("normalised value of a zero (padded) pixel, Echo2ECG loader").items();
        const echo::EchoRecipe recipe;
        for (std::size_t c = 0; c < 3; ++c) {
            const float value = (0.0f - float(recipe.mean[c])) / float(recipe.std[c]);
            QCOMPARE(double(value), golden[c].toNumber());
        }
    }
};

QTEST_GUILESS_MAIN(TestEchoGolden)
#include "test_echo_golden.moc"
