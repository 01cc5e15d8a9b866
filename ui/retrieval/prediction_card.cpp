// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/retrieval/prediction_card.h"

#include "base/simulated.h"
#include "ui/retrieval/formatting.h"
#include "ui/retrieval/neighbour_row.h"
#include "ui/retrieval/pane_state.h"
#include "ui/retrieval/vote_dots.h"
#include "ui/theme/simulated_badge.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

QLabel* label(const QString& text, const char* role = nullptr)
{
    auto* made = new QLabel(text);
    made->setWordWrap(true);
    if (role)
        made->setProperty("role", role);
    return made;
}

const char* mark(ecg::Severity severity)
{
    switch (severity) {
    case ecg::Severity::Block: return "⛔";
    case ecg::Severity::Warn: return "▲";
    case ecg::Severity::Note: return "·";
    }
    return "·";
}

void clear(QLayout* layout)
{
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        } else if (QLayout* inner = item->layout()) {
            clear(inner);
        }
        delete item;
    }
}

} // namespace

struct PredictionCard::Impl
{
    PredictionCard* card = nullptr;
    QStackedLayout* stack = nullptr;
    PaneState* state = nullptr;
    QScrollArea* scroll = nullptr;
    QVBoxLayout* column = nullptr;
    std::optional<inference::EngineFacts> facts;
    std::optional<casework::Prediction> shown;

    QString className(int index) const
    {
        if (facts && index >= 0 && std::size_t(index) < facts->lvefClassNames.size())
            return QString::fromStdString(facts->lvefClassNames[std::size_t(index)]);
        return QString::fromUtf8(retrieval::word(retrieval::LvefClass(index)));
    }

    void addClass(const casework::Prediction& p)
    {
        const auto c = retrieval::LvefClass(*p.lvefClass);
        auto* name = label(QStringLiteral("LVEF %1").arg(className(*p.lvefClass)));
        QFont font = name->font();
        font.setPointSizeF(font.pointSizeF() * 1.5);
        font.setWeight(QFont::DemiBold);
        name->setFont(font);
        name->setStyleSheet(QStringLiteral("color: %1").arg(Theme::instance().classColour(c).name()));
        name->setObjectName(QStringLiteral("predictedClass"));
        column->addWidget(name);

        std::vector<int> classes;
        int votes = 0;
        for (const auto& n : p.lvefNeighbours) {
            classes.push_back(n.classIndex);
            votes += n.classIndex == *p.lvefClass;
        }
        auto* row = new QHBoxLayout;
        auto* dots = new VoteDots;
        dots->setObjectName(QStringLiteral("votes"));
        dots->setClasses(classes);
        row->addWidget(dots);
        row->addSpacing(8);
        row->addWidget(label(tr("%1 of %2 votes").arg(votes).arg(classes.size()), "muted"), 1);
        column->addLayout(row);
    }

    void addNeighbours(const casework::Prediction& p)
    {
        auto* header = new QHBoxLayout;
        header->setContentsMargins(6, 6, 6, 0);
        header->addWidget(label(tr("NEAREST ECGS"), "heading"), 1);
        auto* columns = label(tr("LVEF    distance"), "faint");
        columns->setWordWrap(false);
        columns->setAlignment(Qt::AlignRight);
        header->addWidget(columns);
        column->addLayout(header);
        int rank = 0;
        for (const auto& neighbour : p.lvefNeighbours) {
            auto* row = new NeighbourRow(++rank, neighbour);
            QObject::connect(row, &QAbstractButton::clicked, card, [this, id = neighbour.ecg] { emit card->neighbourActivated(id); });
            column->addWidget(row);
        }
        column->addWidget(label(tr("among %1 labelled ECGs of other patients").arg(p.candidates), "faint"));
    }

    void addStructuralHeartDisease(const casework::Prediction& p)
    {
        auto* row = new QHBoxLayout;
        row->addWidget(label(tr("Structural heart disease"), "muted"), 1);
        auto* value = new QLabel(emDash);
        value->setObjectName(QStringLiteral("shd"));
        if (p.structuralHeartDisease) {
            int votes = 0;
            for (const auto& n : p.shdNeighbours)
                votes += n.classIndex == int(*p.structuralHeartDisease);
            value->setText(tr("%1 · %2 of %3 votes").arg(*p.structuralHeartDisease ? tr("likely") : tr("unlikely")).arg(votes).arg(p.shdNeighbours.size()));
        } else {
            value->setToolTip(tr("Too few ECGs of other patients carry a label for structural heart disease"));
        }
        row->addWidget(value);
        column->addSpacing(4);
        column->addLayout(row);
    }

    void addFindings(const casework::Prediction& p)
    {
        bool first = true;
        for (const auto& finding : p.findings) {
            if (finding.severity == ecg::Severity::Note)
                continue;
            if (std::exchange(first, false)) {
                column->addSpacing(4);
                column->addWidget(label(tr("QUALITY GATE"), "heading"));
            }
            const QString where = finding.lead ? QString::fromUtf8(ecg::name(*finding.lead).data()) + QStringLiteral(": ") : QString();
            column->addWidget(label(QStringLiteral("%1 %2%3").arg(QString::fromUtf8(mark(finding.severity)), where, QString::fromStdString(finding.sentence)),
                                    finding.severity == ecg::Severity::Block ? "error" : "warning"));
        }
    }

    // Whatever of this is simulated: the patient, the neighbours, what the model learned from.
    void addSimulated(const casework::Prediction& p)
    {
        const auto isVirtual = [](const casework::Neighbour& n) { return n.simulated; };
        const auto neighbours = std::count_if(p.lvefNeighbours.begin(), p.lvefNeighbours.end(), isVirtual);
        const bool byModel = facts && facts->trained && facts->simulated;
        QString sentence;
        if (byModel)
            sentence = QString::fromLatin1(base::simulatedModelSentence);
        else if (p.simulated)
            sentence = QString::fromLatin1(base::virtualPatientSentence);
        else if (neighbours > 0)
            sentence = tr("%1 of the %2 nearest ECGs are of virtual patients.").arg(neighbours).arg(p.lvefNeighbours.size());
        else
            return;
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        row->addWidget(new SimulatedBadge, 0, Qt::AlignTop);
        row->addWidget(label(sentence, "muted"), 1);
        column->addLayout(row);
        column->addSpacing(2);
    }

    void addProvenance()
    {
        if (!facts)
            return;
        column->addSpacing(4);
        auto* line = label(QStringLiteral("%1 · %2").arg(QString::fromStdString(facts->bundleName), QString::fromStdString(facts->device)), "faint");
        line->setToolTip(tr("Bundle %1 (%2), licence %3\nECG recipe: %4\nEcho recipe: %5\nDevice: %6")
                             .arg(QString::fromStdString(facts->bundleName), QString::fromStdString(facts->bundleId),
                                  QString::fromStdString(facts->licence), QString::fromStdString(facts->ecgRecipe.describe()),
                                  QString::fromStdString(facts->echoRecipe.describe()), QString::fromStdString(facts->device)));
        column->addWidget(line);
    }

    void rebuild()
    {
        if (!shown)
            return;
        clear(column);
        const auto& p = *shown;
        if (facts && !facts->trained) {
            auto* warning = label(tr("Untrained weights: these numbers have no meaning"), "warning");
            warning->setObjectName(QStringLiteral("untrained"));
            column->addWidget(warning);
        }
        addSimulated(p);
        if (p.lvefClass) {
            addClass(p);
            addNeighbours(p);
        } else {
            auto* none = label(tr("LVEF class %1").arg(emDash));
            QFont font = none->font();
            font.setPointSizeF(font.pointSizeF() * 1.5);
            none->setFont(font);
            none->setObjectName(QStringLiteral("predictedClass"));
            none->setToolTip(QString::fromStdString(p.whyNot));
            column->addWidget(none);
            auto* why = label(QString::fromStdString(p.whyNot), "muted");
            why->setObjectName(QStringLiteral("whyNot"));
            column->addWidget(why);
        }
        addStructuralHeartDisease(p);
        addFindings(p);
        addProvenance();
        column->addStretch();
        stack->setCurrentWidget(scroll);
    }
};

PredictionCard::PredictionCard(QWidget* parent) : QWidget(parent), m_impl(std::make_unique<Impl>())
{
    m_impl->card = this;
    m_impl->stack = new QStackedLayout(this);
    m_impl->state = new PaneState;
    m_impl->scroll = new QScrollArea;
    m_impl->scroll->setWidgetResizable(true);
    m_impl->scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* content = new QWidget;
    m_impl->column = new QVBoxLayout(content);
    m_impl->column->setContentsMargins(10, 6, 8, 8);
    m_impl->column->setSpacing(4);
    m_impl->scroll->setWidget(content);
    m_impl->stack->addWidget(m_impl->state);
    m_impl->stack->addWidget(m_impl->scroll);
    connect(m_impl->state, &PaneState::retryRequested, this, &PredictionCard::retryRequested);
    connect(&Theme::instance(), &Theme::changed, this, [this] { m_impl->rebuild(); });
    setEmpty(tr("The LVEF class that the nearest neighbours of this ECG vote for"), tr("Open an ECG to see it."));
}

PredictionCard::~PredictionCard() = default;

void PredictionCard::setEngine(std::optional<inference::EngineFacts> facts)
{
    m_impl->facts = std::move(facts);
    if (m_impl->stack->currentWidget() == m_impl->scroll)
        m_impl->rebuild();
}

void PredictionCard::setPrediction(const casework::Prediction& prediction)
{
    m_impl->shown = prediction;
    m_impl->rebuild();
}

void PredictionCard::setBusy(const QString& what)
{
    m_impl->shown.reset();
    m_impl->state->showBusy(what);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

void PredictionCard::setEmpty(const QString& whatBelongsHere, const QString& howToGetIt)
{
    m_impl->shown.reset();
    m_impl->state->showEmpty(whatBelongsHere, howToGetIt);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

void PredictionCard::setError(const QString& sentence)
{
    m_impl->shown.reset();
    m_impl->state->showError(sentence);
    m_impl->stack->setCurrentWidget(m_impl->state);
}

} // namespace echo2ecg::ui
