// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/classification_page.h"

#include "base/number_text.h"
#include "evaluation/evaluation_report.h"
#include "ui/evaluation/result_table.h"
#include "ui/plots/probe_plots.h"
#include "ui/theme/panel_words.h"

#include <QGridLayout>
#include <QLabel>

#include <cmath>

namespace echo2ecg::ui {

namespace {

std::string number(double value, int digits = 2)
{
    return std::isfinite(value) ? base::fixedText(value, digits) : "–";
}

// "specificity>=0.90" → "specificity ≥ 0.90"
std::string ruleWords(const std::string& rule)
{
    if (rule == "youden")
        return "Youden's index";
    QString words = QString::fromStdString(rule);
    return words.replace(QLatin1String(">="), QStringLiteral(" ≥ ")).toStdString();
}

QWidget* withHeading(const QString& heading, QWidget* content)
{
    auto* whole = new QWidget;
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addWidget(panelHeading(heading));
    column->addWidget(content, 1);
    return whole;
}

} // namespace

std::vector<std::vector<std::string>> operatingPointCells(const evaluation::ProbeResult& probe)
{
    std::vector<std::vector<std::string>> cells{{"class", "rule", "threshold", "sensitivity", "specificity", "PPV", "NPV", "TP", "FP", "TN", "FN"}};
    for (std::size_t c = 0; c < probe.operatingPoints.size(); ++c)
        for (const evaluation::OperatingPoint& p : probe.operatingPoints[c])
            cells.push_back({probe.classNames[c], ruleWords(p.rule), std::isfinite(p.threshold) ? number(p.threshold) : "above 1", number(p.sensitivity), number(p.specificity), number(p.ppv),
                             number(p.npv), std::to_string(p.truePositives), std::to_string(p.falsePositives), std::to_string(p.trueNegatives), std::to_string(p.falseNegatives)});
    return cells;
}

ClassificationPage::ClassificationPage(QWidget* parent)
    : ResultPage(QStringLiteral("classificationPage"), parent), m_table(new ResultTable(QStringLiteral("classification"))), m_points(new ResultTable(QStringLiteral("operatingPoints"))),
      m_choice(new QComboBox), m_detail(new QWidget), m_facts(panelWords("muted", "probeFacts", nullptr)), m_roc(new RocPlot), m_reliability(new ReliabilityPlot), m_confusion(new ConfusionPlot)
{
    m_choice->setObjectName(QStringLiteral("probeChoice"));
    m_choice->setToolTip(tr("The model and the question whose curves stand below"));
    m_choice->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    auto* grid = new QGridLayout;
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(18);
    for (QWidget* plot : {static_cast<QWidget*>(m_roc), static_cast<QWidget*>(m_reliability), static_cast<QWidget*>(m_confusion)})
        plot->setFixedHeight(330);
    grid->addWidget(withHeading(tr("ROC"), m_roc), 0, 0);
    grid->addWidget(withHeading(tr("Reliability"), m_reliability), 0, 1);
    grid->addWidget(withHeading(tr("Confusion"), m_confusion), 1, 0);
    auto* points = withHeading(tr("Operating points"), m_points);
    static_cast<QVBoxLayout*>(points->layout())->addStretch(1);
    for (int c = 0; c < 2; ++c)
        grid->setColumnStretch(c, 1);
    auto* detail = new QVBoxLayout(m_detail);
    detail->setContentsMargins(0, 8, 0, 0);
    detail->setSpacing(10);
    detail->addWidget(m_choice);
    detail->addWidget(m_facts);
    detail->addLayout(grid);
    detail->addWidget(points);
    column().addWidget(m_table);
    column().addWidget(m_detail);
    column().addStretch(1);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &ClassificationPage::showProbe);
}

void ClassificationPage::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    m_result = std::move(result);
    m_table->setCells(evaluation::tableCells(evaluation::classificationTable(*m_result)));
    m_probes.clear();
    QStringList names;
    for (const evaluation::BundleResult& bundle : m_result->bundles)
        for (const evaluation::ProbeResult& probe : bundle.probes) {
            m_probes.push_back(&probe);
            names << tr("%1 · %2").arg(QString::fromStdString(probe.task), nameOf(bundle));
        }
    fill(m_choice, names);
    showProbe();
}

void ClassificationPage::showProbe()
{
    const int at = m_choice->currentIndex();
    m_detail->setVisible(at >= 0 && at < int(m_probes.size()));
    if (!m_detail->isVisibleTo(this))
        return;
    const evaluation::ProbeResult& probe = *m_probes[std::size_t(at)];
    m_roc->setProbe(probe);
    m_reliability->setProbe(probe);
    m_confusion->setProbe(probe);
    m_points->setCells(operatingPointCells(probe));
    QString facts = tr("%1 ECGs were tested, neighbours came from %2 ECGs of other patients.").arg(probe.samples).arg(probe.trainingSamples);
    if (probe.patients > 0)
        facts = tr("%1 ECGs of %2 patients were tested, neighbours came from %3 ECGs of other patients.").arg(probe.samples).arg(probe.patients).arg(probe.trainingSamples);
    if (probe.measures.undefinedClasses > 0)
        facts += QLatin1Char(' ') + tr("%1 of %2 classes have no AUROC here.").arg(probe.measures.undefinedClasses).arg(probe.classNames.size());
    m_facts->setText(facts);
}

} // namespace echo2ecg::ui
