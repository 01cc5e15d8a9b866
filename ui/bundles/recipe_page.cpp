// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/recipe_page.h"

#include "ui/bundles/bundle_words.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int soonMs = 200, formWidth = 330;

QScrollArea* scrolling(QWidget* content)
{
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(content);
    return area;
}

} // namespace

RecipePage::RecipePage(BundleImport& import, JobRunner& jobs, QWidget* parent)
    : QWidget(parent), m_import(import), m_ecgForm(new EcgRecipeForm), m_echoForm(new EchoRecipeForm),
      m_ecgSteps(new EcgStepsView), m_clipSteps(new ClipStepsView), m_lead(new QComboBox), m_message(wordsLabel()),
      m_problem(wordsLabel({}, "error")), m_tabs(new QTabBar), m_forms(new QStackedWidget),
      m_previews(new QStackedWidget), m_ecgJob(jobs), m_clipJob(jobs)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(
        wordsLabel(tr("The recipe is how a signal becomes the encoder's input. It must be the one that the weights "
                      "were trained with; a wrong one gives "
                      "plausible numbers that are wrong. Until you know better, the reference's is the best guess."),
                   "muted"));
    m_tabs->setObjectName(QStringLiteral("recipeTabs"));
    m_tabs->setDrawBase(false);
    m_tabs->addTab(tr("ECG"));
    m_tabs->addTab(tr("Echo"));
    column->addWidget(m_tabs, 0, Qt::AlignLeft);
    auto* across = new QHBoxLayout;
    across->setSpacing(20);
    across->addWidget(buildForms());
    across->addWidget(buildPreview(), 1);
    column->addLayout(across, 1);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_forms->setCurrentIndex(tab);
        m_previews->setCurrentIndex(tab);
    });
    connect(m_ecgForm, &EcgRecipeForm::edited, &m_import, &BundleImport::setEcgRecipe);
    connect(m_echoForm, &EchoRecipeForm::edited, &m_import, &BundleImport::setEchoRecipe);
    connect(&m_import, &BundleImport::recipesChanged, this, [this] {
        showRecipes();
        renew();
    });
    connect(&m_import, &BundleImport::filesChanged, this, &RecipePage::showRecipes); // what fits may have changed
    m_soon.setSingleShot(true);
    m_soon.setInterval(soonMs);
    connect(&m_soon, &QTimer::timeout, this, [this] {
        renewEcg();
        renewClip();
    });
    showRecipes();
    showEcgResult();
    showClipResult();
}

QWidget* RecipePage::buildForms()
{
    auto* side = new QWidget;
    side->setFixedWidth(formWidth);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(8);
    m_forms->addWidget(scrolling(m_ecgForm));
    m_forms->addWidget(scrolling(m_echoForm));
    column->addWidget(m_forms, 1);
    m_problem->setObjectName(QStringLiteral("recipeProblem"));
    m_message->setObjectName(QStringLiteral("recipeMessage"));
    column->addWidget(m_problem);
    column->addWidget(m_message);
    auto* load = new QPushButton(tr("Load recipes…"));
    load->setToolTip(tr("From a JSON file with \"ecg\" and \"echo\", or from the bundle.json of another bundle"));
    auto* reset = new QPushButton(tr("Reset to the reference's"));
    reset->setObjectName(QStringLiteral("resetRecipes"));
    reset->setToolTip(tr("Both recipes as the published code has them, with the sizes of these weights"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(load);
    buttons->addWidget(reset);
    column->addLayout(buttons);
    connect(load, &QPushButton::clicked, this, [this] {
        const QString file =
            QFileDialog::getOpenFileName(this, tr("File with recipes"), {}, tr("JSON (*.json);;All files (*)"));
        if (!file.isEmpty())
            m_import.loadRecipes(file);
    });
    connect(reset, &QPushButton::clicked, &m_import, &BundleImport::resetRecipes);
    return side;
}

QWidget* RecipePage::buildPreview()
{
    for (const ecg::Lead lead : ecg::allLeads)
        m_lead->addItem(QString::fromLatin1(ecg::name(lead).data(), qsizetype(ecg::name(lead).size())));
    m_lead->setObjectName(QStringLiteral("previewLead"));
    m_lead->setCurrentIndex(int(ecg::index(ecg::Lead::II)));
    m_lead->setToolTip(tr("Lead that is shown"));
    connect(m_lead, &QComboBox::currentIndexChanged, this,
            [this](int index) { m_ecgSteps->setLead(ecg::allLeads[std::size_t(index)]); });
    m_previews->addWidget(buildSide(m_ecgSide, m_ecgSteps, tr("Other ECG…"), "ecgPreview"));
    m_previews->addWidget(buildSide(m_clipSide, m_clipSteps, tr("Other clip…"), "clipPreview"));
    connect(m_ecgSide.choose, &QPushButton::clicked, this, [this] {
        if (const QString file = QFileDialog::getOpenFileName(this, tr("ECG for the preview")); !file.isEmpty())
            useEcgFile(file);
    });
    connect(m_clipSide.choose, &QPushButton::clicked, this, [this] {
        if (const QString file = QFileDialog::getOpenFileName(this, tr("Echo clip for the preview")); !file.isEmpty())
            useClipFile(file);
    });
    return m_previews;
}

QWidget* RecipePage::buildSide(Side& side, QWidget* steps, const QString& choose, const char* name)
{
    auto* page = new QWidget;
    page->setObjectName(QLatin1String(name));
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 6, 0, 0);
    column->setSpacing(8);
    side.source = new QLabel;
    side.source->setTextFormat(Qt::PlainText);
    side.source->setMinimumWidth(1); // gives way to the button
    side.choose = new QPushButton(choose);
    side.choose->setToolTip(tr("Show what the recipe does to another file; it isn't imported"));
    auto* top = new QHBoxLayout;
    top->addWidget(side.source, 1);
    if (steps == m_ecgSteps) {
        m_legend = new QLabel(tr("amber: before the step"));
        m_legend->setProperty("role", "warning");
        top->addWidget(m_legend);
        top->addSpacing(8);
        top->addWidget(m_lead);
    }
    top->addWidget(side.choose);
    column->addLayout(top);
    top->setSpacing(6);
    side.notice = wordsLabel({}, "warning");
    side.notice->setObjectName(QStringLiteral("previewNotice"));
    column->addWidget(side.notice);
    side.stack = new QStackedWidget;
    side.stack->addWidget(scrolling(steps));
    side.empty = wordsLabel({}, "muted");
    side.empty->setObjectName(QStringLiteral("previewEmpty"));
    side.empty->setAlignment(Qt::AlignCenter);
    side.stack->addWidget(side.empty);
    column->addWidget(side.stack, 1);
    return page;
}

void RecipePage::setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<echo::EchoClip> clip)
{
    m_source.record = std::move(record);
    m_source.clip = std::move(clip);
    renew();
}

void RecipePage::useEcgFile(const QString& file)
{
    m_source.ecgFile = file;
    renew();
}

void RecipePage::useClipFile(const QString& file)
{
    m_source.clipFile = file;
    renew();
}

void RecipePage::showEcho(bool echo)
{
    m_tabs->setCurrentIndex(echo ? 1 : 0);
}

void RecipePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        m_soon.start(0);
}

void RecipePage::renew()
{
    m_stale = true;
    if (isVisible()) // else when it is looked at
        m_soon.start(soonMs);
}

void RecipePage::showRecipes()
{
    m_ecgForm->setRecipe(m_import.ecgRecipe());
    m_echoForm->setRecipe(m_import.echoRecipe());
    const QString problem = !m_import.problem().isEmpty() ? m_import.problem() : m_import.recipeProblem();
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_message->setText(m_import.recipeMessage());
    ui::setRole(m_message, m_import.recipeFailed() ? "error" : "muted");
    m_message->setVisible(!m_import.recipeMessage().isEmpty());
}

void RecipePage::renewEcg()
{
    m_stale = false;
    if (!m_source.hasEcg()) {
        m_ecgPreview.reset();
        showEcgResult();
        return;
    }
    m_ecgJob.start(
        tr("Preparing the ECG preview"), JobRunner::Lane::Files,
        [source = m_source, recipe = m_import.ecgRecipe()](const base::JobContext& job) {
            return std::make_shared<const EcgPreview>(previewEcg(source, recipe, job));
        },
        [this](std::shared_ptr<const EcgPreview>& made) {
            m_ecgPreview = made;
            showEcgResult();
        });
}

void RecipePage::renewClip()
{
    m_stale = false;
    if (!m_source.hasClip()) {
        m_clipPreview.reset();
        showClipResult();
        return;
    }
    m_clipJob.start(
        tr("Preparing the echo preview"), JobRunner::Lane::Files,
        [source = m_source, recipe = m_import.echoRecipe()](const base::JobContext& job) {
            return std::make_shared<const ClipPreview>(previewClip(source, recipe, job));
        },
        [this](std::shared_ptr<const ClipPreview>& made) {
            m_clipPreview = made;
            showClipResult();
        });
}

void RecipePage::showEcgResult()
{
    const EcgPreview* p = m_ecgPreview.get();
    const bool good = p && p->failure.isEmpty();
    m_ecgSteps->setSteps(
        good ? ShownSteps{p->record, std::shared_ptr<const ecg::EcgSteps>(m_ecgPreview, &p->steps), p->recipe}
             : ShownSteps{});
    m_ecgSide.source->setText(p ? p->source : QString());
    m_ecgSide.choose->setText(p ? tr("Other ECG…") : tr("Choose an ECG…"));
    m_ecgSide.stack->setCurrentIndex(good ? 0 : 1);
    m_lead->setVisible(good);
    m_legend->setVisible(good);
    m_ecgSide.empty->setText(p ? tr("This ECG can't be prepared for the encoder.\n%1").arg(p->failure)
                               : tr("What the recipe does to an ECG, step by step.\nNo ECG is open: open one in the "
                                    "case window, or choose a file here."));
    ui::setRole(m_ecgSide.empty, p ? "error" : "muted");
    QStringList notices;
    if (good) {
        if (!p->recipe.resampleToHz)
            notices << tr("The reference states no sampling rate: %1 samples are %2 s at %3 Hz. Ask for the rate that "
                          "the weights were trained with.")
                           .arg(p->recipe.windowSamples)
                           .arg(p->recipe.windowSamples / p->steps.result.samplingHz, 0, 'f', 2)
                           .arg(p->steps.result.samplingHz);
        for (const base::Warning& warning : p->steps.result.warnings)
            notices << sentence(warning.sentence);
        if (p->steps.kept < std::size_t(p->steps.result.samples))
            notices << tr("The steps show the first %1 samples.").arg(p->steps.kept);
    }
    m_ecgSide.notice->setText(notices.join(QLatin1Char('\n')));
    m_ecgSide.notice->setVisible(!notices.isEmpty());
}

void RecipePage::showClipResult()
{
    const ClipPreview* p = m_clipPreview.get();
    const bool good = p && p->failure.isEmpty();
    m_clipSteps->setPreview(m_clipPreview);
    m_clipSide.source->setText(p ? p->source : QString());
    m_clipSide.choose->setText(p ? tr("Other clip…") : tr("Choose a clip…"));
    m_clipSide.stack->setCurrentIndex(good ? 0 : 1);
    m_clipSide.empty->setText(p ? tr("This clip can't be prepared for the encoder.\n%1").arg(p->failure)
                                : tr("What the recipe does to an echo clip, step by step.\nNo clip is open: open a "
                                     "study in the case window, or choose a file here."));
    ui::setRole(m_clipSide.empty, p ? "error" : "muted");
    QStringList notices;
    if (good)
        for (const base::Warning& warning : p->warnings)
            notices << sentence(warning.sentence);
    notices.removeDuplicates();
    m_clipSide.notice->setText(notices.mid(0, 3).join(QLatin1Char('\n')));
    m_clipSide.notice->setVisible(!notices.isEmpty());
}

} // namespace echo2ecg::ui
