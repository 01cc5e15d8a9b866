// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/model_panel.h"

#include "ui/ecg/ecg_steps_view.h"
#include "ui/ecg/notes_panel.h"
#include "ui/theme/panel_words.h"
#include "ui/ecg/saliency_section.h"
#include "ui/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int kMargin = 12, kMarkSize = 10, kShownHash = 12, kSoonMs = 300;

} // namespace

ModelPanel::ModelPanel(QWidget* parent)
    : QFrame(parent), m_leads(new QComboBox), m_emptyPage(new QWidget(this)),
      m_empty(panelWords("muted", "modelEmpty", m_emptyPage)), m_content(new QWidget), m_noteList(new QWidget),
      m_noteColumn(new QVBoxLayout(m_noteList)), m_explaining(new SaliencySection),
      m_steps(new EcgStepsView(nullptr, EcgStepsView::Words::Above)), m_scroll(new QScrollArea)
{
    setObjectName(QStringLiteral("modelPanel"));
    setProperty("role", QStringLiteral("panel"));
    setMinimumWidth(280);
    m_pool.setMaxThreadCount(1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins({});
    all->setSpacing(0);

    auto* top = new QHBoxLayout;
    top->setContentsMargins(kMargin, 8, kMargin, 6);
    top->addWidget(panelHeading(tr("What the model sees")), 1);
    m_leads->setObjectName(QStringLiteral("modelLead"));
    m_leads->setToolTip(tr("Lead that is shown"));
    m_leads->setAccessibleName(m_leads->toolTip());
    for (const ecg::Lead lead : ecg::allLeads)
        m_leads->addItem(QString::fromLatin1(ecg::name(lead).data(), qsizetype(ecg::name(lead).size())));
    m_leads->setCurrentIndex(int(ecg::index(m_lead)));
    top->addWidget(m_leads);
    all->addLayout(top);

    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(kMargin, 0, kMargin, kMargin);
    column->setSpacing(12);
    column->addWidget(buildHeader());
    column->addWidget(m_explaining);
    column->addWidget(m_steps);
    column->addStretch(1);
    m_scroll->setObjectName(QStringLiteral("modelScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(m_content);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
    all->addWidget(m_scroll, 1);
    m_empty->setAlignment(Qt::AlignCenter);
    auto* middle = new QHBoxLayout(m_emptyPage);
    middle->setContentsMargins(2 * kMargin, kMargin, 2 * kMargin, 3 * kMargin);
    middle->addWidget(m_empty);
    all->addWidget(m_emptyPage, 1);

    connect(m_leads, &QComboBox::currentIndexChanged, this,
            [this](int index) { setLead(ecg::allLeads[std::size_t(index)]); });
    connect(m_explaining, &SaliencySection::leadChosen, this, &ModelPanel::setLead);
    connect(m_explaining, &SaliencySection::explainRequested, this, &ModelPanel::explainRequested);
    connect(m_explaining, &SaliencySection::cancelRequested, this, &ModelPanel::cancelRequested);
    connect(&Theme::instance(), &Theme::changed, this, &ModelPanel::showNotes); // marks are pictures
    showState();
}

ModelPanel::~ModelPanel()
{
    m_cancel.cancel();
    m_pool.waitForDone(); // what runs posts to this object
}

QWidget* ModelPanel::buildHeader()
{
    auto* header = new QWidget;
    auto* column = new QVBoxLayout(header);
    column->setContentsMargins({});
    column->setSpacing(3);
    m_window = panelWords("plain", "modelWindow", header);
    QFont bold = m_window->font();
    bold.setWeight(QFont::DemiBold);
    m_window->setFont(bold);
    m_recipe = panelWords("muted", "modelRecipe", header);
    m_bundle = panelWords("faint", "modelBundle", header);
    m_noteColumn->setContentsMargins(0, 5, 0, 0);
    m_noteColumn->setSpacing(5);
    m_noteList->setObjectName(QStringLiteral("modelNotes"));
    for (QWidget* part : {static_cast<QWidget*>(m_window), static_cast<QWidget*>(m_recipe),
                          static_cast<QWidget*>(m_bundle), m_noteList})
        column->addWidget(part);
    return header;
}

void ModelPanel::setCase(std::shared_ptr<const ecg::EcgRecord> record, std::optional<ecg::EcgRecipe> recipe,
                         const QString& bundleLabel)
{
    m_cancel.cancel();
    ++m_ticket;
    m_preparing = false;
    m_hasRecipe = recipe.has_value();
    m_shown = {std::move(record), nullptr, recipe.value_or(ecg::EcgRecipe{})};
    m_bundleLabel = bundleLabel;
    m_signalHash.clear();
    m_recipeHash = m_hasRecipe ? QString::fromStdString(m_shown.recipe.hash()) : QString();
    m_explaining->setSaliency(nullptr);
    m_explaining->setExplaining(false, {});
    m_notes.clear();
    m_stale = m_shown.record && m_hasRecipe;
    m_steps->setSteps({});
    m_steps->setSaliency(nullptr);
    m_scroll->verticalScrollBar()->setValue(0);
    showState();
    if (m_stale && isVisible())
        prepare();
}

void ModelPanel::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    if (m_stale)
        prepare();
}

void ModelPanel::prepare()
{
    m_stale = false;
    m_preparing = true;
    m_cancel = base::CancelToken();
    QTimer::singleShot(kSoonMs, this, [this, ticket = m_ticket] {
        if (ticket != m_ticket || !m_preparing)
            return;
        m_notes = {{{}, tr("Preparing the steps…").toStdString(), ecg::Severity::Note, std::nullopt}};
        showNotes();
    });
    m_pool.start([this, ticket = m_ticket, record = m_shown.record, recipe = m_shown.recipe, cancel = m_cancel] {
        Outcome outcome;
        try {
            outcome.signalHash = record->signalHash();
            outcome.steps = std::make_shared<const ecg::EcgSteps>(ecg::preprocessSteps(*record, recipe, cancel));
        } catch (const base::Cancelled&) {
            return;
        } catch (const base::Error& error) {
            outcome.failure = QString::fromStdString(error.sentence());
        } catch (const std::bad_alloc&) {
            outcome.failure = tr("There is not enough memory to prepare this ECG.");
        }
        QMetaObject::invokeMethod(
            this, [this, ticket, outcome] { finish(ticket, outcome); }, Qt::QueuedConnection);
    });
}

void ModelPanel::finish(int ticket, const Outcome& outcome)
{
    if (ticket != m_ticket)
        return;
    m_preparing = false;
    m_shown.steps = outcome.steps;
    m_signalHash = outcome.signalHash;
    collectNotes(outcome.failure);
    m_steps->setSteps(m_shown);
    showState();
    emit prepared();
}

// The worst first; what the gate says of the rest of the recording stands beside the page.
void ModelPanel::collectNotes(const QString& failure)
{
    m_notes.clear();
    const auto add = [&](ecg::Severity severity, const QString& sentence) {
        m_notes.push_back({{}, sentence.toStdString(), severity, std::nullopt});
    };
    if (!failure.isEmpty()) {
        add(ecg::Severity::Block, failure);
        return;
    }
    const ecg::EcgSteps& steps = *m_shown.steps;
    for (const base::Warning& warning : steps.result.warnings)
        add(ecg::Severity::Warn, QString::fromStdString(warning.sentence));
    if (!m_shown.recipe.resampleToHz)
        add(ecg::Severity::Note, tr("The recipe states no rate: samples are taken at the recording's own %1 Hz.")
                                     .arg(m_shown.record->samplingHz));
    if (const double seconds = m_shown.record->seconds(); seconds > m_shown.windowTo() - m_shown.windowFrom() + 0.005)
        add(ecg::Severity::Note,
            tr("%1 of %2 s are used; the rest only counts in clipping, baseline and normalisation.")
                .arg(m_shown.windowTo() - m_shown.windowFrom(), 0, 'f', 2)
                .arg(seconds, 0, 'f', seconds < 100 ? 1 : 0));
    if (steps.kept < std::size_t(steps.result.samples))
        add(ecg::Severity::Note, tr("The steps show the first %1 samples.").arg(steps.kept));
}

void ModelPanel::showState()
{
    const bool possible = m_shown.record && m_hasRecipe;
    m_scroll->setVisible(possible);
    m_leads->setVisible(possible);
    m_emptyPage->setVisible(!possible);
    m_empty->setText(!m_shown.record
                         ? tr("What the encoder is given of an ECG, step by step.\n\nOpen an ECG to see it.")
                         : tr("What the encoder is given of this ECG, step by step.\n\nA model bundle is needed: its "
                              "recipe says how the signal is prepared. Load one with Ctrl+B."));
    if (!possible)
        return;
    showFacts();
    showNotes();
    m_explaining->setPossible(bool(m_shown.steps));
}

void ModelPanel::showFacts()
{
    QString window = windowWords(m_shown);
    m_window->setText(window.replace(0, 1, window.left(1).toUpper()));
    m_recipe->setText(QString::fromStdString(m_shown.recipe.describe()));
    m_bundle->setText(tr("%1 · recipe %2").arg(m_bundleLabel, m_recipeHash.left(kShownHash)));
    m_bundle->setToolTip(tr("SHA-256 of the recipe: %1").arg(m_recipeHash));
}

void ModelPanel::showNotes()
{
    while (QLayoutItem* item = m_noteColumn->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const ecg::Finding& note : m_notes) {
        auto* row = new QWidget;
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins({});
        line->setSpacing(8);
        auto* mark = new QLabel;
        mark->setPixmap(severityMark(note.severity, kMarkSize, devicePixelRatioF()));
        mark->setContentsMargins(0, 3, 0, 0);
        line->addWidget(mark, 0, Qt::AlignTop);
        QLabel* text = panelWords(note.severity == ecg::Severity::Note ? "muted" : "plain", "modelNote", row);
        text->setText(QString::fromStdString(note.sentence));
        line->addWidget(text, 1);
        m_noteColumn->addWidget(row);
    }
    m_noteList->setVisible(!m_notes.empty());
}

void ModelPanel::setLead(ecg::Lead lead)
{
    if (lead == m_lead)
        return;
    m_lead = lead;
    m_leads->setCurrentIndex(int(ecg::index(lead)));
    m_explaining->setLead(lead);
    m_steps->setLead(lead);
    emit leadChanged(lead);
}

bool ModelPanel::setSaliency(std::optional<inference::EcgSaliency> saliency)
{
    std::shared_ptr<const inference::EcgSaliency> shown;
    const bool given = saliency.has_value();
    if (given && m_shown.record) {
        if (m_signalHash.empty())
            m_signalHash = m_shown.record->signalHash();
        if (m_signalHash == saliency->signalSha256 && m_recipeHash.toStdString() == saliency->recipeHash)
            shown = std::make_shared<const inference::EcgSaliency>(std::move(*saliency));
    }
    m_steps->setSaliency(shown);
    m_explaining->setSaliency(shown);
    return shown || !given;
}

void ModelPanel::setExplaining(bool explaining, const QString& progress)
{
    m_explaining->setExplaining(explaining, progress);
}

void ModelPanel::setExplainFailure(const QString& sentence)
{
    m_steps->setSaliency(nullptr);
    m_explaining->setFailure(sentence);
}

} // namespace echo2ecg::ui
