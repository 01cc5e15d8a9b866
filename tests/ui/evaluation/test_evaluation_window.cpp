// SPDX-License-Identifier: GPL-3.0-or-later
// The evaluation's window with a made evaluator: run, cancel, failure, stored evaluations, what is written. With E2E_TEST_PICTURES each page is a picture for the eyes, of
// $E2E_TEST_EVALUATION where a stored one is named; E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
#include "evaluation/evaluation_report.h"
#include "made_evaluation.h"
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/evaluation/evaluation_form.h"
#include "ui/evaluation/evaluation_window.h"
#include "ui/evaluation/result_table.h"
#include "ui/jobs/job_runner.h"
#include "ui/plots/forest_plot.h"
#include "ui/plots/probe_plots.h"
#include "ui/theme/tag_label.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QToolButton>

#include <thread>

using namespace echo2ecg;

namespace {

constexpr int patience = 60000;

template <class T> T* child(const QWidget& window, const char* name)
{
    T* found = window.findChild<T*>(QLatin1String(name));
    if (!found)
        qFatal("no %s", name);
    return found;
}

// What the evaluator was asked, and what it is to do.
struct Fake
{
    std::shared_ptr<ui::EvaluationRequest> asked = std::make_shared<ui::EvaluationRequest>();
    bool waits = false, fails = false;

    ui::Evaluator evaluator() const
    {
        return [asked = asked, waits = waits, fails = fails](const ui::EvaluationRequest& request, const base::JobContext& job) {
            *asked = request;
            for (int i = 0; waits; ++i) {
                job.report({"embedding", std::min(i / 5, 60), 62, "studies"});
                job.throwIfCancelled();
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
            if (fails)
                throw base::Error(base::ErrorCode::Unsuitable, "nothing of the table is in the library", {"pairs.csv", {}});
            return test::madeEvaluation(request.resamples);
        };
    }
};

} // namespace

class TestEvaluationWindow : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    QString path(const QString& name) const { return m_dir.filePath(name); }

    static QString cell(const ui::ResultTable& table, int row, const QString& head)
    {
        for (int c = 0; c < table.columnCount(); ++c)
            if (table.horizontalHeaderItem(c)->text() == head)
                return table.item(row, c)->text();
        return QStringLiteral("no such column");
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
    }

    void runsWhatIsAsked()
    {
        const Fake fake;
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, fake.evaluator());
        window.show();
        auto* go = child<QPushButton>(window, "evaluate");
        QVERIFY(!go->isEnabled()); // no bundle yet
        QVERIFY(!go->toolTip().isEmpty());
        window.addBundle(path("bundle"), QStringLiteral("Demo"));
        window.addBundle(path("bundle"), QStringLiteral("Demo"));
        window.addBundle(path("other"), {});
        QCOMPARE(child<QListWidget>(window, "bundles")->count(), 2);
        QVERIFY(go->isEnabled());
        child<QLineEdit>(window, "pairs")->setText(path("nowhere.csv"));
        QVERIFY(!go->isEnabled());
        std::ofstream(path("pairs.csv").toStdString()) << "ecg\n";
        child<QLineEdit>(window, "pairs")->setText(path("pairs.csv"));
        QVERIFY(go->isEnabled());
        child<QCheckBox>(window, "baseline")->click();
        child<QSpinBox>(window, "resamples")->setValue(40);
        child<QSpinBox>(window, "k")->setValue(7);
        child<QSpinBox>(window, "seed")->setValue(11);
        child<QLineEdit>(window, "title")->setText(QStringLiteral("Spring cohort"));
        test::picture(window, QStringLiteral("evaluation-empty"));
        go->click();
        QTRY_VERIFY_WITH_TIMEOUT(window.result(), patience);
        QCOMPARE(fake.asked->bundles.size(), std::size_t(2));
        QCOMPARE(QString::fromStdString(fake.asked->pairs.string()), path("pairs.csv"));
        QVERIFY(fake.asked->untrainedBaseline && !fake.asked->ablation);
        QCOMPARE(fake.asked->resamples, 40);
        QCOMPARE(fake.asked->k, 7);
        QCOMPARE(fake.asked->seed, std::int64_t(11));
        QCOMPARE(window.result()->title, std::string("Spring cohort"));
        QVERIFY(!window.result()->created.empty() && !window.result()->program.empty());
        QCOMPARE(child<QLabel>(window, "evaluationTitle")->text(), QStringLiteral("Spring cohort"));
        // What must not be overlooked.
        QVERIFY(child<ui::TagLabel>(window, "simulatedTag")->isVisible());
        QVERIFY(child<ui::TagLabel>(window, "untrainedTag")->isVisible());
        QVERIFY(child<ui::TagLabel>(window, "researchTag")->isVisible());
        QVERIFY(child<QLabel>(window, "evaluationWarnings")->text().contains(QLatin1String("3 ECGs have no label.")));
        QVERIFY(!window.isRunning());
    }

    void tellsProgressAndIsCancelled()
    {
        Fake fake;
        fake.waits = true;
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, fake.evaluator());
        window.show();
        window.addBundle(path("bundle"), QStringLiteral("Demo"));
        auto* cancel = child<QPushButton>(window, "cancelEvaluation");
        QVERIFY(!cancel->isVisible());
        window.run();
        QVERIFY(cancel->isVisible());
        QVERIFY(!child<QPushButton>(window, "evaluate")->isEnabled());
        auto* status = child<QLabel>(window, "evaluationStatus");
        QTRY_VERIFY_WITH_TIMEOUT(status->text().contains(QLatin1String("of 62 studies")), patience);
        QTRY_VERIFY_WITH_TIMEOUT(status->text().contains(QLatin1String("left")), patience); // the estimate
        test::picture(window, QStringLiteral("evaluation-running"));
        cancel->click();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isRunning() && jobs.isIdle(), patience);
        QVERIFY(status->text().contains(QLatin1String("Cancelled")));
        QVERIFY(!window.result());
        QVERIFY(child<QPushButton>(window, "evaluate")->isEnabled());
    }

    void failureIsTold()
    {
        Fake fake;
        fake.fails = true;
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, fake.evaluator());
        window.show();
        window.addBundle(path("bundle"), {});
        window.run();
        auto* status = child<QLabel>(window, "evaluationStatus");
        QTRY_COMPARE_WITH_TIMEOUT(status->property("role").toString(), QStringLiteral("error"), patience);
        QVERIFY(status->text().contains(QLatin1String("nothing of the table is in the library")));
        QVERIFY(!window.isRunning());
    }

    void storedOneIsOpenedAndWrittenAgain()
    {
        const evaluation::Evaluation stored = test::madeEvaluation();
        const std::filesystem::path folder = path("stored").toStdString();
        evaluation::writeEvaluation(folder, stored);
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, Fake().evaluator());
        window.show();
        QVERIFY(!child<QToolButton>(window, "saveEvaluation")->isEnabled());
        window.open(QString::fromStdString((folder / "evaluation.json").string()));
        QTRY_VERIFY_WITH_TIMEOUT(window.result(), patience);
        const auto& table = *child<ui::ResultTable>(window, "classification");
        QCOMPARE(table.rowCount(), 4);
        const evaluation::ProbeResult& probe = stored.bundles[0].probes[0];
        QCOMPARE(cell(table, 0, QStringLiteral("F1")), QString::number(probe.measures.f1, 'f', 3));
        QVERIFY(cell(table, 0, QStringLiteral("AUROC (CI by sample)")).startsWith(QString::number(probe.measures.auroc, 'f', 3) + QStringLiteral(" (")));
        QCOMPARE(cell(table, 2, QStringLiteral("bundle")), QStringLiteral("Demo (untrained)"));
        const auto& points = *child<ui::ResultTable>(window, "operatingPoints");
        QCOMPARE(points.rowCount(), 15);
        QCOMPARE(cell(points, 0, QStringLiteral("TP")), QString::number(probe.operatingPoints[0][0].truePositives));
        QCOMPARE(cell(points, 0, QStringLiteral("rule")), QStringLiteral("Youden's index"));
        const auto& retrieval = *child<ui::ResultTable>(window, "ecgToEcho");
        QCOMPARE(retrieval.rowCount(), 6); // random, the model and its baseline, of two phenotypes
        QCOMPARE(cell(retrieval, 1, QStringLiteral("P@5")), QString::number(stored.bundles[0].retrieval[0].result.ecgToEcho.measures.precision[2], 'f', 3));
        QCOMPARE(child<ui::ResultTable>(window, "ablation")->rowCount(), 2);
        QCOMPARE(child<ui::ResultTable>(window, "fractionDetails")->rowCount(), 8);
        // Measures have the names of the field, in the table and above the plot.
        const auto& groups = *child<ui::ResultTable>(window, "subgroups");
        QCOMPARE(cell(groups, 0, QStringLiteral("measure")), QStringLiteral("AUROC"));
        const auto* subgroups = child<QComboBox>(window, "subgroupChoice");
        QVERIFY2(subgroups->itemText(0).contains(QLatin1String(", AUROC")), qPrintable(subgroups->itemText(0)));
        QVERIFY(subgroups->findText(QStringLiteral("mean rank"), Qt::MatchContains) >= 0 && subgroups->findText(QStringLiteral("mean_rank"), Qt::MatchContains) < 0);

        // Another classifier: its curves and points.
        auto* choice = child<QComboBox>(window, "probeChoice");
        QCOMPARE(choice->count(), 4);
        choice->setCurrentIndex(1);
        QCOMPARE(cell(points, 5, QStringLiteral("TP")), QString::number(stored.bundles[0].probes[1].operatingPoints[1][0].truePositives));
        QCOMPARE(child<ui::RocPlot>(window, "roc")->graphCount(), 2); // the diagonal, and one of the two mirrored curves

        QSignalSpy written(&window, &ui::EvaluationWindow::written);
        window.save(path("again"));
        QTRY_COMPARE_WITH_TIMEOUT(written.count(), 1, patience);
        QCOMPARE(test::textOf(path("again").toStdString() + "/evaluation.json"), test::textOf(folder / "evaluation.json"));
        QVERIFY(test::textOf(path("again").toStdString() + "/report.pdf").starts_with("%PDF"));
        window.writeReport(path("alone.pdf"));
        QTRY_COMPARE_WITH_TIMEOUT(written.count(), 2, patience);
        QVERIFY(QFileInfo(path("alone.pdf")).size() > 1000);
        window.writeReport(path("no/such/folder.pdf"));
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(window, "evaluationStatus")->property("role").toString(), QStringLiteral("error"), patience);
    }

    void damagedOneIsRefusedAndTheOldOneStays()
    {
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, Fake().evaluator());
        window.show();
        evaluation::writeEvaluation(path("good").toStdString(), test::madeEvaluation(0));
        window.open(path("good/evaluation.json"));
        QTRY_VERIFY_WITH_TIMEOUT(window.result(), patience);
        const auto before = window.result();
        std::string text = test::textOf(path("good/evaluation.json").toStdString());
        text.replace(text.find("\"k\": 5"), 6, "\"k\": []");
        std::ofstream(path("bad.json").toStdString()) << text;
        window.open(path("bad.json"));
        auto* status = child<QLabel>(window, "evaluationStatus");
        QTRY_COMPARE_WITH_TIMEOUT(status->property("role").toString(), QStringLiteral("error"), patience);
        QVERIFY(status->text().contains(QLatin1String("settings.k")) && status->text().contains(QLatin1String("bad.json")));
        QCOMPARE(window.result(), before);
    }

    void cellsCanBeCopied()
    {
        ui::ResultTable table(QStringLiteral("t"));
        table.setCells({{"a", "b"}, {"x", "1.5"}, {"y", "2.5"}});
        table.show();
        table.setRangeSelected({0, 0, 1, 1}, true);
        QTest::keySequence(&table, QKeySequence::Copy);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("x\t1.5\ny\t2.5"));
    }

    void pages()
    {
        ui::JobRunner jobs;
        ui::EvaluationWindow window(jobs, Fake().evaluator());
        window.show();
        window.addBundle(QStringLiteral("/bundles/demo"), QStringLiteral("Demo"));
        QString file = qEnvironmentVariable("E2E_TEST_EVALUATION");
        if (file.isEmpty()) {
            evaluation::writeEvaluation(path("pages").toStdString(), test::madeEvaluation());
            file = path("pages/evaluation.json");
        }
        window.open(file);
        QTRY_VERIFY_WITH_TIMEOUT(window.result(), patience);
        auto* tabs = child<QTabWidget>(window, "evaluationTabs");
        QCOMPARE(tabs->count(), 6);
        for (int t = 0; t < tabs->count(); ++t) {
            tabs->setCurrentIndex(t);
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            test::picture(window, QStringLiteral("evaluation-%1").arg(t));
            // No page is wider than its place: nothing is cut at the right.
            const auto* page = qobject_cast<QScrollArea*>(tabs->currentWidget());
            QVERIFY2(page->widget()->minimumSizeHint().width() <= page->viewport()->width(), qPrintable(tabs->tabText(t)));
        }
        tabs->setCurrentIndex(0);
        if (!qEnvironmentVariable("E2E_TEST_PICTURES").isEmpty()) {
            auto* page = qobject_cast<QScrollArea*>(tabs->currentWidget());
            QTest::qWait(300);
            test::picture(*page->widget(), QStringLiteral("evaluation-0-whole"));
        }
    }
};

QTEST_MAIN(TestEvaluationWindow)
#include "test_evaluation_window.moc"
