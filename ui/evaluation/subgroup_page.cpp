// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/subgroup_page.h"

#include "base/number_text.h"
#include "evaluation/evaluation_report.h"
#include "evaluation/measure_names.h"
#include "ui/evaluation/result_table.h"
#include "ui/plots/forest_plot.h"
#include "ui/theme/panel_words.h"

#include <QLabel>

#include <cmath>
#include <limits>

namespace echo2ecg::ui {

namespace {

QString str(const std::string& text)
{
    return QString::fromStdString(text);
}

QString titleOf(const QString& measure)
{
    return str(evaluation::measureTitle(measure.toStdString()));
}

} // namespace

SubgroupPage::SubgroupPage(QWidget* parent)
    : ResultPage(QStringLiteral("subgroupPage"), parent), m_choice(new QComboBox), m_none(panelWords("muted", "noSubgroups", nullptr)), m_forest(new ForestPlot),
      m_table(new ResultTable(QStringLiteral("subgroups")))
{
    m_none->setText(tr("No subgroups: neither sex nor age nor rhythm of the test patients is known."));
    m_choice->setObjectName(QStringLiteral("subgroupChoice"));
    m_choice->setToolTip(tr("The model, the question and the measure that stand below"));
    m_choice->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    column().addWidget(m_none);
    column().addWidget(m_choice);
    column().addWidget(m_forest);
    column().addSpacing(6);
    column().addWidget(m_table);
    column().addStretch(1);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &SubgroupPage::showForest);
}

void SubgroupPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    m_result = std::move(result);
    m_choices.clear();
    QStringList names;
    const auto add = [&](const QString& model, const QString& task, const std::vector<evaluation::SubgroupValue>& values, const auto& wholeOf) {
        QStringList measures;
        for (const evaluation::SubgroupValue& v : values)
            if (const QString measure = str(v.measure); !measures.contains(measure))
                measures << measure;
        for (const QString& measure : measures) {
            names << tr("%1, %2 · %3").arg(task, titleOf(measure), model);
            m_choices.push_back({names.back(), measure, &values, wholeOf(measure.toStdString())});
        }
    };
    for (const evaluation::BundleResult& bundle : m_result->bundles) {
        for (const evaluation::ProbeResult& probe : bundle.probes)
            add(nameOf(bundle), str(probe.task), probe.subgroups, [&](const std::string&) { return probe.measures.auroc; });
        for (const evaluation::RetrievalEntry& entry : bundle.retrieval)
            add(nameOf(bundle), tr("retrieval by %1").arg(str(entry.phenotype)), entry.subgroups, [&](const std::string& measure) {
                for (const auto& [name, value] : evaluation::namedMeasures(entry.result.ecgToEcho.measures))
                    if (name == measure)
                        return value;
                return std::numeric_limits<double>::quiet_NaN();
            });
    }
    fill(m_choice, names);
    m_none->setVisible(names.isEmpty());
    m_forest->setVisible(!names.isEmpty());
    m_table->setCells(evaluation::tableCells(evaluation::subgroupTable(*m_result)));
    showForest();
}

void SubgroupPage::showForest()
{
    const int at = m_choice->currentIndex();
    if (at < 0 || at >= int(m_choices.size()))
        return;
    const Choice& choice = m_choices[std::size_t(at)];
    std::vector<ForestPlot::Row> rows;
    for (const evaluation::SubgroupValue& v : *choice.values)
        if (str(v.measure) == choice.measure)
            rows.push_back({tr("%1: %2").arg(str(v.attribute), str(v.value)), v.samples, v.interval});
    m_forest->setRows(titleOf(choice.measure), rows, choice.whole);
    m_forest->setFixedHeight(m_forest->minimumHeight());
}

FractionPage::FractionPage(QWidget* parent)
    : ResultPage(QStringLiteral("fractionPage"), parent), m_none(panelWords("muted", "noFractions", nullptr)), m_facts(panelWords("muted", "fractionFacts", nullptr)),
      m_table(new ResultTable(QStringLiteral("fractions"))), m_all(new ResultTable(QStringLiteral("fractionDetails")))
{
    m_none->setText(tr("Nothing to show: no labels of structural heart disease among training and test patients."));
    m_facts->setText(tr("How few labelled ECGs are enough: neighbours are drawn from a share of the training set, several times where it is less than all. Mean ± standard deviation over the draws."));
    addHeading(tr("AUROC by share of the training set"));
    column().addWidget(m_none);
    column().addWidget(m_facts);
    column().addWidget(m_table);
    column().addSpacing(8);
    column().addWidget(m_all);
    column().addStretch(1);
}

void FractionPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    m_table->setCells(evaluation::tableCells(evaluation::fractionTable(*result)));
    std::vector<std::vector<std::string>> cells{{"bundle", "share", "training ECGs", "neighbours", "draws"}};
    for (const char* measure : {"auroc", "average_precision", "f1", "balanced_accuracy"})
        cells[0].push_back(evaluation::measureTitle(measure));
    const auto meanSd = [](const evaluation::MeanSd& m, std::size_t draws) {
        if (!std::isfinite(m.mean))
            return std::string("–");
        return base::fixedText(m.mean, 3) + (draws > 1 ? " ± " + base::fixedText(m.sd, 3) : std::string());
    };
    for (const evaluation::BundleResult& bundle : result->bundles)
        for (const evaluation::FractionResult& f : bundle.shd)
            cells.push_back({nameOf(bundle).toStdString(), base::shortest(std::round(1e6 * f.fraction) / 1e4) + " %", std::to_string(f.trainingSamples), std::to_string(f.neighbours),
                             std::to_string(f.aurocs.size()), meanSd(f.auroc, f.aurocs.size()), meanSd(f.averagePrecision, f.aurocs.size()), meanSd(f.f1, f.aurocs.size()),
                             meanSd(f.balancedAccuracy, f.aurocs.size())});
    m_all->setCells(cells);
    m_none->setVisible(cells.size() < 2);
    m_facts->setVisible(cells.size() > 1);
}

NotesPage::NotesPage(QWidget* parent) : ResultPage(QStringLiteral("notesPage"), parent), m_warnings(panelWords("", "evaluationWarnings", nullptr)), m_record(panelWords("muted", "evaluationRecord", nullptr))
{
    addHeading(tr("To be kept in mind"));
    column().addWidget(m_warnings);
    column().addSpacing(10);
    addHeading(tr("How this was made"));
    column().addWidget(m_record);
    column().addStretch(1);
}

void NotesPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    QStringList words;
    for (const base::Warning& w : result->warnings)
        words << QStringLiteral("·  ") + str(w.sentence);
    m_warnings->setText(words.isEmpty() ? tr("Nothing was left out, assumed or undefined.") : words.join(QLatin1Char('\n')));
    const evaluation::EvaluationOptions& o = result->options;
    QString record = tr("Intervals of %1 % from %2 resamples, seed %3. kNN with k = %4. Retrieval counts as right what lies within %5 σ of the phenotype.")
                         .arg(100 * o.bootstrap.level)
                         .arg(o.bootstrap.resamples)
                         .arg(o.bootstrap.seed)
                         .arg(o.knn.k)
                         .arg(o.toleranceFactor);
    record += tr("\nSHA-256 of the data: %1").arg(str(result->dataHash));
    if (!result->created.empty())
        record += tr("\nMade %1 by %2").arg(str(result->created), str(result->program));
    for (const evaluation::BundleResult& b : result->bundles) {
        record += tr("\nModel: %1, bundle %2").arg(nameOf(b), str(b.id));
        if (b.simulated)
            record += tr(", trained on virtual patients");
        if (!b.note.empty())
            record += QStringLiteral(". ") + str(b.note);
    }
    m_record->setText(record);
}

} // namespace echo2ecg::ui
