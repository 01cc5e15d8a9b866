// SPDX-License-Identifier: GPL-3.0-or-later
// Compressed images: encoded here by DCMTK and libjpeg, whose output is an oracle that isn't ours.
#include "dicom/image.h"
#include "make_dicom.h"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>

#include <cstdio>

#include <jpeglib.h>

#include <QtTest>

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

using Pixels = std::vector<std::uint8_t>;

struct JpegSpec
{
    J_COLOR_SPACE space = JCS_YCbCr; // of the components
    int horizontal = 1;
    bool jfif = true, adobe = false, namedRgb = false;
};

QByteArray jpeg(const Pixels& rgb, int rows, int columns, const JpegSpec& spec)
{
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* out = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &out, &size);
    info.image_width = JDIMENSION(columns);
    info.image_height = JDIMENSION(rows);
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, spec.space);
    jpeg_set_quality(&info, 98, TRUE);
    info.comp_info[0].h_samp_factor = spec.horizontal;
    info.comp_info[0].v_samp_factor = 1;
    info.write_JFIF_header = spec.jfif;
    info.write_Adobe_marker = spec.adobe;
    for (int c = 0; c < 3; ++c)
        info.comp_info[c].component_id = spec.namedRgb ? "RGB"[c] : c + 1;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        JSAMPROW row = const_cast<JSAMPROW>(rgb.data() + std::size_t(3) * std::size_t(columns) * info.next_scanline);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    QByteArray bytes(reinterpret_cast<const char*>(out), qsizetype(size));
    jpeg_destroy_compress(&info);
    std::free(out);
    return bytes;
}

// Smooth, as JPEG likes it, and strongly coloured, so that a wrong colour model can't hide.
Pixels smooth(int rows, int columns, int seed = 0)
{
    Pixels data;
    for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            data.push_back(std::uint8_t(200 - 2 * y + seed));
            data.push_back(std::uint8_t(30 + 2 * x + seed));
            data.push_back(std::uint8_t(90 + x + seed));
        }
    }
    return data;
}

double meanDifference(const Pixels& a, const Pixels& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        sum += std::abs(int(a[i]) - int(b[i]));
    return a.size() == b.size() ? sum / double(a.size()) : 1000;
}

bool hasWarning(const dicom::ImageFile& file, const char* code)
{
    for (const base::Warning& warning : file.warnings()) {
        if (warning.code == code)
            return true;
    }
    return false;
}

constexpr const char* baseline = "1.2.840.10008.1.2.4.50";

} // namespace

class TestDicomCoding : public QObject
{
    Q_OBJECT

    Folder m_folder;
    const int m_rows = 40, m_columns = 48;

    ImageSpec clip(int frames, const char* photometric = "YBR_FULL_422") const
    {
        ImageSpec spec;
        spec.rows = m_rows;
        spec.columns = m_columns;
        spec.frames = frames;
        spec.photometric = photometric;
        return spec;
    }
    std::unique_ptr<dicom::ImageFile> openClip(int declared, const std::vector<QByteArray>& parts,
                                               const std::vector<std::uint32_t>& table = {}, bool isClosed = true)
    {
        DataWriter data = imageHeader(clip(declared));
        data.fragments(parts, table, isClosed);
        return dicom::ImageFile::open(m_folder.write("clip.dcm", withMeta(data.data(), baseline, clipClass)));
    }

private slots:
    void initTestCase()
    {
        DcmRLEEncoderRegistration::registerCodecs();
        DJEncoderRegistration::registerCodecs(ECC_lossyRGB, EUC_never);
        DJLSEncoderRegistration::registerCodecs(0, 0, 0, 0, OFFalse); // "cooked" colour would need dcmimage
    }

    void losslessThroughDcmtk_data()
    {
        QTest::addColumn<int>("syntax");
        QTest::addColumn<QByteArray>("photometric");
        const std::pair<const char*, E_TransferSyntax> syntaxes[] = {{"RLE", EXS_RLELossless},
                                                                     {"JPEG 57", EXS_JPEGProcess14},
                                                                     {"JPEG 70", EXS_JPEGProcess14SV1},
                                                                     {"JPEG-LS", EXS_JPEGLSLossless},
                                                                     {"big endian", EXS_BigEndianExplicit},
                                                                     {"implicit", EXS_LittleEndianImplicit},
                                                                     {"deflated", EXS_DeflatedLittleEndianExplicit}};
        for (const auto& [name, syntax] : syntaxes) {
            for (const char* photometric : {"RGB", "MONOCHROME2", "MONOCHROME2 12 bit"})
                QTest::addRow("%s %s", name, photometric) << int(syntax) << QByteArray(photometric);
        }
    }
    void losslessThroughDcmtk()
    {
        QFETCH(int, syntax);
        QFETCH(QByteArray, photometric);
        const bool isColour = photometric == "RGB", isDeep = photometric.endsWith("bit");
        ImageSpec spec = clip(3, isColour ? "RGB" : "MONOCHROME2");
        spec.samples = isColour ? 3 : 1;
        spec.allocated = isDeep ? 16 : 8;
        spec.stored = isDeep ? 12 : 8;
        QByteArray pixels;
        for (int f = 0; f < 3; ++f) {
            const Pixels colour = gradient(m_rows, m_columns, 50 * f);
            for (std::size_t i = 0; i < colour.size(); ++i) {
                if (isColour || i % 3 == 0)
                    pixels.append(char(colour[i]));
                if (isDeep && i % 3 == 0)
                    pixels.append(char(i % 16));
            }
        }
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, isDeep ? "OW" : "OB", pixels);
        const auto plain = m_folder.write("plain.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit), clipClass));
        const auto coded = m_folder.path("coded.dcm");

        DcmFileFormat file;
        QVERIFY(file.loadFile(plain.c_str()).good());
        file.loadAllDataIntoMemory();
        const DJ_RPLossless lossless;
        const DJLSRepresentationParameter losslessLs(0, OFTrue);
        const DcmRepresentationParameter* parameter = &lossless;
        if (syntax == EXS_JPEGLSLossless)
            parameter = &losslessLs;
        const OFCondition state = file.getDataset()->chooseRepresentation(E_TransferSyntax(syntax), parameter);
        QVERIFY2(state.good(), state.text());
        QVERIFY(file.saveFile(coded.c_str(), E_TransferSyntax(syntax)).good());

        const auto expected = dicom::ImageFile::open(plain), found = dicom::ImageFile::open(coded);
        QCOMPARE(found->header().transferSyntaxUid, std::string(DcmXfer(E_TransferSyntax(syntax)).getXferID()));
        QCOMPARE(found->frameCount(), 3);
        for (int f = 0; f < 3; ++f)
            QCOMPARE(found->frame(f).pixels, expected->frame(f).pixels);
        QVERIFY(found->frame(0).pixels != found->frame(1).pixels);
    }

    void jpegColourIsDecidedFromTheBitstream_data()
    {
        QTest::addColumn<int>("space");
        QTest::addColumn<int>("horizontal");
        QTest::addColumn<bool>("jfif");
        QTest::addColumn<bool>("adobe");
        QTest::addColumn<bool>("named");
        QTest::addColumn<QByteArray>("tag");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, int space, int h, bool jfif, bool adobe, bool named, const char* tag,
                            const char* words) {
            QTest::newRow(name) << space << h << jfif << adobe << named << QByteArray(tag) << QByteArray(words);
        };
        row("JFIF, 422", JCS_YCbCr, 2, true, false, false, "YBR_FULL_422", "chroma subsampled");
        row("JFIF, 444", JCS_YCbCr, 1, true, false, false, "YBR_FULL_422", "JFIF");
        row("bare, 444", JCS_YCbCr, 1, false, false, false, "YBR_FULL", "taken as Y Cb Cr");
        row("JFIF, 444, tag RGB", JCS_YCbCr, 1, true, false, false, "RGB", "contradicted");
        row("bare, 422, tag RGB", JCS_YCbCr, 2, false, false, false, "RGB", "contradicted");
        row("Adobe YCbCr, tag RGB", JCS_YCbCr, 1, false, true, false, "RGB", "contradicted");
        row("bare RGB, tag RGB", JCS_RGB, 1, false, false, false, "RGB", "as the tag says");
        row("Adobe RGB, tag RGB", JCS_RGB, 1, false, true, false, "RGB", "Adobe");
        row("Adobe RGB, tag YBR", JCS_RGB, 1, false, true, false, "YBR_FULL_422", "contradicted");
        row("named RGB, tag YBR", JCS_RGB, 1, false, false, true, "YBR_FULL_422", "contradicted");
        row("named RGB with JFIF", JCS_RGB, 1, true, false, true, "YBR_FULL", "named R G B");
    }
    void jpegColourIsDecidedFromTheBitstream()
    {
        QFETCH(int, space);
        QFETCH(int, horizontal);
        QFETCH(bool, jfif);
        QFETCH(bool, adobe);
        QFETCH(bool, named);
        QFETCH(QByteArray, tag);
        QFETCH(QByteArray, words);
        const Pixels rgb = smooth(m_rows, m_columns);
        DataWriter data = imageHeader(clip(1, tag.constData()));
        data.fragments({jpeg(rgb, m_rows, m_columns, {J_COLOR_SPACE(space), horizontal, jfif, adobe, named})});
        const auto file = dicom::ImageFile::open(m_folder.write("j.dcm", withMeta(data.data(), baseline)));
        const double difference = meanDifference(file->frame(0).pixels, rgb);
        QVERIFY2(difference < 1.5, qPrintable(QString::number(difference)));
        QVERIFY2(QByteArray::fromStdString(file->colourDecision()).contains(words), file->colourDecision().c_str());
        QVERIFY(QByteArray::fromStdString(file->colourDecision()).contains("tag " + tag));
    }

    void framesAreFoundHoweverTheyAreWrapped()
    {
        std::vector<QByteArray> frames;
        std::vector<Pixels> truth;
        for (int f = 0; f < 4; ++f) {
            truth.push_back(smooth(m_rows, m_columns, 12 * f));
            QByteArray one = jpeg(truth.back(), m_rows, m_columns, {JCS_YCbCr, 2});
            if (one.size() % 2)
                one.append('\0');
            frames.push_back(one);
        }
        const auto requireAll = [&](dicom::ImageFile& file, int count = 4) {
            QCOMPARE(file.frameCount(), count);
            for (int f = 0; f < count; ++f)
                QVERIFY(meanDifference(file.frame(f).pixels, truth[std::size_t(f)]) < 2.5);
        };
        std::vector<std::uint32_t> table{0};
        for (int f = 0; f < 3; ++f)
            table.push_back(table.back() + 8 + std::uint32_t(frames[std::size_t(f)].size()));
        requireAll(*openClip(4, frames, table));
        requireAll(*openClip(4, frames));

        const auto wrong = openClip(4, frames, {0, 10, 20, 30});
        requireAll(*wrong);
        QVERIFY(hasWarning(*wrong, "offset-table-wrong"));

        std::vector<QByteArray> pieces; // every frame in three fragments
        std::vector<std::uint32_t> pieceTable;
        std::uint32_t at = 0;
        for (const QByteArray& frame : frames) {
            pieceTable.push_back(at);
            for (const QByteArray& piece : {frame.left(200), frame.mid(200, 100), frame.mid(300)}) {
                pieces.push_back(piece);
                at += 8 + std::uint32_t(piece.size());
            }
        }
        requireAll(*openClip(4, pieces, pieceTable));
        requireAll(*openClip(4, pieces));

        QByteArray all;
        for (const QByteArray& frame : frames)
            all += frame;
        requireAll(*openClip(4, {all}));

        const auto lies = openClip(170, frames, table);
        requireAll(*lies);
        QCOMPARE(lies->header().declaredFrames, 170);
        QVERIFY(hasWarning(*lies, "frames-missing"));
        const auto modest = openClip(3, frames, table);
        requireAll(*modest, 3);
        QVERIFY(hasWarning(*modest, "frames-undeclared"));
        const auto open = openClip(4, frames, table, false);
        requireAll(*open);
        QVERIFY(hasWarning(*open, "pixel-data-cut"));
    }

    void cutFilesKeepWholeFrames()
    {
        std::vector<QByteArray> frames;
        for (int f = 0; f < 4; ++f)
            frames.push_back(jpeg(smooth(m_rows, m_columns, 12 * f), m_rows, m_columns, {}));
        DataWriter data = imageHeader(clip(4));
        data.fragments(frames);
        const QByteArray whole = withMeta(data.data(), baseline, clipClass);
        const auto file =
            dicom::ImageFile::open(m_folder.write("cut.dcm", whole.left(whole.size() - frames[3].size() - 40)));
        QCOMPARE(file->frameCount(), 2);
        QVERIFY(hasWarning(*file, "pixel-data-cut") && hasWarning(*file, "frames-missing"));
        QVERIFY(!file->frame(1).isEmpty());
        QVERIFY_EXCEPTION_THROWN(file->frame(2), base::ParseError);
    }

    void aFrameThatEndsEarlyIsAnError()
    {
        const QByteArray whole = jpeg(gradient(m_rows, m_columns), m_rows, m_columns, {});
        const auto file = openClip(2, {whole, whole.left(whole.size() / 2)});
        QVERIFY(!file->frame(0).isEmpty());
        try {
            file->frame(1);
            QFAIL("half a frame was read");
        } catch (const base::ParseError& error) {
            QVERIFY(error.code() == base::ErrorCode::Truncated);
            QCOMPARE(error.place().where, std::string("frame 2 of 2"));
        }
        // An end-of-image marker that is missing costs nothing.
        const auto tail = openClip(1, {whole.left(whole.size() - 2)});
        QVERIFY(!tail->frame(0).isEmpty());
    }

    void sizesThatContradict()
    {
        ImageSpec spec = clip(1);
        spec.rows = 4000;
        spec.columns = 4000;
        DataWriter data = imageHeader(spec);
        data.fragments({jpeg(smooth(m_rows, m_columns), m_rows, m_columns, {})});
        const auto file = dicom::ImageFile::open(m_folder.write("s.dcm", withMeta(data.data(), baseline)));
        try {
            file->frame(0);
            QFAIL("a frame of another size was read");
        } catch (const base::ParseError& error) {
            QVERIFY(error.code() == base::ErrorCode::Inconsistent);
        }
    }
};

QTEST_GUILESS_MAIN(TestDicomCoding)
#include "test_dicom_coding.moc"
