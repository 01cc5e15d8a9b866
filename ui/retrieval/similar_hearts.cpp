// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/similar_hearts.h"

#include "base/simulated.h"
#include "ui/retrieval/formatting.h"
#include "ui/retrieval/pane_state.h"
#include "ui/retrieval/ranked_delegate.h"
#include "ui/retrieval/ranked_model.h"
#include "ui/theme/simulated_badge.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListView>
#include <QStackedLayout>
#include <QTimer>
#include <QVBoxLayout>

namespace echo2ecg::ui {

struct SimilarHearts::Impl
{
    QStackedLayout* stack = nullptr;
    PaneState* state = nullptr;
    QWidget* page = nullptr;
    QLabel* untrained = nullptr;
    QLabel* own = nullptr;
    QWidget* simulated = nullptr; // badge and sentence
    QLabel* whatIsSimulated = nullptr;
    bool byModel = false;
    QListView* list = nullptr;
    RankedModel* model = nullptr;
    RankedDelegate* delegate = nullptr;
    QTimer motion;
    int tick = 0;
};

SimilarHearts::SimilarHearts(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>())
{
    auto& d = *m_impl;
    d.stack = new QStackedLayout(this);
    d.state = new PaneState;
    d.page = new QWidget;
    auto* column = new QVBoxLayout(d.page);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(2);
    d.untrained = new QLabel(tr("Untrained weights: this order has no meaning"));
    d.untrained->setProperty("role", "warning");
    d.own = new QLabel;
    d.own->setProperty("role", "muted");
    d.simulated = new QWidget;
    auto* line = new QHBoxLayout(d.simulated);
    line->setContentsMargins(10, 0, 8, 2);
    line->setSpacing(8);
    d.whatIsSimulated = new QLabel;
    d.whatIsSimulated->setProperty("role", "muted");
    d.whatIsSimulated->setWordWrap(true);
    line->addWidget(new SimulatedBadge, 0, Qt::AlignTop);
    line->addWidget(d.whatIsSimulated, 1);
    d.simulated->hide();
    column->addWidget(d.simulated);
    for (QLabel* label : {d.untrained, d.own}) {
        label->setWordWrap(true);
        label->setContentsMargins(10, 0, 8, 2);
        label->hide();
        column->addWidget(label);
    }
    d.list = new QListView;
    d.list->setObjectName(QStringLiteral("rankedStudies"));
    d.model = new RankedModel(this);
    d.delegate = new RankedDelegate(*d.model, this);
    d.list->setModel(d.model);
    d.list->setItemDelegate(d.delegate);
    d.list->setUniformItemSizes(true);
    d.list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    d.list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    d.list->setMouseTracking(true);
    d.list->setAccessibleName(tr("Similar hearts, most similar first"));
    column->addWidget(d.list, 1);
    d.stack->addWidget(d.state);
    d.stack->addWidget(d.page);

    connect(d.state, &PaneState::retryRequested, this, &SimilarHearts::retryRequested);
    connect(d.list, &QListView::clicked, this, [this](const QModelIndex& i) { emit studyActivated(i.data(Qt::UserRole).toLongLong()); });
    connect(d.list, &QListView::activated, this, [this](const QModelIndex& i) { emit studyActivated(i.data(Qt::UserRole).toLongLong()); });
    // Queued: painting asks, and the answer must not arrive while painting.
    connect(d.delegate, &RankedDelegate::thumbnailNeeded, this, &SimilarHearts::thumbnailNeeded, Qt::QueuedConnection);
    connect(&Theme::instance(), &Theme::changed, d.list->viewport(), qOverload<>(&QWidget::update));
    d.motion.setInterval(100);
    connect(&d.motion, &QTimer::timeout, this, [this] {
        if (!isVisible() || !m_impl->model->anythingMoves())
            return;
        m_impl->delegate->setTick(++m_impl->tick);
        m_impl->list->viewport()->update();
    });
    d.motion.start();
    setEmpty(tr("The echo studies whose hearts look most alike"), tr("Open an ECG, and import a folder of echo studies to search."));
}

SimilarHearts::~SimilarHearts() = default;

void SimilarHearts::setUntrained(bool untrained)
{
    m_impl->untrained->setVisible(untrained);
}

void SimilarHearts::setTrainedOnSimulated(bool simulated)
{
    m_impl->byModel = simulated;
    showSimulated();
}

void SimilarHearts::showSimulated()
{
    auto& d = *m_impl;
    int patients = 0;
    for (int row = 0; row < d.model->rowCount(); ++row)
        patients += d.model->at(row).simulated;
    d.simulated->setVisible(d.byModel || patients > 0);
    d.whatIsSimulated->setText(patients == d.model->rowCount() && patients > 0 ? tr("Virtual patients: no person's heart is among these.")
                               : d.byModel ? QString::fromLatin1(base::simulatedModelSentence)
                                           : tr("%1 of these %2 are virtual patients.").arg(patients).arg(d.model->rowCount()));
}

void SimilarHearts::setRetrieval(const casework::Retrieval& retrieval)
{
    if (retrieval.studies.empty()) {
        setEmpty(tr("No similar studies"), QString::fromStdString(retrieval.whyNot));
        return;
    }
    auto& d = *m_impl;
    d.own->setVisible(retrieval.ownSimilarity.has_value());
    if (retrieval.ownSimilarity)
        d.own->setText(tr("This patient's own study: similarity %1").arg(similarity(*retrieval.ownSimilarity)));
    const qint64 selected = selectedStudy();
    d.model->setStudies(retrieval.studies);
    showSimulated();
    if (const int row = d.model->rowOf(selected); row >= 0)
        d.list->setCurrentIndex(d.model->index(row));
    d.stack->setCurrentWidget(d.page);
}

int SimilarHearts::rowCount() const
{
    return m_impl->stack->currentWidget() == m_impl->page ? m_impl->model->rowCount() : 0;
}

void SimilarHearts::activate(int row)
{
    const QModelIndex index = m_impl->model->index(row);
    if (!index.isValid())
        return;
    m_impl->list->setCurrentIndex(index);
    emit studyActivated(index.data(Qt::UserRole).toLongLong());
}

void SimilarHearts::setThumbnail(qint64 study, const QList<QImage>& frames)
{
    m_impl->model->setThumbnail(study, frames);
}

void SimilarHearts::setBusy(const QString& what)
{
    m_impl->model->setStudies({});
    m_impl->state->showBusy(what);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

void SimilarHearts::setEmpty(const QString& whatBelongsHere, const QString& howToGetIt)
{
    m_impl->model->setStudies({});
    m_impl->state->showEmpty(whatBelongsHere, howToGetIt);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

void SimilarHearts::setError(const QString& sentence)
{
    m_impl->model->setStudies({});
    m_impl->state->showError(sentence);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

qint64 SimilarHearts::selectedStudy() const
{
    const QModelIndex index = m_impl->list->currentIndex();
    return index.isValid() ? index.data(Qt::UserRole).toLongLong() : 0;
}

} // namespace echo2ecg::ui
