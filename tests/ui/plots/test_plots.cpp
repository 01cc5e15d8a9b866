// SPDX-License-Identifier: GPL-3.0-or-later
// Plots of results: what they draw, say under the pointer and write. With E2E_TEST_PICTURES each is a picture for the eyes.
#include "support/picture.h"
#include "ui/evaluation/made_evaluation.h"
#include "ui/plots/forest_plot.h"
#include "ui/plots/probe_plots.h"
#include "ui/plots/training_plot.h"

#include <QTemporaryDir>

using namespace echo2ecg;

class TestPlots : public QObject
{
    Q_OBJECT
    evaluation::ProbeResult m_probe;

    static void shown(ui::PlotView& plot, QSize size = {400, 360})
    {
        plot.resize(size);
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        plot.replot(QCustomPlot::rpImmediateRefresh);
    }
    static training::RunCurves run(int steps, bool withRanks = true)
    {
        training::RunCurves curves;
        for (int s = 1; s <= steps; ++s) {
            const double noise = 0.25 * std::sin(12.9898 * s) * std::sin(4.1 * s);
            curves.steps.push_back({s, (s - 1) / 40 + 1, 1.2 + 4 * std::exp(-s / 90.0) + noise, 5e-4 * std::sin(3.1 * s / steps), 1.0, 0.5 - 0.0005 * s});
            if (s % 40 == 0) {
                training::RunEpoch e;
                e.epoch = s / 40;
                e.step = s;
                e.trainLoss = curves.steps.back().loss;
                e.valLoss = 1.5 + 4 * std::exp(-s / 80.0);
                if (withRanks)
                    e.ecgToEcho = training::RunRanks{0.6 * s / steps, 12, 0.05};
                else
                    e.correlations = {{"lvedv_ml", 0.5 * s / steps}, {"lvef_percent", 0.8 * s / steps}};
                curves.epochs.push_back(e);
            }
        }
        return curves;
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
        m_probe = test::madeBundle("Demo", 0.6, 60).probes[0];
    }

    void roc()
    {
        ui::RocPlot plot;
        QVERIFY(plot.isEmpty());
        plot.setProbe(m_probe);
        shown(plot);
        test::picture(plot, QStringLiteral("plot-roc"));
        QVERIFY(!plot.isEmpty());
        QCOMPARE(plot.graphCount(), 4);
        const evaluation::Interval& auroc = m_probe.byPatient->classAuroc[0];
        QCOMPARE(plot.graph(1)->name(), QStringLiteral("reduced: AUROC %1 (%2–%3)").arg(auroc.estimate, 0, 'f', 2).arg(auroc.low, 0, 'f', 2).arg(auroc.high, 0, 'f', 2));
        // Each curve goes from nothing to everything, and the point under the pointer is said.
        for (int g = 1; g < 4; ++g) {
            QCOMPARE(plot.graph(g)->dataMainKey(0), 0.0);
            QCOMPARE(plot.graph(g)->dataMainValue(plot.graph(g)->dataCount() - 1), 1.0);
        }
        const int middle = plot.graph(1)->dataCount() / 2;
        const QString words = plot.valueAt(plot.graph(1)->coordsToPixels(plot.graph(1)->dataMainKey(middle), plot.graph(1)->dataMainValue(middle)));
        QVERIFY2(words.contains(QLatin1String("sensitivity")), qPrintable(words));
        QVERIFY(plot.valueAt({plot.axisRect()->rect().right() - 4.0, plot.axisRect()->rect().bottom() - 60.0}).isEmpty());
    }

    void oneClassHasNoCurve()
    {
        ui::RocPlot plot;
        evaluation::ScoredSamples one{2, {0.2, 0.8, 0.4, 0.6}, {1, 1}};
        plot.setProbe(evaluation::evaluateProbe(one, {"absent", "present"}, {}, {}));
        QVERIFY(plot.isEmpty());
        ui::ConfusionPlot confusion;
        confusion.setProbe(evaluation::evaluateProbe(one, {"absent", "present"}, {}, {}));
        shown(confusion);
        QVERIFY(confusion.itemCount() > 0);
        QStringList words;
        for (int i = 0; i < confusion.itemCount(); ++i)
            if (const auto* text = qobject_cast<QCPItemText*>(confusion.item(i)))
                words << text->text();
        QVERIFY(words.contains(QStringLiteral("2\n100 %")));
        QVERIFY(words.contains(QStringLiteral("0\n—"))); // nobody has the class
    }

    void reliabilityAndConfusion()
    {
        ui::ReliabilityPlot plot;
        plot.setProbe(m_probe);
        shown(plot);
        test::picture(plot, QStringLiteral("plot-reliability"));
        const evaluation::ReliabilityBin* bin = nullptr;
        for (const auto& b : m_probe.reliability[0].bins)
            if (b.count > 0)
                bin = &b;
        const QString words = plot.valueAt({plot.xAxis->coordToPixel(bin->meanProbability), plot.yAxis->coordToPixel(bin->observedFraction)});
        QVERIFY2(words.contains(QStringLiteral("%1 of 120").arg(bin->count)), qPrintable(words));

        ui::ConfusionPlot confusion;
        confusion.setProbe(m_probe);
        shown(confusion);
        test::picture(confusion, QStringLiteral("plot-confusion"));
        const QString cell = confusion.valueAt({confusion.xAxis->coordToPixel(1), confusion.yAxis->coordToPixel(0)});
        QVERIFY2(cell.startsWith(QString::number(m_probe.measures.confusion[0][1]) + QStringLiteral(" of ")) && cell.contains(QStringLiteral("“mildly reduced”")), qPrintable(cell));
    }

    void forestAndBars()
    {
        ui::ForestPlot forest;
        std::vector<ui::ForestPlot::Row> rows;
        for (const auto& s : m_probe.subgroups)
            rows.push_back({QString::fromStdString(s.attribute + ": " + s.value), s.samples, s.interval});
        forest.setRows(QStringLiteral("AUROC"), rows, m_probe.measures.auroc);
        shown(forest, {700, forest.minimumHeight()});
        test::picture(forest, QStringLiteral("plot-forest"));
        const QString words = forest.valueAt({300, forest.yAxis->coordToPixel(1)});
        QVERIFY(words.startsWith(rows[1].label) && words.contains(QString::number(rows[1].interval.estimate, 'f', 2)));
        for (const auto& row : rows) // every interval is on the plot
            QVERIFY(forest.xAxis->range().contains(row.interval.low) && forest.xAxis->range().contains(row.interval.high));

        ui::DepthBars bars;
        evaluation::Interval i;
        i.estimate = 0.4;
        i.low = 0.3;
        i.high = 0.5;
        bars.setSeries(QStringLiteral("precision"), {QStringLiteral("P@1"), QStringLiteral("P@3")}, {{QStringLiteral("random order"), {i, i}, true}, {QStringLiteral("Demo"), {i, i}, false}});
        shown(bars);
        test::picture(bars, QStringLiteral("plot-bars"));
        QCOMPARE(bars.plottableCount(), 2);
        QCOMPARE(bars.valueAt({bars.xAxis->coordToPixel(1.2), bars.yAxis->coordToPixel(0.1)}), QStringLiteral("Demo\nP@3 0.40 (0.30–0.50)"));
    }

    void training_data()
    {
        QTest::addColumn<bool>("ranks");
        QTest::newRow("alignment") << true;
        QTest::newRow("echo") << false;
    }
    void training()
    {
        QFETCH(bool, ranks);
        ui::TrainingPlot plot;
        shown(plot, {820, 560});
        QVERIFY(plot.isEmpty());
        plot.setCurves(run(400, ranks));
        shown(plot, {820, 560});
        test::picture(plot, QStringLiteral("plot-training-%1").arg(QTest::currentDataTag()));
        QVERIFY(!plot.isEmpty());
        QCOMPARE(plot.graph(0)->dataCount(), 400);
        const QPointF at(plot.axisRect()->axis(QCPAxis::atBottom)->coordToPixel(200), 100);
        const QString words = plot.valueAt(at);
        QVERIFY2(words.startsWith(QLatin1String("step 200, epoch 5")) && words.contains(QLatin1String("validation after epoch 5")), qPrintable(words));
        QVERIFY(words.contains(ranks ? QLatin1String("own study nearest") : QLatin1String("r of lvef_percent")));
        plot.setCurves({}); // and away again, the middle part included
        QVERIFY(plot.isEmpty());
    }

    void writesPictures()
    {
        const QTemporaryDir dir;
        ui::RocPlot plot;
        plot.setProbe(m_probe);
        shown(plot);
        QVERIFY(plot.save(dir.filePath(QStringLiteral("roc.png"))));
        const QImage image(dir.filePath(QStringLiteral("roc.png")));
        QCOMPARE(image.width(), 3 * plot.width());
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white)); // on paper it is white in the dark theme, too
        QVERIFY(plot.save(dir.filePath(QStringLiteral("roc.pdf"))));
        QFile pdf(dir.filePath(QStringLiteral("roc.pdf")));
        QVERIFY(pdf.open(QIODevice::ReadOnly) && pdf.read(4) == "%PDF");
        QVERIFY(!plot.save(dir.filePath(QStringLiteral("no/folder.png"))));
    }

    void followsTheTheme()
    {
        ui::RocPlot plot;
        plot.setProbe(m_probe);
        shown(plot);
        const auto before = ui::Theme::instance().kind();
        for (const ui::ThemeKind kind : {ui::ThemeKind::Light, ui::ThemeKind::Dark}) {
            ui::Theme::instance().apply(kind);
            plot.replot(QCustomPlot::rpImmediateRefresh);
            QCOMPARE(plot.grab().toImage().pixelColor(1, 1), ui::Theme::coloursOf(kind).panel);
            QCOMPARE(plot.graph(1)->pen().color(), ui::Theme::coloursOf(kind).classReduced);
        }
        ui::Theme::instance().apply(before);
    }
};

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
