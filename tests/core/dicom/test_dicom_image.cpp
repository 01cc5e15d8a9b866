// SPDX-License-Identifier: GPL-3.0-or-later
// Native and RLE images of every photometric interpretation, written here; golden clips.
#include "base/npy.h"
#include "dicom/image.h"
#include "make_dicom.h"
#include "support/test_paths.h"

#include <algorithm>
#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

using Pixels = std::vector<std::uint8_t>;

// JFIF 1.02, full range, rounded.
Pixels exactRgb(const Pixels& ybr)
{
    Pixels rgb;
    for (std::size_t i = 0; i + 2 < ybr.size(); i += 3) {
        const double y = ybr[i], cb = ybr[i + 1] - 128.0, cr = ybr[i + 2] - 128.0;
        for (double value : {y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb})
            rgb.push_back(std::uint8_t(std::clamp(std::floor(value + 0.5), 0.0, 255.0)));
    }
    return rgb;
}

int largestDifference(const Pixels& a, const Pixels& b)
{
    if (a.size() != b.size())
        return 1000;
    int most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        most = std::max(most, std::abs(int(a[i]) - int(b[i])));
    return most;
}

Pixels greyRgb(const Pixels& grey)
{
    Pixels rgb;
    for (std::uint8_t value : grey)
        rgb.insert(rgb.end(), 3, value);
    return rgb;
}

QByteArray wordsOf(Writing writing, const std::vector<int>& values)
{
    QByteArray bytes;
    for (int value : values)
        bytes += DataWriter(writing).number(std::uint64_t(value), 2);
    return bytes;
}

QByteArray swapped(QByteArray bytes)
{
    for (qsizetype i = 0; i + 1 < bytes.size(); i += 2)
        std::swap(bytes[i], bytes[i + 1]);
    return bytes;
}

constexpr const char* rleSyntax = "1.2.840.10008.1.2.5";

} // namespace

class TestDicomImage : public QObject
{
    Q_OBJECT

    Folder m_folder;

    Pixels read(const QByteArray& bytes, int frame = 0)
    {
        return dicom::ImageFile::open(m_folder.write("i.dcm", bytes))->frame(frame).pixels;
    }

private slots:
    void colour_data()
    {
        QTest::addColumn<QByteArray>("photometric");
        QTest::addColumn<int>("planar");
        QTest::addColumn<int>("writing");
        for (const char* photometric : {"RGB", "YBR_FULL"}) {
            for (int planar : {0, 1}) {
                for (int writing = 0; writing < 3; ++writing)
                    QTest::addRow("%s planar %d encoding %d", photometric, planar, writing)
                        << QByteArray(photometric) << planar << writing;
            }
        }
    }
    void colour()
    {
        QFETCH(QByteArray, photometric);
        QFETCH(int, planar);
        QFETCH(int, writing);
        ImageSpec spec;
        spec.photometric = photometric.constData();
        spec.planar = planar;
        spec.frames = 2;
        const Pixels first = gradient(spec.rows, spec.columns), second = gradient(spec.rows, spec.columns, 91);
        const auto expected = [&](const Pixels& p) { return photometric == "RGB" ? p : exactRgb(p); };
        const auto native = [&](const Pixels& p) { return planar ? toPlanes(p) : toBytes(p); };

        DataWriter data = imageHeader(spec, Writing(writing));
        const bool isBig = Writing(writing) == Writing::BigEndian;
        QByteArray pixels = native(first) + native(second);
        // 8-bit samples in words of a big-endian file stand swapped.
        data.bytes(0x7FE00010, "OW", isBig ? swapped(pixels) : pixels);
        const QByteArray bytes = withMeta(data.data(), syntaxUid(Writing(writing)), clipClass);
        QCOMPARE(read(bytes, 0), expected(first));
        QCOMPARE(read(bytes, 1), expected(second));

        if (Writing(writing) == Writing::Explicit) {
            DataWriter rle = imageHeader(spec);
            const auto planesOf = [](const Pixels& p) {
                const QByteArray planes = toPlanes(p);
                const qsizetype n = planes.size() / 3;
                return std::vector<QByteArray>{planes.left(n), planes.mid(n, n), planes.mid(2 * n)};
            };
            rle.fragments({rleFrame(planesOf(first)), rleFrame(planesOf(second))});
            const QByteArray compressed = withMeta(rle.data(), rleSyntax, clipClass);
            QCOMPARE(read(compressed, 0), expected(first));
            QCOMPARE(read(compressed, 1), expected(second));
        }
    }

    void ybr422TwoBytesPerPixel()
    {
        ImageSpec spec;
        spec.photometric = "YBR_FULL_422";
        spec.rows = 2;
        spec.columns = 4;
        const Pixels stored{10, 20, 100, 200, 30, 40, 90, 160, 50, 60, 128, 128, 70, 80, 30, 220};
        const Pixels ybr{10, 100, 200, 20, 100, 200, 30, 90, 160, 40, 90, 160,
                         50, 128, 128, 60, 128, 128, 70, 30, 220, 80, 30, 220};
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, "OB", toBytes(stored));
        QCOMPARE(read(withMeta(data.data(), syntaxUid(Writing::Explicit))), exactRgb(ybr));
        // The same tag with three bytes per pixel, as some write it.
        DataWriter full = imageHeader(spec);
        full.bytes(0x7FE00010, "OB", toBytes(ybr));
        const auto file =
            dicom::ImageFile::open(m_folder.write("f.dcm", withMeta(full.data(), syntaxUid(Writing::Explicit))));
        QCOMPARE(file->frame(0).pixels, exactRgb(ybr));
        QCOMPARE(file->warnings().front().code, std::string("ybr-422-not-subsampled"));
    }

    void greyOfEightBits()
    {
        ImageSpec spec;
        spec.photometric = "MONOCHROME2";
        spec.samples = 1;
        spec.rows = 16;
        spec.columns = 16;
        Pixels ramp(256);
        for (int i = 0; i < 256; ++i)
            ramp[std::size_t(i)] = std::uint8_t(i);
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, "OB", toBytes(ramp));
        QCOMPARE(read(withMeta(data.data(), syntaxUid(Writing::Explicit))), greyRgb(ramp));

        spec.photometric = "MONOCHROME1";
        DataWriter inverse = imageHeader(spec);
        inverse.bytes(0x7FE00010, "OB", toBytes(ramp));
        Pixels inverted = ramp;
        std::reverse(inverted.begin(), inverted.end());
        QCOMPARE(read(withMeta(inverse.data(), syntaxUid(Writing::Explicit))), greyRgb(inverted));

        // The window of a full 8-bit range is the identity (C.11.2.1.2).
        spec.photometric = "MONOCHROME2";
        DataWriter windowed = imageHeader(spec);
        windowed.text(0x00281050, "DS", "128").text(0x00281051, "DS", "256").bytes(0x7FE00010, "OB", toBytes(ramp));
        QCOMPARE(read(withMeta(windowed.data(), syntaxUid(Writing::Explicit))), greyRgb(ramp));
    }

    void greyOfSixteenBits()
    {
        ImageSpec spec;
        spec.photometric = "MONOCHROME2";
        spec.samples = 1;
        spec.rows = 1;
        spec.columns = 4;
        spec.allocated = 16;
        spec.stored = 12;
        for (Writing writing : {Writing::Implicit, Writing::Explicit, Writing::BigEndian}) {
            DataWriter data = imageHeader(spec, writing);
            data.bytes(0x7FE00010, "OW", wordsOf(writing, {0, 4095, 2048, 0xF000 | 4095})); // high bits are no pixels
            QCOMPARE(read(withMeta(data.data(), syntaxUid(writing))), greyRgb({0, 255, 128, 255}));
        }
        DataWriter rle = imageHeader(spec);
        rle.fragments({rleFrame({QByteArray("\x00\x0F\x08\x0F", 4), QByteArray("\x00\xFF\x00\xFF", 4)})});
        QCOMPARE(read(withMeta(rle.data(), rleSyntax)), greyRgb({0, 255, 128, 255}));

        spec.isSigned = true;
        spec.stored = 16;
        DataWriter windowed = imageHeader(spec);
        windowed.text(0x00281050, "DS", "40")
            .text(0x00281051, "DS", "400")
            .text(0x00281052, "DS", "-1024")
            .text(0x00281053, "DS", "1");
        windowed.bytes(0x7FE00010, "OW", wordsOf(Writing::Explicit, {-1000, 1024 - 160, 1024 + 40, 1024 + 240}));
        QCOMPARE(read(withMeta(windowed.data(), syntaxUid(Writing::Explicit))), greyRgb({0, 0, 128, 255}));
    }

    void palettes()
    {
        for (Writing writing : {Writing::Explicit, Writing::BigEndian}) {
            for (int bits : {8, 16}) {
                for (int allocated : {8, 16}) {
                    ImageSpec spec;
                    spec.photometric = "PALETTE COLOR";
                    spec.samples = 1;
                    spec.rows = 1;
                    spec.columns = 6;
                    spec.allocated = spec.stored = allocated;
                    DataWriter data = imageHeader(spec, writing);
                    const int tables[3][4] = {{10, 20, 30, 40}, {50, 60, 70, 80}, {250, 251, 252, 253}};
                    for (unsigned c = 0; c < 3; ++c)
                        data.bytes(0x00281101 + c, "US", wordsOf(writing, {4, 2, bits})); // first mapped value 2
                    for (unsigned c = 0; c < 3; ++c) {
                        std::vector<int> values;
                        if (bits == 16) {
                            for (int v : tables[c])
                                values.push_back(v * 257);
                        } else {
                            values = {tables[c][0] | tables[c][1] << 8, tables[c][2] | tables[c][3] << 8};
                        }
                        data.bytes(0x00281201 + c, "OW", wordsOf(writing, values));
                    }
                    const std::vector<int> stored{0, 2, 3, 4, 5, 9}; // below the first and beyond the last are clamped
                    if (allocated == 16)
                        data.bytes(0x7FE00010, "OW", wordsOf(writing, stored));
                    else
                        data.bytes(0x7FE00010, "OB", QByteArray("\0\2\3\4\5\11", 6));
                    const Pixels expected{10, 50, 250, 10, 50, 250, 20, 60, 251, 30, 70, 252, 40, 80, 253, 40, 80, 253};
                    QCOMPARE(read(withMeta(data.data(), syntaxUid(writing))), expected);
                }
            }
        }
    }

    void segmentedPalette()
    {
        ImageSpec spec;
        spec.photometric = "PALETTE COLOR";
        spec.samples = 1;
        spec.rows = 1;
        spec.columns = 8;
        DataWriter data = imageHeader(spec);
        for (unsigned c = 0; c < 3; ++c)
            data.bytes(0x00281101 + c, "US", wordsOf(Writing::Explicit, {8, 0, 16}));
        // Two values, a ramp of four more to 0xF000, and the first segment once again.
        for (unsigned c = 0; c < 3; ++c)
            data.bytes(0x00281221 + c, "OW",
                       wordsOf(Writing::Explicit, {0, 2, 0x1000, 0x3000, 1, 4, 0xF000, 2, 1, 0, 0}));
        data.bytes(0x7FE00010, "OB", QByteArray("\0\1\2\3\4\5\6\7", 8));
        QCOMPARE(read(withMeta(data.data(), syntaxUid(Writing::Explicit))),
                 greyRgb({0x10, 0x30, 0x60, 0x90, 0xC0, 0xF0, 0x10, 0x30}));
    }

    void headerFacts()
    {
        ImageSpec spec;
        spec.frames = 3;
        DataWriter region;
        region.us(0x00186012, 1)
            .us(0x00186014, 2)
            .ul(0x00186016, 2)
            .ul(0x00186018, 3)
            .ul(0x0018601A, 4)
            .ul(0x0018601C, 100);
        region.ul(0x0018601E, 4000000000u).bytes(0x00186020, "SL", region.number(std::uint64_t(-7), 4));
        region.us(0x00186024, 3).us(0x00186026, 3).fd(0x0018602C, 0.05).fd(0x0018602E, 0.06);
        DataWriter data;
        data.text(0x00080016, "UI", clipClass).text(0x00082144, "IS", "25").text(0x00180040, "IS", "30");
        data.text(0x00181063, "DS", "33.3").text(0x00181065, "DS", "0\\40\\20.5").text(0x00181088, "IS", "72");
        data.sequence(0x00186011, {region.data(), region.data()}, true);
        data.bytes(0x00186060, "FL", QByteArray("\x00\x00\x80\x3F\x00\x00\x00\x40", 8));
        data.us(0x00280002, 3).text(0x00280004, "CS", "RGB").us(0x00280006, 0).text(0x00280008, "IS", "3");
        data.us(0x00280010, 6).us(0x00280011, 8).text(0x00280030, "DS", "0.2\\0.3").text(0x00280034, "IS", "4\\3");
        data.us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
        data.bytes(0x7FE00010, "OB", QByteArray(6 * 8 * 3 * 3, 'x'));
        const auto file =
            dicom::ImageFile::open(m_folder.write("h.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit))));
        const dicom::ImageHeader& h = file->header();
        QCOMPARE(h.declaredFrames, 3);
        QCOMPARE(*h.frameTimeMs, 33.3);
        QCOMPARE(*h.cineRate, 30.0);
        QCOMPARE(*h.recommendedRate, 25.0);
        QCOMPARE(*h.heartRate, 72.0);
        QCOMPARE(h.frameTimeVectorMs, (std::vector<double>{0, 40, 20.5}));
        QCOMPARE(h.rWaveTimesMs, (std::vector<double>{1, 2}));
        QCOMPARE(*h.pixelSpacingRowMm, 0.2);
        QCOMPARE(*h.pixelSpacingColumnMm, 0.3);
        QCOMPARE(h.pixelAspect, 4.0 / 3.0);
        QCOMPARE(h.regions.size(), std::size_t(2));
        QCOMPARE(h.regions[1].dataType, 2);
        QCOMPARE(h.regions[1].x1, 100);
        QCOMPARE(h.regions[1].y1, std::numeric_limits<int>::max()); // a lie of the file stays in range
        QCOMPARE(*h.regions[1].referenceX, -7);
        QVERIFY(!h.regions[1].referenceY);
        QCOMPARE(h.regions[1].deltaY, 0.06);
    }

    void goldenJpegClip()
    {
        const auto file = dicom::ImageFile::open(reference("us_clip_12f_jpeg_ybr422.dcm"));
        QCOMPARE(file->frameCount(), 12);
        for (int index : {0, 11}) {
            const auto golden = base::readNpy(reference(index == 0 ? "dicom_jpeg_pixel_array_frame0_u8.npy"
                                                                   : "dicom_jpeg_pixel_array_frame11_u8.npy"));
            const base::RgbImage image = file->frame(index);
            QCOMPARE(std::int64_t(image.rows), golden.shape[0]);
            QCOMPARE(std::int64_t(image.columns), golden.shape[1]);
            QVERIFY(largestDifference(image.pixels, exactRgb(golden.bytes)) <= 2);
        }
        QVERIFY(QString::fromStdString(file->colourDecision()).contains("converted to RGB"));
    }

    void goldenNativeClips()
    {
        for (const char* name : {"us_clip_4f_native_mono2.dcm", "us_clip_4f_native_ybrfull.dcm"}) {
            const auto path = reference(name);
            const auto file = dicom::ImageFile::open(path);
            QCOMPARE(file->frameCount(), 4);
            QFile raw(QString::fromStdString(path.string()));
            QVERIFY(raw.open(QIODevice::ReadOnly));
            const QByteArray all = raw.readAll();
            const dicom::ImageHeader& h = file->header();
            const qsizetype frameBytes = qsizetype(h.rows) * h.columns * h.samplesPerPixel;
            for (int i = 0; i < 4; ++i) {
                const QByteArray frame = all.mid(all.size() - (4 - i) * frameBytes, frameBytes);
                const Pixels stored(frame.begin(), frame.end());
                QCOMPARE(file->frame(i).pixels, h.samplesPerPixel == 1 ? greyRgb(stored) : exactRgb(stored));
            }
        }
    }

    // Nothing of what the memory held before shines through.
    void memoryOfAnOlderFrame()
    {
        for (const char* name :
             {"us_clip_12f_jpeg_ybr422.dcm", "us_clip_4f_native_mono2.dcm", "us_clip_4f_native_ybrfull.dcm"}) {
            const auto image = dicom::ImageFile::open(reference(name));
            for (int i = 0; i < image->frameCount(); ++i) {
                const auto expected = image->frame(i);
                for (const std::size_t size : {std::size_t(1), expected.bytes(), 3 * expected.bytes()}) {
                    const auto frame = image->frameInto(i, std::vector<std::uint8_t>(size, 0xA5));
                    QCOMPARE(frame.rows, expected.rows);
                    QCOMPARE(frame.pixels, expected.pixels);
                }
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestDicomImage)
#include "test_dicom_image.moc"
