// SPDX-License-Identifier: GPL-3.0-or-later
// What a hand does on the ECG page: callipers, QT tangent, borders of waves, filter, overlay, scrolling, true size.
#include "core/report/synthetic_ecg.h"
#include "page_fixture.h"
#include "support/test_paths.h"
#include "ui/ecg/calliper_painter.h"
#include "ui/ecg/calliper_tool.h"
#include "ui/ecg/measurement_panel.h"
#include "ui/ecg/screen_ruler.h"
#include "ui/theme/theme.h"

#include <QClipboard>
#include <QLabel>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QToolButton>

#include <cmath>

using namespace echo2ecg;
using ecg::Lead;

namespace {

// A beat each second at 0.5, 1.5 …: P, a QRS of 80 ms that rises and falls, T. `high` scales it.
ecg::EcgRecord beats(double rate = 500, double seconds = 10, double high = 1, double delay = 0)
{
    ecg::EcgRecord record = test::flatRecord(rate);
    for (auto& lead : record.leads)
        lead.assign(std::size_t(rate * seconds), 0.0f);
    const auto wave = [](double t, double centre, double width) {
        return std::exp(-0.5 * std::pow((t - centre) / width, 2));
    };
    for (const Lead lead : ecg::allLeads)
        for (std::size_t i = 0; i < record[lead].size(); ++i) {
            const double t = std::fmod(double(i) / rate - delay + 10, 1.0);
            record[lead][i] =
                float(high * (0.15 * wave(t, 0.32, 0.02) + 1.2 * wave(t, 0.5, 0.012) + 0.3 * wave(t, 0.78, 0.04)));
        }
    return record;
}

// A page of beats with a calliper tool of its own in hand.
struct Measuring
{
    explicit Measuring(ui::CalliperTool::Mode mode, QSize size = {1000, 560}) : plot(test::plotOf(view))
    {
        test::showView(view, size);
        view.setRecord(beats());
        test::settle(view);
        plot.setTools({&tool});
        tool.setMode(mode);
    }
    ~Measuring() { plot.setTools({}); }

    ui::EcgPageView view;
    ui::PagePlot& plot;
    ui::CalliperTool tool;
};

QToolButton* chip(ui::EcgPageView& view, const char* name)
{
    return view.findChild<QToolButton*>(QLatin1String(name));
}

} // namespace

class TestEcgPageTools : public QObject
{
    Q_OBJECT

    static void dragOn(ui::PagePlot& plot, QPoint from, QPoint to, Qt::KeyboardModifiers keys = {})
    {
        QTest::mousePress(&plot, Qt::LeftButton, keys, from);
        QTest::mouseMove(&plot, (from + to) / 2);
        // The modifiers travel with the event, which mouseMove() can't say.
        QMouseEvent move(QEvent::MouseMove, to, plot.mapToGlobal(to), Qt::NoButton, Qt::LeftButton, keys);
        QCoreApplication::sendEvent(&plot, &move);
        QTest::mouseRelease(&plot, Qt::LeftButton, keys, to);
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("echo2ecg-tests"));
        QCoreApplication::setApplicationName(QStringLiteral("page-tools"));
        QSettings().clear();
        ui::Theme::instance().apply(ui::ThemeKind::Dark);
    }
    void cleanupTestCase() { QSettings().clear(); }

    void aCalliperMeasuresTheInterval()
    {
        Measuring page(ui::CalliperTool::Mode::Calliper);
        auto& [view, plot, tool] = page;
        // From one R peak to the next in the rhythm strip, set a little beside the trace: it snaps.
        const ecg::Strip& rhythm = plot.page().strips.back();
        const auto at = [&](double seconds, double mv) {
            return plot.scale()
                .map(ecg::xOf(plot.page(), rhythm, seconds), ecg::yOf(plot.page(), rhythm, mv))
                .toPoint();
        };
        dragOn(plot, at(3.5, 1.2), at(4.5, 1.2));
        QCOMPARE(tool.callipers().size(), std::size_t(1));
        const ecg::Calliper& c = tool.callipers().front();
        QCOMPARE(c.lead, Lead::II);
        const double pixelMs = 1000 / (25 * plot.scale().unitsPerMm);
        QVERIFY2(std::abs(c.milliseconds() - 1000) <= pixelMs + 2, qPrintable(QString::number(c.milliseconds())));
        const double sample = std::round(c.to.seconds * 500);
        QVERIFY(std::abs(c.to.seconds * 500 - sample) < 1e-6);
        QVERIFY(ui::readingOf(c).contains(QStringLiteral(" ms · ")) &&
                ui::readingOf(c).contains(QStringLiteral("/min")));
        // It is drawn: its ink isn't there without it.
        plot.replot(QCustomPlot::rpImmediateRefresh);
        const QImage with = plot.grab().toImage();
        test::picture(view, QStringLiteral("tool-calliper"));
        tool.clear();
        plot.replot(QCustomPlot::rpImmediateRefresh);
        QVERIFY(with != plot.grab().toImage());
    }

    void keysNudgeMarchAndRemove()
    {
        Measuring page(ui::CalliperTool::Mode::Calliper);
        auto& [view, plot, tool] = page;
        const QPoint from = test::pointOf(plot, Lead::V2, 5.6, 0), to = test::pointOf(plot, Lead::V2, 6.1, 0.5);
        dragOn(plot, from, to, Qt::AltModifier);
        QCOMPARE(tool.callipers().size(), std::size_t(1));
        QCOMPARE(tool.callipers().front().lead, Lead::V2);
        const ecg::Calliper before = tool.callipers().front();
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(std::abs(tool.callipers().front().to.seconds - before.to.seconds - 0.002) < 1e-9);
        QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(std::abs(tool.callipers().front().to.seconds - before.to.seconds + 0.018) < 1e-9);
        QTest::keyClick(&plot, Qt::Key_Up);
        QVERIFY(std::abs(tool.callipers().front().to.millivolts - before.to.millivolts - 0.01) < 1e-6);
        QTest::keyClick(&plot, Qt::Key_Tab);
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(std::abs(tool.callipers().front().from.seconds - before.from.seconds - 0.002) < 1e-9);
        QTest::keyClick(&plot, Qt::Key_P);
        QVERIFY(tool.callipers().front().march);
        test::picture(view, QStringLiteral("tool-march"));
        // The end that was set is held again when it is dragged.
        const ecg::Calliper now = tool.callipers().front();
        dragOn(plot, test::pointOf(plot, Lead::V2, now.to.seconds, now.to.millivolts),
               test::pointOf(plot, Lead::V2, 6.4, 0.3), Qt::AltModifier);
        QCOMPARE(tool.callipers().size(), std::size_t(1));
        QVERIFY(std::abs(tool.callipers().front().to.seconds - 6.4) < 0.02);
        QTest::keyClick(&plot, Qt::Key_Delete);
        QVERIFY(tool.callipers().empty());
        QTest::mouseClick(&plot, Qt::LeftButton, {}, from);
        QVERIFY(tool.callipers().empty()); // a click is no calliper
    }

    void theTangentNeedsATWave()
    {
        Measuring page(ui::CalliperTool::Mode::Tangent, {1300, 700});
        auto& [view, plot, tool] = page;
        tool.setQrsOnset([](double seconds) { return std::optional(std::floor(seconds) + 0.46); });
        QTest::mouseClick(&plot, Qt::LeftButton, {}, test::pointOf(plot, Lead::V3, 5.84, 0.2));
        QCOMPARE(tool.tangents().size(), std::size_t(1));
        // A Gauss wave's steepest point is one width from its centre, and its tangent ends one width further.
        const ecg::QtTangent& t = tool.tangents().front();
        QVERIFY2(std::abs(t.tEnd - 5.86) < 0.006, qPrintable(QString::number(t.tEnd)));
        QVERIFY(std::abs(*t.qtMilliseconds() - 400) < 6);
        QVERIFY(ui::readingOf(t).startsWith(QStringLiteral("QT 4")) ||
                ui::readingOf(t).startsWith(QStringLiteral("QT 39")));
        test::picture(view, QStringLiteral("tool-tangent"));
    }

    void aFilterIsForTheEyesAlone()
    {
        ecg::EcgRecord record = beats();
        for (auto& lead : record.leads)
            for (std::size_t i = 0; i < lead.size(); ++i)
                lead[i] += 0.3f * float(std::sin(2 * 3.14159265 * 50 * double(i) / 500));
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(record);
        test::settle(view);
        QVERIFY(!test::plotOf(view).content().foot.contains(QStringLiteral("shown with")));
        ui::PageOptions options = view.options();
        options.filter = {0.5, 40.0, 50.0};
        view.setOptions(options);
        QTRY_VERIFY(test::plotOf(view).record() != view.record());
        const ecg::EcgRecord& shown = *test::plotOf(view).record();
        double rest = 0;
        for (std::size_t i = 1000; i < 1100; ++i) // between two beats
            rest = std::max(rest, std::abs(double(shown[Lead::II][i])));
        QVERIFY2(rest < 0.1, qPrintable(QString::number(rest)));
        QCOMPARE((*view.record())[Lead::II], record[Lead::II]); // as recorded
        QVERIFY(test::plotOf(view).content().foot.contains(QStringLiteral("shown with 0.5–40 Hz")));
        QVERIFY(chip(view, "ecgFilter")->isChecked());
        test::picture(view, QStringLiteral("filtered"));
        options.filter = {};
        view.setOptions(options);
        QTRY_COMPARE(test::plotOf(view).record(), view.record());
    }

    void aLongRecordingScrolls()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(beats(500, 10));
        QVERIFY(!view.findChild<QWidget*>(QStringLiteral("ecgTime"))->isVisible());
        view.setRecord(beats(500, 95));
        test::settle(view);
        auto* scroll = view.findChild<QScrollBar*>(QStringLiteral("ecgTimeScroll"));
        QVERIFY(scroll->isVisible());
        ui::PagePlot& plot = test::plotOf(view);
        QCOMPARE(plot.page().fromSeconds, 0.0);
        view.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        plot.setFocus();
        QTest::keyClick(&plot, Qt::Key_PageDown);
        QCOMPARE(plot.page().fromSeconds, 10.0);
        QTest::keyClick(&plot, Qt::Key_End);
        QCOMPARE(plot.page().fromSeconds, 85.0);
        QCOMPARE(plot.page().strips.back().toSeconds, 95.0);
        QTest::keyClick(&plot, Qt::Key_Home);
        QCOMPARE(plot.page().fromSeconds, 0.0);
        test::picture(view, QStringLiteral("long"));
    }

    void trueSizeIsWhatTheRulerSays()
    {
        ui::EcgPageView view;
        test::showView(view, {1200, 700});
        view.setRecord(beats());
        test::settle(view);
        ui::PagePlot& plot = test::plotOf(view);
        auto* ruler = view.findChild<ui::RulerPanel*>();
        QVERIFY(!ruler->isVisible());
        QVERIFY(!ui::scaleOf(view.screen()).calibrated);
        view.showTrueSize(); // never calibrated: the ruler is asked for
        QVERIFY(ruler->isVisible());
        QCoreApplication::processEvents();
        test::picture(view, QStringLiteral("ruler"));
        QTest::mouseClick(ruler, Qt::LeftButton, {},
                          QPoint(16 + 432, ruler->height() - 34)); // 100 mm are 432 pixels here
        QVERIFY(std::abs(ruler->pixelsPerMm() - 4.32) < 0.01);
        QTest::mouseClick(view.findChild<QWidget*>(QStringLiteral("ecgRulerSave")), Qt::LeftButton);
        QVERIFY(!ruler->isVisible());
        QVERIFY(ui::scaleOf(view.screen()).calibrated);
        QVERIFY(std::abs(plot.scale().unitsPerMm - 4.32) < 0.01);
        view.resize(1100, 600); // stays true
        QCoreApplication::processEvents();
        QVERIFY(std::abs(plot.scale().unitsPerMm - 4.32) < 0.01);
        view.setFormat(ecg::PageFormat::TwelveByOne);
        QVERIFY(std::abs(plot.scale().unitsPerMm - 4.32) < 0.01);
        // The grid has its lines there: 25 mm of bold lines are five squares of 21.6 pixels.
        const QImage image = plot.grab().toImage();
        std::vector<int> bold;
        const int y = image.height() - 2;
        for (int x = 0; x < image.width(); ++x) {
            const QColor c = image.pixelColor(x, y), g = plot.colours().gridBold;
            if (std::abs(c.red() - g.red()) + std::abs(c.green() - g.green()) + std::abs(c.blue() - g.blue()) < 6)
                bold.push_back(x);
        }
        QVERIFY(bold.size() > 10 || y < 0);
        view.showTrueSize(); // known now
        QVERIFY(!ruler->isVisible());
        view.fit();
        QVERIFY(plot.isFitted());
    }

    void anOverlayLiesOnTheBeats()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(beats());
        view.setOverlay(beats(1000, 10, 0.6, 0.23), QStringLiteral("2018-05-01"));
        test::settle(view);
        QTRY_VERIFY(test::plotOf(view).content().overlay);
        QTRY_VERIFY(std::abs(test::plotOf(view).content().overlay->shiftSeconds) > 0.01);
        const double shift = test::plotOf(view).content().overlay->shiftSeconds;
        const double off = std::remainder(shift - 0.23, 1.0);
        QVERIFY2(std::abs(off) < 0.005, qPrintable(QString::number(shift)));
        QVERIFY(test::plotOf(view).content().foot.contains(QStringLiteral("2018-05-01")));
        test::picture(view, QStringLiteral("overlay"));
        view.toggleMedianBeat();
        QVERIFY(test::plotOf(view).content().overlay);
        test::picture(view, QStringLiteral("overlay-beat"));
        QTest::mouseClick(chip(view, "ecgOverlay"), Qt::LeftButton); // takes it away
        QVERIFY(!test::plotOf(view).content().overlay);
        QSignalSpy asked(&view, &ui::EcgPageView::overlayRequested);
        QTest::mouseClick(chip(view, "ecgOverlay"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
    }

    void movedBordersChangeTheIntervals()
    {
        ui::EcgPageView view;
        test::showView(view, {1300, 600});
        view.setRecord(beats());
        test::settle(view);
        view.toggleMedianBeat();
        view.showSide(ui::EcgPageView::Side::Measurements);
        ui::PageOptions options = view.options();
        options.beat.format = ecg::PageFormat::Superimposed;
        options.beat.mmPerSecond = 100;
        view.setOptions(options);
        QCoreApplication::processEvents();
        ui::PagePlot& plot = test::plotOf(view);
        const auto before = *view.measurements();
        QVERIFY(before.borders.qrsOnset && before.borders.qrsOffset);
        QVERIFY(!before.borderMoved);
        const double qrs = *before[ecg::Quantity::Qrs].value;
        const ecg::Strip& strip = plot.page().strips.front();
        const auto at = [&](double seconds) {
            return plot.scale().map(ecg::xOf(plot.page(), strip, seconds), strip.baselineY - 20).toPoint();
        };
        dragOn(plot, at(*before.borders.qrsOffset), at(*before.borders.qrsOffset + 0.03));
        QVERIFY(view.measurements()->borderMoved);
        const double wider = *(*view.measurements())[ecg::Quantity::Qrs].value;
        QVERIFY2(std::abs(wider - qrs - 30) < 8, qPrintable(QString::number(wider - qrs)));
        QTest::keyClick(&plot, Qt::Key_Right);
        QVERIFY(*(*view.measurements())[ecg::Quantity::Qrs].value > wider);
        // None can be moved past its neighbour.
        for (int i = 0; i < 60; ++i)
            QTest::keyClick(&plot, Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(*view.measurements()->borders.qrsOffset > *view.measurements()->borders.qrsOnset);
        test::picture(view, QStringLiteral("borders"));
        QTest::mouseClick(view.findChild<QWidget*>(QStringLiteral("ecgBordersReset")), Qt::LeftButton);
        QVERIFY(!view.measurements()->borderMoved);
        QCOMPARE(view.measurements()->borders, before.borders);
        QCOMPARE(*(*view.measurements())[ecg::Quantity::Qrs].value, qrs);
    }

    void theFilesOwnMeasurementsComeFirst()
    {
        ecg::EcgRecord record = beats();
        record.measurements = {{"QRS duration", 96.0, "ms", ""}};
        ui::EcgPageView view;
        test::showView(view, {1300, 600});
        view.setRecord(record);
        test::settle(view);
        view.showSide(ui::EcgPageView::Side::Measurements);
        auto* panel = view.findChild<ui::MeasurementPanel*>();
        QVERIFY(panel->isVisible());
        const QString text = panel->asText();
        const QStringList line = text.split(u'\n').filter(QStringLiteral("QRS duration")).value(0).split(u'\t');
        QCOMPARE(line.size(), 4);
        QCOMPARE(line[1], QStringLiteral("96"));
        QVERIFY(line[2].toDouble() > 50 && line[2].toDouble() < 120);
        QCOMPARE(line[3], QStringLiteral("ms"));
        test::picture(view, QStringLiteral("measurements"));
        // A flat line has nothing to measure, and says so.
        view.setRecord(test::flatRecord(500));
        test::settle(view);
        QVERIFY(panel->asText().contains(QStringLiteral("—")));
        QVERIFY(!chip(view, "ecgMedianBeat")->isEnabled());
        view.showSide(ui::EcgPageView::Side::Measurements);
        QVERIFY(!panel->isVisible()); // the same again closes it
    }

    void whatMovedTheEmbeddingIsBehindTheTraces()
    {
        const ecg::EcgRecord record = beats();
        const ecg::EcgRecipe recipe;
        inference::EcgSaliency saliency;
        saliency.columns = 1008;
        saliency.columnsPerSecond = 500;
        saliency.values.assign(12 * 1008, 0.0f);
        for (int i = 240; i < 260; ++i) // the first QRS of lead II
            saliency.values[std::size_t(1008 + i)] = 1;
        saliency.patches = 42;
        saliency.perPatch.assign(12 * 42, 0.0f);
        saliency.perPatch[42 + 10] = 20;
        saliency.signalSha256 = record.signalHash();
        saliency.recipeHash = recipe.hash();
        inference::shareAmongLeads(saliency);

        ui::EcgPageView view;
        test::showView(view, {1400, 700});
        view.setRecipe(recipe, QStringLiteral("demo"));
        view.setRecord(record);
        test::settle(view);
        view.setFormat(ecg::PageFormat::TwelveByOne);
        ui::PagePlot& plot = test::plotOf(view);
        const auto tinted = [&](Lead lead, double seconds) {
            plot.replot(QCustomPlot::rpImmediateRefresh);
            const QImage image = plot.grab().toImage();
            const QPoint at = test::pointOf(plot, lead, seconds, -0.15) * image.devicePixelRatio();
            return std::abs(qBlue(image.pixel(at)) - plot.colours().paper.blue());
        };
        QVERIFY(tinted(Lead::II, 0.495) < 40);
        view.setSaliency(saliency);
        QVERIFY(plot.content().saliency);
        QVERIFY2(tinted(Lead::II, 0.495) > 40, qPrintable(QString::number(tinted(Lead::II, 0.495))));
        QVERIFY(tinted(Lead::V4, 0.495) < 40); // another lead
        QVERIFY(tinted(Lead::II, 1.2) < 40);   // another time
        view.showSide(ui::EcgPageView::Side::Model);
        QTest::qWait(300);
        test::picture(view, QStringLiteral("saliency"));
        // Of another signal it isn't shown, and another case forgets it.
        view.setRecord(beats(500, 10, 0.7));
        QVERIFY(!plot.content().saliency);
        view.setSaliency(saliency);
        QVERIFY(!plot.content().saliency);
    }

    void anOverlayNeedsACase()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setOverlay(beats(), QStringLiteral("alone")); // nothing to lay it over
        QTest::qWait(50);
        QVERIFY(!view.record());
        view.setRecord(beats());
        view.setOverlay(beats(1000), QStringLiteral("second"));
        view.setError(QStringLiteral("Unreadable."));
        QTest::qWait(150); // what was under way comes to nothing
        QVERIFY(!view.record());
    }

    void aLongerPageBeginsWhereItCan()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(beats(500, 60));
        test::settle(view);
        view.findChild<QScrollBar*>(QStringLiteral("ecgTimeScroll"))->setValue(4500);
        QCOMPARE(test::plotOf(view).page().fromSeconds, 45.0);
        ui::PageOptions options = view.options();
        QCOMPARE(options.recording.startSeconds, 45.0);
        options.recording.mmPerMillivolt = 5; // what isn't about time doesn't scroll
        view.setOptions(options);
        QCOMPARE(test::plotOf(view).page().fromSeconds, 45.0);
        view.setFormat(ecg::PageFormat::SingleLead); // a minute on one page
        QCOMPARE(test::plotOf(view).page().fromSeconds, 0.0);
    }

    void aFilterThatTheRateCannotBearIsNotNamed()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(beats(100));
        test::settle(view);
        ui::PageOptions options = view.options();
        options.filter = {0.5, 150.0, 50.0};
        view.setOptions(options);
        QTRY_VERIFY(test::plotOf(view).content().foot.contains(QStringLiteral("shown with")));
        const QString foot = test::plotOf(view).content().foot;
        QVERIFY2(foot.contains(QStringLiteral("0.5")) && !foot.contains(QStringLiteral("150")) &&
                     !foot.contains(QStringLiteral("notch")),
                 qPrintable(foot));
    }

    void callipersOfTheBeatAreItsOwn()
    {
        ui::EcgPageView view;
        test::showView(view);
        view.setRecord(beats());
        test::settle(view);
        ui::PagePlot& plot = test::plotOf(view);
        view.toggleCallipers();
        dragOn(plot, test::pointOf(plot, Lead::I, 0.5, 0.4), test::pointOf(plot, Lead::I, 1.5, 0.9));
        const auto ink = [&] {
            plot.replot(QCustomPlot::rpImmediateRefresh);
            const QImage image = plot.grab().toImage();
            int found = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    found += image.pixelColor(x, y) == plot.colours().mark;
            return found;
        };
        const int withCalliper = ink();
        QVERIFY(withCalliper > 50);
        ui::PageOptions options = view.options();
        options.source = ui::PageSource::MedianBeat;
        options.beat.format = ecg::PageFormat::ThreeByFour;
        view.setOptions(options);
        QCOMPARE(test::plotOf(view).content().overlay.has_value(), false);
        view.toggleMedianBeat();
        QVERIFY(std::abs(ink() - withCalliper) < withCalliper / 4); // still where it was set
    }

    void aLeadThatRunsOffThePageSaysSo()
    {
        ecg::EcgRecord record = beats();
        const auto shot = [&](float offset) {
            ecg::EcgRecord moved = record;
            for (float& v : moved[Lead::V3])
                v += offset;
            ui::EcgPageView view;
            test::showView(view);
            view.setRecord(moved);
            test::settle(view);
            ui::PagePlot& plot = test::plotOf(view);
            plot.replot(QCustomPlot::rpImmediateRefresh);
            const QImage image = plot.grab().toImage();
            // Ink on the zero line of V3, where a flat trace would be or the words are.
            const ecg::Strip& s = test::stripOf(plot, Lead::V3);
            int ink = 0;
            const QPointF from = plot.scale().map(s.x + 12, s.baselineY - 2.5),
                          to = plot.scale().map(s.x + 50, s.baselineY + 0.5);
            for (int y = int(from.y()); y <= int(to.y()); ++y)
                for (int x = int(from.x()); x <= int(to.x()); ++x)
                    ink += image.rect().contains(x, y) && qGreen(image.pixel(x, y)) > 140;
            return ink;
        };
        QVERIFY(shot(-40) > 60); // only the words can be there
    }

    void optionsAreRememberedButForTheFilter()
    {
        ui::PageOptions options;
        options.recording.format = ecg::PageFormat::SixByTwo;
        options.recording.mmPerSecond = 50;
        options.recording.cabrera = true;
        options.recording.startSeconds = 40;
        options.beat.mmPerMillivolt = 10;
        options.paper = ui::EcgPaper::Green;
        options.filter.lowPassHz = 40;
        QSettings settings;
        ui::save(settings, options);
        const ui::PageOptions back = ui::restored(settings);
        options.filter = {};
        options.recording.startSeconds = 0;
        QCOMPARE(back, options);
        settings.setValue(QStringLiteral("ecgPage/mmPerSecond"), 1e9);
        settings.setValue(QStringLiteral("ecgPage/layout"), QStringLiteral("7x7"));
        settings.setValue(QStringLiteral("ecgPaper"), 99);
        const ui::PageOptions odd = ui::restored(settings);
        QCOMPARE(odd.recording.mmPerSecond, 25.0);
        QCOMPARE(odd.recording.format, ecg::PageFormat::ThreeByFourPlusRhythm);
        QCOMPARE(odd.paper, ui::EcgPaper::Monochrome);
    }

    void everyPaperKeepsTheTraceReadable()
    {
        for (const ui::ThemeKind kind : {ui::ThemeKind::Dark, ui::ThemeKind::Light})
            for (int paper = 0; paper <= int(ui::EcgPaper::Monochrome); ++paper) {
                const ui::EcgPaperColours c = ui::coloursOf(ui::EcgPaper(paper), ui::Theme::coloursOf(kind));
                for (const QColor& back : {c.paper, c.gridFine, c.gridBold})
                    QVERIFY2(ui::contrast(c.trace, back) >= 7, qPrintable(back.name()));
                QVERIFY(ui::contrast(c.overlay, c.paper) >= 4.5);
                QVERIFY(ui::contrast(c.mark, c.paper) >= 4.5);
            }
    }
};

QTEST_MAIN(TestEcgPageTools)
#include "test_ecg_page_tools.moc"
