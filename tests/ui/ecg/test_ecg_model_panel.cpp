// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ecg/ecg_test_support.h"
#include "ecg/ecg_reader.h"
#include "inference/bundles.h"
#include "inference/engine.h"
#include "support/picture.h"
#include "ui/ecg/ecg_step_rows.h"
#include "ui/ecg/ecg_steps_view.h"
#include "ui/ecg/lead_share_bars.h"
#include "ui/ecg/model_panel.h"
#include "ui/ecg/saliency_overlay.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>

#include <limits>

using namespace echo2ecg;
using ecg::Lead;
using inference::EcgSaliency;
using inference::SaliencyMethod;

namespace {

constexpr int patience = 20'000;

std::shared_ptr<const ecg::EcgRecord> shared(ecg::EcgRecord record)
{
    return std::make_shared<const ecg::EcgRecord>(std::move(record));
}

// V2 moved it most, at each QRS complex of a record with one a second in the middle of the second; III a little.
EcgSaliency saliencyOf(const ecg::EcgRecord& record, const ecg::EcgRecipe& recipe,
                       SaliencyMethod method = SaliencyMethod::IntegratedGradients)
{
    const bool rollout = method == SaliencyMethod::AttentionRollout;
    EcgSaliency s;
    s.method = method;
    s.patches = recipe.windowSamples / 24;
    s.columns = rollout ? s.patches : recipe.windowSamples;
    const double hz = recipe.resampleToHz.value_or(record.samplingHz);
    s.startSeconds = recipe.windowStart / hz;
    s.columnsPerSecond = rollout ? hz / 24 : hz;
    s.values.assign(12 * std::size_t(s.columns), rollout ? 0.001f : 0.0f);
    for (int i = 0; i < s.columns; ++i) {
        const double second = s.startSeconds + i / s.columnsPerSecond, phase = second - std::floor(second);
        if (std::abs(phase - 0.5) < 0.04) {
            s.values[ecg::index(Lead::V2) * std::size_t(s.columns) + std::size_t(i)] += i % 2 ? 0.03f : -0.03f;
            s.values[ecg::index(Lead::III) * std::size_t(s.columns) + std::size_t(i)] += 0.01f;
        }
    }
    if (rollout)
        for (float& value : s.values)
            value = std::abs(value);
    s.perPatch.assign(12 * std::size_t(s.patches), 0.0f);
    s.embeddingChange = 7.9;
    s.completenessError = 0.0013;
    s.points = 13;
    s.signalSha256 = record.signalHash();
    s.recipeHash = recipe.hash();
    inference::shareAmongLeads(s);
    return s;
}

} // namespace

class TestEcgModelPanel : public QObject
{
    Q_OBJECT

    struct Eyes
    {
        ui::ModelPanel panel;
        Eyes()
        {
            panel.resize(360, 900);
            panel.show();
            (void)QTest::qWaitForWindowExposed(&panel);
        }
        void show(std::shared_ptr<const ecg::EcgRecord> record, const ecg::EcgRecipe& recipe = {})
        {
            QSignalSpy prepared(&panel, &ui::ModelPanel::prepared);
            panel.setCase(std::move(record), recipe, QStringLiteral("demo-1 (simulated)"));
            QVERIFY(prepared.count() || prepared.wait(patience));
        }
        template <class T> T* find(const char* name) const { return panel.findChild<T*>(QLatin1String(name)); }
        QString words(const char* name) const { return find<QLabel>(name)->text(); }
        ui::EcgStepsView& steps() const { return *find<ui::EcgStepsView>("ecgSteps"); }
        bool said(ecg::Severity severity, const char* text) const
        {
            bool listed = false, visible = false;
            for (const ecg::Finding& note : panel.notes())
                listed = listed || (note.severity == severity &&
                                    QString::fromStdString(note.sentence).contains(QLatin1String(text)));
            for (const QLabel* label : panel.findChildren<QLabel*>("modelNote"))
                visible = visible || (label->isVisible() && label->text().contains(QLatin1String(text)));
            return listed && visible;
        }
        void picture(const char* name) { test::picture(panel, QString::fromLatin1(name)); }
    };

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }
    void emptyStatesSayWhatIsNeeded();
    void stepsAppear();
    void leadChanges();
    void resamplingIsAWarning();
    void severalWindowsAreOneStretch();
    void tooShortIsAWarning();
    void whatCantBePreparedSaysWhy();
    void replacedSamplesAreAWarning();
    void longRecordingIsShownAroundTheWindow();
    void anotherCaseReplacesTheFirst();
    void preparesWhenLookedAt();
    void explaining();
    void saliencyOfAnotherSignalIsRefused();
    void bandsLieOverTheWindow();
    void strengthIsRelativeAndEven();
    void overlayIsInRecordingTime();
    void tracesStayReadable();
    void realRecordings_data();
    void realRecordings();
};

void TestEcgModelPanel::emptyStatesSayWhatIsNeeded()
{
    Eyes eyes;
    QVERIFY(eyes.find<QLabel>("modelEmpty")->isVisible());
    QVERIFY(eyes.words("modelEmpty").contains("Open an ECG"));
    eyes.panel.setCase(shared(test::syntheticRecord()), std::nullopt, {});
    QVERIFY(eyes.words("modelEmpty").contains("model bundle is needed"));
    QVERIFY(!eyes.find<QPushButton>("explainGradients")->isVisible());
    QVERIFY(!eyes.find<QComboBox>("modelLead")->isVisible());
    eyes.picture("model-empty");
    eyes.show(shared(test::syntheticRecord()));
    QVERIFY(!eyes.find<QLabel>("modelEmpty")->isVisible());
    eyes.panel.setCase(nullptr, ecg::EcgRecipe{}, {});
    QVERIFY(eyes.find<QLabel>("modelEmpty")->isVisible());
}

void TestEcgModelPanel::stepsAppear()
{
    Eyes eyes;
    const ecg::EcgRecipe recipe;
    eyes.show(shared(test::syntheticRecord()), recipe);
    const QStringList captions = eyes.steps().captions();
    QCOMPARE(captions.size(), 5);
    const QStringList titles{"As recorded", "Clipped", "Baseline removed", "Normalised", "What the encoder gets"};
    for (int i = 0; i < 5; ++i)
        QVERIFY2(captions[i].startsWith(titles[i]), qPrintable(captions[i]));
    QCOMPARE(eyes.words("modelWindow"), QString("Samples 0 – 1007: 2.02 s at 500 Hz"));
    QCOMPARE(eyes.words("modelRecipe"), QString::fromStdString(recipe.describe()));
    QVERIFY(eyes.words("modelBundle").contains("demo-1 (simulated)"));
    QVERIFY(eyes.words("modelBundle").contains(QString::fromStdString(recipe.hash()).left(12)));
    QVERIFY(eyes.said(ecg::Severity::Note, "states no rate"));
    QVERIFY(eyes.said(ecg::Severity::Note, "2.02 of 10.0 s"));
    // All steps share one axis, and the rows stand under each other inside the panel.
    QCOMPARE(eyes.steps().shownSeconds(), std::make_pair(0.0, 10.0));
    for (std::size_t i = 1; i < 5; ++i) {
        QVERIFY(eyes.steps().plotOf(i).top() > eyes.steps().plotOf(i - 1).bottom());
        QCOMPARE(eyes.steps().plotOf(i).left(), eyes.steps().plotOf(0).left());
    }
    QTRY_VERIFY(eyes.steps().plotOf(4).bottom() < eyes.steps().height());
    QVERIFY(eyes.steps().width() <= 360);
    // The steps have the whole height of the panel.
    QTRY_VERIFY(eyes.find<QScrollArea>("modelScroll")->height() > 800);
    eyes.picture("model-steps");
}

void TestEcgModelPanel::leadChanges()
{
    Eyes eyes;
    eyes.show(shared(test::syntheticRecord()));
    QSignalSpy changed(&eyes.panel, &ui::ModelPanel::leadChanged);
    const QImage before = eyes.steps().grab().toImage();
    eyes.find<QComboBox>("modelLead")->setCurrentIndex(int(ecg::index(Lead::V6)));
    QCOMPARE(eyes.panel.lead(), Lead::V6);
    QCOMPARE(changed.count(), 1);
    QVERIFY(eyes.steps().grab().toImage() != before);
    eyes.panel.setLead(Lead::II);
    QCOMPARE(eyes.find<QComboBox>("modelLead")->currentText(), QString("II"));
    QVERIFY(eyes.steps().grab().toImage() == before);
}

void TestEcgModelPanel::resamplingIsAWarning()
{
    Eyes eyes;
    ecg::EcgRecipe recipe;
    recipe.resampleToHz = 500;
    recipe.windowStart = 250;
    eyes.show(shared(test::syntheticRecord(1000)), recipe);
    QVERIFY(eyes.said(ecg::Severity::Warn, "resampled from 1000.0 to 500.0 Hz"));
    QVERIFY(!eyes.said(ecg::Severity::Note, "states no rate"));
    QCOMPARE(eyes.words("modelWindow"), QString("Samples 250 – 1257: 2.02 s at 500 Hz"));
    QCOMPARE(eyes.steps().captions().size(), 6);
    QVERIFY(eyes.steps().captions()[1].startsWith("Resampled: 500 Hz"));
    eyes.picture("model-resampled");
}

void TestEcgModelPanel::severalWindowsAreOneStretch()
{
    Eyes eyes;
    ecg::EcgRecipe recipe;
    recipe.resampleToHz = 250;
    recipe.windowSamples = 600;
    recipe.mostWindows = 4;
    const auto record = shared(test::syntheticRecord(500));
    eyes.show(record, recipe);
    QCOMPARE(eyes.words("modelWindow"), QString("Samples 0 – 2399: 9.60 s at 250 Hz, in 4 windows"));
    const ui::ShownSteps shown{record, std::make_shared<const ecg::EcgSteps>(ecg::preprocessSteps(*record, recipe)), recipe};
    const std::vector<ui::StepRow> rows = ui::stepRows(shown, Lead::V3);
    QVERIFY(rows.back().isWindow);
    QCOMPARE(rows.back().values.size(), std::size_t(2400));
    const std::vector<float>& whole = rows[rows.size() - 2].values; // normalised
    QVERIFY(std::equal(rows.back().values.begin(), rows.back().values.end(), whole.begin()));
    QCOMPARE(shown.windowBorders(), (std::vector<double>{2.4, 4.8, 7.2}));

    // Each border is a line in what the encoder gets.
    const QRectF plot = eyes.steps().plotOf(rows.size() - 1);
    const QImage picture = eyes.steps().grab().toImage();
    const double scale = picture.devicePixelRatio();
    const auto colour = [&](double share, double down) { return picture.pixelColor(int((std::round(plot.left() + share * plot.width()) + 0.5) * scale), int((plot.top() + down) * scale)); };
    for (const double share : {0.25, 0.5, 0.75})
        QVERIFY2(colour(share, 3) != colour(share - 0.1, 3) && colour(share, 3) == colour(share, 6), qPrintable(QString::number(share)));
    eyes.picture("model-windows");
}

void TestEcgModelPanel::tooShortIsAWarning()
{
    Eyes eyes;
    eyes.show(shared(test::syntheticRecord(100)));
    QVERIFY(eyes.said(ecg::Severity::Block, "too short"));
    QCOMPARE(eyes.steps().captions().size(), 1); // the recording, and that it ends before the window does
    QVERIFY(std::abs(eyes.steps().shownSeconds().second - 10.08) < 1e-9);
    const QRectF plot = eyes.steps().plotOf(0);
    const QImage drawn = eyes.steps().grab().toImage();
    const auto pixel = [&](double share) {
        return drawn.pixelColor(
            (QPointF(plot.left() + share * plot.width(), plot.bottom() - 3) * drawn.devicePixelRatio()).toPoint());
    };
    const QColor inside = pixel(0.3);
    int others = 0;
    for (double share = 0.993; share < 0.9995; share += 0.001)
        others += pixel(share) != inside ? 1 : 0;
    QVERIFY(others > 0); // what is missing is hatched
    QVERIFY(eyes.steps().captions()[0].contains("the window ends 0.08 s later"));
    QVERIFY(!eyes.find<QPushButton>("explainGradients")->isEnabled());
    eyes.picture("model-short");
}

void TestEcgModelPanel::whatCantBePreparedSaysWhy()
{
    Eyes eyes;
    ecg::EcgRecord noRate = test::syntheticRecord();
    noRate.samplingHz = 0;
    eyes.show(shared(noRate));
    QVERIFY(eyes.said(ecg::Severity::Block, "no sampling rate"));
    QVERIFY(eyes.words("modelWindow").contains("isn't known"));
    QVERIFY(eyes.steps().captions().isEmpty());
    ecg::EcgRecord eleven = test::syntheticRecord();
    eleven[Lead::V6].clear();
    eyes.show(shared(eleven));
    QVERIFY(eyes.said(ecg::Severity::Block, "missing: V6"));
    QCOMPARE(eyes.steps().captions().size(), 1);
    eyes.panel.setLead(Lead::V6); // isn't there
    QCOMPARE(eyes.steps().captions().size(), 0);
    QVERIFY(!eyes.find<QPushButton>("explainGradients")->isEnabled());
}

void TestEcgModelPanel::replacedSamplesAreAWarning()
{
    Eyes eyes;
    ecg::EcgRecord record = test::syntheticRecord();
    for (std::size_t i = 300; i < 340; ++i)
        record[Lead::II][i] = std::numeric_limits<float>::quiet_NaN();
    eyes.show(shared(std::move(record)));
    QVERIFY(eyes.said(ecg::Severity::Warn, "40 invalid samples were set to zero"));
    QCOMPARE(eyes.panel.notes().front().severity, ecg::Severity::Warn); // the worst first
    eyes.picture("model-invalid");
}

void TestEcgModelPanel::longRecordingIsShownAroundTheWindow()
{
    Eyes eyes;
    ecg::EcgRecipe recipe;
    recipe.windowStart = 50 * 500;
    eyes.show(shared(test::syntheticRecord(500, 120)), recipe);
    const auto [from, to] = eyes.steps().shownSeconds();
    QVERIFY(from > 40 && from < 50 && to > 52.016 && to < 65);
    QVERIFY(eyes.said(ecg::Severity::Note, "2.02 of 120 s"));
    eyes.picture("model-long");
}

void TestEcgModelPanel::anotherCaseReplacesTheFirst()
{
    Eyes eyes;
    QSignalSpy prepared(&eyes.panel, &ui::ModelPanel::prepared);
    for (int i = 0; i < 5; ++i)
        eyes.panel.setCase(shared(test::syntheticRecord(500, 60 + i)), ecg::EcgRecipe{}, "slow");
    eyes.panel.setCase(shared(test::syntheticRecord(250)), ecg::EcgRecipe{}, "last");
    QTRY_VERIFY_WITH_TIMEOUT(!eyes.panel.isPreparing(), patience);
    QTest::qWait(50);
    QCOMPARE(prepared.count(), 1);
    QVERIFY(eyes.steps().captions()[0].contains("250 Hz"));
    // Taken away while it is prepared: nothing comes any more.
    eyes.panel.setCase(shared(test::syntheticRecord(500, 60)), ecg::EcgRecipe{}, "gone");
    eyes.panel.setCase(nullptr, std::nullopt, {});
    QTest::qWait(200);
    QCOMPARE(prepared.count(), 1);
    QVERIFY(eyes.steps().captions().isEmpty());
}

void TestEcgModelPanel::preparesWhenLookedAt()
{
    ui::ModelPanel panel;
    QSignalSpy prepared(&panel, &ui::ModelPanel::prepared);
    panel.setCase(shared(test::syntheticRecord()), ecg::EcgRecipe{}, "b");
    QVERIFY(!panel.isPreparing());
    panel.show();
    QVERIFY(prepared.count() || prepared.wait(patience));
}

void TestEcgModelPanel::explaining()
{
    Eyes eyes;
    const auto record = shared(test::syntheticRecord());
    const ecg::EcgRecipe recipe;
    eyes.show(record, recipe);
    qRegisterMetaType<SaliencyMethod>();
    QSignalSpy asked(&eyes.panel, &ui::ModelPanel::explainRequested),
        cancelled(&eyes.panel, &ui::ModelPanel::cancelRequested);
    auto* explain = eyes.find<QPushButton>("explainGradients");
    auto* stop = eyes.find<QPushButton>("explainCancel");
    auto* bars = eyes.find<ui::LeadShareBars>("leadShares");
    QVERIFY(!bars->isVisible() && !stop->isVisible());
    QTest::mouseClick(explain, Qt::LeftButton);
    QTest::mouseClick(eyes.find<QPushButton>("explainRollout"), Qt::LeftButton);
    QCOMPARE(asked.count(), 2);
    QCOMPARE(asked[0][0].value<SaliencyMethod>(), SaliencyMethod::IntegratedGradients);
    QCOMPARE(asked[1][0].value<SaliencyMethod>(), SaliencyMethod::AttentionRollout);

    eyes.panel.setExplaining(true, "gradients 4 of 13 · 0:02 left");
    QVERIFY(stop->isVisible() && !explain->isVisible());
    QVERIFY(eyes.words("explainStatus").contains("4 of 13"));
    eyes.picture("model-explaining");
    QTest::mouseClick(stop, Qt::LeftButton);
    QCOMPARE(cancelled.count(), 1);

    QVERIFY(eyes.panel.setSaliency(saliencyOf(*record, recipe)));
    QVERIFY(explain->isVisible() && !stop->isVisible() && bars->isVisible());
    QCOMPARE(bars->filled(Lead::V2), 1.0);
    QVERIFY(std::abs(bars->filled(Lead::III) - 1.0 / 3) < 0.01);
    QCOMPARE(bars->filled(Lead::aVR), 0.0);
    QVERIFY(bars->accessibleDescription().contains("V2 75.0 %"));
    QVERIFY(eyes.words("explanation").contains("within 0.1 %"));
    QTest::mouseClick(bars, Qt::LeftButton, {}, bars->rowOf(Lead::V2).center().toPoint());
    QCOMPARE(eyes.panel.lead(), Lead::V2); // what moved it most is one click away
    eyes.picture("model-saliency");

    EcgSaliency doubtful = saliencyOf(*record, recipe);
    doubtful.completenessError = 0.2;
    QVERIFY(eyes.panel.setSaliency(doubtful));
    QVERIFY(eyes.words("explanation").contains("too much to rely on"));
    QCOMPARE(eyes.find<QLabel>("explanation")->property("role").toString(), QString("warning"));
    QVERIFY(eyes.panel.setSaliency(saliencyOf(*record, recipe, SaliencyMethod::AttentionRollout)));
    QVERIFY(eyes.words("explanation").contains("looked"));
    eyes.panel.setExplaining(true);
    QVERIFY(!bars->isVisible());
    eyes.panel.setExplaining(false); // cancelled: what was there is there again
    QVERIFY(bars->isVisible() && eyes.words("explanation").contains("looked"));
    eyes.panel.setExplaining(true);
    eyes.panel.setExplainFailure("The device has not enough memory for this.");
    QVERIFY(eyes.words("explanation").contains("memory") && explain->isVisible());
    QVERIFY(eyes.panel.setSaliency(std::nullopt));
    QVERIFY(!bars->isVisible() && !eyes.find<QLabel>("explanation")->isVisible());
}

void TestEcgModelPanel::saliencyOfAnotherSignalIsRefused()
{
    Eyes eyes;
    const auto record = shared(test::syntheticRecord());
    eyes.show(record);
    ecg::EcgRecipe other;
    other.clipSigmas = 6;
    QVERIFY(!eyes.panel.setSaliency(saliencyOf(test::syntheticRecord(250), {})));
    QVERIFY(!eyes.panel.setSaliency(saliencyOf(*record, other)));
    QVERIFY(!eyes.find<ui::LeadShareBars>("leadShares")->isVisible());
    QVERIFY(eyes.panel.setSaliency(saliencyOf(*record, {})));
    eyes.show(shared(test::syntheticRecord(1000)));
    QVERIFY(!eyes.find<ui::LeadShareBars>("leadShares")->isVisible()); // goes with its case
}

void TestEcgModelPanel::bandsLieOverTheWindow()
{
    Eyes eyes;
    const auto record = shared(test::syntheticRecord());
    eyes.show(record);
    eyes.panel.setLead(Lead::V2);
    eyes.panel.setSaliency(saliencyOf(*record, {}));
    const QRectF plot = eyes.steps().plotOf(4);
    const QImage drawn = eyes.steps().grab().toImage();
    const ui::ThemeColours& c = ui::Theme::instance().colours();
    const auto at = [&](double second) {
        return drawn.pixelColor(
            (QPointF(plot.left() + second / 2.016 * plot.width(), plot.top() + 3) * drawn.devicePixelRatio())
                .toPoint());
    };
    const QColor strong = ui::mixed(c.accent, c.ecgPaper, ui::strongestTint);
    const auto near = [](const QColor& a, const QColor& b) {
        return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) < 20;
    };
    for (const double beat : {0.5, 1.5})
        QVERIFY(near(at(beat), strong));
    for (const double rest : {0.1, 0.9, 1.2, 1.9})
        QVERIFY(near(at(rest), c.ecgPaper));
}

void TestEcgModelPanel::strengthIsRelativeAndEven()
{
    const ecg::EcgRecord record = test::syntheticRecord();
    EcgSaliency s = saliencyOf(record, {});
    const std::vector<float> strength = ui::saliencyStrength(s);
    QCOMPARE(strength.size(), s.values.size());
    const auto [low, high] = std::minmax_element(strength.begin(), strength.end());
    QCOMPARE(*low, 0.0f);
    QCOMPARE(*high, 1.0f);
    const auto at = [&](Lead lead, int i) { return strength[ecg::index(lead) * 1008 + std::size_t(i)]; };
    QCOMPARE(at(Lead::V2, 250), 1.0f); // positive and negative samples alike
    QVERIFY(std::abs(at(Lead::III, 250) - 1.0f / 3) < 0.02f);
    QCOMPARE(at(Lead::V2, 100), 0.0f);
    for (float& value : s.values)
        value *= 1000; // no unit
    QVERIFY(std::abs(ui::saliencyStrength(s)[ecg::index(Lead::III) * 1008 + 250] - at(Lead::III, 250)) < 1e-4f);
    s.values.assign(s.values.size(), 0.0f);
    const std::vector<float> nothing = ui::saliencyStrength(s);
    QCOMPARE(*std::max_element(nothing.begin(), nothing.end()), 0.0f);
    // Attention that is spread evenly marks nothing; twice the usual share does.
    EcgSaliency rollout = saliencyOf(record, {}, SaliencyMethod::AttentionRollout);
    rollout.values.assign(rollout.values.size(), 0.00198f);
    for (std::size_t i = 0; i < rollout.values.size(); i += 2)
        rollout.values[i] = 0.0020f;
    const std::vector<float> even = ui::saliencyStrength(rollout);
    QCOMPARE(*std::max_element(even.begin(), even.end()), 0.0f);
    rollout.values[5] = 0.004f;
    QCOMPARE(ui::saliencyStrength(rollout)[5], 1.0f);
}

// The bands stand where the page draws that second, in strips that show another part of the time nothing is drawn.
void TestEcgModelPanel::overlayIsInRecordingTime()
{
    const ecg::EcgRecord record = test::syntheticRecord();
    ecg::EcgRecipe recipe;
    recipe.windowStart = 250;
    const EcgSaliency s = saliencyOf(record, recipe);
    ecg::Page page;
    page.width = 120;
    page.height = 60;
    const auto strip = [](Lead lead, double x, double y, double from, double to) {
        ecg::Strip made;
        made.lead = lead;
        made.x = x;
        made.baselineY = y;
        made.width = (to - from) * 25;
        made.fromSeconds = from;
        made.toSeconds = to;
        return made;
    };
    page.strips = {strip(Lead::V2, 5, 15, 0, 2), strip(Lead::V2, 60, 15, 5, 7), strip(Lead::aVR, 5, 45, 0, 2),
                   strip(Lead::III, 60, 45, 1, 3)};
    QImage drawn(1200, 600, QImage::Format_ARGB32_Premultiplied);
    drawn.fill(Qt::black);
    QPainter painter(&drawn);
    const report::PageScale scale{{0, 0}, 10};
    const ui::SaliencyInk ink{QColor(0, 0, 255), Qt::black, Qt::white, QFont()};
    ui::paintSaliency(painter, s, ui::saliencyStrength(s), page, scale, ink);
    const auto blue = [&](double xMm, double yMm) { return qBlue(drawn.pixel(scale.map(xMm, yMm).toPoint())); };
    const int strongest = int(255 * ui::strongestTint);
    QVERIFY(std::abs(blue(5 + 1.5 * 25, 12) - strongest) < 8); // V2 at 1.5 s
    QVERIFY(std::abs(blue(5 + 1.5 * 25, 20) - strongest) < 8); // below the zero line too
    QCOMPARE(blue(5 + 0.9 * 25, 12), 0);                       // between the beats
    QCOMPARE(blue(60 + 0.5 * 25, 12), 0);                      // 5.5 s: after the window
    QCOMPARE(blue(5 + 1.5 * 25, 45), 0);                       // aVR had no part
    QVERIFY(std::abs(blue(60 + 0.5 * 25, 42) - strongest / 3) < 8);
    QCOMPARE(blue(5 + 1.5 * 25, 29.5), 0); // between the rows
    QVERIFY(ui::leadsElsewhere(s, page).empty());
    ecg::Page later = page;
    later.strips = {strip(Lead::V2, 5, 15, 3, 5), strip(Lead::aVR, 60, 15, 0, 2), strip(Lead::V6, 60, 45, 2.6, 5)};
    QCOMPARE(ui::leadsElsewhere(s, later), (std::vector<Lead>{Lead::V2, Lead::V6})); // the window ends at 2.516 s
    int edge = 0;
    for (double y = 2; y < 28; y += 0.1)
        edge = std::max(edge, blue(5 + 0.5 * 25, y));
    QVERIFY(edge > 150); // where the window begins
    painter.end();

    // Leads over one zero line: the strongest of them.
    for (ecg::Strip& each : page.strips)
        each = strip(each.lead, 5, 15, 0, 2);
    drawn.fill(Qt::black);
    painter.begin(&drawn);
    ui::paintSaliency(painter, s, ui::saliencyStrength(s), page, scale, ink);
    QVERIFY(std::abs(blue(5 + 1.5 * 25, 12) - strongest) < 8);
    // An overlaid recording that begins 0.25 s later is drawn there.
    drawn.fill(Qt::black);
    ui::paintSaliency(painter, s, ui::saliencyStrength(s), page, scale, ink, 0.25);
    QVERIFY(std::abs(blue(5 + 1.75 * 25, 12) - strongest) < 8);
    QCOMPARE(blue(5 + 1.5 * 25, 12), 0);
    const QRectF legend = ui::paintSaliencyLegend(painter, s, page, QRectF(0, 0, 1200, 600), ink);
    QVERIFY(QRectF(0, 0, 1200, 600).contains(legend) && legend.bottom() == 600 && legend.right() == 1200);
    QCOMPARE(ui::saliencyLegend(s.method), QString("What moved the embedding (integrated gradients)"));
}

void TestEcgModelPanel::tracesStayReadable()
{
    for (const ui::ThemeKind kind : {ui::ThemeKind::Dark, ui::ThemeKind::Light}) {
        const ui::ThemeColours& c = ui::Theme::coloursOf(kind);
        const QColor strongest = ui::mixed(c.accent, c.ecgPaper, ui::strongestTint);
        QVERIFY(ui::contrast(c.ecgTrace, strongest) >= 7);
        QVERIFY(ui::contrast(strongest, c.ecgPaper) > 1.35); // and is seen
    }
}

// Recordings as hospitals have them, with an engine behind the panel.
void TestEcgModelPanel::realRecordings_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<double>("resampleTo");
    QTest::addColumn<bool>("fits");
    QTest::newRow("mortara-1000") << "ecg_dicom/mortara_eli250_12lead.dcm" << 0.0 << true;
    QTest::newRow("mortara-to-500") << "ecg_dicom/mortara_eli250_12lead.dcm" << 500.0 << true;
    QTest::newRow("ptb-xl-100") << "ecg_wfdb/00001_lr.hea" << 0.0 << false; // 1000 samples
    QTest::newRow("ptb-xl-100-to-500") << "ecg_wfdb/00001_lr.hea" << 500.0 << true;
    QTest::newRow("ptb-xl-500") << "ecg_wfdb/HR06000.hea" << 0.0 << true;
}

void TestEcgModelPanel::realRecordings()
{
    QFETCH(QString, file);
    QFETCH(double, resampleTo);
    QFETCH(bool, fits);
    const auto path = test::sharedData(qPrintable(file));
    E2E_NEED_SHARED(path);
    const auto record = shared(ecg::readEcg(path));
    ecg::EcgRecipe recipe;
    if (resampleTo > 0)
        recipe.resampleToHz = resampleTo;
    std::unique_ptr<inference::Engine> engine;
    QTemporaryDir folder;
    if (resampleTo == 0) { // the recipe that untrained bundles are made with
        const std::filesystem::path bundle = folder.filePath("bundle").toStdString();
        inference::createBundle(bundle, "random", "small", 7);
        inference::EngineOptions options;
        options.verifyGolden = false;
        engine = inference::loadEngine(bundle, options);
        QCOMPARE(engine->facts().ecgRecipeHash, recipe.hash());
    }
    const auto explained = [&] {
        return engine ? engine->explain(*record, SaliencyMethod::IntegratedGradients) : saliencyOf(*record, recipe);
    };

    Eyes eyes;
    eyes.show(record, recipe);
    QCOMPARE(eyes.steps().captions().size(), fits ? (resampleTo > 0 ? 6 : 5) : 1);
    QCOMPARE(eyes.find<QPushButton>("explainGradients")->isEnabled(), fits);
    if (!fits) {
        QVERIFY(eyes.said(ecg::Severity::Block, "too short"));
        QVERIFY_EXCEPTION_THROWN(engine->explain(*record, SaliencyMethod::IntegratedGradients), base::Error);
    } else {
        const EcgSaliency s = explained();
        QVERIFY2(s.isComplete(), qPrintable(QString::number(s.completenessError)));
        QVERIFY(eyes.panel.setSaliency(s));
        QVERIFY(eyes.find<ui::LeadShareBars>("leadShares")->isVisible());
    }
    eyes.picture(QTest::currentDataTag());
    const QString pictures = qEnvironmentVariable("E2E_TEST_PICTURES");
    if (pictures.isEmpty() || !fits)
        return;
    // The overlay on a page, as the plot paints it.
    const EcgSaliency s = explained();
    const ui::ThemeColours& c = ui::Theme::instance().colours();
    const ecg::Page page = ecg::layOutPage({}, record->seconds());
    const report::PageScale scale{{0, 0}, 5};
    QImage drawn(int(page.width * 5), int(page.height * 5), QImage::Format_RGB32);
    drawn.fill(c.ecgPaper);
    QPainter painter(&drawn);
    painter.setRenderHint(QPainter::Antialiasing);
    const ui::SaliencyInk ink{c.accent, c.ecgPaper, c.ecgText, eyes.panel.font()};
    for (int mm = 0; mm * 5 < drawn.width(); mm += 5) {
        painter.fillRect(mm * 5, 0, 1, drawn.height(), c.ecgGridBold);
        painter.fillRect(0, mm * 5, drawn.width(), 1, c.ecgGridBold);
    }
    ui::paintSaliency(painter, s, ui::saliencyStrength(s), page, scale, ink);
    report::PageInk traceInk;
    traceInk.trace = c.ecgTrace;
    traceInk.text = c.ecgText;
    traceInk.paper = c.ecgPaper;
    traceInk.traceWidth = 1.3;
    traceInk.columnWidth = 1;
    traceInk.labelFont = eyes.panel.font();
    report::paintTraces(painter, *record, page, scale, traceInk, QRectF(drawn.rect()));
    ui::paintSaliencyLegend(painter, s, page, QRectF(drawn.rect()).adjusted(8, 8, -8, -8), ink);
    painter.end();
    QVERIFY(drawn.save(pictures + QLatin1String("/overlay-") + QLatin1String(QTest::currentDataTag()) +
                       QLatin1String(".png")));
}

QTEST_MAIN(TestEcgModelPanel)
#include "test_ecg_model_panel.moc"
