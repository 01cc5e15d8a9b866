// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/evaluation_window.h"

#include "evaluation/evaluation_report.h"
#include "report/evaluation_report_pdf.h"
#include "ui/evaluation/evaluation_form.h"
#include "ui/evaluation/evaluation_results.h"
#include "ui/jobs/one_job.h"
#include "ui/jobs/typed_path.h"
#include "ui/theme/form_panel.h"
#include "ui/theme/panel_words.h"

#include <QDateTime>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QFileDialog>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>

namespace echo2ecg::ui {

struct EvaluationWindow::Impl
{
    Evaluator evaluator;
    OneJob running, files; // files: reading and writing beside it
    EvaluationForm* form = new EvaluationForm;
    EvaluationResults* results = new EvaluationResults;
    QStackedWidget* right = new QStackedWidget;
    FormPanel* left = new FormPanel(QStringLiteral("evaluationStatus"), 330);
    QPushButton* go = new QPushButton(EvaluationWindow::tr("Evaluate"));
    QPushButton* cancel = new QPushButton(EvaluationWindow::tr("Cancel"));
    QToolButton* open = new QToolButton;
    QToolButton* save = new QToolButton;
    QToolButton* print = new QToolButton;
    std::shared_ptr<const evaluation::Evaluation> result;

    Impl(JobRunner& jobs, Evaluator e) : evaluator(std::move(e)), running(jobs), files(jobs) {}

    void say(const QString& words, const char* role = "muted") { left->say(words, role); }
    void take(std::shared_ptr<const evaluation::Evaluation> found)
    {
        result = std::move(found);
        results->setResult(result);
        right->setCurrentWidget(results);
        refresh();
    }
    void refresh()
    {
        const QString why = form->whyNotRun();
        const bool busy = running.isRunning();
        go->setEnabled(!busy && why.isEmpty());
        go->setToolTip(why.isEmpty() ? EvaluationWindow::tr("Embed what is missing, and measure") : why);
        cancel->setVisible(busy);
        form->setEnabled(!busy);
        for (QToolButton* button : {save, print})
            button->setEnabled(result && !files.isRunning());
        if (busy)
            say(running.progress());
    }
};

EvaluationWindow::EvaluationWindow(JobRunner& jobs, Evaluator evaluator, QWidget* parent) : QWidget(parent, Qt::Window), m_impl(std::make_unique<Impl>(jobs, std::move(evaluator)))
{
    Impl& d = *m_impl;
    setObjectName(QStringLiteral("evaluationWindow"));
    setWindowTitle(tr("Evaluation, research use only"));
    setAcceptDrops(true);
    resize(1280, 860);

    const auto tool = [](QToolButton* button, const char* name, const QString& text, const QString& hint) {
        button->setObjectName(QLatin1String(name));
        button->setText(text);
        button->setToolTip(hint);
        return button;
    };
    auto* tools = new QHBoxLayout;
    tools->setSpacing(2);
    tools->addWidget(tool(d.open, "openEvaluation", tr("Open…"), tr("Look at a stored evaluation.json")));
    tools->addWidget(tool(d.save, "saveEvaluation", tr("Save…"), tr("Write evaluation.json, .csv, .md and report.pdf into a folder")));
    tools->addWidget(tool(d.print, "printEvaluation", tr("Report as PDF…"), tr("Write the printable report")));
    tools->addStretch(1);

    d.left->column().setSpacing(10);
    d.left->column().addLayout(tools);
    d.left->column().addWidget(d.form, 1);
    d.go->setObjectName(QStringLiteral("evaluate"));
    setRole(d.go, "primary");
    d.cancel->setObjectName(QStringLiteral("cancelEvaluation"));
    d.cancel->setToolTip(tr("Stops after its current step; what was embedded stays in the library"));
    d.left->buttons().addWidget(d.go, 1);
    d.left->buttons().addWidget(d.cancel);

    auto* nothing = panelWords("muted", "noEvaluation", nullptr);
    nothing->setText(tr("Classification, calibration and retrieval of one or more models on the library's test patients stand here.\n\n"
                        "Choose the models and the pairs on the left and press Evaluate, or open a stored evaluation.json, which may also be dropped here."));
    nothing->setAlignment(Qt::AlignCenter);
    nothing->setMaximumWidth(560);
    auto* empty = new QWidget;
    auto* emptyColumn = new QHBoxLayout(empty);
    emptyColumn->addStretch(1);
    emptyColumn->addWidget(nothing, 8);
    emptyColumn->addStretch(1);
    d.right->addWidget(empty);
    d.right->addWidget(d.results);
    auto* rightFrame = new QFrame;
    rightFrame->setProperty("role", "panel");
    auto* rightColumn = new QVBoxLayout(rightFrame);
    rightColumn->setContentsMargins(20, 16, 12, 8);
    rightColumn->addWidget(d.right);

    auto* across = new QHBoxLayout(this);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(1);
    across->addWidget(d.left);
    across->addWidget(rightFrame, 1);

    const auto refresh = [this] { m_impl->refresh(); };
    connect(d.form, &EvaluationForm::changed, this, refresh);
    connect(&d.running, &OneJob::changed, this, refresh);
    connect(&d.files, &OneJob::changed, this, refresh);
    connect(&d.running, &OneJob::cancelled, this, [this] { m_impl->say(tr("Cancelled. What was embedded is kept, the next run is shorter.")); });
    for (OneJob* job : {&d.running, &d.files})
        connect(job, &OneJob::failed, this, [this](const QString& why) { m_impl->say(why, "error"); });
    connect(d.go, &QPushButton::clicked, this, &EvaluationWindow::run);
    connect(d.cancel, &QPushButton::clicked, this, &EvaluationWindow::cancel);
    connect(d.open, &QToolButton::clicked, this, [this] {
        if (const QString file = QFileDialog::getOpenFileName(this, tr("Open an evaluation"), {}, tr("Evaluations (*.json)")); !file.isEmpty())
            open(file);
    });
    connect(d.save, &QToolButton::clicked, this, [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the evaluation")); !folder.isEmpty())
            save(folder);
    });
    connect(d.print, &QToolButton::clicked, this, [this] {
        QString file = QFileDialog::getSaveFileName(this, tr("Save the report"), QStringLiteral("report.pdf"), tr("PDF (*.pdf)"));
        if (file.isEmpty())
            return;
        if (!file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive))
            file += QStringLiteral(".pdf");
        writeReport(file);
    });
    d.refresh();
}

EvaluationWindow::~EvaluationWindow() = default;

void EvaluationWindow::addBundle(const QString& folder, const QString& name)
{
    m_impl->form->addBundle(folder, name);
}

void EvaluationWindow::run()
{
    Impl& d = *m_impl;
    if (d.running.isRunning() || !d.form->whyNotRun().isEmpty())
        return;
    d.say({});
    const EvaluationRequest request = d.form->request();
    d.running.start(
        tr("Evaluating"), JobRunner::Lane::Long,
        [evaluator = d.evaluator, request](const base::JobContext& job) {
            evaluation::Evaluation found = evaluator(request, job);
            found.title = request.title.empty() ? "Evaluation of " + found.dataName : request.title;
            found.created = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
            found.program = "echo2ecg " E2E_VERSION;
            return std::make_shared<const evaluation::Evaluation>(std::move(found));
        },
        [this](std::shared_ptr<const evaluation::Evaluation>& found) {
            m_impl->say(tr("Done. Save… keeps it."));
            m_impl->take(found);
            emit resultChanged();
        });
}

void EvaluationWindow::cancel()
{
    m_impl->running.cancel();
}

void EvaluationWindow::open(const QString& file)
{
    m_impl->say({});
    m_impl->files.start(
        tr("Reading an evaluation"), JobRunner::Lane::Files,
        [path = typedPath(file)](const base::JobContext&) { return std::make_shared<const evaluation::Evaluation>(evaluation::readEvaluation(path)); },
        [this, name = QFileInfo(file).fileName()](std::shared_ptr<const evaluation::Evaluation>& found) {
            m_impl->say(tr("Opened %1.").arg(name));
            m_impl->take(found);
            emit resultChanged();
        });
}

void EvaluationWindow::save(const QString& folder)
{
    if (!m_impl->result)
        return;
    m_impl->files.start(
        tr("Writing an evaluation"), JobRunner::Lane::Files,
        [result = m_impl->result, path = typedPath(folder)](const base::JobContext&) {
            evaluation::writeEvaluation(path, *result);
            report::writeEvaluationReport(*result, path / "report.pdf");
            return true;
        },
        [this, folder](bool&) {
            m_impl->say(tr("Written to %1: evaluation.json, .csv, .md and report.pdf.").arg(QDir::toNativeSeparators(folder)));
            emit written(folder);
        });
}

void EvaluationWindow::writeReport(const QString& file)
{
    if (!m_impl->result)
        return;
    m_impl->files.start(
        tr("Writing a report"), JobRunner::Lane::Files,
        [result = m_impl->result, path = typedPath(file)](const base::JobContext&) {
            report::writeEvaluationReport(*result, path);
            return true;
        },
        [this, file](bool&) {
            m_impl->say(tr("Written: %1.").arg(QDir::toNativeSeparators(file)));
            emit written(file);
        });
}

bool EvaluationWindow::isRunning() const
{
    return m_impl->running.isRunning();
}

const std::shared_ptr<const evaluation::Evaluation>& EvaluationWindow::result() const
{
    return m_impl->result;
}

void EvaluationWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void EvaluationWindow::dropEvent(QDropEvent* event)
{
    event->acceptProposedAction();
    for (const QUrl& url : event->mimeData()->urls()) {
        const QFileInfo file(url.toLocalFile());
        if (file.isDir() && QFileInfo::exists(file.filePath() + QStringLiteral("/bundle.json")))
            addBundle(file.filePath(), {});
        else if (file.isDir())
            open(file.filePath() + QStringLiteral("/evaluation.json"));
        else
            open(file.filePath());
    }
}

void EvaluationWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close(); // a running evaluation goes on
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
