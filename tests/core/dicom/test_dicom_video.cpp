// SPDX-License-Identifier: GPL-3.0-or-later
// Objects whose pixel data is one video stream; JPEG XL; one clip in eleven encodings; offset tables.
#include "dicom/image.h"
#include "make_dicom.h"
#include "support/test_paths.h"
#include "video/encoder.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dctk.h>

#include <algorithm>
#include <cmath>
#include <iterator>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

constexpr int rows = 48, columns = 64;

base::RgbImage drawn(int phase)
{
    base::RgbImage image(rows, columns);
    for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) {
            const bool isBar = x / 8 == phase;
            const std::uint8_t colour[3] = {std::uint8_t(isBar ? 230 : 150), std::uint8_t(isBar ? 230 : 40),
                                            std::uint8_t(isBar ? 230 : 60)};
            std::copy_n(colour, 3, image.row(y) + 3 * x);
        }
    return image;
}

int barAt(const base::RgbImage& image)
{
    for (int bar = 0; bar < columns / 8; ++bar)
        if (image.row(rows / 2)[3 * (8 * bar + 4) + 1] > 180)
            return bar;
    return -1;
}

QByteArray contentOf(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return QByteArray(text.data(), qsizetype(text.size()));
}

bool has(const base::Warnings& warnings, const char* code)
{
    return std::any_of(warnings.begin(), warnings.end(), [&](const base::Warning& w) { return w.code == code; });
}

} // namespace

class TestDicomVideo : public QObject
{
    Q_OBJECT

    Folder m_folder;

    QByteArray stream(int frames)
    {
        const auto file = m_folder.path("stream.mp4");
        video::Encoder encoder(file, video::ClipFormat::Mp4, rows, columns, {});
        for (int i = 0; i < frames; ++i)
            encoder.add(drawn(i), 40);
        encoder.finish();
        return contentOf(file);
    }
    std::filesystem::path object(const QByteArray& stream, int declared, int declaredRows = rows, bool isCut = false)
    {
        ImageSpec spec;
        spec.rows = declaredRows;
        spec.columns = columns;
        spec.frames = declared;
        spec.photometric = "YBR_PARTIAL_420";
        DataWriter data = imageHeader(spec);
        // In three fragments: the fragmentable syntaxes cut anywhere.
        const qsizetype third = stream.size() / 3;
        std::vector<QByteArray> parts{stream.left(third / 2 * 2), stream.mid(third / 2 * 2)};
        if (isCut)
            parts.pop_back();
        data.fragments(parts);
        return m_folder.write("video.dcm", withMeta(data.data(), "1.2.840.10008.1.2.4.102.1", clipClass));
    }

private slots:
    void framesOfAStream()
    {
        const auto image = dicom::ImageFile::open(object(stream(8), 8));
        QCOMPARE(image->frameCount(), 8);
        QVERIFY(image->isSequential());
        QVERIFY(image->warnings().empty());
        for (int i : {0, 1, 7, 3, 2, 6}) {
            const base::RgbImage frame = image->frame(i);
            QCOMPARE(barAt(frame), i);
            // No cast: a limited range taken for a full one would be 16 off, another matrix 10 and more.
            const std::uint8_t* pixel = frame.row(rows - 2) + 3 * (i == 0 ? 44 : 4);
            QVERIFY2(std::abs(pixel[0] - 150) <= 5 && std::abs(pixel[1] - 40) <= 5 && std::abs(pixel[2] - 60) <= 5,
                     qPrintable(QString("%1 %2 %3").arg(pixel[0]).arg(pixel[1]).arg(pixel[2])));
        }
        const QString words = QString::fromStdString(image->colourDecision());
        QVERIFY2(words.contains("BT.601, limited range") && words.contains("tag YBR_PARTIAL_420"), qPrintable(words));
    }

    void countAndSizeContradictTheHeader()
    {
        const auto more = dicom::ImageFile::open(object(stream(8), 5));
        QCOMPARE(more->frameCount(), 5);
        QVERIFY(has(more->warnings(), "frames-undeclared"));
        const auto less = dicom::ImageFile::open(object(stream(4), 9));
        QCOMPARE(less->frameCount(), 4);
        QVERIFY(has(less->warnings(), "frames-missing"));
        QVERIFY_EXCEPTION_THROWN(dicom::ImageFile::open(object(stream(4), 4, rows + 2)), base::ParseError);
        QVERIFY_EXCEPTION_THROWN(dicom::ImageFile::open(object(QByteArray(500, 'x'), 4)), base::ParseError);
        try {
            dicom::ImageFile::open(object(QByteArray(500, 'x'), 4));
        } catch (const base::ParseError& error) {
            QVERIFY(QString(error.what()).contains("video.dcm"));
        }
    }

    void extendedOffsetTable()
    {
        // Two frames of two fragments each; only the extended table says where they part.
        ImageSpec spec;
        spec.frames = 2;
        spec.samples = 1;
        spec.photometric = "MONOCHROME2";
        spec.rows = 4;
        spec.columns = 64;
        const QByteArray first(256, char(50)), second(256, char(200));
        const QByteArray a = rleFrame({first}), b = rleFrame({second});
        const std::vector<QByteArray> parts{a.left(100), a.mid(100), b.left(100), b.mid(100)};
        DataWriter data = imageHeader(spec);
        const quint64 start = 8 + 100 + 8 + quint64(a.size() - 100 + (a.size() - 100) % 2);
        const QByteArray offsets = data.number(0, 8) + data.number(start, 8);
        data.raw(data.number(0x7FE0, 2) + data.number(1, 2) + QByteArray("OV") + QByteArray(2, '\0') +
                 data.number(16, 4) + offsets);
        data.fragments(parts);
        const auto image =
            dicom::ImageFile::open(m_folder.write("e.dcm", withMeta(data.data(), "1.2.840.10008.1.2.5", clipClass)));
        QCOMPARE(image->frameCount(), 2);
        QCOMPARE(int(image->frame(0).pixels[0]), 50);
        QCOMPARE(int(image->frame(1).pixels[0]), 200);
    }

    void limitedRangeOfPartial422()
    {
        ImageSpec spec;
        spec.photometric = "YBR_PARTIAL_422";
        spec.rows = 1;
        spec.columns = 4;
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, "OB",
                   QByteArray::fromHex("10eb8080"
                                       "51516ef0")); // black, white; red of limited range twice
        const base::RgbImage image =
            dicom::ImageFile::open(m_folder.write("p.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit))))
                ->frame(0);
        const std::vector<std::uint8_t> expected{0, 0, 0, 255, 255, 255};
        QVERIFY(std::equal(expected.begin(), expected.end(), image.pixels.begin()));
        QVERIFY(image.pixels[6] >= 250 && image.pixels[7] <= 25 && image.pixels[8] <= 50);
    }

    void elevenEncodingsOfOneClip()
    {
        const auto source = sharedData("echo_multiframe/acuson_colour_implicitLE.dcm");
        E2E_NEED_SHARED(source);
        const auto truth = dicom::ImageFile::open(source);
        struct Case
        {
            const char* name;
            E_TransferSyntax syntax;
        };
        for (const Case& one :
             {Case{"big endian", EXS_BigEndianExplicit}, Case{"deflated", EXS_DeflatedLittleEndianExplicit}}) {
            DcmFileFormat file;
            QVERIFY(file.loadFile(source.c_str()).good());
            file.loadAllDataIntoMemory();
            const auto out = m_folder.path("coded.dcm");
            const OFCondition state = file.getDataset()->chooseRepresentation(one.syntax, nullptr);
            QVERIFY2(state.good(), qPrintable(QString("%1: %2").arg(one.name, state.text())));
            QVERIFY2(file.saveFile(out.c_str(), one.syntax).good(), one.name);
            const auto image = dicom::ImageFile::open(out);
            QCOMPARE(image->frameCount(), truth->frameCount());
            for (int f = 0; f < truth->frameCount(); ++f)
                QVERIFY2(image->frame(f).pixels == truth->frame(f).pixels, one.name);
        }
        ImageSpec spec;
        spec.rows = truth->header().rows;
        spec.columns = truth->header().columns;
        spec.frames = truth->frameCount();
        spec.planar = 1;
        QByteArray planes;
        for (int f = 0; f < spec.frames; ++f)
            planes += toPlanes(truth->frame(f).pixels);
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, "OB", planes);
        const auto planar = dicom::ImageFile::open(
            m_folder.write("planar.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit), clipClass)));
        for (int f = 0; f < spec.frames; ++f)
            QVERIFY(planar->frame(f).pixels == truth->frame(f).pixels);
        // The other seven are compared in test_dicom_files.
    }

    void sharedStreams()
    {
        const auto source = sharedData("derived/plax_mpeg2_mpml_100.dcm");
        E2E_NEED_SHARED(source);
        const auto truth = dicom::ImageFile::open(sharedData("echo_multiframe/toshiba_plax_2d.dcm"));
        const auto avc = dicom::ImageFile::open(sharedData("derived/plax_mpeg4_avc_annexb_102.dcm"));
        QCOMPARE(avc->frameCount(), 64);
        for (int f : {0, 40, 63, 12}) {
            const base::RgbImage a = avc->frame(f), b = truth->frame(f), other = truth->frame((f + 8) % 64);
            double same = 0, different = 0;
            for (std::size_t i = 0; i < a.pixels.size(); ++i) {
                same += std::abs(int(a.pixels[i]) - int(b.pixels[i]));
                different += std::abs(int(a.pixels[i]) - int(other.pixels[i]));
            }
            QVERIFY2(same / double(a.pixels.size()) < 3.0 && same < different,
                     qPrintable(QString::number(same / double(a.pixels.size()))));
        }
        const auto mpeg2 = dicom::ImageFile::open(source);
        QCOMPARE(mpeg2->frameCount(), 64);
        const base::RgbImage late = mpeg2->frame(60), early = mpeg2->frame(3);
        const auto fresh = dicom::ImageFile::open(source);
        QVERIFY(fresh->frame(3).pixels == early.pixels && fresh->frame(60).pixels == late.pixels);
    }
};

QTEST_GUILESS_MAIN(TestDicomVideo)
#include "test_dicom_video.moc"
