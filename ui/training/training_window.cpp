// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_window.h"

#include "ui/jobs/one_job.h"
#include "ui/plots/training_plot.h"
#include "ui/theme/form_panel.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/tag_label.h"
#include "ui/training/record_panel.h"
#include "ui/training/run_watcher.h"
#include "ui/training/training_form.h"

#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>

namespace echo2ecg::ui {

namespace {

QString nameOf(TrainingRequest::Kind kind)
{
    const QString names[] = {TrainingWindow::tr("Training the alignment"), TrainingWindow::tr("Training the echo encoder"), TrainingWindow::tr("Training the ECG encoder")};
    return names[int(kind)];
}

} // namespace

struct TrainingWindow::Impl
{
    Trainer trainer;
    OneJob job;
    RunWatcher watcher;
    TrainingForm* form = new TrainingForm;
    TrainingPlot* plot = new TrainingPlot;
    RecordPanel* record = new RecordPanel;
    QLabel* title = panelWords("", "runTitle", nullptr);
    QLabel* facts = panelWords("muted", "runFacts", nullptr);
    TagLabel* simulated = new TagLabel(TrainingWindow::tr("Simulated"), TagLabel::Tone::Warning, QStringLiteral("simulatedTag"));
    FormPanel* left = new FormPanel(QStringLiteral("trainingStatus"), 350);
    QPushButton* go = new QPushButton(TrainingWindow::tr("Start"));
    QPushButton* resume = new QPushButton(TrainingWindow::tr("Resume"));
    QPushButton* stop = new QPushButton(TrainingWindow::tr("Stop"));
    QPushButton* use = new QPushButton(TrainingWindow::tr("Use this bundle"));
    bool runIsSimulated = false;
    bool wantsSettings = false; // of the run that was opened, as soon as its record is read

    Impl(JobRunner& jobs, Trainer t) : trainer(std::move(t)), job(jobs) {}

    void say(const QString& words, const char* role = "muted") { left->say(words, role); }

    bool hasRun() const { return watcher.seen() && (watcher.seen()->hasCheckpoint || watcher.seen()->hasBundle); }

    void refresh()
    {
        const bool busy = job.isRunning(), run = hasRun();
        const bool done = watcher.seen() && watcher.seen()->hasBundle && watcher.seen()->record && watcher.seen()->record->finished;
        QString why = form->whyNotStart();
        const QString whyNotResume = why.isEmpty() && done ? TrainingWindow::tr("This run is finished.") : why;
        if (why.isEmpty() && run)
            why = TrainingWindow::tr("The folder holds a run already: resume it, or choose another folder.");
        go->setEnabled(!busy && why.isEmpty());
        go->setToolTip(why.isEmpty() ? TrainingWindow::tr("Train from the start bundle") : why);
        resume->setVisible(!busy && run && !done);
        resume->setEnabled(whyNotResume.isEmpty());
        resume->setToolTip(whyNotResume.isEmpty() ? TrainingWindow::tr("Go on from the checkpoint, with the same settings") : whyNotResume);
        stop->setVisible(busy);
        form->setEnabled(!busy);
        use->setVisible(done && !busy);
        if (busy)
            say(job.progress());
    }

    void takeSettings()
    {
        if (!wantsSettings || job.isRunning() || !watcher.seen() || !watcher.seen()->record)
            return;
        wantsSettings = false;
        form->take(*watcher.seen()->record);
    }

    void showRun()
    {
        const auto& seen = watcher.seen();
        const QString folder = watcher.folder();
        title->setText(folder.isEmpty() ? TrainingWindow::tr("No run") : QFileInfo(QDir::cleanPath(folder)).fileName());
        title->setToolTip(QDir::toNativeSeparators(folder));
        plot->setCurves(seen ? seen->curves : training::RunCurves());
        record->setRecord(seen ? seen->record : std::nullopt);
        facts->setText(seen ? factsOf(*seen) : QString());
        simulated->setVisible(runIsSimulated || (seen && seen->record && seen->record->simulated));
        refresh();
    }

    static QString factsOf(const RunWatcher::Seen& seen)
    {
        if (!seen.problem.isEmpty())
            return seen.problem;
        if (seen.curves.steps.empty())
            return seen.record ? TrainingWindow::tr("No step yet.") : TrainingWindow::tr("There is no run in this folder yet.");
        const training::RunStep& last = seen.curves.steps.back();
        QStringList words;
        const auto epochs = seen.record ? seen.record->epochs : std::nullopt;
        words << (epochs ? TrainingWindow::tr("Step %1, epoch %2 of %3").arg(last.step).arg(last.epoch).arg(*epochs) : TrainingWindow::tr("Step %1, epoch %2").arg(last.step).arg(last.epoch));
        words << TrainingWindow::tr("loss %1").arg(plotNumber(last.loss));
        if (!seen.curves.epochs.empty()) {
            const training::RunEpoch& e = seen.curves.epochs.back();
            if (e.valLoss)
                words << TrainingWindow::tr("validation %1").arg(plotNumber(*e.valLoss));
            if (e.trainHits)
                words << TrainingWindow::tr("%1 % of a training batch right").arg(plotNumber(100 * *e.trainHits, 1));
            if (e.ecgToEcho)
                words << TrainingWindow::tr("own study nearest for %1 % of the validation ECGs (chance %2 %), mean rank %3")
                             .arg(plotNumber(100 * e.ecgToEcho->p1, 1), plotNumber(100 * e.ecgToEcho->chance, 1), plotNumber(e.ecgToEcho->meanRank, 1));
        }
        if (last.temperature)
            words << TrainingWindow::tr("temperature %1").arg(plotNumber(*last.temperature));
        if (seen.damagedLines > 0)
            words << TrainingWindow::tr("%1 lines of the curves can't be read").arg(seen.damagedLines);
        return words.join(QStringLiteral(" · "));
    }
};

TrainingWindow::TrainingWindow(JobRunner& jobs, Trainer trainer, QWidget* parent) : QWidget(parent, Qt::Window), m_impl(std::make_unique<Impl>(jobs, std::move(trainer)))
{
    Impl& d = *m_impl;
    setObjectName(QStringLiteral("trainingWindow"));
    setWindowTitle(tr("Training, research use only"));
    setAcceptDrops(true);
    resize(1240, 880);

    auto* open = new QToolButton;
    open->setObjectName(QStringLiteral("openRun"));
    open->setText(tr("Open run…"));
    open->setToolTip(tr("Look at the curves of a run, finished or not; its settings come with it"));
    d.left->column().setSpacing(8);
    d.left->column().addWidget(open, 0, Qt::AlignLeft);
    d.left->column().addWidget(d.form, 1);
    d.go->setObjectName(QStringLiteral("startTraining"));
    setRole(d.go, "primary");
    d.resume->setObjectName(QStringLiteral("resumeTraining"));
    d.stop->setObjectName(QStringLiteral("stopTraining"));
    d.stop->setToolTip(tr("Stops soon and keeps a checkpoint: Resume goes on from it"));
    d.left->buttons().addWidget(d.go, 1);
    d.left->buttons().addWidget(d.resume, 1);
    d.left->buttons().addWidget(d.stop);

    QFont large = d.title->font();
    large.setPointSizeF(large.pointSizeF() * 1.45);
    large.setWeight(QFont::DemiBold);
    d.title->setFont(large);
    auto* research = new TagLabel(tr("Research use only"), TagLabel::Tone::Plain, QStringLiteral("researchTag"));
    research->setToolTip(tr("For research use only. Not for diagnostic procedures."));
    d.simulated->setToolTip(tr("Trained on virtual patients"));
    d.use->setObjectName(QStringLiteral("useBundle"));
    d.use->setToolTip(tr("Load the bundle that this run has made"));
    setRole(d.use, "primary");
    auto* top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(d.title, 1);
    top->addWidget(d.simulated, 0, Qt::AlignTop);
    top->addWidget(research, 0, Qt::AlignTop);
    top->addWidget(d.use, 0, Qt::AlignTop);
    auto* recordScroll = new QScrollArea;
    recordScroll->setWidgetResizable(true);
    recordScroll->setFrameShape(QFrame::NoFrame);
    recordScroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    recordScroll->setWidget(d.record);
    recordScroll->viewport()->setAutoFillBackground(false);
    d.record->setAutoFillBackground(false);
    recordScroll->setFixedHeight(210);
    auto* rightFrame = new QFrame;
    rightFrame->setProperty("role", "panel");
    auto* right = new QVBoxLayout(rightFrame);
    right->setContentsMargins(20, 16, 16, 12);
    right->setSpacing(8);
    right->addLayout(top);
    right->addWidget(d.facts);
    right->addWidget(d.plot, 1);
    right->addWidget(panelHeading(tr("Record of the run")));
    right->addWidget(recordScroll);

    auto* across = new QHBoxLayout(this);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(1);
    across->addWidget(d.left);
    across->addWidget(rightFrame, 1);

    connect(d.form, &TrainingForm::changed, this, [this] {
        m_impl->watcher.watch(m_impl->form->outFolder());
        m_impl->refresh();
    });
    connect(&d.watcher, &RunWatcher::changed, this, [this] {
        m_impl->takeSettings();
        m_impl->showRun();
    });
    connect(&d.job, &OneJob::changed, this, [this] { m_impl->refresh(); });
    connect(&d.job, &OneJob::cancelled, this, [this] { m_impl->say(tr("Stopping. The checkpoint is kept: Resume goes on from it.")); });
    connect(&d.job, &OneJob::failed, this, [this](const QString& why) { m_impl->say(why, "error"); });
    connect(open, &QToolButton::clicked, this, [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of a run")); !folder.isEmpty())
            openRun(folder);
    });
    connect(d.go, &QPushButton::clicked, this, [this] { start(false); });
    connect(d.resume, &QPushButton::clicked, this, [this] { start(true); });
    connect(d.stop, &QPushButton::clicked, this, &TrainingWindow::stop);
    connect(d.use, &QPushButton::clicked, this, [this] { emit bundleChosen(QDir::cleanPath(m_impl->watcher.folder()) + QStringLiteral("/bundle")); });
    d.showRun();
}

TrainingWindow::~TrainingWindow() = default;

void TrainingWindow::setStartBundle(const QString& folder)
{
    m_impl->form->setStartBundle(folder);
}

void TrainingWindow::openRun(const QString& folder)
{
    Impl& d = *m_impl;
    if (d.job.isRunning())
        return d.say(tr("A training runs: stop it before another run is opened."), "warning");
    d.say({});
    d.runIsSimulated = false;
    d.form->setOutFolder(folder);
    d.wantsSettings = true;
    d.takeSettings();
}

void TrainingWindow::start(bool resume)
{
    Impl& d = *m_impl;
    if (d.job.isRunning() || !d.form->whyNotStart().isEmpty())
        return;
    d.say({});
    TrainingRequest request = d.form->request();
    request.setResume(resume);
    d.wantsSettings = false;
    d.runIsSimulated = request.alignment.training.simulated;
    const QString out = d.form->outFolder();
    d.watcher.watch(out);
    d.job.start(
        nameOf(request.kind), JobRunner::Lane::Long,
        [trainer = d.trainer, request](const base::JobContext& job) { return trainer(request, job); },
        [this, out](base::Json&) {
            m_impl->say(tr("Done. The new bundle lies in the run folder."));
            emit finished(QDir::cleanPath(out) + QStringLiteral("/bundle"));
        });
    d.showRun();
}

void TrainingWindow::stop()
{
    m_impl->job.cancel();
}

bool TrainingWindow::isRunning() const
{
    return m_impl->job.isRunning();
}

void TrainingWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void TrainingWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    for (const QUrl& url : event->mimeData()->urls())
        if (QFileInfo(url.toLocalFile()).isDir())
            openRun(url.toLocalFile());
}

void TrainingWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close(); // a training goes on
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
