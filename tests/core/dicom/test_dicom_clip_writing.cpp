// SPDX-License-Identifier: GPL-3.0-or-later
#include "dicom/new_uid.h"
#include "dicom/write_clip.h"
#include "core/dicom/make_dicom.h"

#include "base/error.h"
#include "base/sha256.h"

#include <QtTest>

using namespace echo2ecg;

class TestDicomClipWriting : public QObject
{
    Q_OBJECT
    test::Folder m_folder;

    static base::RgbImage picture(int frame)
    {
        base::RgbImage image(31, 41);
        for (int y = 0; y < image.rows; ++y)
            for (int x = 0; x < image.columns; ++x)
                for (int c = 0; c < 3; ++c)
                    image.row(y)[3 * x + c] = std::uint8_t(c == 0 ? 20 * frame + 4 * x : 60 + 3 * y);
        return image;
    }
    static dicom::ClipOut plan()
    {
        dicom::ClipOut clip;
        clip.rows = 31;
        clip.columns = 41;
        clip.frames = 3;
        clip.frameTimeMs = 31.25;
        clip.heartRate = 71;
        clip.rWaveTimesMs = {12.5, 80};
        clip.identity.patientId = "P1";
        clip.identity.patientName = "Müller^A";
        clip.identity.instanceUid = dicom::uidOf("a");
        clip.identity.studyUid = dicom::uidOf("b");
        clip.identity.seriesUid = dicom::uidOf("c");
        clip.identity.studyDate = "2020-02-29";
        dicom::UltrasoundRegion region;
        region.spatialFormat = region.dataType = 1;
        region.x1 = 40, region.y1 = 30;
        region.unitsX = region.unitsY = 3;
        region.deltaX = region.deltaY = 0.083;
        region.referenceX = 20, region.referenceY = -2;
        clip.regions = {region};
        return clip;
    }

private slots:
    void comesBack()
    {
        const auto file = m_folder.path("clip.dcm");
        dicom::writeClip(file, plan(), picture);
        const auto image = dicom::ImageFile::open(file);
        QVERIFY(image->warnings().empty());
        QCOMPARE(image->frameCount(), 3);
        const dicom::ImageHeader& h = image->header();
        QCOMPARE(*h.frameTimeMs, 31.25);
        QCOMPARE(*h.heartRate, 71.0);
        QCOMPARE(h.rWaveTimesMs, (std::vector<double>{12.5, 80}));
        QCOMPARE(h.photometric, std::string("YBR_FULL_422"));
        QCOMPARE(h.transferSyntaxUid, std::string("1.2.840.10008.1.2.4.50"));
        QCOMPARE(h.regions.size(), std::size_t(1));
        QCOMPARE(h.regions[0].deltaY, 0.083);
        QCOMPARE(*h.regions[0].referenceY, -2);
        QCOMPARE(image->identity().patientName, std::string("Müller^A"));
        QCOMPARE(image->identity().studyDate, std::string("2020-02-29"));
        QCOMPARE(image->identity().instanceUid, dicom::uidOf("a"));
        for (int i = 0; i < 3; ++i) {
            const base::RgbImage got = image->frame(i), want = picture(i);
            double sum = 0;
            for (std::size_t k = 0; k < want.pixels.size(); ++k)
                sum += std::abs(int(got.pixels[k]) - int(want.pixels[k]));
            QVERIFY2(sum / double(want.pixels.size()) < 4, std::to_string(sum / double(want.pixels.size())).c_str());
        }
    }

    void sameWordsSameFile()
    {
        const auto a = m_folder.path("a.dcm"), b = m_folder.path("b.dcm");
        dicom::writeClip(a, plan(), picture);
        dicom::writeClip(b, plan(), picture);
        QCOMPARE(base::sha256OfFile(a), base::sha256OfFile(b));
        QVERIFY(dicom::uidOf("a") != dicom::uidOf("b") && dicom::uidOf("a").starts_with("2.25.") && dicom::uidOf("a").size() <= 64);
    }

    void oneFrameIsAStill()
    {
        dicom::ClipOut still = plan();
        still.frames = 1;
        const auto file = m_folder.path("still.dcm");
        dicom::writeClip(file, still, picture);
        QCOMPARE(dicom::summarise(file).kind, dicom::Kind::UltrasoundStill);
        QVERIFY(!dicom::ImageFile::open(file)->header().frameTimeMs);
    }

    void nothingIsLeftOfAFailure()
    {
        const auto file = m_folder.path("bad.dcm");
        QVERIFY_EXCEPTION_THROWN(dicom::writeClip(file, plan(), [](int i) { return i == 1 ? base::RgbImage(4, 4) : picture(i); }), base::Error);
        dicom::ClipOut none = plan();
        none.rows = 0;
        QVERIFY_EXCEPTION_THROWN(dicom::writeClip(file, none, picture), base::Error);
        QVERIFY(!std::filesystem::exists(file));
        QVERIFY_EXCEPTION_THROWN(dicom::writeClip(m_folder.path("no/such.dcm"), plan(), picture), base::Error);
    }
};

QTEST_GUILESS_MAIN(TestDicomClipWriting)
#include "test_dicom_clip_writing.moc"
