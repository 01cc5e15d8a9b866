// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dicom/make_dicom.h"
#include "echo/adult_echo_report.h"
#include "support/made_report.h"
#include "support/test_paths.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <fstream>

using namespace echo2ecg;
using namespace echo2ecg::echo;
using namespace echo2ecg::test;

namespace {

constexpr const char* srClass = "1.2.840.10008.5.1.4.1.1.88.33";

struct Scratch
{
    QTemporaryDir folder;
    std::filesystem::path operator/(const char* name) const { return std::filesystem::path(folder.path().toStdString()) / name; }
};

void writeText(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

double valueOf(const EchoReport& report, const char* what)
{
    const ReportedValue* value = report.best(what);
    return value ? value->value : -1;
}

bool warns(const base::Warnings& warnings, const char* code)
{
    return std::any_of(warnings.begin(), warnings.end(), [code](const base::Warning& w) { return w.code == code; });
}

const dicom::Code edv{"18026-5", "LN", "Left Ventricular End Diastolic Volume"}, esv{"18148-7", "LN", "Left Ventricular End Systolic Volume"},
    ef{"18043-0", "LN", "Left Ventricular Ejection Fraction"};

} // namespace

class TestEchoReportReader : public QObject
{
    Q_OBJECT

private slots:
    void plainReport()
    {
        Scratch scratch;
        auto written = report5200({srNumber(edv, 142, "ml", {srMethod("125207", "Method of Disks, Biplane")}), srNumber(esv, 88, "ml", {srMethod("125207", "Method of Disks, Biplane")}),
                                   srNumber(ef, 38, "%", {srMethod("125207", "Method of Disks, Biplane")}), srNumber({"F-32120", "SRT", "Stroke Volume"}, 54, "ml"),
                                   srNumber({"29436-3", "LN", "Left Ventricle Internal End Diastolic Dimension"}, 56, "mm")});
        dicom::writeReport(scratch / "r.dcm", written);
        const EchoReport report = readEchoReport(scratch / "r.dcm");
        QCOMPARE(report.templateId, std::string("5200"));
        QCOMPARE(report.identity.patientId, std::string("P"));
        QCOMPARE(valueOf(report, "LVEDV"), 142.0);
        QCOMPARE(valueOf(report, "LVESV"), 88.0);
        QCOMPARE(valueOf(report, "LVEF"), 38.0);
        QCOMPARE(valueOf(report, "LVSV"), 54.0);
        QCOMPARE(valueOf(report, "LVIDd"), 5.6);
        QCOMPARE(report.best("LVEDV")->method, std::string("biplane method of discs"));
        QCOMPARE(report.best("LVEDV")->mode, std::string("2D"));
    }

    void units_data()
    {
        QTest::addColumn<QString>("unit");
        QTest::addColumn<double>("written");
        QTest::addColumn<bool>("isVolume");
        QTest::addColumn<double>("read"); // −1: left out
        QTest::newRow("mL") << "mL" << 100.0 << true << 100.0;
        QTest::newRow("cm3") << "cm3" << 100.0 << true << 100.0;
        QTest::newRow("l") << "l" << 0.1 << true << 100.0;
        QTest::newRow("volume in cm") << "cm" << 10.0 << true << -1.0;
        QTest::newRow("absurd volume") << "l" << 3.0 << true << -1.0;
        QTest::newRow("percent") << "%" << 45.0 << false << 45.0;
        QTest::newRow("ratio") << "{ratio}" << 0.45 << false << 45.0;
        QTest::newRow("one") << "1" << 0.45 << false << 45.0;
        QTest::newRow("negative") << "%" << -4.0 << false << -1.0;
        QTest::newRow("over") << "%" << 145.0 << false << -1.0;
    }
    void units()
    {
        QFETCH(QString, unit);
        QFETCH(double, written);
        QFETCH(bool, isVolume);
        QFETCH(double, read);
        const EchoReport report = interpret(report5200({srNumber(isVolume ? edv : ef, written, qPrintable(unit))}));
        QVERIFY(std::abs(valueOf(report, isVolume ? "LVEDV" : "LVEF") - read) < 1e-9);
        QCOMPARE(report.warnings.empty(), read > 0);
    }

    void whatIsSelectedCounts()
    {
        const EchoReport report = interpret(report5200({srNumber(ef, 55, "%", {srMethod("125207", "Method of Disks, Biplane")}), srNumber(ef, 48, "%", {srSelected("121410", "User chosen value")}),
                                                        srNumber(ef, 60, "%", {srMethod("125209", "Teichholz")})}));
        QCOMPARE(valueOf(report, "LVEF"), 48.0);
    }

    void biplaneBeforeSinglePlaneBeforeTeichholz()
    {
        const auto teich = srNumber(edv, 150, "ml", {srMethod("125209", "Teichholz")});
        const auto single = srNumber(edv, 130, "ml", {srMethod("125208", "Method of Disks, Single Plane")});
        const auto biplane = srNumber(edv, 120, "ml", {srMethod("125207", "Method of Disks, Biplane")});
        QCOMPARE(valueOf(interpret(report5200({biplane, single, teich})), "LVEDV"), 120.0);
        QCOMPARE(valueOf(interpret(report5200({single, teich})), "LVEDV"), 130.0);
        QCOMPARE(valueOf(interpret(report5200({teich})), "LVEDV"), 150.0);
    }

    void bareVolumeTakesItsPhase()
    {
        const dicom::Code volume{"G-D705", "SRT", "Volume"};
        const EchoReport report = interpret(report5200({srNumber(volume, 140, "ml", {srPhase("F-32011", "End Diastole")}), srNumber(volume, 70, "ml", {srPhase("R-FAB5B", "Anything")}),
                                                        srNumber(volume, 99, "ml")}));
        QCOMPARE(valueOf(report, "LVEDV"), 140.0);
        QCOMPARE(valueOf(report, "LVESV"), 70.0);
        QCOMPARE(report.values.size(), std::size_t(3)); // the third is kept under its own words
    }

    void otherPointsOfTheCycleAreNoEndPoints_data()
    {
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("meaning");
        QTest::addColumn<QString>("what"); // empty: neither volume
        QTest::newRow("code of end diastole, SRT") << "R-FAB5C" << "whatever" << "LVEDV";
        QTest::newRow("code of end diastole, SCT") << "416190007" << "" << "LVEDV";
        QTest::newRow("code of end systole, SCT") << "416430001" << "" << "LVESV";
        QTest::newRow("words alone") << "99" << "End-Diastolic" << "LVEDV";
        QTest::newRow("words alone, systole") << "99" << "end systole" << "LVESV";
        QTest::newRow("early diastole") << "99" << "Early Diastole" << "";
        QTest::newRow("atrial systole") << "99" << "Atrial Systole" << "";
        QTest::newRow("early end of words") << "99" << "Early End Diastole" << "";
        QTest::newRow("all of diastole, SRT") << "F-32010" << "End Diastole" << "";
        QTest::newRow("all of systole, SCT") << "111973004" << "Systole" << "";
    }
    void otherPointsOfTheCycleAreNoEndPoints()
    {
        QFETCH(QString, code);
        QFETCH(QString, meaning);
        QFETCH(QString, what);
        const EchoReport report = interpret(report5200({srNumber({"118565006", "SCT", "Volume"}, 91, "ml",
            {srCode({"272518008", "SCT", "Phase"}, {code.toStdString(), "SCT", meaning.toStdString()})})}));
        QCOMPARE(valueOf(report, "LVEDV"), what == "LVEDV" ? 91.0 : -1.0);
        QCOMPARE(valueOf(report, "LVESV"), what == "LVESV" ? 91.0 : -1.0);
        QCOMPARE(report.values.size(), std::size_t(1)); // kept, under whatever name
    }

    void indexedValuesAreNotTheVolume()
    {
        const dicom::ContentItem index = srCode({"121425", "DCM", "Index"}, {"8277-6", "LN", "Body Surface Area"});
        const EchoReport report = interpret(report5200({srNumber(edv, 61, "ml", {index}), srNumber(esv, 22, "ml/m2")}));
        QVERIFY(!report.best("LVEDV") && !report.best("LVESV"));
        QCOMPARE(valueOf(report, "LVEDV index"), 61.0);
        QCOMPARE(valueOf(report, "LVESV index"), 22.0);
        QVERIFY(report.warnings.empty());
    }

    void postCoordinatedValues()
    {
        const dicom::Code measured{"125301", "DCM", "Post-coordinated echo measurement"};
        const auto property = [](const char* code, const char* words) { return srCode({"125307", "DCM", "Measured Property"}, {code, "SCT", words}); };
        const EchoReport report = interpret(report5200({
            srNumber(measured, 133, "ml", {property("118565006", "Volume"), srPhase("416190007", "End Diastole")}),
            srNumber(measured, 61, "ml", {property("118565006", "Volume"), srPhase("416430001", "End Systole")}),
            srNumber(measured, 54, "%", {property("70822001", "Ejection Fraction"), srCode({"399264008", "SCT", "Mode"}, {"399064001", "SCT", "2D mode"})}),
            srNumber(measured, 88, "ml", {property("118565006", "Volume")})}));
        QCOMPARE(valueOf(report, "LVEDV"), 133.0);
        QCOMPARE(valueOf(report, "LVESV"), 61.0);
        QCOMPARE(valueOf(report, "LVEF"), 54.0);
        QCOMPARE(report.best("LVEF")->mode, std::string("2D"));
        QCOMPARE(report.values.size(), std::size_t(4));
    }

    void vendorsOwnCodesAreKnownByTheirWords()
    {
        const EchoReport report = interpret(report5200({srNumber({"X1", "99VENDOR", "LV EF (Biplane)"}, 41, "%"), srNumber({"X2", "99VENDOR", "EDV(BP)"}, 160, "ml")}));
        QCOMPARE(valueOf(report, "LVEF"), 41.0);
        QCOMPARE(valueOf(report, "LVEDV"), 160.0);
        QCOMPARE(report.best("LVEF")->method, std::string("biplane method of discs"));
        QVERIFY(warns(report.warnings, "report-private-code"));
    }

    void otherSitesAreNotTheVentricle()
    {
        auto report = report5200({srNumber({"G-D705", "SRT", "Volume"}, 60, "ml", {srPhase("F-32011", "End Diastole")})});
        report.root.children[0].children[0] = srCode({"G-C0E3", "SRT", "Finding Site"}, {"T-32300", "SRT", "Left Atrium"});
        QVERIFY(!interpret(report).best("LVEDV"));
    }

    void ourOwnReportComesBack()
    {
        Scratch scratch;
        dicom::UltrasoundRegion region;
        region.spatialFormat = region.dataType = 1;
        region.x1 = region.y1 = 399;
        region.unitsX = region.unitsY = 3;
        region.deltaX = region.deltaY = 0.05;
        EchoClip clip;
        clip.frames = 30;
        clip.identity.instanceUid = "1.2.3.5";
        clip.identity.classUid = "1.2.840.10008.5.1.4.1.1.3.1";
        clip.header.rows = clip.header.columns = 400;
        clip.header.regions = {region};
        MeasuredClip measured{&clip, {}, CalibrationMap(clip.header)};
        int frame = 0;
        for (const Quantity quantity : {Quantity::LvA4cEd, Quantity::LvA2cEd, Quantity::LvA4cEs, Quantity::LvA2cEs}) {
            Measurement m;
            m.tool = Tool::LvContour;
            m.quantity = quantity;
            m.frame = frame++;
            m.instanceUid = "1.2.3.5";
            const double width = frame <= 2 ? 45 : 32;
            m.points = {{200 - width, 300}, {200 - width, 200}, {200, 120}, {200 + width, 200}, {200 + width, 300}};
            measured.measurements.push_back(m);
        }
        const VentricleResult lv = ventricle(measured.measurements, [&](const Measurement&) { return measured.calibration; });
        QVERIFY(lv.edvMl && lv.efPercent);
        EchoStudy study;
        study.patientId = "P";
        study.studyUid = "1.2.3";
        dicom::writeReport(scratch / "r.dcm", asReport(study, {measured}, lv));
        const EchoReport report = readEchoReport(scratch / "r.dcm");
        QVERIFY(std::abs(valueOf(report, "LVEDV") - *lv.edvMl) < 0.01);
        QVERIFY(std::abs(valueOf(report, "LVESV") - *lv.esvMl) < 0.01);
        QVERIFY(std::abs(valueOf(report, "LVEF") - *lv.efPercent) < 0.01);
        QVERIFY(std::abs(valueOf(report, "LVSV") - *lv.svMl) < 0.01);
        QCOMPARE(report.best("LVEF")->method, std::string("biplane method of discs"));
    }

    void cutFilesNeverCrash()
    {
        Scratch scratch;
        dicom::writeReport(scratch / "r.dcm", report5200({srNumber(edv, 142, "ml", {srMethod("125207", "Method of Disks, Biplane")}), srNumber(ef, 38, "%")}));
        const std::string whole = textOf(scratch / "r.dcm");
        for (std::size_t length = 0; length < whole.size(); length += 7) {
            writeText(scratch / "cut.dcm", whole.substr(0, length));
            try {
                const EchoReport report = readEchoReport(scratch / "cut.dcm");
                QVERIFY2(report.values.size() == 2 || !report.warnings.empty(), qPrintable(QString::number(length))); // never silently less
            } catch (const base::ParseError& error) {
                QVERIFY(!error.sentence().empty());
                QCOMPARE(error.place().file, scratch / "cut.dcm");
            }
        }
    }

    // Bytes of a content tree that nobody would write: levels without end, items without end.
    void thousandsOfLevels()
    {
        constexpr int levels = 20'000;
        DataWriter head;
        head.text(0x00080016, "UI", srClass).text(0x00080018, "UI", "1.2.3").text(0x00080060, "CS", "SR").text(0x0040A040, "CS", "CONTAINER");
        DataWriter open;
        open.header(0x0040A730, "SQ", 0xFFFFFFFFu);
        QByteArray bytes = head.data();
        for (int i = 0; i < levels; ++i)
            bytes += open.data() + open.delimiter(0xFFFEE000, 0xFFFFFFFFu);
        for (int i = 0; i < levels; ++i)
            bytes += open.delimiter(0xFFFEE00D, 0) + open.delimiter(0xFFFEE0DD, 0);
        Scratch scratch;
        writeText(scratch / "deep.dcm", withMeta(bytes, "1.2.840.10008.1.2.1", srClass).toStdString());
        QElapsedTimer clock;
        clock.start();
        QVERIFY_EXCEPTION_THROWN(readEchoReport(scratch / "deep.dcm"), base::Error); // nothing of an echo, or refused: never a fallen stack
        QVERIFY(clock.elapsed() < 5000);
    }

    void itemsWithoutEnd()
    {
        DataWriter name;
        name.text(0x00080100, "SH", "18043-0").text(0x00080102, "SH", "LN").text(0x00080104, "LO", "EF");
        DataWriter item;
        item.text(0x0040A010, "CS", "CONTAINS").text(0x0040A040, "CS", "TEXT").sequence(0x0040A043, {name.data()});
        DataWriter tree;
        tree.text(0x00080016, "UI", srClass).text(0x00080018, "UI", "1.2.3").text(0x00080060, "CS", "SR").text(0x0040A040, "CS", "CONTAINER");
        tree.sequence(0x0040A730, std::vector<QByteArray>(60'000, item.data()));
        Scratch scratch;
        writeText(scratch / "long.dcm", withMeta(tree.data(), "1.2.840.10008.1.2.1", srClass).toStdString());
        const dicom::StructuredReport report = dicom::readReport(scratch / "long.dcm");
        QVERIFY(report.root.children.size() <= 50'000);
        QVERIFY(warns(report.warnings, "report-too-long"));
    }

    void everySyntax_data()
    {
        QTest::addColumn<int>("writing");
        QTest::addColumn<bool>("isDeflated");
        QTest::newRow("implicit") << int(Writing::Implicit) << false;
        QTest::newRow("explicit") << int(Writing::Explicit) << false;
        QTest::newRow("big endian") << int(Writing::BigEndian) << false;
        QTest::newRow("deflated") << int(Writing::Explicit) << true;
    }
    void everySyntax()
    {
        QFETCH(int, writing);
        QFETCH(bool, isDeflated);
        const auto w = Writing(writing);
        const auto code = [w](const char* value, const char* scheme, const char* meaning) {
            return DataWriter(w).text(0x00080100, "SH", value).text(0x00080102, "SH", scheme).text(0x00080104, "LO", meaning).data();
        };
        DataWriter measured(w);
        measured.sequence(0x004008EA, {code("%", "UCUM", "percent")}).text(0x0040A30A, "DS", "48.5");
        DataWriter number(w);
        number.text(0x0040A010, "CS", "CONTAINS").text(0x0040A040, "CS", "NUM").sequence(0x0040A043, {code("18043-0", "LN", "EF")}).sequence(0x0040A300, {measured.data()});
        DataWriter tree(w);
        tree.text(0x00080016, "UI", srClass).text(0x00080018, "UI", "1.2.3").text(0x00080060, "CS", "SR").text(0x0040A040, "CS", "CONTAINER");
        tree.sequence(0x0040A043, {code("125200", "DCM", "Adult Echocardiography Procedure Report")}).sequence(0x0040A730, {number.data()}, true);
        QByteArray bytes = tree.data();
        if (isDeflated) {
            bytes = qCompress(bytes);
            bytes = bytes.mid(6, bytes.size() - 10); // the stream without its frame
            if (bytes.size() % 2)
                bytes.append('\0');
        }
        Scratch scratch;
        writeText(scratch / "r.dcm", withMeta(bytes, isDeflated ? "1.2.840.10008.1.2.1.99" : syntaxUid(w), srClass).toStdString());
        QCOMPARE(valueOf(readEchoReport(scratch / "r.dcm"), "LVEF"), 48.5);
    }

    void deepAndLongTreesAreBounded()
    {
        Scratch scratch;
        dicom::ContentItem deep = srNumber(ef, 50, "%");
        for (int i = 0; i < 60; ++i)
            deep = srContainer({"1", "99X", "level"}, {std::move(deep)});
        auto report = report5200({srNumber(edv, 142, "ml")});
        report.root.children.push_back(std::move(deep));
        dicom::writeReport(scratch / "deep.dcm", report);
        const EchoReport read = readEchoReport(scratch / "deep.dcm");
        QCOMPARE(valueOf(read, "LVEDV"), 142.0);
        QVERIFY(!read.best("LVEF"));
        QVERIFY(!read.warnings.empty());
    }

    void reportsOfOtherThingsAreNamed()
    {
        E2E_NEED_SHARED(test::sharedData("sr"));
        int refused = 0;
        for (const auto& entry : std::filesystem::directory_iterator(test::sharedData("sr"))) {
            try {
                const EchoReport report = readEchoReport(entry.path());
                QVERIFY2(report.values.empty() || report.best("LVEF") || report.best("LVEDV"), entry.path().c_str());
            } catch (const base::ParseError& error) {
                ++refused;
                QVERIFY(!error.sentence().empty());
            }
        }
        QCOMPARE(refused, 5);
    }
};

QTEST_GUILESS_MAIN(TestEchoReportReader)
#include "test_echo_report_reader.moc"
