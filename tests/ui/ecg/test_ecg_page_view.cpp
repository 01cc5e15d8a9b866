// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/synthetic_ecg.h"
#include "support/test_paths.h"
#include "ui/ecg/ecg_page_view.h"
#include "ui/ecg/elided_label.h"
#include "ui/ecg/notes_panel.h"
#include "ui/ecg/page_plot.h"
#include "ui/theme/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QWheelEvent>

#include <limits>

using namespace echo2ecg;
using ecg::Lead;

namespace {

int distance(QRgb a, const QColor& b)
{
    return std::abs(qRed(a) - b.red()) + std::abs(qGreen(a) - b.green()) + std::abs(qBlue(a) - b.blue());
}

// The drawn plot, asked in millimetres.
struct Drawn
{
    explicit Drawn(ui::PagePlot& plot) : scale(plot.scale())
    {
        plot.replot(QCustomPlot::rpImmediateRefresh);
        image = plot.grab().toImage();
        ratio = image.devicePixelRatio();
    }
    // Is there trace colour within `reach` logical pixels of this point?
    bool inkAt(double xMm, double yMm, double reach = 1.5) const
    {
        const QPointF centre = scale.map(xMm, yMm) * ratio;
        const int r = int(std::ceil(reach * ratio));
        const ui::ThemeColours& c = ui::Theme::instance().colours();
        // A thin line may share its ink between two pixels; the grid is farther from the trace than this.
        const int near = distance(c.ecgPaper.rgb(), c.ecgTrace) * 3 / 5;
        for (int y = int(centre.y()) - r; y <= int(centre.y()) + r; ++y)
            for (int x = int(centre.x()) - r; x <= int(centre.x()) + r; ++x)
                if (image.rect().contains(x, y) && distance(image.pixel(x, y), c.ecgTrace) < near)
                    return true;
        return false;
    }
    report::PageScale scale;
    QImage image;
    double ratio = 1;
};

const ecg::Strip& strip(const ui::PagePlot& plot, Lead lead)
{
    for (const ecg::Strip& s : plot.page().strips)
        if (s.lead == lead)
            return s;
    return plot.page().strips.front();
}

// 1 mV between 0.5 s and 1.0 s of every lead's own column.
ecg::EcgRecord squares()
{
    ecg::EcgRecord record = test::flatRecord(1000);
    for (const Lead lead : ecg::allLeads)
        for (const double column : {0.0, 2.5, 5.0, 7.5})
            test::setLevel(record, lead, column + 0.5, column + 1.0, 1.0f);
    return record;
}

} // namespace

class TestEcgPageView : public QObject
{
    Q_OBJECT
private:
    static ui::PagePlot& plot(ui::EcgPageView& view)
    {
        return *view.findChild<ui::PagePlot*>(QStringLiteral("ecgPlot"));
    }
    static void show(ui::EcgPageView& view, QSize size = {1000, 560})
    {
        view.resize(size);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCoreApplication::processEvents();
    }
    static QString allText(QWidget* root)
    {
        QStringList parts;
        for (const QLabel* label : root->findChildren<QLabel*>())
            if (label->isVisibleTo(root))
                parts << label->text();
        return parts.join(QChar(u'\n'));
    }

private slots:
    void initTestCase() { ui::Theme::instance().apply(ui::ThemeKind::Dark); }
    void emptyStateSaysWhatBelongsHere();
    void errorStateSaysTheReason();
    void squareWaveStandsOnItsMillimetres_data();
    void squareWaveStandsOnItsMillimetres();
    void calibrationPulseIsDrawn();
    void gapsStayEmpty();
    void aspectIsLockedAtEverySizeAndZoom();
    void wheelZoomsAroundThePointer();
    void dragMovesAndDoubleClickFits();
    void keyZeroFits();
    void twelveByOne();
    void headerLines();
    void notesAreListedWorstFirst();
    void notesFoldAway();
    void themeRepaintsThePaper();
    void replotIsFast();
};

void TestEcgPageView::emptyStateSaysWhatBelongsHere()
{
    ui::EcgPageView view;
    show(view);
    QVERIFY(!view.record());
    QVERIFY(allText(&view).contains(QStringLiteral("No ECG yet")));
    QVERIFY(allText(&view).contains(QStringLiteral("Drop a file")));
    QVERIFY(!plot(view).isVisible());
    QSignalSpy opened(&view, &ui::EcgPageView::openRequested);
    QTest::mouseClick(view.findChild<QPushButton*>(QStringLiteral("ecgOpen")), Qt::LeftButton);
    QCOMPARE(opened.count(), 1);
}

void TestEcgPageView::errorStateSaysTheReason()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    view.setError(QStringLiteral("The file ends after 3 of 12 channels."));
    QVERIFY(!view.record());
    QVERIFY(allText(&view).contains(QStringLiteral("The file ends after 3 of 12 channels.")));
    QVERIFY(!plot(view).isVisible());
    QVERIFY(!view.findChild<ui::NotesPanel*>()->isVisible());
    view.setRecord(squares());
    QVERIFY(plot(view).isVisible());
    view.setRecord(std::nullopt);
    QVERIFY(allText(&view).contains(QStringLiteral("No ECG yet")));
}

void TestEcgPageView::squareWaveStandsOnItsMillimetres_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("small") << QSize(900, 520);
    QTest::newRow("large") << QSize(1400, 800);
    QTest::newRow("tall") << QSize(700, 900);
}

void TestEcgPageView::squareWaveStandsOnItsMillimetres()
{
    QFETCH(QSize, size);
    ui::EcgPageView view;
    show(view, size);
    view.setRecord(squares());
    QCoreApplication::processEvents();
    const Drawn drawn(plot(view));
    for (const Lead lead : {Lead::I, Lead::aVF, Lead::V2, Lead::V6}) {
        const ecg::Strip& s = strip(plot(view), lead);
        // Beyond the lead name, before the rise.
        const double flat = s.x + 0.44 * 25, raised = s.x + 0.75 * 25, after = s.x + 1.5 * 25;
        QVERIFY(drawn.inkAt(flat, s.baselineY));
        QVERIFY(!drawn.inkAt(flat, s.baselineY - 10));
        QVERIFY(drawn.inkAt(raised, s.baselineY - 10));
        QVERIFY(!drawn.inkAt(raised, s.baselineY));
        QVERIFY(drawn.inkAt(after, s.baselineY));
        QVERIFY(drawn.inkAt(s.x + 0.5 * 25, s.baselineY - 5)); // the rising edge
        QVERIFY(drawn.inkAt(s.x + 1.0 * 25, s.baselineY - 5)); // the falling edge
        QVERIFY(!drawn.inkAt(s.x + 0.5 * 25 + 4, s.baselineY - 5));
    }
}

void TestEcgPageView::calibrationPulseIsDrawn()
{
    ui::EcgPageView view;
    show(view, {1400, 800});
    view.setRecord(squares());
    QCoreApplication::processEvents();
    const Drawn drawn(plot(view));
    QCOMPARE(plot(view).page().pulses.size(), std::size_t(4));
    for (const ecg::CalibrationPulse& p : plot(view).page().pulses) {
        QVERIFY(drawn.inkAt(p.x + p.width / 2, p.baselineY - 10, 1));
        QVERIFY(drawn.inkAt(p.x, p.baselineY - 5, 1));
        QVERIFY(drawn.inkAt(p.x + p.width, p.baselineY - 5, 1));
        QVERIFY(!drawn.inkAt(p.x + p.width / 2, p.baselineY - 5, 1));
    }
}

void TestEcgPageView::gapsStayEmpty()
{
    ecg::EcgRecord record = test::flatRecord(500);
    test::setLevel(record, Lead::V1, 5.5, 6.0, std::numeric_limits<float>::quiet_NaN());
    record[Lead::V4].clear();
    ui::EcgPageView view;
    show(view, {1400, 800});
    view.setRecord(record);
    QCoreApplication::processEvents();
    const Drawn drawn(plot(view));
    const ecg::Strip& s = strip(plot(view), Lead::V1);
    QVERIFY(drawn.inkAt(s.x + 6, s.baselineY));
    QVERIFY(!drawn.inkAt(s.x + 0.75 * 25, s.baselineY));
    QVERIFY(drawn.inkAt(s.x + 1.5 * 25, s.baselineY));
    const ecg::Strip& absent = strip(plot(view), Lead::V4);
    QVERIFY(!drawn.inkAt(absent.x + 50, absent.baselineY));
}

void TestEcgPageView::aspectIsLockedAtEverySizeAndZoom()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    ui::PagePlot& p = plot(view);
    const auto check = [&] {
        QCoreApplication::processEvents();
        const double millivolt = std::abs(p.yAxis->coordToPixel(10) - p.yAxis->coordToPixel(0));
        const double fourTenths = std::abs(p.xAxis->coordToPixel(10) - p.xAxis->coordToPixel(0));
        QVERIFY2(std::abs(millivolt - fourTenths) < 1e-6 * millivolt,
                 qPrintable(QStringLiteral("%1 %2").arg(millivolt).arg(fourTenths)));
        QVERIFY(std::abs(millivolt - 10 * p.scale().unitsPerMm) < 1e-6 * millivolt);
        QVERIFY(p.yAxis->coordToPixel(10) > p.yAxis->coordToPixel(0));
    };
    for (const QSize& size : {QSize(700, 400), QSize(1500, 500), QSize(600, 900), QSize(1111, 777), QSize(320, 240)}) {
        view.resize(size);
        check();
        for (const double steps : {1.0, 3.0, 0.4, -2.0, 20.0, -50.0}) {
            p.zoom(steps, QPointF(p.width() * 0.3, p.height() * 0.7));
            check();
        }
        QVERIFY(p.isFitted());
        p.zoom(5, QPointF(50, 50)); // a resize while zoomed
    }
}

void TestEcgPageView::wheelZoomsAroundThePointer()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    QCoreApplication::processEvents();
    ui::PagePlot& p = plot(view);
    const QPointF at(p.width() * 0.55, p.height() * 0.5);
    const report::PageScale before = p.scale();
    for (int i = 0; i < 4; ++i) {
        QWheelEvent wheel(at, p.mapToGlobal(at), {}, {0, 120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&p, &wheel);
    }
    const report::PageScale after = p.scale();
    QVERIFY(after.unitsPerMm > before.unitsPerMm * 1.5);
    QVERIFY(!p.isFitted());
    const QPointF stays = after.map(before.xMm(at.x()), before.yMm(at.y()));
    QVERIFY2((stays - at).manhattanLength() < 6, qPrintable(QStringLiteral("%1 %2").arg(stays.x()).arg(stays.y())));
    // The square wave is where it belongs in the zoomed view too.
    const Drawn drawn(p);
    const ecg::Strip& s = strip(p, Lead::V2);
    if (QRectF(p.rect()).contains(after.map(s.x + 0.75 * 25, s.baselineY - 10)))
        QVERIFY(drawn.inkAt(s.x + 0.75 * 25, s.baselineY - 10));
}

void TestEcgPageView::dragMovesAndDoubleClickFits()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    QCoreApplication::processEvents();
    ui::PagePlot& p = plot(view);
    p.zoom(8, QRectF(p.rect()).center());
    const QPointF before = p.scale().origin;
    const QPoint from = p.rect().center();
    QTest::mousePress(&p, Qt::LeftButton, {}, from);
    QTest::mouseMove(&p, from + QPoint(-40, -25));
    QTest::mouseRelease(&p, Qt::LeftButton, {}, from + QPoint(-40, -25));
    const QPointF moved = p.scale().origin - before;
    QVERIFY2(std::abs(moved.x() + 40) < 1.01 && std::abs(moved.y() + 25) < 1.01,
             qPrintable(QStringLiteral("%1 %2").arg(moved.x()).arg(moved.y())));
    QTest::mouseDClick(&p, Qt::LeftButton, {}, from);
    QVERIFY(p.isFitted());
    // Fitted means the whole page is seen.
    const QRectF page(p.scale().map(0, 0), p.scale().map(p.page().width, p.page().height));
    QVERIFY(QRectF(p.rect()).adjusted(-1, -1, 1, 1).contains(page));
}

void TestEcgPageView::keyZeroFits()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    QCoreApplication::processEvents();
    ui::PagePlot& p = plot(view);
    view.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&view));
    p.setFocus();
    p.zoom(6, QPointF(100, 100));
    QVERIFY(!p.isFitted());
    QTest::keyClick(&p, Qt::Key_0);
    QVERIFY(p.isFitted());
}

void TestEcgPageView::twelveByOne()
{
    ui::EcgPageView view;
    show(view, {1400, 800});
    view.setRecord(squares());
    QCOMPARE(view.format(), ecg::PageFormat::ThreeByFourPlusRhythm);
    QCOMPARE(plot(view).page().strips.size(), std::size_t(13));
    view.setFormat(ecg::PageFormat::TwelveByOne);
    QCOMPARE(view.format(), ecg::PageFormat::TwelveByOne);
    QCOMPARE(plot(view).page().strips.size(), std::size_t(12));
    QCoreApplication::processEvents();
    const Drawn drawn(plot(view));
    for (const ecg::Strip& s : plot(view).page().strips) {
        QVERIFY(drawn.inkAt(s.x + 8.25 * 25, s.baselineY - 10));
        QVERIFY(drawn.inkAt(s.x + 9.25 * 25, s.baselineY));
    }
    view.setFormat(ecg::PageFormat::ThreeByFourPlusRhythm);
    QCOMPARE(plot(view).page().strips.size(), std::size_t(13));
}

void TestEcgPageView::headerLines()
{
    ecg::EcgRecord record = squares();
    record.patient.id = "0012";
    record.patient.sex = "M";
    record.patient.ageYears = 63;
    record.filters.highPassHz = 0.05;
    record.filters.lowPassHz = 150;
    ui::EcgPageView view;
    show(view);
    view.setRecord(record);
    const auto* patient = view.findChild<ui::ElidedLabel*>(QStringLiteral("ecgPatient"));
    const auto* acquisition = view.findChild<ui::ElidedLabel*>(QStringLiteral("ecgAcquisition"));
    QCOMPARE(patient->fullText(), QStringLiteral("ID 0012 · male · 63 years"));
    QCOMPARE(acquisition->fullText(), QStringLiteral("1000 Hz · 10.0 s · 0.05–150 Hz as filed · synthetic"));
    view.resize(420, 400);
    QCoreApplication::processEvents();
    QVERIFY(acquisition->text().size() < acquisition->fullText().size());
    QCOMPARE(acquisition->toolTip(), acquisition->fullText());
}

void TestEcgPageView::notesAreListedWorstFirst()
{
    ecg::EcgRecord record = squares();
    record.warnings = {{"units-assumed", "Microvolts were assumed.", "V3"}};
    record.measurements = {{"QRS duration", 92.0, "ms", ""}};
    record.statements = {"SINUS RHYTHM"};
    ui::EcgPageView view;
    show(view, {1200, 600});
    view.setRecord(record, {{"flat", "This lead is <flat>.", ecg::Severity::Warn, Lead::V2},
                            {"short", "Too short.", ecg::Severity::Block, {}}});
    auto* panel = view.findChild<ui::NotesPanel*>();
    QVERIFY(panel->isVisible());
    const QString text = allText(panel);
    const auto block = text.indexOf(QStringLiteral("Too short.")),
               warn = text.indexOf(QStringLiteral("This lead is &lt;flat&gt;.")),
               note = text.indexOf(QStringLiteral("Microvolts were assumed.")),
               stated = text.indexOf(QStringLiteral("STATED BY THE FILE"));
    QVERIFY(block >= 0 && block < warn && warn < note && note < stated);
    QVERIFY(text.indexOf(QStringLiteral("<b>V2</b>")) > block && text.contains(QStringLiteral("<b>V3</b>")));
    QVERIFY(text.indexOf(QStringLiteral("92 ms")) > stated && text.contains(QStringLiteral("SINUS RHYTHM")));
    QStringList marks;
    for (const QLabel* label : panel->findChildren<QLabel*>())
        if (!label->pixmap(Qt::ReturnByValue).isNull())
            marks << label->accessibleName();
    QCOMPARE(marks, QStringList({QStringLiteral("blocks"), QStringLiteral("warning"), QStringLiteral("note")}));
    QVERIFY(view.findChild<QToolButton*>(QStringLiteral("ecgNotesChip"))->text().contains(QStringLiteral("3")));
}

void TestEcgPageView::notesFoldAway()
{
    ecg::EcgRecord record = squares();
    record.warnings = {{"units-assumed", "Microvolts were assumed.", ""}};
    ui::EcgPageView view;
    show(view, {800, 500});
    view.setRecord(record);
    auto* panel = view.findChild<ui::NotesPanel*>();
    auto* chip = view.findChild<QToolButton*>(QStringLiteral("ecgNotesChip"));
    QVERIFY(!panel->isVisible()); // no room by itself
    QTest::mouseClick(chip, Qt::LeftButton);
    QVERIFY(panel->isVisible());
    view.resize(1300, 600);
    QTest::mouseClick(chip, Qt::LeftButton);
    QVERIFY(!panel->isVisible());
    view.resize(1400, 600); // the user's wish outlives a resize
    QVERIFY(!panel->isVisible());
}

void TestEcgPageView::themeRepaintsThePaper()
{
    ui::EcgPageView view;
    show(view);
    view.setRecord(squares());
    for (const ui::ThemeKind kind : {ui::ThemeKind::Light, ui::ThemeKind::Dark}) {
        ui::Theme::instance().apply(kind);
        QCoreApplication::processEvents();
        const QImage image = plot(view).grab().toImage();
        const ui::ThemeColours& c = ui::Theme::instance().colours();
        int paper = 0, bold = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                paper += distance(image.pixel(x, y), c.ecgPaper) < 4;
                bold += distance(image.pixel(x, y), c.ecgGridBold) < 4;
            }
        QVERIFY(paper > image.width() * image.height() / 4);
        QVERIFY(bold > image.width() * image.height() / 60);
    }
}

void TestEcgPageView::replotIsFast()
{
    ecg::EcgRecord record = squares();
    for (auto& lead : record.leads)
        for (std::size_t i = 0; i < lead.size(); ++i)
            lead[i] += 0.02f * float(std::sin(double(i) * 0.23));
    ui::EcgPageView view;
    show(view, {1400, 800});
    view.setRecord(record);
    view.setFormat(ecg::PageFormat::TwelveByOne);
    QCoreApplication::processEvents();
    double best = std::numeric_limits<double>::max();
    for (int i = 0; i < 5; ++i) {
        QElapsedTimer timer;
        timer.start();
        plot(view).replot(QCustomPlot::rpQueuedRefresh);
        best = std::min(best, double(timer.nsecsElapsed()) / 1e6);
    }
    qInfo("one replot of twelve leads at 1400 × 800: %.1f ms", best);
    QVERIFY2(best < 500, "painting would be felt"); // generous: the machine may be busy
}

QTEST_MAIN(TestEcgPageView)
#include "test_ecg_page_view.moc"
