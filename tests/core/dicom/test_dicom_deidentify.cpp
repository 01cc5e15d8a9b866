// SPDX-License-Identifier: GPL-3.0-or-later
// De-identification: nothing of the identity is left in the bytes, pixels outside the boxes are black, the rest is what it was.
#include "dicom/clean_stream.h"
#include "dicom/deidentify.h"
#include "dicom/deidentify_table.h"
#include "dicom/waveform.h"
#include "independent_reader.h"
#include "make_dicom.h"
#include "support/test_paths.h"

#include <cmath>

using namespace echo2ecg;
using dicom::PixelBox;

class TestDicomDeidentify : public QObject
{
    Q_OBJECT
    test::Folder m_folder;

    static QByteArray bytesOf(const std::filesystem::path& file)
    {
        std::ifstream in(file, std::ios::binary);
        return QByteArray::fromStdString(std::string(std::istreambuf_iterator<char>(in), {}));
    }
    static dicom::DeidentifyPlan plan(std::vector<PixelBox> keep = {})
    {
        dicom::DeidentifyPlan plan;
        plan.patientId = "RESEARCH-7";
        plan.shiftDays = -37;
        plan.keep = std::move(keep);
        return plan;
    }
    static void verifyNoTrace(const std::filesystem::path& out, const QList<QByteArray>& words)
    {
        const QByteArray bytes = bytesOf(out).toLower();
        QVERIFY(bytes.size() > 200);
        for (const QByteArray& word : words) {
            QVERIFY2(!bytes.contains(word.toLower()), "found again: " + word);
            QByteArray wide; // as UTF-16, too
            for (const char c : word.toLower())
                wide += QByteArray(1, c) + QByteArray(1, '\0');
            QVERIFY2(!bytes.contains(wide), "found again, wide: " + word);
        }
    }
    static bool isListed(const dicom::DeidentifyPreview& preview, const char* tag, const char* action)
    {
        return std::any_of(preview.changes.begin(), preview.changes.end(),
                           [&](const auto& change) { return change.tag == tag && change.action == action; });
    }

    // Identity in every corner that a header has.
    std::filesystem::path identifiedClip(test::Writing writing, const char* name, int frames) const
    {
        using test::DataWriter;
        DataWriter data(writing);
        const auto item = [&](auto fill) {
            DataWriter inner(writing);
            fill(inner);
            return inner.data();
        };
        data.text(0x00080005, "CS", "ISO_IR 100").text(0x00080008, "CS", "ORIGINAL\\PRIMARY").text(0x00080016, "UI", test::clipClass);
        data.text(0x00080018, "UI", "1.2.826.0.1.77.1").text(0x00080020, "DA", "20170302").text(0x00080023, "DA", "2017.03.02");
        data.text(0x0008002A, "DT", "20170302101112.5+0100").text(0x00080030, "TM", "101112").text(0x00080050, "SH", "ACC4711");
        data.text(0x00080060, "CS", "US").text(0x00080070, "LO", "MakerWorks").text(0x00080080, "LO", "St. Elsewhere");
        data.text(0x00080090, "PN", "Referrer^Rita").text(0x00080FF0, "LO", "Unheard Mustermann").text(0x00081030, "LO", "Echo of Mustermann");
        data.text(0x00081070, "PN", "Operator^Otto").text(0x00081090, "LO", "Sonar for Mustermann");
        data.sequence(0x00081140, {item([](DataWriter& in) {
                          in.text(0x00081150, "UI", test::clipClass).text(0x00081155, "UI", "1.2.826.0.1.77.1");
                          in.text(0x00204000, "LT", "seen by Doktor Nested");
                      })});
        data.text(0x00090010, "LO", "MAKER PRIVATE").text(0x00091001, "LO", "Private Mustermann");
        data.text(0x00100010, "PN", "Mustermann^Erika").text(0x00100020, "LO", "PID-0815").text(0x00100030, "DA", "19510829");
        data.text(0x00100040, "CS", "F").text(0x00101010, "AS", "065Y").text(0x00104000, "LT", "lives at Heidestrasse");
        data.text(0x00181063, "DS", "33.3").text(0x00189064, "ST", "free words of Otto");
        data.text(0x0020000D, "UI", "1.2.826.0.1.77.3").text(0x0020000E, "UI", "1.2.826.0.1.77.4").text(0x00200010, "SH", "STUDY99");
        data.text(0x00200013, "IS", "5");
        data.us(0x00280002, 3).text(0x00280004, "CS", "RGB").us(0x00280006, 0).text(0x00280008, "IS", QByteArray::number(frames));
        data.us(0x00280010, 12).us(0x00280011, 16).us(0x00280100, 8).us(0x00280101, 8).us(0x00280102, 7).us(0x00280103, 0);
        data.text(0x00280301, "CS", "YES");
        data.sequence(0x00400275, {item([](DataWriter& in) { in.text(0x00400007, "LO", "for Mustermann"); })}, true);
        data.sequence(0x00400555, {item([](DataWriter& in) { in.text(0x0040A160, "UT", "Heidestrasse"); })});
        data.bytes(0x50003000, "OW", "CURVE!").bytes(0x60003000, "OW", "OVERLAY Mustermann");
        QByteArray pixels;
        for (int f = 0; f < frames; ++f)
            pixels += test::toBytes(test::gradient(12, 16, f));
        data.bytes(0x7FE00010, "OB", pixels).bytes(0xFFFCFFFC, "OB", "padding Mustermann");
        return m_folder.write(name, test::withMeta(data.data(), test::syntaxUid(writing), test::clipClass));
    }

private slots:
    void theTable()
    {
        using A = dicom::ProfileAction;
        QCOMPARE(int(*dicom::profileAction(0x00100010)), int(A::Empty));
        QCOMPARE(int(*dicom::profileAction(0x00100020)), int(A::EmptyOrDummy));
        QCOMPARE(int(*dicom::profileAction(0x0020000D)), int(A::NewUid));
        QCOMPARE(int(*dicom::profileAction(0x0008103E)), int(A::Remove));
        QCOMPARE(int(*dicom::profileAction(0x00081140)), int(A::RemoveEmptyOrCleanUids));
        QCOMPARE(int(*dicom::profileAction(0x60143000)), int(A::Remove));
        QVERIFY(!dicom::profileAction(0x00280010));
        QVERIFY(!dicom::profileAction(0x00186011));
    }

    void identityIsGone_data()
    {
        QTest::addColumn<int>("writing");
        QTest::newRow("explicit") << int(test::Writing::Explicit);
        QTest::newRow("implicit") << int(test::Writing::Implicit);
        QTest::newRow("big endian") << int(test::Writing::BigEndian);
    }
    void identityIsGone()
    {
        QFETCH(int, writing);
        const auto file = identifiedClip(test::Writing(writing), "in.dcm", 3), out = m_folder.path("out.dcm");
        const auto before = dicom::ImageFile::open(file);
        const std::vector<PixelBox> keep{{2, 3, 9, 10}, {8, 1, 12, 5}};
        auto plan = TestDicomDeidentify::plan(keep);
        const dicom::DeidentifyPreview preview = dicom::previewDeidentified(file, plan);
        QVERIFY(preview.pixelsWillBeReencoded && preview.hasPixels);
        QVERIFY(isListed(preview, "(0010,0010)", "replaced"));
        QVERIFY(isListed(preview, "(0008,0020)", "shifted"));
        QVERIFY(isListed(preview, "(0010,4000)", "removed"));
        QVERIFY(isListed(preview, "(0020,000D)", "new UID"));
        QVERIFY(isListed(preview, "(0008,1140) > (0008,1155)", "new UID"));
        QVERIFY(isListed(preview, "(0008,0080)", "emptied"));
        QVERIFY(isListed(preview, "(0008,1090)", "emptied")); // the model repeats the name
        for (const auto& change : preview.changes)
            for (const char* word : {"Mustermann", "0815", "2017", "Elsewhere"})
                QVERIFY((change.tag + change.name + change.action).find(word) == std::string::npos);
        dicom::writeDeidentified(file, out, plan);
        verifyNoTrace(out, {"mustermann", "erika", "pid-0815", "19510829", "20170302", "2017.03.02", "acc4711", "elsewhere", "referrer", "rita", "otto",
                            "nested", "heidestrasse", "1.2.826.0.1.77", "study99", "private", "065y", "overlay", "curve", "padding"});

        const auto after = dicom::ImageFile::open(out);
        QCOMPARE(after->identity().patientId, std::string("RESEARCH-7"));
        QCOMPARE(after->identity().patientName, std::string("RESEARCH-7"));
        QCOMPARE(after->identity().studyDate, std::string("2017-01-24"));
        QCOMPARE(after->identity().manufacturer, std::string("MakerWorks"));
        QCOMPARE(after->identity().studyUid, plan.uids.at("1.2.826.0.1.77.3"));
        QCOMPARE(after->header().frameTimeMs.value_or(0), 33.3);
        QCOMPARE(after->header().photometric, std::string("RGB"));
        QCOMPARE(after->frameCount(), 3);
        for (int f = 0; f < 3; ++f) {
            const base::RgbImage was = before->frame(f), is = after->frame(f);
            for (int y = 0; y < was.rows; ++y)
                for (int x = 0; x < was.columns; ++x) {
                    const bool kept = std::any_of(keep.begin(), keep.end(), [&](const PixelBox& b) { return x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1; });
                    for (int c = 0; c < 3; ++c)
                        QCOMPARE(int(is.row(y)[3 * x + c]), kept ? int(was.row(y)[3 * x + c]) : 0);
                }
        }
        // Once more, the UIDs are the same ones: the files of a study stay together.
        const auto uids = plan.uids;
        dicom::writeDeidentified(file, m_folder.path("again.dcm"), plan);
        QVERIFY(plan.uids == uids);
        QCOMPARE(bytesOf(m_folder.path("again.dcm")), bytesOf(out));
        QVERIFY(!std::filesystem::exists(m_folder.path("out.dcm.part")));

        const QByteArray dump = test::dcmdump(out);
        if (!dump.isEmpty()) {
            QVERIFY(dump.contains("113100") && dump.contains("113101") && dump.contains("113107"));
            QVERIFY(dump.contains("PatientIdentityRemoved") && dump.contains("BurnedInAnnotation"));
            QVERIFY(dump.contains("[DERIVED\\PRIMARY]") && dump.contains("[MODIFIED]") && dump.contains("RLELossless"));
        }
        const QByteArray seen = test::pydicom("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\n"
                                              "print(d.PatientIdentityRemoved,d.BurnedInAnnotation,d.PatientSex=='',d.AcquisitionDateTime,d.StudyTime,len(d.ReferencedImageSequence))\n"
                                              "print(d.ReferencedImageSequence[0].ReferencedSOPInstanceUID==d.SOPInstanceUID==d.file_meta.MediaStorageSOPInstanceUID)\n"
                                              "a=d.pixel_array\nprint(a.shape,int(a[1,4,5,1]),int(a[1,0,0,0]))",
                                              out);
        if (!seen.isEmpty()) {
            const QByteArray expected = "YES NO True 20170124101112.5+0100 101112 1\nTrue\n(3, 12, 16, 3) " +
                                        QByteArray::number(before->frame(1).row(4)[3 * 5 + 1]) + " 0\n";
            QCOMPARE(seen, expected);
        }
    }

    void withoutAShiftNoDateStays()
    {
        const auto file = identifiedClip(test::Writing::Explicit, "in.dcm", 1), out = m_folder.path("undated.dcm");
        auto plan = TestDicomDeidentify::plan({{0, 0, 16, 12}});
        plan.shiftDays = 0;
        dicom::writeDeidentified(file, out, plan);
        verifyNoTrace(out, {"2017", "101112"});
        QVERIFY(!bytesOf(out).contains("113107"));
        QCOMPARE(dicom::ImageFile::open(out)->identity().studyDate, std::string());
    }

    void refusals()
    {
        const auto file = identifiedClip(test::Writing::Explicit, "in.dcm", 1), out = m_folder.path("refused.dcm");
        auto nothing = plan();
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::writeDeidentified(file, out, nothing));
        auto nobody = plan({{0, 0, 4, 4}});
        nobody.patientId = "a^b";
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::previewDeidentified(file, nobody));
        auto whole = plan({{0, 0, 16, 12}});
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::writeDeidentified(file, file, whole));
        base::JobContext cancelled;
        cancelled.cancel.cancel();
        QVERIFY_THROWS_EXCEPTION(base::Cancelled, dicom::writeDeidentified(file, out, whole, cancelled));
        QVERIFY(!std::filesystem::exists(out) && !std::filesystem::exists(m_folder.path("refused.dcm.part")));
        const auto report = test::sharedData("sr/test-SR.dcm");
        E2E_NEED_SHARED(report);
        try {
            dicom::writeDeidentified(report, out, whole);
            QFAIL("a report was taken");
        } catch (const base::ParseError& problem) {
            QCOMPARE(problem.code(), base::ErrorCode::Unsupported);
        }
    }

    void commentsLeaveCompressedStreams()
    {
        const auto bytes = [](const QByteArray& hex) {
            const QByteArray raw = QByteArray::fromHex(hex);
            return std::vector<std::uint8_t>(raw.begin(), raw.end());
        };
        using dicom::PixelCoding;
        // SOI, APP0 JFIF with a preview of one pixel, COM, APP1, DQT, SOS, data with a restart and a stuffed byte, COM, DHT, SOS, data, EOI, more.
        const auto jpeg = bytes("FFD8 FFE00013 4A46494600 0102 00 0048 0048 01 01 AABBCC FFFE0006 45726B61 FFE10006 45786966 FFDB0004 0102 FFDA0004 0011"
                                "1122FF0033FFD044 FFFE0004 4F74 FFC40004 0506 FFDA0004 0022 5566 FFD9 4F74746F");
        const auto clean = dicom::withoutComments(jpeg, PixelCoding::Jpeg);
        QVERIFY(clean);
        QVERIFY(*clean == bytes("FFD8 FFE00010 4A46494600 0102 00 0048 0048 00 00 FFDB0004 0102 FFDA0004 0011 1122FF0033FFD044 FFC40004 0506 FFDA0004 0022 5566 FFD9"));
        QVERIFY(!dicom::withoutComments(std::span(jpeg).first(40), PixelCoding::Jpeg)); // cut: not to be trusted
        QVERIFY(!dicom::withoutComments(bytes("00112233"), PixelCoding::Jpeg));
        QVERIFY(!dicom::withoutComments({}, PixelCoding::Jpeg2000));
        // SOC, SIZ, COM, SOT of 16 bytes with SOD, EOC, more.
        const auto j2k = bytes("FF4F FF510004 0102 FF640006 00014572 FF90000A 0000 00000010 00 01 FF93 AABB FFD9 4F74");
        const auto cleaner = dicom::withoutComments(j2k, PixelCoding::Jpeg2000);
        QVERIFY(cleaner);
        QVERIFY(*cleaner == bytes("FF4F FF510004 0102 FF90000A 0000 00000010 00 01 FF93 AABB FFD9"));
        // A comment in a tile-part would change its length.
        QVERIFY(!dicom::withoutComments(bytes("FF4F FF510004 0102 FF90000A 0000 00000016 00 01 FF640004 0001 FF93 AABB FFD9"), PixelCoding::Jpeg2000));
    }

    void compressedStreamsStayWhereNothingIsMasked()
    {
        const auto file = test::sharedData("echo_multiframe/hp_pediatric_01.dcm");
        E2E_NEED_SHARED(file);
        const auto before = dicom::ImageFile::open(file);
        const auto out = m_folder.path("jpeg.dcm");
        auto whole = plan(dicom::wholePicture(before->header()));
        const auto preview = dicom::previewDeidentified(file, whole);
        QVERIFY(!preview.pixelsWillBeReencoded);
        dicom::writeDeidentified(file, out, whole);
        const auto after = dicom::ImageFile::open(out);
        QCOMPARE(after->header().transferSyntaxUid, before->header().transferSyntaxUid);
        QCOMPARE(after->frameCount(), before->frameCount());
        for (const int f : {0, 33})
            QCOMPARE(after->frame(f).pixels, before->frame(f).pixels);
        verifyNoTrace(out, {"pediatric", "hp_example", "20000223", "WS3000"});
        QVERIFY(bytesOf(out).contains("ISO_10918_1"));
    }

    void lossyStreamsAreMaskedWithoutFurtherLoss()
    {
        const auto file = test::sharedData("echo_multiframe/hp_pediatric_01.dcm");
        E2E_NEED_SHARED(file);
        const auto before = dicom::ImageFile::open(file);
        const auto boxes = dicom::regionBoxes(before->header());
        QCOMPARE(boxes.size(), std::size_t(2));
        QVERIFY(boxes[0] == (PixelBox{42, 4, 439, 354}));
        const auto out = m_folder.path("masked.dcm");
        auto regions = plan(boxes);
        dicom::writeDeidentified(file, out, regions);
        const auto after = dicom::ImageFile::open(out);
        QCOMPARE(after->header().transferSyntaxName, std::string("RLE Lossless"));
        base::RgbImage expected = before->frame(20);
        dicom::maskOutside(expected, boxes);
        QVERIFY(expected.pixels != before->frame(20).pixels);
        QCOMPARE(after->frame(20).pixels, expected.pixels);
        QVERIFY(bytesOf(out).contains("ISO_10918_1"));
        QCOMPARE(after->header().regions.size(), before->header().regions.size());
        // Bounded by the samples and what RLE adds at most.
        QVERIFY(std::filesystem::file_size(out) < std::uintmax_t(34) * 430 * 480 * 3 * 129 / 128 + 34 * 1024 + 65536);
    }

    void burnedInTestNames()
    {
        for (const char* name : {"burned_in_phi_test_names/GREYSCALE_CINE.dcm", "burned_in_phi_test_names/GREYSCALE_IMAGE.dcm"}) {
            const auto file = test::sharedData(name);
            E2E_NEED_SHARED(file);
            const auto before = dicom::ImageFile::open(file);
            const auto out = m_folder.path("burned.dcm");
            auto regions = plan(dicom::regionBoxes(before->header()));
            QCOMPARE(regions.keep.size(), std::size_t(1));
            dicom::writeDeidentified(file, out, regions);
            verifyNoTrace(out, {"PATIENTFIVE", "ZZZ TEST", "10101010101", "2020202020202", "19510829", "20170302", "CCHS", "CLEVELAND", "MCTOUUS01",
                                "104111149"});
            const auto after = dicom::ImageFile::open(out);
            QCOMPARE(after->header().photometric, std::string("MONOCHROME2"));
            const base::RgbImage was = before->frame(0), is = after->frame(0);
            bool hadInk = false;
            for (int y = 0; y < regions.keep[0].y0; ++y)
                for (int x = 0; x < was.columns * 3; ++x) {
                    hadInk = hadInk || was.row(y)[x] > 0;
                    QCOMPARE(int(is.row(y)[x]), 0);
                }
            QVERIFY(hadInk);
            const int y = (regions.keep[0].y0 + regions.keep[0].y1) / 2;
            for (int x = 3 * regions.keep[0].x0; x < 3 * regions.keep[0].x1; ++x)
                QCOMPARE(is.row(y)[x], was.row(y)[x]);
        }
    }

    void everyReadableImage()
    {
        const auto folder = test::shared() / "data";
        E2E_NEED_SHARED(folder);
        int images = 0;
        for (const char* group : {"echo_multiframe", "echo_still", "derived", "us_other", "hostile_dicom"})
            for (const auto& entry : std::filesystem::directory_iterator(folder / group)) {
                if (!entry.is_regular_file() || entry.file_size() > 12'000'000)
                    continue;
                std::unique_ptr<dicom::ImageFile> before;
                base::RgbImage was;
                try {
                    before = dicom::ImageFile::open(entry.path());
                    was = before->frame(0);
                } catch (const base::ParseError&) {
                    continue;
                }
                const auto out = m_folder.path("each.dcm");
                auto half = plan({{0, 0, was.columns / 2, was.rows}});
                const QByteArray trace = QByteArray::fromStdString(entry.path().filename().string());
                try {
                    dicom::writeDeidentified(entry.path(), out, half);
                } catch (const base::ParseError& problem) {
                    qInfo("%s: %s", trace.constData(), problem.what());
                    continue;
                }
                ++images;
                dicom::maskOutside(was, half.keep);
                const auto after = dicom::ImageFile::open(out);
                QVERIFY2(after->frame(0).pixels == was.pixels, trace);
                QCOMPARE(after->frameCount(), before->frameCount());
                for (const std::string& each : {before->identity().patientId, before->identity().patientName, before->identity().instanceUid})
                    if (each.size() > 5)
                        QVERIFY2(!bytesOf(out).contains(QByteArray::fromStdString(each)), trace);
                QVERIFY2(test::dcmdumpIsContent(out), trace);
            }
        QVERIFY2(images > 20, QByteArray::number(images));
    }

    void anEcg()
    {
        const auto file = test::sharedData("ecg_dicom/ecgtoolkit_12lead_implicit.dcm");
        E2E_NEED_SHARED(file);
        const auto out = m_folder.path("ecg.dcm");
        auto plan = TestDicomDeidentify::plan();
        const auto preview = dicom::previewDeidentified(file, plan);
        QVERIFY(!preview.hasPixels);
        dicom::writeDeidentified(file, out, plan);
        verifyNoTrace(out, {"Clark", "SBJ-123", "19530508", "20021122"});
        const auto before = dicom::readWaveforms(file), after = dicom::readWaveforms(out);
        QCOMPARE(after.groups.size(), before.groups.size());
        QVERIFY(!after.groups.empty() && after.groups[0].channels.size() == before.groups[0].channels.size());
        const auto &was = before.groups[0].channels[1].samples, &is = after.groups[0].channels[1].samples;
        QCOMPARE(is.size(), was.size());
        for (std::size_t i = 0; i < was.size(); ++i)
            QVERIFY(is[i] == was[i] || (std::isnan(is[i]) && std::isnan(was[i])));
        QVERIFY(!bytesOf(out).contains("113101"));
    }
};

QTEST_GUILESS_MAIN(TestDicomDeidentify)
#include "test_dicom_deidentify.moc"
