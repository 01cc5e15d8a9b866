// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/synthetic_ecg.h"
#include "report/ecg_caption.h"
#include "report/page_arrangement.h"
#include "report/trace_path.h"
#include "support/test_paths.h"

#include <limits>

using namespace echo2ecg;
using ecg::Lead;

class TestEcgSheetParts : public QObject
{
    Q_OBJECT
private:
    static ecg::Page sheet() { return ecg::layOutPage({}, 10); }
    static const ecg::Strip& strip(const ecg::Page& page, Lead lead)
    {
        for (const ecg::Strip& s : page.strips)
            if (s.lead == lead)
                return s;
        return page.strips.front();
    }

private slots:
    void everySampleStandsAtItsMillimetre();
    void noPeakIsLostWhenColumnsAreWide();
    void anInvertedLeadStandsOnItsHead();
    void sixRowsGiveRoomToTallOnes();
    void invalidSamplesBreakTheLine();
    void onlyTheVisiblePartIsBuilt();
    void rowsMoveTogetherButNeverTouch();
    void twelveByOneHasAColumnOfNames();
    void captions();
    void notesAreOrderedAndSaidOnce();
    void whatTheFileStates();
};

void TestEcgSheetParts::everySampleStandsAtItsMillimetre()
{
    ecg::EcgRecord record = test::flatRecord(500);
    record[Lead::aVR][5 * 250 + 100] = 1.2f; // 0.2 s into the second column
    const ecg::Page page = sheet();
    const ecg::Strip& s = strip(page, Lead::aVR);
    QCOMPARE(s.fromSeconds, 2.5);
    const auto runs = report::traceRuns(record, s, page.settings, 0);
    QCOMPARE(runs.size(), std::size_t(1));
    QCOMPARE(runs[0].size(), std::size_t(1251));
    QCOMPARE(runs[0].front().x, s.x);
    const report::PagePoint& peak = runs[0][100];
    QVERIFY(std::abs(peak.x - (s.x + 5.0)) < 1e-9);
    QVERIFY(std::abs(peak.y - (s.baselineY - 12.0)) < 1e-5);
}

void TestEcgSheetParts::noPeakIsLostWhenColumnsAreWide()
{
    ecg::EcgRecord record = test::flatRecord(1000);
    record[Lead::I][1203] = 2.0f;
    record[Lead::I][1204] = -1.0f;
    const ecg::Page page = sheet();
    const ecg::Strip& s = strip(page, Lead::I);
    const auto runs = report::traceRuns(record, s, page.settings, 0.5); // twenty samples a column
    QCOMPARE(runs.size(), std::size_t(1));
    QVERIFY(runs[0].size() <= 2 * 126);
    const auto top = std::ranges::min_element(runs[0], {}, &report::PagePoint::y);
    const auto low = std::ranges::max_element(runs[0], {}, &report::PagePoint::y);
    QVERIFY(std::abs(top->y - (s.baselineY - 20)) < 1e-5);
    QVERIFY(std::abs(low->y - (s.baselineY + 10)) < 1e-5);
    QVERIFY(std::abs(top->x - (s.x + 1.203 * 25)) < 1e-9);
    QVERIFY(top < low); // in the order of time
    QVERIFY(std::ranges::is_sorted(runs[0], {}, &report::PagePoint::x));
}

void TestEcgSheetParts::anInvertedLeadStandsOnItsHead()
{
    ecg::EcgRecord record = test::flatRecord(500);
    record[Lead::aVR][100] = 1.2f;
    ecg::PageSettings settings;
    settings.cabrera = true;
    const ecg::Page page = ecg::layOutPage(settings, 10);
    const ecg::Strip& s = strip(page, Lead::aVR);
    QVERIFY(s.inverted);
    const auto runs = report::traceRuns(record, s, page.settings, 0);
    const report::PagePoint& peak = runs[0][100];
    QVERIFY(std::abs(peak.y - (s.baselineY + 12.0)) < 1e-5);
}

void TestEcgSheetParts::sixRowsGiveRoomToTallOnes()
{
    ecg::EcgRecord record = test::flatRecord(500);
    record[Lead::V2][4000] = -3.0f; // second row of the right column
    ecg::PageSettings settings;
    settings.format = ecg::PageFormat::SixByTwo;
    const ecg::Page laidOut = ecg::layOutPage(settings, 10);
    const ecg::Page page = report::arranged(laidOut, record, laidOut.height);
    const double room = strip(page, Lead::V3).baselineY - strip(page, Lead::V2).baselineY;
    QVERIFY2(room > strip(page, Lead::V2).baselineY - strip(page, Lead::V1).baselineY + 5, qPrintable(QString::number(room)));
    QCOMPARE(strip(page, Lead::I).baselineY, strip(laidOut, Lead::I).baselineY);
    QCOMPARE(strip(page, Lead::V6).baselineY, strip(laidOut, Lead::V6).baselineY);
    QCOMPARE(strip(page, Lead::V2).baselineY, strip(page, Lead::II).baselineY); // rows stay rows
}

void TestEcgSheetParts::invalidSamplesBreakTheLine()
{
    ecg::EcgRecord record = test::flatRecord(1000);
    test::setLevel(record, Lead::I, 0.5, 0.7, std::numeric_limits<float>::quiet_NaN());
    const ecg::Page page = sheet();
    const ecg::Strip& s = strip(page, Lead::I);
    for (const double column : {0.0, 0.25}) {
        const auto runs = report::traceRuns(record, s, page.settings, column);
        QCOMPARE(runs.size(), std::size_t(2));
        QVERIFY(runs[0].back().x <= s.x + 0.5 * 25);
        QVERIFY(runs[1].front().x >= s.x + 0.7 * 25 - 1e-9);
    }
    record[Lead::I].clear();
    QVERIFY(report::traceRuns(record, s, page.settings, 0).empty());
}

void TestEcgSheetParts::onlyTheVisiblePartIsBuilt()
{
    const ecg::EcgRecord record = test::flatRecord(1000);
    const ecg::Page page = sheet();
    const ecg::Strip& rhythm = page.strips.back();
    const auto runs = report::traceRuns(record, rhythm, page.settings, 0, rhythm.x + 100, rhythm.x + 110);
    QCOMPARE(runs.size(), std::size_t(1));
    QVERIFY(runs[0].size() >= 400 && runs[0].size() <= 404);
    QVERIFY(report::traceRuns(record, rhythm, page.settings, 0, rhythm.x + 400, rhythm.x + 500).empty());
}

void TestEcgSheetParts::rowsMoveTogetherButNeverTouch()
{
    ecg::EcgRecord record = test::flatRecord(500);
    test::setLevel(record, Lead::I, 1.0, 1.1, -1.2f); // 12 mm below the first row
    test::setLevel(record, Lead::V5, 9.0, 9.1, 2.0f); // 20 mm above the second
    test::setLevel(record, Lead::V6, 7.6, 7.7, 1.4f); // where the name of V6 would stand
    const ecg::Page page = sheet();
    const ecg::Page tight = report::arranged(page, record, 60);
    QVERIFY(tight.height < page.height);
    QCOMPARE(tight.width, page.width);
    const ecg::Strip &first = strip(tight, Lead::I), &second = strip(tight, Lead::V5), &v6 = strip(tight, Lead::V6);
    QVERIFY(second.baselineY - first.baselineY >= 32);
    QVERIFY(v6.labelY < v6.baselineY - 14);
    for (std::size_t i = 0; i < page.strips.size(); ++i) {
        QCOMPARE(tight.strips[i].x, page.strips[i].x);
        QCOMPARE(tight.strips[i].width, page.strips[i].width);
        QVERIFY(tight.strips[i].baselineY <= page.strips[i].baselineY + 1e-9);
    }
    for (const ecg::CalibrationPulse& pulse : tight.pulses) {
        QCOMPARE(pulse.height, 10.0);
        QVERIFY(std::ranges::any_of(tight.strips, [&](const ecg::Strip& s) { return s.baselineY == pulse.baselineY; }));
    }
    // Room enough: as laid out.
    QCOMPARE(report::arranged(page, record, 500).height, page.height);
    QCOMPARE(strip(report::arranged(page, record, 500), Lead::V5).baselineY, strip(page, Lead::V5).baselineY);
}

void TestEcgSheetParts::twelveByOneHasAColumnOfNames()
{
    ecg::PageSettings settings;
    settings.format = ecg::PageFormat::TwelveByOne;
    const ecg::Page laidOut = ecg::layOutPage(settings, 10);
    const ecg::Page page = report::arranged(laidOut, test::flatRecord(500), 100);
    QCOMPARE(page.strips.size(), std::size_t(12));
    for (const ecg::Strip& s : page.strips) {
        QVERIFY(std::abs(s.labelY - s.baselineY) < 2);
        for (const ecg::CalibrationPulse& pulse : page.pulses)
            QVERIFY(s.labelX + 7 <= pulse.x);
    }
    QCOMPARE(page.strips.front().width, laidOut.strips.front().width);
    QCOMPARE(page.height, laidOut.height);

    // A tall V5 gets its room from the flat rows; no pulse reaches the row above.
    ecg::EcgRecord record = test::flatRecord(500);
    test::setLevel(record, Lead::V5, 3.0, 3.1, 2.4f);
    const ecg::Page moved = report::arranged(laidOut, record, 100);
    const auto zero = [&](Lead lead) { return strip(moved, lead).baselineY; };
    QVERIFY(zero(Lead::V5) - zero(Lead::V4) > 24);
    QVERIFY(std::abs(zero(Lead::V6) - strip(laidOut, Lead::V6).baselineY) < 1e-9);
    for (std::size_t i = 1; i < ecg::leadCount; ++i)
        QVERIFY(zero(ecg::allLeads[i]) - zero(ecg::allLeads[i - 1]) > 11);
}

void TestEcgSheetParts::captions()
{
    ecg::EcgRecord record = test::flatRecord(1000);
    QCOMPARE(report::patientLine(record), QStringLiteral("Patient not stated"));
    record.patient.name = "Doe^Jane^^Dr";
    record.patient.id = "0012";
    record.patient.sex = "F";
    record.patient.birthDate = "1956-03-01";
    record.date = "2019-04-02";
    record.time = "12:30:05";
    QCOMPARE(report::patientLine(record),
             QStringLiteral("Doe, Jane, Dr · ID 0012 · female · born 1956-03-01 · 2019-04-02 12:30:05"));
    record.patient.ageYears = 63;
    QVERIFY(report::patientLine(record).contains(QStringLiteral("63 years")));

    QCOMPARE(report::acquisitionLine(record), QStringLiteral("1000 Hz · 10.0 s · filters not stated · synthetic"));
    record.filters = {0.05, 150.0, 60.0};
    QVERIFY(report::acquisitionLine(record).contains(QStringLiteral("0.05–150 Hz as filed · notch 60 Hz")));

    QCOMPARE(report::columnsLine(sheet()), QStringLiteral("columns sequential, 2.5 s each"));
    ecg::PageSettings settings;
    settings.format = ecg::PageFormat::TwelveByOne;
    QVERIFY(report::columnsLine(ecg::layOutPage(settings, 10)).isEmpty());
    QCOMPARE(report::footLine(sheet(), {}), QStringLiteral("25 mm/s · 10 mm/mV · columns sequential, 2.5 s each"));
    settings.mmPerSecond = 12.5;
    const QString filtered = report::footLine(ecg::layOutPage(settings, 10), {0.5, 40.0, 50.0});
    QVERIFY(filtered.startsWith(QStringLiteral("12.5 mm/s · 10 mm/mV · shown with ")));
    QVERIFY(filtered.contains(QStringLiteral("0.5–40 Hz")) && filtered.contains(QStringLiteral("50 Hz")));
    QCOMPARE(report::number(1000), QStringLiteral("1000"));
    QCOMPARE(report::number(-0.00001), QStringLiteral("0"));
    QCOMPARE(report::number(0.05), QStringLiteral("0.05"));
}

void TestEcgSheetParts::notesAreOrderedAndSaidOnce()
{
    ecg::EcgRecord record = test::flatRecord();
    record.warnings = {{"units-assumed", "Microvolts were assumed.", "V3"},
                       {"units-assumed", "Microvolts were assumed.", "V3"}};
    const auto notes = report::notes(record, {{"a", "A note.", ecg::Severity::Note, {}},
                                              {"b", "Flat.", ecg::Severity::Warn, Lead::V2},
                                              {"c", "Too short.", ecg::Severity::Block, {}}});
    QCOMPARE(notes.size(), std::size_t(4));
    QCOMPARE(notes[0].sentence, QStringLiteral("Too short."));
    QCOMPARE(notes[1].lead, QStringLiteral("V2"));
    QCOMPARE(notes[3].lead, QStringLiteral("V3"));
    QVERIFY(notes[3].severity == ecg::Severity::Note);
}

void TestEcgSheetParts::whatTheFileStates()
{
    ecg::EcgRecord record = test::flatRecord();
    record.measurements = {{"QRS duration", 92.0, "ms", ""}, {"P axis", 54.0, "deg", ""}, {"Empty", {}, "ms", ""}};
    record.statements = {"SINUS RHYTHM"};
    const auto stated = report::statedByFile(record);
    QCOMPARE(stated.size(), std::size_t(3));
    QCOMPARE(stated[0].value, QStringLiteral("92 ms"));
    QCOMPARE(stated[1].value, QStringLiteral("54°"));
    QVERIFY(stated[2].name.isEmpty());
}

QTEST_GUILESS_MAIN(TestEcgSheetParts)
#include "test_ecg_sheet_parts.moc"
