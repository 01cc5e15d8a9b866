// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/retrieval_page.h"

#include "base/number_text.h"
#include "evaluation/evaluation_report.h"
#include "ui/evaluation/result_table.h"
#include "ui/plots/forest_plot.h"
#include "ui/theme/panel_words.h"

#include <QHBoxLayout>
#include <QLabel>

#include <algorithm>
#include <limits>

namespace echo2ecg::ui {

namespace {

using evaluation::RetrievalEntry;

const RetrievalEntry* entryOf(const std::vector<RetrievalEntry>& entries, const std::string& phenotype)
{
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const RetrievalEntry& e) { return e.phenotype == phenotype; });
    return found == entries.end() ? nullptr : &*found;
}

evaluation::Interval bare(double estimate)
{
    evaluation::Interval i;
    i.estimate = estimate;
    i.low = i.high = std::numeric_limits<double>::quiet_NaN();
    return i;
}

std::vector<evaluation::Interval> depths(const evaluation::RetrievalMeasures& m, const QString& letter, const std::map<std::string, evaluation::Interval>& intervals)
{
    std::vector<evaluation::Interval> out;
    const auto& values = letter == QLatin1String("P") ? m.precision : m.recall;
    for (std::size_t d = 0; d < values.size(); ++d) {
        const auto found = intervals.find(letter.toStdString() + "@" + std::to_string(evaluation::retrievalDepths[d]));
        out.push_back(found == intervals.end() ? bare(values[d]) : found->second);
    }
    return out;
}

} // namespace

RetrievalPage::RetrievalPage(QWidget* parent)
    : ResultPage(QStringLiteral("retrievalPage"), parent), m_phenotype(new QComboBox), m_measure(new QComboBox), m_none(panelWords("muted", "noRetrieval", nullptr)),
      m_facts(panelWords("muted", "retrievalFacts", nullptr)), m_detail(new QWidget)
{
    m_none->setText(tr("Nothing was retrieved: it needs ECGs with an echo study among the test patients, and a bundle with alignment weights."));
    m_phenotype->setObjectName(QStringLiteral("phenotype"));
    m_phenotype->setToolTip(tr("What makes two hearts alike"));
    m_measure->setObjectName(QStringLiteral("depthMeasure"));
    m_measure->addItem(tr("Precision among the first k"), QStringLiteral("P"));
    m_measure->addItem(tr("Recall among the first k"), QStringLiteral("R"));
    auto* choices = new QHBoxLayout;
    choices->addWidget(m_phenotype);
    choices->addWidget(m_measure);
    choices->addStretch(1);
    auto* across = new QHBoxLayout;
    across->setSpacing(18);
    const QString names[] = {tr("ECG to echo"), tr("Echo to ECG")};
    for (int d = 0; d < 2; ++d) {
        auto* column = new QVBoxLayout;
        column->addWidget(panelHeading(names[d]));
        m_bars[d] = new DepthBars;
        m_bars[d]->setObjectName(d == 0 ? QStringLiteral("depthsEcgToEcho") : QStringLiteral("depthsEchoToEcg"));
        m_bars[d]->setFixedHeight(290);
        column->addWidget(m_bars[d]);
        across->addLayout(column, 1);
    }
    auto* detail = new QVBoxLayout(m_detail);
    detail->setContentsMargins(0, 0, 0, 0);
    detail->addLayout(choices);
    detail->addWidget(m_facts);
    detail->addLayout(across);
    column().addWidget(m_none);
    column().addWidget(m_detail);
    for (int d = 0; d < 2; ++d) {
        m_headings[d] = addHeading(names[d]);
        m_tables[d] = new ResultTable(d == 0 ? QStringLiteral("ecgToEcho") : QStringLiteral("echoToEcg"));
        column().addWidget(m_tables[d]);
    }
    column().addStretch(1);
    for (QComboBox* choice : {m_phenotype, m_measure})
        connect(choice, &QComboBox::currentIndexChanged, this, &RetrievalPage::showBars);
}

void RetrievalPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    m_result = std::move(result);
    QStringList phenotypes;
    for (const evaluation::BundleResult& bundle : m_result->bundles)
        for (const RetrievalEntry& entry : bundle.retrieval)
            if (const QString name = QString::fromStdString(entry.phenotype); !phenotypes.contains(name))
                phenotypes << name;
    fill(m_phenotype, phenotypes);
    m_none->setVisible(phenotypes.isEmpty());
    m_detail->setVisible(!phenotypes.isEmpty());
    for (int d = 0; d < 2; ++d) {
        m_headings[d]->setVisible(!phenotypes.isEmpty());
        m_tables[d]->setCells(evaluation::tableCells(evaluation::retrievalTable(*m_result, d == 0)));
    }
    showBars();
}

void RetrievalPage::showBars()
{
    if (!m_result || m_phenotype->count() == 0)
        return;
    const std::string phenotype = m_phenotype->currentText().toStdString();
    const QString letter = m_measure->currentData().toString();
    QStringList groups;
    for (const int depth : evaluation::retrievalDepths)
        groups << QStringLiteral("%1@%2").arg(letter).arg(depth);
    for (int d = 0; d < 2; ++d) {
        std::vector<DepthBars::Series> series;
        QString facts;
        for (const evaluation::BundleResult& bundle : m_result->bundles) {
            const RetrievalEntry* entry = entryOf(bundle.retrieval, phenotype);
            if (!entry)
                continue;
            const evaluation::DirectionResult& direction = d == 0 ? entry->result.ecgToEcho : entry->result.echoToEcg;
            if (series.empty()) {
                series.push_back({tr("random order"), depths(direction.random, letter, {}), true});
                facts = tr("%1 queries among %2 candidates, on average %3 right ones each.")
                            .arg(direction.measures.queries)
                            .arg(direction.measures.candidates)
                            .arg(QString::fromStdString(base::fixedText(direction.measures.meanRelevant, 1)));
                if (entry->result.tolerance)
                    facts += QLatin1Char(' ') + tr("Right is what differs by no more than %1.").arg(QString::fromStdString(base::fixedText(*entry->result.tolerance, 2)));
                else
                    facts += QLatin1Char(' ') + tr("Right is the own partner alone.");
                facts += QLatin1Char(' ') + (entry->byPatient ? tr("Intervals draw patients.") : tr("Intervals draw queries."));
            }
            series.push_back({nameOf(bundle), depths(direction.measures, letter, d == 0 ? entry->ecgToEcho : entry->echoToEcg), false});
        }
        m_bars[d]->setSeries(m_measure->currentText(), groups, series);
        if (d == 0)
            m_facts->setText(facts);
    }
}

AblationPage::AblationPage(QWidget* parent)
    : ResultPage(QStringLiteral("ablationPage"), parent), m_table(new ResultTable(QStringLiteral("ablation"))), m_none(panelWords("muted", "noAblation", nullptr)),
      m_notes(panelWords("muted", "ablationNotes", nullptr))
{
    m_none->setText(tr("No ablation was asked for: “Ablation of the pooling” beside the data adds it."));
    addHeading(tr("ECG to echo, by how views become a study"));
    column().addWidget(m_none);
    column().addWidget(m_table);
    column().addWidget(m_notes);
    column().addStretch(1);
}

void AblationPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    m_table->setCells(evaluation::tableCells(evaluation::ablationTable(*result)));
    m_none->setVisible(result->ablation.empty());
    QStringList notes;
    for (const evaluation::AblationRow& row : result->ablation)
        if (!row.note.empty())
            notes << QStringLiteral("%1: %2").arg(QString::fromStdString(row.name), QString::fromStdString(row.note));
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

} // namespace echo2ecg::ui
