// SPDX-License-Identifier: GPL-3.0-or-later
// Reports as other readers see them.
#include "dicom/structured_report.h"
#include "independent_reader.h"
#include "make_dicom.h"
#include "support/test_paths.h"

using namespace echo2ecg;
using dicom::ContentItem;

class TestDicomReportWriting : public QObject
{
    Q_OBJECT

    static ContentItem item(const char* relationship, const char* type, dicom::Code name = {})
    {
        ContentItem made;
        made.relationship = relationship;
        made.type = type;
        made.name = std::move(name);
        return made;
    }

private slots:
    void measurementWithItsPlace()
    {
        ContentItem image = item("SELECTED FROM", "IMAGE");
        image.referencedInstance = "1.2.3.9";
        image.referencedSeries = "1.2.3.8";
        image.referencedFrame = 12;
        ContentItem line = item("INFERRED FROM", "SCOORD");
        line.graphicType = "POLYLINE";
        line.coordinates = {10.5f, 20.25f, 30, 40};
        line.children = {image};
        ContentItem length = item("CONTAINS", "NUM", {"79969-2", "LN", "Interventricular septum diastolic dimension"});
        length.number = 1.04;
        length.unit = {"cm", "UCUM", "cm"};
        length.children = {line};
        ContentItem section = item("CONTAINS", "CONTAINER", {"125301", "DCM", "Pre-coordinated Measurements"});
        section.children = {length};
        dicom::StructuredReport report;
        report.identity.patientId = "RESEARCH-7";
        report.identity.patientName = "Größe^Jörg";
        report.identity.studyUid = "1.2.3.7";
        report.identity.studyDate = "2024-02-29";
        report.templateId = "5300";
        report.complete = true;
        report.root = item("", "CONTAINER", {"125200", "DCM", "Adult Echocardiography Procedure Report"});
        report.root.children = {section};
        test::Folder folder;
        const auto file = folder.path("report.dcm");
        const std::string uid = dicom::writeReport(file, report);
        QVERIFY(uid.starts_with("2.25.") && uid.size() <= 64);
        QCOMPARE(dicom::summarise(file).kind, dicom::Kind::StructuredReport);
        QCOMPARE(dicom::summarise(file).identity.patientName, std::string("Größe^Jörg"));
        if (const QString dsrdump = QStandardPaths::findExecutable("dsrdump"); !dsrdump.isEmpty()) {
            int exit = -1;
            QByteArray dump = test::outputOf(dsrdump, {"+Pl", "+Pc", "+Pt", "+Pu", test::pathText(file)}, &exit);
            dump.replace("\nW: The VR checker does not support this Specific Character Set", "");
            QVERIFY2(exit == 0 && !dump.contains("\nW: ") && !dump.contains("\nE: "), dump);
            QVERIFY2(dump.contains("1.04") && dump.contains("POLYLINE") && dump.contains("79969-2") && dump.contains("5300"), dump);
        }
        const QByteArray seen = test::pydicom(
            "import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nn=d.ContentSequence[0].ContentSequence[0]\ns=n.ContentSequence[0]\n"
            "print(n.MeasuredValueSequence[0].NumericValue,n.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue,list(s.GraphicData),"
            "s.ContentSequence[0].ReferencedSOPSequence[0].ReferencedFrameNumber)\n"
            "e=d.CurrentRequestedProcedureEvidenceSequence[0]\nprint(e.StudyInstanceUID,e.ReferencedSeriesSequence[0].SeriesInstanceUID,d.CompletionFlag)",
            file);
        if (!seen.isEmpty())
            QCOMPARE(seen, QByteArray("1.04 cm [10.5, 20.25, 30.0, 40.0] 12\n1.2.3.7 1.2.3.8 COMPLETE\n"));
    }

    void whereNothingCanBeWritten()
    {
        QVERIFY_THROWS_EXCEPTION(base::Error, dicom::writeReport("/nowhere/at/all/report.dcm", {}));
    }
};

QTEST_GUILESS_MAIN(TestDicomReportWriting)
#include "test_dicom_report_writing.moc"
