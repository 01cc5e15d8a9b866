// SPDX-License-Identifier: GPL-3.0-or-later
// Measurements as a report: codes, units, methods, places; as other readers see it.
#include "core/dicom/independent_reader.h"
#include "core/dicom/make_dicom.h"
#include "echo/adult_echo_report.h"
#include "support/test_paths.h"

#include <cmath>

using namespace echo2ecg;
using namespace echo2ecg::echo;

class TestEchoReportWriter : public QObject
{
    Q_OBJECT

    static const dicom::ContentItem* find(const dicom::ContentItem& item, const std::string& code, const char* value = nullptr)
    {
        if (item.name.value == code && (!value || item.name.scheme == value))
            return &item;
        for (const dicom::ContentItem& child : item.children)
            if (const auto* found = find(child, code, value))
                return found;
        return nullptr;
    }

    EchoClip m_clip;
    EchoStudy m_study;

    // 0.5 mm per pixel in the whole picture.
    void initStudy()
    {
        dicom::UltrasoundRegion region;
        region.spatialFormat = 1;
        region.dataType = 1;
        region.x1 = 399;
        region.y1 = 399;
        region.unitsX = region.unitsY = 3;
        region.deltaX = region.deltaY = 0.05;
        m_clip.frames = 30;
        m_clip.header.rows = m_clip.header.columns = 400;
        m_clip.header.regions = {region};
        m_clip.identity.instanceUid = "1.2.3.4.5";
        m_clip.identity.seriesUid = "1.2.3.4";
        m_clip.identity.classUid = test::clipClass;
        m_study.patientId = "R7";
        m_study.patientName = "R7";
        m_study.studyUid = "1.2.3";
        m_study.date = "2024-02-29";
        m_study.clips = {m_clip};
    }
    static Measurement line(Quantity quantity, double cm, int frame, const char* made)
    {
        Measurement m;
        m.tool = Tool::Calliper;
        m.quantity = quantity;
        m.frame = frame;
        m.points = {{100, 100}, {100 + cm / 0.05, 100}};
        m.made = made;
        return m;
    }
    static Measurement contour(Quantity quantity, double a, double b, int frame)
    {
        Measurement m;
        m.tool = Tool::LvContour;
        m.quantity = quantity;
        m.frame = frame;
        for (int i = 0; i <= 40; ++i) {
            const double t = 3.14159265358979 * i / 40;
            m.points.push_back({200 + a * std::cos(t), 50 + b * std::sin(t)});
        }
        return m;
    }

private slots:
    void linearAndBiplane()
    {
        initStudy();
        const CalibrationMap map(m_clip.header);
        MeasuredClip clip{&m_clip, {}, map};
        clip.measurements = {line(Quantity::Lvidd, 5.0, 3, "2024-03-01T10:00:00Z"), line(Quantity::Ivsd, 1.0, 3, "2024-03-01T10:00:00Z"),
                             line(Quantity::Pwd, 1.0, 3, "2024-03-01T10:00:00Z"),   line(Quantity::Free, 2.5, 7, "2024-03-01T10:00:00Z"),
                             contour(Quantity::LvA4cEd, 50, 160, 3),                contour(Quantity::LvA2cEd, 48, 160, 4),
                             contour(Quantity::LvA4cEs, 35, 130, 12),               contour(Quantity::LvA2cEs, 34, 130, 13)};
        clip.measurements[3].label = "my length";
        for (Measurement& each : clip.measurements)
            each.calibration = map.at(each.points.front());
        const VentricleResult result = ventricle(clip.measurements, [&](const Measurement&) { return map; });
        QVERIFY(result.edvMl && result.efPercent && result.massG);
        const dicom::StructuredReport report = asReport(m_study, {clip}, result);
        QCOMPARE(report.templateId, std::string("5300"));
        QCOMPARE(report.identity.studyUid, std::string("1.2.3"));

        const auto* lvidd = find(report.root, "80007-8", "LN");
        QVERIFY(lvidd && lvidd->number);
        QVERIFY(std::abs(*lvidd->number - 5.0) < 1e-9);
        QCOMPARE(lvidd->unit.value, std::string("cm"));
        const auto& scoord = lvidd->children.back();
        QCOMPARE(scoord.graphicType, std::string("POLYLINE"));
        QVERIFY((scoord.coordinates == std::vector<float>{100, 100, 200, 100}));
        QCOMPARE(scoord.children[0].referencedInstance, std::string("1.2.3.4.5"));
        QCOMPARE(scoord.children[0].referencedFrame, 4); // counted from 1
        const auto* edv = find(report.root, "79996-5", "LN");
        QVERIFY(edv && std::abs(*edv->number - *result.edvMl) < 1e-9);
        QCOMPARE(edv->unit.value, std::string("mL"));
        QCOMPARE(std::count_if(edv->children.begin(), edv->children.end(), [](const auto& child) { return child.type == "SCOORD"; }), 2);
        const auto* method = find(*edv, "370129005", "SCT");
        QVERIFY(method && method->value.is("125207", "DCM"));
        const auto* ef = find(report.root, "79991-6", "LN");
        QVERIFY(ef && std::abs(*ef->number - *result.efPercent) < 1e-9 && ef->unit.value == "%");
        QVERIFY(find(report.root, "90096001", "SCT"));
        QVERIFY(find(report.root, "80019-3", "LN"));
        QVERIFY(find(report.root, "79999-9", "LN")); // of the four-chamber view alone
        const auto* adhoc = find(report.root, "125303", "DCM");
        QVERIFY(adhoc && std::any_of(adhoc->children.begin(), adhoc->children.end(), [](const auto& num) { return num.children[0].text == "my length"; }));

        test::Folder folder;
        dicom::writeReport(folder.path("sr.dcm"), report);
        if (const QString dsrdump = QStandardPaths::findExecutable("dsrdump"); !dsrdump.isEmpty()) {
            int exit = -1;
            QByteArray dump = test::outputOf(dsrdump, {"+Pc", "+Pt", test::pathText(folder.path("sr.dcm"))}, &exit);
            dump.replace("\nW: The VR checker does not support this Specific Character Set", "");
            QVERIFY2(exit == 0 && !dump.contains("\nW: ") && !dump.contains("\nE: "), dump);
            QVERIFY2(dump.contains("79996-5") && dump.contains("Method of Disks, Biplane"), dump);
        }
    }

    void teichholzAndNothing()
    {
        initStudy();
        const CalibrationMap map(m_clip.header);
        MeasuredClip clip{&m_clip, {line(Quantity::Lvidd, 5.0, 3, "2024-03-01T10:00:00Z"), line(Quantity::Lvids, 3.5, 9, "2024-03-01T10:00:00Z")}, map};
        for (Measurement& each : clip.measurements)
            each.calibration = map.at(each.points.front());
        const VentricleResult result = ventricle(clip.measurements, [&](const Measurement&) { return map; });
        const dicom::StructuredReport report = asReport(m_study, {clip}, result);
        const auto* post = find(report.root, "125302", "DCM");
        QVERIFY(post);
        const auto* edv = find(*post, "18026-5", "LN");
        QVERIFY(edv && find(*edv, "370129005", "SCT")->value.is("125209", "DCM"));
        QVERIFY(find(*edv, "363698007", "SCT"));
        QVERIFY(find(report.root, "77891-0", "LN"));
        // An empty study is a report without sections, not an error.
        const dicom::StructuredReport empty = asReport({}, {}, {});
        QVERIFY(!find(empty.root, "125301") && !find(empty.root, "125303"));
        test::Folder folder;
        dicom::writeReport(folder.path("empty.dcm"), empty);
        QVERIFY(std::filesystem::exists(folder.path("empty.dcm")));
    }

    void drawnShapes()
    {
        initStudy();
        const CalibrationMap map(m_clip.header);
        Measurement ellipse, trace;
        ellipse.tool = Tool::Ellipse;
        ellipse.points = {{100, 100}, {200, 100}, {150, 130}};
        trace.tool = Tool::Trace;
        trace.points = {{10, 10}, {110, 10}, {110, 60}};
        MeasuredClip clip{&m_clip, {ellipse, trace}, map};
        for (Measurement& each : clip.measurements)
            each.calibration = map.at(each.points.front());
        const dicom::StructuredReport report = asReport(m_study, {clip}, {});
        const auto* adhoc = find(report.root, "125303", "DCM");
        QVERIFY(adhoc && adhoc->children.size() >= 4);
        const auto& drawn = adhoc->children[0].children.back();
        QCOMPARE(drawn.graphicType, std::string("ELLIPSE"));
        QVERIFY((drawn.coordinates == std::vector<float>{100, 100, 200, 100, 150, 130, 150, 70}));
        const auto& closed = adhoc->children.back().children.back();
        QCOMPARE(closed.coordinates.size(), std::size_t(8));
        QCOMPARE(closed.coordinates[6], 10.f);
        QCOMPARE(adhoc->children[0].unit.value, std::string("cm2"));
    }
};

QTEST_GUILESS_MAIN(TestEchoReportWriter)
#include "test_echo_report_writer.moc"
