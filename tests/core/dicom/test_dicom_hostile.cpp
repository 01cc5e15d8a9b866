// SPDX-License-Identifier: GPL-3.0-or-later
// Files that lie about themselves: every one gives a ParseError with a reason or a sane result.
#include "dicom/image.h"
#include "dicom/waveform.h"
#include "make_dicom.h"
#include "support/test_paths.h"

#include <QElapsedTimer>

#include <random>

using namespace echo2ecg;
using namespace echo2ecg::test;

namespace {

// Opens a file in every way there is. Returns what happened in words; anything but ParseError escapes.
std::string tryAll(const std::filesystem::path& file)
{
    std::string told;
    const auto attempt = [&](const char* what, auto action) {
        try {
            action();
            told += std::string(what) + " read; ";
        } catch (const base::ParseError& error) {
            if (error.sentence().empty() || error.place().file.empty())
                throw std::logic_error(std::string("an error without reason or file: ") + error.what());
            told += std::string(what) + ": " + error.what() + "; ";
        }
    };
    dicom::looksLikeDicom(file);
    attempt("summary", [&] { dicom::summarise(file); });
    attempt("waveform", [&] { dicom::readWaveforms(file); });
    attempt("image", [&] {
        const auto image = dicom::ImageFile::open(file);
        for (int i = 0; i < std::min(image->frameCount(), 12); ++i)
            image->frame(i);
    });
    return told;
}

base::ErrorCode codeOfOpening(const std::filesystem::path& file)
{
    try {
        dicom::ImageFile::open(file)->frame(0);
    } catch (const base::ParseError& error) {
        return error.code();
    }
    return base::ErrorCode::Internal;
}

} // namespace

class TestDicomHostile : public QObject
{
    Q_OBJECT

    Folder m_folder;

    std::filesystem::path image(const ImageSpec& spec, const QByteArray& pixels,
                                const char* syntax = "1.2.840.10008.1.2.1")
    {
        DataWriter data = imageHeader(spec);
        data.bytes(0x7FE00010, "OB", pixels);
        return m_folder.write("x.dcm", withMeta(data.data(), syntax));
    }

private slots:
    void absurdSizes()
    {
        ImageSpec spec;
        spec.rows = spec.columns = 65535;
        QVERIFY(codeOfOpening(image(spec, QByteArray(100, 'x'))) == base::ErrorCode::LimitExceeded);
        spec.rows = spec.columns = 5000;
        QVERIFY(codeOfOpening(image(spec, QByteArray(100, 'x'))) == base::ErrorCode::Truncated);
        spec.rows = 0;
        QVERIFY(codeOfOpening(image(spec, QByteArray(100, 'x'))) == base::ErrorCode::Malformed);
        spec = ImageSpec();
        spec.samples = 4;
        QVERIFY(codeOfOpening(image(spec, QByteArray(1000, 'x'))) == base::ErrorCode::Unsupported);
        spec = ImageSpec();
        spec.photometric = "MONOCHROME2";
        QVERIFY(codeOfOpening(image(spec, QByteArray(1000, 'x'))) == base::ErrorCode::Inconsistent);
        spec.photometric = "HSV";
        QVERIFY(codeOfOpening(image(spec, QByteArray(1000, 'x'))) == base::ErrorCode::Unsupported);
        spec = ImageSpec();
        spec.stored = 17;
        QVERIFY(codeOfOpening(image(spec, QByteArray(1000, 'x'))) == base::ErrorCode::Malformed);
    }

    void frameCountsThatLie()
    {
        ImageSpec spec;
        spec.frames = 2000000000;
        const auto file = dicom::ImageFile::open(image(spec, QByteArray(6 * 8 * 3 * 5 + 7, 'x')));
        QCOMPARE(file->frameCount(), 5);
        QVERIFY(!file->warnings().empty());
        spec.frames = -4;
        const auto negative = dicom::ImageFile::open(image(spec, QByteArray(6 * 8 * 3 * 5, 'x')));
        QCOMPARE(negative->frameCount(), 1);
        QCOMPARE(negative->warnings().front().code, std::string("frame-count-unreadable"));
    }

    void syntaxesThatArentReadAreNamed()
    {
        for (const auto& [uid, name] :
             {std::pair{"1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2"}, std::pair{"1.2.840.10008.1.2.4.201", "High-Throughput"},
              std::pair{"1.2.3.4.5", "unknown transfer syntax"}}) {
            const auto file = image(ImageSpec(), QByteArray(6 * 8 * 3, 'x'), uid);
            try {
                dicom::ImageFile::open(file);
                QFAIL("an unsupported syntax was read");
            } catch (const base::ParseError& error) {
                QVERIFY(error.code() == base::ErrorCode::Unsupported);
                QVERIFY2(QString(error.what()).contains(name), error.what());
                QVERIFY(QString(error.what()).contains(uid));
            }
        }
        QVERIFY(codeOfOpening(image(ImageSpec(), QByteArray(6 * 8 * 3, 'x'), "1.2.840.10008.1.2.4.50")) ==
                base::ErrorCode::Inconsistent);
    }

    void nestingWithoutEnd()
    {
        DataWriter data;
        data.text(0x00080016, "UI", stillClass);
        for (int i = 0; i < 200000; ++i) {
            data.header(0x00081140, "SQ", 0xFFFFFFFFu);
            data.raw(data.delimiter(0xFFFEE000, 0xFFFFFFFFu));
        }
        const auto file = m_folder.write("nest.dcm", withMeta(data.data(), syntaxUid(Writing::Explicit)));
        QVERIFY(QString::fromStdString(tryAll(file)).contains("nested too deeply"));
    }

    void elementsWithoutEnd()
    {
        DataWriter one;
        one.bytes(0x00091001, "UN", {});
        QByteArray many;
        for (int i = 0; i < 2500000; ++i)
            many += one.data();
        const auto file = m_folder.write("many.dcm", withMeta(many, syntaxUid(Writing::Explicit)));
        QElapsedTimer clock;
        clock.start();
        QVERIFY_EXCEPTION_THROWN(dicom::ImageFile::open(file), base::ParseError);
        QVERIFY(clock.elapsed() < 2000);
    }

    void deflateBomb()
    {
        QByteArray bomb; // stored blocks are enough to reach the limit's code path without a long test
        const QByteArray zeros(65535, '\0');
        for (int i = 0; i < 200; ++i)
            bomb += QByteArray("\x00\xFF\xFF\x00\x00", 5) + zeros;
        QVERIFY(!tryAll(m_folder.write("bomb.dcm", withMeta(bomb, "1.2.840.10008.1.2.1.99"))).empty());
        QVERIFY(
            !tryAll(m_folder.write("junk.dcm", withMeta(QByteArray(300, '\xFF'), "1.2.840.10008.1.2.1.99"))).empty());
    }

    void damagedBytes()
    {
        ImageSpec spec;
        spec.frames = 2;
        DataWriter native = imageHeader(spec), rle = imageHeader(spec);
        native.bytes(0x7FE00010, "OB", QByteArray(6 * 8 * 3 * 2, 'x'));
        const QByteArray plane(48, 'y');
        rle.fragments({rleFrame({plane, plane, plane}), rleFrame({plane, plane, plane})}, {0, 218});
        const std::pair<const char*, QByteArray> wholes[] = {{"native", withMeta(native.data(), "1.2.840.10008.1.2.1")},
                                                             {"rle", withMeta(rle.data(), "1.2.840.10008.1.2.5")}};
        std::mt19937 random(20240229);
        for (const auto& [name, whole] : wholes) {
            for (int round = 0; round < 1200; ++round) {
                QByteArray damaged = whole;
                const int changes = 1 + int(random() % 4);
                for (int i = 0; i < changes; ++i)
                    damaged[qsizetype(132 + random() % unsigned(damaged.size() - 132))] =
                        char(random() % 5 ? random() : 0xFF);
                if (round % 3 == 0)
                    damaged.truncate(qsizetype(100 + random() % unsigned(damaged.size() - 100)));
                tryAll(m_folder.write("d.dcm", damaged));
            }
        }
    }

    void realHostileFiles()
    {
        const auto path = sharedData("hostile_dicom");
        E2E_NEED_SHARED(path);
        std::vector<std::filesystem::path> files;
        for (const char* folder : {"hostile_dicom", "derived", "sr", "dicomdir", "echo_3d", "hostile_ecg"}) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(sharedData(folder))) {
                if (entry.is_regular_file())
                    files.push_back(entry.path());
            }
        }
        QVERIFY(files.size() > 60);
        for (const auto& file : files) {
            QElapsedTimer clock;
            clock.start();
            const std::string told = tryAll(file);
            QVERIFY2(clock.elapsed() < 2000, file.c_str());
            qInfo("%s: %s", file.filename().c_str(), told.c_str());
        }
    }

    void realFilesDamaged()
    {
        const auto path = sharedData("derived");
        E2E_NEED_SHARED(path);
        std::mt19937 random(7);
        for (const char* name : {"derived/colour_jpegbaseline50.dcm", "derived/colour_jpeglossless70.dcm",
                                 "derived/colour_jpegls80.dcm", "derived/colour_j2k90.dcm",
                                 "us_other/gdcm-US-ALOKA-16.dcm", "ecg_dicom/ecgtoolkit_12lead_implicit.dcm"}) {
            QFile source(QString::fromStdString(sharedData(name).string()));
            QVERIFY(source.open(QIODevice::ReadOnly));
            const QByteArray whole = source.readAll().left(400000);
            for (int round = 0; round < 8; ++round) {
                QByteArray damaged = whole;
                for (int i = 0; i < 20; ++i)
                    damaged[qsizetype(132 + random() % unsigned(damaged.size() - 132))] = char(random());
                tryAll(m_folder.write("r.dcm", damaged));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestDicomHostile)
#include "test_dicom_hostile.moc"
