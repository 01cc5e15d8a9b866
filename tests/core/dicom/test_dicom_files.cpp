// SPDX-License-Identifier: GPL-3.0-or-later
// Real files of many machines.
#include "dicom/image.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

std::unique_ptr<dicom::ImageFile> open(const char* name)
{
    return dicom::ImageFile::open(sharedData(name));
}

double meanDifference(const base::RgbImage& a, const base::RgbImage& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.bytes(), b.bytes()); ++i)
        sum += std::abs(int(a.pixels[i]) - int(b.pixels[i]));
    return a.bytes() == b.bytes() && a.bytes() > 0 ? sum / double(a.bytes()) : 1000;
}

double meanLumaDifference(const base::RgbImage& a, const base::RgbImage& b)
{
    double sum = 0;
    for (std::size_t i = 0; i + 2 < a.bytes(); i += 3) {
        const auto luma = [i](const base::RgbImage& p) {
            return 0.299 * p.pixels[i] + 0.587 * p.pixels[i + 1] + 0.114 * p.pixels[i + 2];
        };
        sum += std::abs(luma(a) - luma(b));
    }
    return 3 * sum / double(a.bytes());
}

} // namespace

class TestDicomFiles : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        const auto path = sharedData("MANIFEST.md");
        E2E_NEED_SHARED(path);
    }

    void oneClipInManyEncodings()
    {
        const auto truth = open("echo_multiframe/acuson_colour_implicitLE.dcm");
        QCOMPARE(truth->frameCount(), 8);
        for (const char* name :
             {"explicitLE", "rle", "jpeglossless57", "jpeglossless70", "jpegls80", "j2k90", "jpegbaseline50"}) {
            const auto file = open(("derived/colour_" + std::string(name) + ".dcm").c_str());
            QCOMPARE(file->frameCount(), 8);
            for (int f = 0; f < 8; ++f) {
                if (std::string(name) == "jpegbaseline50") {
                    // Halved chroma of speckled colour flow is what is lost; brightness is kept.
                    QVERIFY(meanDifference(file->frame(f), truth->frame(f)) <= 5);
                    QVERIFY(meanLumaDifference(file->frame(f), truth->frame(f)) <= 3);
                } else {
                    QVERIFY2(file->frame(f).pixels == truth->frame(f).pixels, name);
                }
            }
        }
    }

    void headerFactsOfThreeMakers()
    {
        const auto hp = open("echo_multiframe/hp_pediatric_01.dcm");
        QCOMPARE(hp->header().rows, 430);
        QCOMPARE(hp->header().columns, 480);
        QCOMPARE(hp->header().photometric, std::string("YBR_FULL_422"));
        QCOMPARE(hp->frameCount(), 34);
        QCOMPARE(*hp->header().frameTimeMs, 30.0);
        QCOMPARE(*hp->header().cineRate, 33.0);
        QCOMPARE(*hp->header().recommendedRate, 33.0);
        QCOMPARE(*hp->header().heartRate, 117.0);
        QCOMPARE(hp->header().regions.size(), std::size_t(2));
        QCOMPARE(hp->header().regions[0].spatialFormat, 1);
        QCOMPARE(hp->header().regions[0].dataType, 1);
        QCOMPARE(hp->header().regions[0].unitsX, 3);
        QCOMPARE(hp->header().regions[1].dataType, 10);
        QCOMPARE(hp->header().regions[1].unitsX, 4);

        const auto acuson = open("echo_multiframe/acuson_stress_20.dcm");
        QVERIFY(!acuson->header().frameTimeMs);
        QCOMPARE(acuson->header().frameTimeVectorMs.size(), std::size_t(10));
        QCOMPARE(acuson->header().frameTimeVectorMs[0], 40.0);
        QCOMPARE(acuson->header().frameTimeVectorMs[1], 20.0);
        QCOMPARE(*acuson->header().heartRate, 100.0);
        QCOMPARE(acuson->header().regions[0].spatialFormat, 0);

        const auto toshiba = open("echo_multiframe/toshiba_plax_2d.dcm");
        QCOMPARE(toshiba->frameCount(), 64);
        QCOMPARE(*toshiba->header().frameTimeMs, 33.333);
        QCOMPARE(*toshiba->header().heartRate, 56.0);
        QCOMPARE(toshiba->header().regions.size(), std::size_t(1));
        QVERIFY(open("echo_still/toshiba_mmode.dcm")->header().pixelSpacingRowMm.has_value());
    }

    void clipsThatMissFrames()
    {
        const auto whole = open("echo_multiframe/hp_pediatric_03.dcm");
        const auto lies = open("derived/hp_numberofframes_lies_170.dcm");
        QCOMPARE(lies->header().declaredFrames, 170);
        QCOMPARE(lies->frameCount(), 17);
        const auto cut = open("derived/hp_truncated_last_frames.dcm");
        QCOMPARE(cut->frameCount(), 11);
        QVERIFY(!lies->warnings().empty() && !cut->warnings().empty());
        QCOMPARE(lies->frame(16).pixels, whole->frame(16).pixels);
        QCOMPARE(cut->frame(10).pixels, whole->frame(10).pixels);
    }

    void everyStillAndClipIsReadOrRefusedAsExpected()
    {
        int read = 0;
        for (const char* folder : {"echo_multiframe", "echo_still", "us_other", "burned_in_phi_test_names"}) {
            for (const auto& entry : std::filesystem::directory_iterator(sharedData(folder))) {
                const std::string name = entry.path().filename().string();
                try {
                    const auto file = dicom::ImageFile::open(entry.path());
                    const base::RgbImage image = file->frame(file->frameCount() - 1);
                    QCOMPARE(image.rows, file->header().rows);
                    QCOMPARE(image.bytes(), std::size_t(3) * std::size_t(image.rows) * std::size_t(image.columns));
                    QCOMPARE(file->frameCount(), file->header().declaredFrames);
                    QVERIFY(*std::max_element(image.pixels.begin(), image.pixels.end()) > 200); // a picture, not black
                    ++read;
                } catch (const base::ParseError& error) {
                    QVERIFY2(name == "ge_vivid_e95_a4c_colour_jpegxl.dcm", error.what()); // built without libjxl
                    QVERIFY(error.code() == base::ErrorCode::Unsupported);
                    QVERIFY(QString(error.what()).contains("JPEG XL"));
                }
            }
        }
        QVERIFY(read >= 35);
    }

    void blackStaysBlack()
    {
        // The corner of these clips is background: a wrong colour model would make it green or grey.
        for (const char* name :
             {"echo_multiframe/hp_pediatric_03.dcm", "echo_multiframe/toshiba_a4c_colour.dcm", "us_other/YBR_422.dcm",
              "us_other/mindray_rle_ybrfull_planar.dcm", "us_other/US1_J2KR.dcm",
              "echo_still/atl_hdi_ybrfull_uncompressed.dcm", "us_other/epicard_rgb_bigendian.dcm"}) {
            const base::RgbImage image = open(name)->frame(0);
            std::size_t dark = 0;
            for (std::size_t i = 0; i + 2 < image.bytes(); i += 3)
                dark += image.pixels[i] < 40 && image.pixels[i + 1] < 40 && image.pixels[i + 2] < 40;
            QVERIFY2(dark * 3 > image.bytes() / 3, name);
        }
    }

    void speed()
    {
        std::vector<std::filesystem::path> files;
        for (const char* folder :
             {"echo_multiframe", "echo_still", "us_other", "derived/dicomdir_echo_media", "sr", "ecg_dicom"}) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(sharedData(folder))) {
                if (entry.is_regular_file())
                    files.push_back(entry.path());
            }
        }
        QElapsedTimer clock;
        clock.start();
        for (const auto& file : files) {
            if (dicom::looksLikeDicom(file))
                dicom::summarise(file);
        }
        const double perSecond = 1e9 * double(files.size()) / double(clock.nsecsElapsed());
        qInfo("%zu files scanned, %.0f files/s", files.size(), perSecond);
        QVERIFY(perSecond > 200);

        const auto toshiba = open("echo_multiframe/toshiba_plax_2d.dcm");
        toshiba->frame(0);
        clock.restart();
        for (int f = 0; f < 20; ++f)
            toshiba->frame(f);
        const double perFrame = double(clock.nsecsElapsed()) / 20e6;
        qInfo("%.2f ms per 800x600 JPEG frame", perFrame);
        QVERIFY(perFrame < 25); // about 2 ms on an idle machine; loose for a busy one
    }
};

QTEST_GUILESS_MAIN(TestDicomFiles)
#include "test_dicom_files.moc"
