// SPDX-License-Identifier: GPL-3.0-or-later
// The training's window with a made trainer that writes a run's folder: live curves, stop, resume, refusals, the finished bundle. With E2E_TEST_PICTURES it is a picture for
// the eyes; E2E_TEST_THEME=light and QT_SCALE_FACTOR=2 make the others.
#include "support/picture.h"
#include "support/test_paths.h"
#include "ui/jobs/job_runner.h"
#include "ui/plots/training_plot.h"
#include "ui/theme/tag_label.h"
#include "ui/training/training_form.h"
#include "ui/training/training_window.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>

#include <cmath>
#include <fstream>
#include <thread>

using namespace echo2ecg;

namespace {

constexpr int patience = 60000;

template <class T> T* child(const QWidget& window, const char* name)
{
    T* found = window.findChild<T*>(QLatin1String(name)); // without a name any
    if (!found)
        qFatal("no %s", name);
    return found;
}

std::string stepLine(int step)
{
    return base::Json::object({{"kind", "step"}, {"step", step}, {"epoch", (step - 1) / 20 + 1}, {"loss", 1 + 4 * std::exp(-step / 60.0) + 0.3 * std::sin(9.7 * step)}, {"rate", 5e-4 * step / 100}, {"temperature", 0.5}}).dump() + "\n";
}

std::string epochLine(int epoch)
{
    return base::Json::object({{"kind", "epoch"}, {"epoch", epoch}, {"step", 20 * epoch}, {"train_loss", 4.0 / epoch}, {"val_loss", 1.2 + 4.0 / epoch}, {"train_batch_p1", 0.5}, {"val_ecg_to_echo_p1", 0.1 * epoch},
                               {"val_ecg_to_echo_mean_rank", 9.5}, {"val_ecg_to_echo_chance_p1", 0.0625}}).dump() + "\n";
}

// As a trainer of encoders writes it.
void writeEncoderRecord(const std::filesystem::path& folder, const char* kind, base::Json training)
{
    base::Json json = base::Json::object({{"kind", kind}, {"finished", false}, {"program", "echo2ecg 0.1.0"}, {"training", std::move(training)},
                                          {"data", base::Json::object({{"sha256", "0102"}, {"ecgs", base::Json::object({{"train", 70}, {"val", 20}, {"test", 0}})},
                                                                       {"patients", base::Json::object({{"train", 35}, {"val", 10}, {"test", 0}})}})}});
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "run.json") << json.dump(1);
}

void writeRecord(const std::filesystem::path& folder, bool finished)
{
    base::Json json = base::Json::object(
        {{"kind", "alignment"}, {"finished", finished}, {"program", "echo2ecg 0.1.0"}, {"libtorch", "2.1.0"}, {"device", "CPU, 2 threads"}, {"precision", "float32"},
         {"start", base::Json::object({{"id", "5f3a0c"}, {"name", "small"}})},
         {"training", base::Json::object({{"batch", 24}, {"rates", base::Json::object({{"base", 0.001}})}, {"temperature", 0.25}, {"learn_temperature", true}, {"lambda", 0.5}, {"pooling", "mean"}, {"view_dropout", 0.25},
                                          {"seed", 42}, {"epochs", 5}, {"accumulate", 1}})},
         {"data", base::Json::object({{"sha256", "b1946ac92492d2347c6235b4d2611184"}, {"rows", 240}, {"pairs", base::Json::object({{"train", 180}, {"val", 30}, {"test", 30}})},
                                      {"patients", base::Json::object({{"train", 90}, {"val", 15}, {"test", 15}})}, {"splits_were_given", true}, {"too_far_apart", 3}})}});
    if (finished)
        json.set("bundle", base::Json::object({{"id", "77aa01"}, {"name", "small, trained"}}));
    std::ofstream(folder / "run.json") << json.dump(1);
}

// Writes steps until it is stopped, or `last` of them and a bundle.
ui::Trainer madeTrainer(std::shared_ptr<ui::TrainingRequest> asked, int last)
{
    return [asked, last](const ui::TrainingRequest& request, const base::JobContext& job) {
        *asked = request;
        const std::filesystem::path folder = request.out();
        std::filesystem::create_directories(folder);
        writeRecord(folder, false);
        try {
            for (int step = 1; step <= last; ++step) {
                job.throwIfCancelled();
                job.report({"epoch 1 of 5:", step, last, "batches"});
                std::ofstream curves(folder / "curves.jsonl", std::ios::app);
                curves << stepLine(step);
                if (step % 20 == 0)
                    curves << epochLine(step / 20);
                curves.close();
                std::this_thread::sleep_for(std::chrono::milliseconds(last > 1000 ? 5 : 1));
            }
        } catch (const base::Cancelled&) {
            std::ofstream(folder / "checkpoint.json") << "{}";
            throw;
        }
        std::filesystem::create_directories(folder / "bundle");
        std::ofstream(folder / "bundle" / "bundle.json") << R"({"simulated":true})";
        writeRecord(folder, true);
        return base::Json::object();
    };
}

} // namespace

class TestTrainingWindow : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    QString path(const QString& name) const { return m_dir.filePath(name); }

    void fill(ui::TrainingWindow& window, const QString& run) const
    {
        child<QLineEdit>(window, "table")->setText(path("pairs.csv"));
        window.setStartBundle(path("start"));
        child<QLineEdit>(window, "out")->setText(path(run));
    }
    static int steps(const ui::TrainingWindow& window)
    {
        const auto* plot = child<ui::TrainingPlot>(window, "trainingCurves");
        return plot->graphCount() > 0 ? plot->graph(0)->dataCount() : 0;
    }

private slots:
    void initTestCase()
    {
        test::applyPictureTheme();
        std::ofstream(path("pairs.csv").toStdString()) << "ecg,study\n";
        QDir(m_dir.path()).mkpath(QStringLiteral("start"));
        std::ofstream(path("start/bundle.json").toStdString()) << "{}";
    }

    void asksForWhatIsNeeded()
    {
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(std::make_shared<ui::TrainingRequest>(), 1));
        window.show();
        auto* go = child<QPushButton>(window, "startTraining");
        QVERIFY(!go->isEnabled());
        child<QLineEdit>(window, "table")->setText(path("pairs.csv"));
        QVERIFY(go->toolTip().contains(QLatin1String("bundle")));
        window.setStartBundle(path("start"));
        window.setStartBundle(path("elsewhere")); // a choice stays
        QVERIFY(go->toolTip().contains(QLatin1String("folder")));
        child<QLineEdit>(window, "out")->setText(path("asks"));
        QVERIFY(go->isEnabled());
        child<QLineEdit>(window, "rate")->setText(QStringLiteral("0"));
        QVERIFY(!go->isEnabled());
    }

    void defaultsAreTheTrainers()
    {
        ui::TrainingForm form;
        const training::AlignmentTraining usual;
        ui::TrainingRequest r = form.request();
        QCOMPARE(r.alignment.training.toJson().dump(), usual.toJson().dump());
        QCOMPARE(r.alignment.training.epochs, usual.epochs);
        QCOMPARE(r.alignment.training.warmUpEpochs, usual.warmUpEpochs);
        QCOMPARE(r.alignment.data.pairs.toJson().dump(), training::PairOptions().toJson().dump());
        child<QComboBox>(form, "kind")->setCurrentIndex(1);
        const training::EchoTraining echo;
        r = form.request();
        QVERIFY(r.kind == ui::TrainingRequest::Kind::EchoEncoder);
        QCOMPARE(r.echo.training.toJson().dump(), echo.toJson().dump());
        QCOMPARE(r.echo.training.epochs, echo.epochs);
        child<QComboBox>(form, "kind")->setCurrentIndex(2);
        const training::EcgTraining ecg;
        r = form.request();
        QVERIFY(r.kind == ui::TrainingRequest::Kind::EcgEncoder);
        QCOMPARE(r.ecg.training.toJson().dump(), ecg.toJson().dump());
        QCOMPARE(r.ecg.training.epochs, ecg.epochs);
        QCOMPARE(r.ecg.training.warmUpEpochs, ecg.warmUpEpochs);
        child<QCheckBox>(form, "augment")->setChecked(false);
        QCOMPARE(form.request().echo.training.gain, 0.0);
        QVERIFY(form.request().alignment.training.augment == training::AugmentOptions::none());
        QVERIFY(form.request().ecg.training.augment == training::AugmentOptions::none());
        // Every option says what it is and may be.
        for (const QWidget* w : form.findChildren<QWidget*>())
            if (qobject_cast<const QAbstractSpinBox*>(w) || qobject_cast<const QCheckBox*>(w) || qobject_cast<const QComboBox*>(w))
                QVERIFY2(!w->toolTip().isEmpty(), qPrintable(w->objectName()));
    }

    void eachKindHasItsOwnFields()
    {
        ui::TrainingForm form;
        form.show();
        auto* kind = child<QComboBox>(form, "kind");
        const auto shown = [&](const char* name) { return child<QWidget>(form, name)->isVisible(); };
        QVERIFY(shown("embeddings") && shown("pooling") && shown("rescale") && shown("timeFlip") && !shown("targets"));
        kind->setCurrentIndex(1);
        QVERIFY(!shown("embeddings") && !shown("pooling") && !shown("rescale") && !shown("timeFlip") && shown("targets"));
        kind->setCurrentIndex(2);
        QVERIFY(!shown("embeddings") && !shown("pooling") && shown("rescale") && shown("timeFlip") && shown("targets"));
        QVERIFY(child<QLineEdit>(form, "table")->toolTip().contains(QLatin1String("may be missing")));
        child<QDoubleSpinBox>(form, "rescale")->setValue(0.1);
        child<QDoubleSpinBox>(form, "timeFlip")->setValue(0);
        child<QDoubleSpinBox>(form, "signFlip")->setValue(0.25);
        for (const training::AugmentOptions& a : {form.request().ecg.training.augment, form.request().alignment.training.augment}) {
            QCOMPARE(a.rescaleSigma, 0.1);
            QCOMPARE(a.timeFlip, 0.0);
            QCOMPARE(a.signFlip, 0.25);
            QCOMPARE(a.jitter, training::AugmentOptions().jitter);
        }
        child<QCheckBox>(form, "augment")->click();
        QVERIFY(!child<QDoubleSpinBox>(form, "rescale")->isEnabled());
    }

    void asksForColumnsAndEmbeddings()
    {
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(std::make_shared<ui::TrainingRequest>(), 1));
        window.show();
        fill(window, QStringLiteral("columns"));
        auto *go = child<QPushButton>(window, "startTraining");
        auto *targets = child<QLineEdit>(window, "targets"), *embeddings = child<QLineEdit>(window, "embeddings");
        QVERIFY(go->isEnabled());
        embeddings->setText(path("clips.npy"));
        QVERIFY(!go->isEnabled() && go->toolTip().contains(QLatin1String("isn't there")));
        std::ofstream(path("clips.npy").toStdString()) << "x";
        embeddings->setText(path("pairs.csv"));
        QVERIFY(!go->isEnabled() && go->toolTip().contains(QLatin1String(".safetensors")));
        embeddings->setText(path("clips.npy"));
        QVERIFY(go->isEnabled());
        QCOMPARE(QString::fromStdString(child<ui::TrainingForm>(window, "")->request().alignment.data.embeddings.string()), path("clips.npy"));
        embeddings->setText(path("nothing.npy")); // of no other kind
        child<QComboBox>(window, "kind")->setCurrentIndex(1);
        QVERIFY(go->isEnabled());
        targets->setText(QStringLiteral(" lvef_percent , mass_g"));
        QVERIFY(go->isEnabled());
        QCOMPARE(child<ui::TrainingForm>(window, "")->request().echo.training.targets, (std::vector<std::string>{"lvef_percent", "mass_g"}));
        targets->setText(QStringLiteral("lvef_percent,"));
        QVERIFY(!go->isEnabled() && go->toolTip().contains(QLatin1String("comma")));
        targets->setText(QStringLiteral("mass_g, lvef_percent, mass_g"));
        QVERIFY(!go->isEnabled() && go->toolTip().contains(QLatin1String("twice")));
        targets->clear();
        QVERIFY(go->isEnabled());
    }

    // The third kind: trained, stopped, looked at and gone on with as the others.
    void ecgEncoder()
    {
        const auto asked = std::make_shared<ui::TrainingRequest>();
        ui::JobRunner jobs;
        const ui::Trainer steps = madeTrainer(asked, 100000);
        ui::TrainingWindow window(jobs, [steps](const ui::TrainingRequest& request, const base::JobContext& job) {
            if (request.out().filename() != "ecg")
                throw base::Error(base::ErrorCode::Io, "another folder");
            return steps(request, job);
        });
        window.show();
        fill(window, QStringLiteral("ecg"));
        child<QComboBox>(window, "kind")->setCurrentIndex(2);
        child<QLineEdit>(window, "targets")->setText(QStringLiteral("lvef_percent, mass_g"));
        child<QDoubleSpinBox>(window, "rescale")->setValue(0.1);
        child<QPushButton>(window, "startTraining")->click();
        QTRY_VERIFY_WITH_TIMEOUT(TestTrainingWindow::steps(window) > 5, patience);
        QVERIFY(asked->kind == ui::TrainingRequest::Kind::EcgEncoder && !asked->ecg.resume);
        QCOMPARE(asked->ecg.training.targets, (std::vector<std::string>{"lvef_percent", "mass_g"}));
        QCOMPARE(asked->ecg.training.augment.rescaleSigma, 0.1);
        QCOMPARE(asked->ecg.training.epochs, training::EcgTraining().epochs);
        QCOMPARE(QString::fromStdString(asked->ecg.data.table.string()), path("pairs.csv"));
        QCOMPARE(QString::fromStdString(asked->ecg.bundle.string()), path("start"));
        test::picture(window, QStringLiteral("training-ecg"));
        child<QPushButton>(window, "stopTraining")->click();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), patience);
        auto* resume = child<QPushButton>(window, "resumeTraining");
        QTRY_VERIFY_WITH_TIMEOUT(resume->isVisible() && resume->isEnabled(), patience);
        resume->click();
        QTRY_VERIFY_WITH_TIMEOUT(asked->ecg.resume, patience);
        window.stop();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), patience);
    }

    // The settings of an encoder's run come back as they were, those of another kind before don't stay.
    void takesAnEncodersRun()
    {
        training::EcgTraining ecg;
        ecg.targets = {"lvef_percent", "mass_g"};
        ecg.batch = 24;
        ecg.rate = 0.002;
        ecg.augment.rescaleSigma = 0.1;
        ecg.augment.timeFlip = ecg.augment.signFlip = 0;
        training::EchoTraining echo;
        echo.targets = {"lvesv_ml"};
        echo.mostShift = echo.gain = 0;
        writeEncoderRecord(path("ecg-run").toStdString(), "ECG encoder", ecg.toJson());
        writeEncoderRecord(path("echo-run").toStdString(), "echo encoder", echo.toJson());
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(std::make_shared<ui::TrainingRequest>(), 1));
        window.show();
        const auto* kind = child<QComboBox>(window, "kind");
        const auto* form = child<ui::TrainingForm>(window, "");
        window.openRun(path("ecg-run"));
        QTRY_COMPARE_WITH_TIMEOUT(kind->currentIndex(), 2, patience);
        QCOMPARE(form->request().ecg.training.toJson().dump(), ecg.toJson().dump());
        QCOMPARE(child<QLabel>(window, "recordKind")->text(), QStringLiteral("ECG encoder"));
        QCOMPARE(child<QLabel>(window, "recordEcgs")->text(), QStringLiteral("70 training, 20 validation, 0 test"));
        QVERIFY(child<QLabel>(window, "recordSettings")->text().contains(QLatin1String("targets lvef_percent, mass_g")));
        window.openRun(path("echo-run"));
        QTRY_COMPARE_WITH_TIMEOUT(kind->currentIndex(), 1, patience);
        QCOMPARE(form->request().echo.training.toJson().dump(), echo.toJson().dump());
    }

    void trainsToTheEnd()
    {
        const auto asked = std::make_shared<ui::TrainingRequest>();
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(asked, 100));
        window.show();
        fill(window, QStringLiteral("whole"));
        child<QSpinBox>(window, "epochs")->setValue(5);
        child<QSpinBox>(window, "trainingSeed")->setValue(42);
        child<QComboBox>(window, "pooling")->setCurrentIndex(2);
        child<QCheckBox>(window, "learned")->click();
        child<QCheckBox>(window, "trainingSimulated")->click();
        QSignalSpy done(&window, &ui::TrainingWindow::finished), chosen(&window, &ui::TrainingWindow::bundleChosen);
        auto* use = child<QPushButton>(window, "useBundle");
        QVERIFY(!use->isVisible());
        child<QPushButton>(window, "startTraining")->click();
        QVERIFY(child<ui::TagLabel>(window, "simulatedTag")->isVisible());
        QTRY_COMPARE_WITH_TIMEOUT(done.count(), 1, patience);
        QVERIFY(!asked->alignment.resume);
        QCOMPARE(asked->alignment.training.epochs, std::int64_t(5));
        QCOMPARE(asked->alignment.training.seed, std::uint64_t(42));
        QVERIFY(asked->alignment.training.pooling == training::Pooling::Mean && asked->alignment.training.learnTemperature && asked->alignment.training.simulated);
        QCOMPARE(QString::fromStdString(asked->alignment.out.string()), path("whole"));
        QTRY_COMPARE_WITH_TIMEOUT(steps(window), 100, patience);
        QTRY_VERIFY_WITH_TIMEOUT(use->isVisible(), patience);
        QCOMPARE(child<QLabel>(window, "recordSeed")->text(), QStringLiteral("42"));
        QCOMPARE(child<QLabel>(window, "recordPairs")->text(), QStringLiteral("180 training, 30 validation, 30 test"));
        QVERIFY(child<QLabel>(window, "recordData")->text().contains(QLatin1String("b1946ac9")));
        QVERIFY(child<QLabel>(window, "recordBundle")->text().contains(QLatin1String("77aa01")));
        const QString facts = child<QLabel>(window, "runFacts")->text();
        QVERIFY2(facts.contains(QLatin1String("Step 100, epoch 5 of 5")) && facts.contains(QLatin1String("50.0 %")), qPrintable(facts));
        test::picture(window, QStringLiteral("training-done"));
        use->click();
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].toString(), path("whole/bundle"));
        // A finished run isn't trained over.
        QVERIFY(!child<QPushButton>(window, "startTraining")->isEnabled());
        QVERIFY(!child<QPushButton>(window, "resumeTraining")->isVisible());
    }

    void stopsAndGoesOn()
    {
        const auto asked = std::make_shared<ui::TrainingRequest>();
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(asked, 100000));
        window.show();
        fill(window, QStringLiteral("stopped"));
        auto *stop = child<QPushButton>(window, "stopTraining"), *resume = child<QPushButton>(window, "resumeTraining");
        QVERIFY(!stop->isVisible());
        window.start(false);
        QVERIFY(stop->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(steps(window) > 5, patience);
        const int before = steps(window);
        QTRY_VERIFY_WITH_TIMEOUT(steps(window) > before, patience); // it goes on growing by itself
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(window, "trainingStatus")->text().contains(QLatin1String("batches")), patience);
        test::picture(window, QStringLiteral("training-running"));
        stop->click();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), patience);
        QVERIFY(!window.isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(resume->isVisible() && resume->isEnabled(), patience);
        QVERIFY(!child<QPushButton>(window, "startTraining")->isEnabled());
        resume->click();
        QTRY_VERIFY_WITH_TIMEOUT(asked->alignment.resume, patience);
        window.stop();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.isIdle(), patience);
    }

    void failureIsTold()
    {
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, [](const ui::TrainingRequest&, const base::JobContext&) -> base::Json {
            throw base::Error(base::ErrorCode::Mismatch, "the run in this folder can't be gone on with: \"training.batch\" is another one");
        });
        window.show();
        fill(window, QStringLiteral("fails"));
        window.start(false);
        auto* status = child<QLabel>(window, "trainingStatus");
        QTRY_COMPARE_WITH_TIMEOUT(status->property("role").toString(), QStringLiteral("error"), patience);
        QVERIFY(status->text().contains(QLatin1String("training.batch")));
    }

    // A run that another program writes: curves and settings are shown, and follow the file.
    void looksAtARunOfOthers()
    {
        const std::filesystem::path folder = path("others").toStdString();
        std::filesystem::create_directories(folder);
        writeRecord(folder, false);
        std::ofstream curves(folder / "curves.jsonl");
        curves << stepLine(1) << stepLine(2) << std::flush;
        ui::JobRunner jobs;
        ui::TrainingWindow window(jobs, madeTrainer(std::make_shared<ui::TrainingRequest>(), 1));
        window.show();
        window.openRun(path("others"));
        QTRY_COMPARE_WITH_TIMEOUT(steps(window), 2, patience);
        const std::string third = stepLine(3);
        curves << third.substr(0, 25) << std::flush;
        QTest::qWait(1200);
        QCOMPARE(steps(window), 2);
        curves << third.substr(25) << std::flush;
        QTRY_COMPARE_WITH_TIMEOUT(steps(window), 3, patience);
        QCOMPARE(child<QSpinBox>(window, "batch")->value(), 24);
        QCOMPARE(child<QSpinBox>(window, "trainingSeed")->value(), 42);
        QCOMPARE(child<QComboBox>(window, "pooling")->currentIndex(), 2);
        QCOMPARE(child<QLineEdit>(window, "rate")->text(), QStringLiteral("0.001"));
        QCOMPARE(child<QDoubleSpinBox>(window, "temperature")->value(), 0.25);
        QVERIFY(child<QCheckBox>(window, "learned")->isChecked());
        std::ofstream(folder / "run.json") << "{";
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(window, "runFacts")->text().contains(QLatin1String("run.json")), patience);
        window.openRun(path("nothing"));
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(window, "runFacts")->text().contains(QLatin1String("no run")), patience);
        QCOMPARE(steps(window), 0);
        test::picture(window, QStringLiteral("training-empty"));
    }
};

QTEST_MAIN(TestTrainingWindow)
#include "test_training_window.moc"
