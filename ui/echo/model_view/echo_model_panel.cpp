// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/echo/model_view/echo_model_panel.h"

#include "ui/echo/model_view/clip_list_model.h"
#include "ui/echo/model_view/clip_row_delegate.h"
#include "ui/echo/model_view/clip_steps_view.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/sentence.h"
#include "ui/theme/theme.h"

#include <QListView>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

constexpr int kMargin = 12, kShownHash = 12, kSoonMs = 120, kMostNotices = 3;

} // namespace

EchoModelPanel::EchoModelPanel(QWidget* parent)
    : QFrame(parent), m_model(new ClipListModel(this)), m_list(new QListView), m_emptyPage(new QWidget(this)), m_content(new QWidget(this)),
      m_empty(panelWords("muted", "echoModelEmpty", m_emptyPage)), m_steps(new ClipStepsView), m_scroll(new QScrollArea)
{
    setObjectName(QStringLiteral("echoModelPanel"));
    setProperty("role", QStringLiteral("panel"));
    setMinimumWidth(420);
    m_pool.setMaxThreadCount(1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins({});
    all->setSpacing(0);
    auto* column = new QVBoxLayout(m_content);
    column->setContentsMargins(kMargin, 8, kMargin, kMargin);
    column->setSpacing(3);
    m_summary = panelWords("plain", "echoModelSummary", m_content);
    QFont bold = m_summary->font();
    bold.setWeight(QFont::DemiBold);
    m_summary->setFont(bold);
    m_recipeWords = panelWords("muted", "echoModelRecipe", m_content);
    m_bundle = panelWords("faint", "echoModelBundle", m_content);
    for (QLabel* label : {m_summary, m_recipeWords, m_bundle})
        column->addWidget(label);
    column->addSpacing(6);

    m_list->setObjectName(QStringLiteral("echoModelClips"));
    m_list->setAccessibleName(tr("Clips of the study"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new ClipRowDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setMouseTracking(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMinimumHeight(90);

    auto* below = new QWidget;
    auto* steps = new QVBoxLayout(below);
    steps->setContentsMargins(0, 8, 0, 0);
    steps->setSpacing(4);
    m_source = panelWords("plain", "echoModelSource", below);
    m_notice = panelWords("warning", "echoModelNotice", below);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(m_steps);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_steps->setAutoFillBackground(false);
    steps->addWidget(m_source);
    steps->addWidget(m_notice);
    steps->addWidget(m_scroll, 1);

    auto* halves = new QSplitter(Qt::Vertical);
    halves->setChildrenCollapsible(false);
    halves->addWidget(m_list);
    halves->addWidget(below);
    halves->setStretchFactor(0, 2);
    halves->setStretchFactor(1, 3);
    column->addWidget(halves, 1);
    all->addWidget(m_content, 1);

    m_empty->setAlignment(Qt::AlignCenter);
    auto* middle = new QHBoxLayout(m_emptyPage);
    middle->setContentsMargins(2 * kMargin, kMargin, 2 * kMargin, 3 * kMargin);
    middle->addWidget(m_empty);
    all->addWidget(m_emptyPage, 1);

    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) { chooseRow(now.row()); });
    connect(m_model, &ClipListModel::useAsked, this, &EchoModelPanel::useChanged);
    connect(&Theme::instance(), &Theme::changed, m_list->viewport(), qOverload<>(&QWidget::update));
    showState();
}

EchoModelPanel::~EchoModelPanel()
{
    m_cancel.cancel();
    m_pool.waitForDone(); // what runs posts to this object
}

void EchoModelPanel::setStudy(std::vector<casework::ModelView> views, std::optional<echo::EchoRecipe> recipe, const QString& bundleLabel)
{
    const bool sameRecipe = recipe && m_recipe && recipe->hash() == m_recipe->hash();
    const std::string shown = sameRecipe ? m_shownHash : std::string();
    const qint64 chosen = m_chosen;
    const int scrolled = m_list->verticalScrollBar()->value();
    m_recipe = std::move(recipe);
    m_bundle->setText(m_recipe ? tr("%1 · recipe %2").arg(bundleLabel, QString::fromStdString(m_recipe->hash()).left(kShownHash)) : QString());
    m_bundle->setToolTip(m_recipe ? tr("SHA-256 of the recipe: %1").arg(QString::fromStdString(m_recipe->hash())) : QString());
    {
        const QSignalBlocker quiet(m_list->selectionModel()); // a new list is no choice of a person
        m_model->setViews(std::move(views));
    }
    m_list->setMaximumHeight(std::max(m_list->minimumHeight(), m_model->rowCount() * m_list->sizeHintForRow(0) + 2)); // the rest is for the steps
    m_chosen = 0;
    // The chosen one again; else the first that is used.
    int row = m_model->rowOf(chosen);
    for (int i = 0; row < 0 && i < m_model->rowCount(); ++i)
        if (m_model->at(i)->choice.isUsed)
            row = i;
    row = row < 0 && m_model->rowCount() > 0 ? 0 : row;
    m_shownHash = shown;
    if (row >= 0) {
        const QSignalBlocker quiet(this); // clipChosen is for a person's choice
        m_list->setCurrentIndex(m_model->index(row));
        m_list->verticalScrollBar()->setValue(scrolled);
        chooseRow(row);
    } else {
        m_shownHash.clear();
        prepareSoon();
    }
    showState();
}

void EchoModelPanel::choose(qint64 clip)
{
    if (const int row = m_model->rowOf(clip); row >= 0)
        m_list->setCurrentIndex(m_model->index(row));
}

void EchoModelPanel::chooseRow(int row)
{
    const casework::ModelView* view = m_model->at(row);
    const qint64 clip = view ? view->row.id : 0;
    if (clip == m_chosen)
        return;
    m_chosen = clip;
    if (!view || view->row.sha256 != m_shownHash || m_shownHash.empty())
        prepareSoon();
    if (clip)
        emit clipChosen(clip);
}

// Whoever goes through the list with the arrow keys decodes only what they stop at.
void EchoModelPanel::prepareSoon()
{
    m_cancel.cancel();
    const int ticket = ++m_ticket;
    m_preview.reset();
    m_preparing = false;
    const casework::ModelView* view = m_model->at(m_model->rowOf(m_chosen));
    m_shownHash = view ? view->row.sha256 : std::string();
    m_stale = view && m_recipe;
    showPreview();
    if (m_stale && isVisible())
        QTimer::singleShot(kSoonMs, this, [this, ticket] {
            if (ticket == m_ticket && m_stale)
                prepare();
        });
}

void EchoModelPanel::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    if (m_stale)
        prepare();
}

void EchoModelPanel::prepare()
{
    m_stale = false;
    const casework::ModelView* view = m_model->at(m_model->rowOf(m_chosen));
    if (!view || !m_recipe)
        return;
    m_preparing = true;
    m_cancel = base::CancelToken();
    showPreview();
    const QString name = QString::fromStdString(view->row.fileName);
    m_pool.start([this, ticket = m_ticket, clip = view->clip, name, recipe = *m_recipe, cancel = m_cancel] {
        base::JobContext job;
        job.cancel = cancel;
        try {
            auto made = std::make_shared<const ClipPreview>(previewClip(clip, name, recipe, job));
            QMetaObject::invokeMethod(this, [this, ticket, made] { finish(ticket, made); }, Qt::QueuedConnection);
        } catch (const base::Cancelled&) {
        } catch (const std::exception&) { // no memory even for that
            auto none = std::make_shared<ClipPreview>();
            none->failure = tr("There is not enough memory to prepare this clip.");
            QMetaObject::invokeMethod(this, [this, ticket, none] { finish(ticket, none); }, Qt::QueuedConnection);
        }
    });
}

void EchoModelPanel::finish(int ticket, std::shared_ptr<const ClipPreview> preview)
{
    if (ticket != m_ticket)
        return;
    m_preparing = false;
    m_preview = std::move(preview);
    showPreview();
    emit prepared();
}

void EchoModelPanel::showState()
{
    const bool possible = m_model->rowCount() > 0 && m_recipe;
    m_content->setVisible(possible);
    m_emptyPage->setVisible(!possible);
    m_empty->setText(m_model->rowCount() == 0
                         ? tr("What the encoder is given of an echo study: which clips, which frames, and every step.\n\nOpen a study to see it.")
                         : tr("What the encoder is given of this study.\n\nA model bundle is needed: its recipe says how clips are prepared. Load one with Ctrl+B."));
    if (!possible)
        return;
    std::vector<echo::ViewChoice> choices;
    for (int i = 0; i < m_model->rowCount(); ++i)
        choices.push_back(m_model->at(i)->choice);
    QString summary = QString::fromStdString(echo::summaryOf(choices, *m_recipe));
    if (!m_model->hasWeights())
        summary += tr(" · weights come when the study is embedded");
    m_summary->setText(summary);
    m_recipeWords->setText(QString::fromStdString(m_recipe->describe()));
}

void EchoModelPanel::showPreview()
{
    const ClipPreview* p = m_preview.get();
    const bool good = p && p->failure.isEmpty();
    m_steps->setPreview(good ? m_preview : nullptr);
    m_scroll->setVisible(good);
    m_source->setText(good || (p && !p->source.isEmpty()) ? p->source : m_preparing || m_stale ? tr("Preparing the pictures…") : QString());
    QStringList notices;
    if (p && !p->failure.isEmpty())
        notices << tr("This clip can't be prepared for the encoder. %1").arg(p->failure);
    else if (good)
        for (const base::Warning& warning : p->warnings)
            notices << sentence(warning.sentence);
    notices.removeDuplicates();
    m_notice->setText(notices.mid(0, kMostNotices).join(QLatin1Char('\n')));
    m_notice->setVisible(!notices.isEmpty());
}

} // namespace echo2ecg::ui
