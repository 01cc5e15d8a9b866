// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/evaluation_results.h"

#include "ui/evaluation/classification_page.h"
#include "ui/evaluation/retrieval_page.h"
#include "ui/evaluation/subgroup_page.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/tag_label.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QTabWidget>

#include <algorithm>

namespace echo2ecg::ui {

EvaluationResults::EvaluationResults(QWidget* parent)
    : QWidget(parent), m_title(panelWords("", "evaluationTitle", nullptr)), m_facts(panelWords("muted", "evaluationFacts", nullptr)),
      m_simulated(new TagLabel(tr("Simulated"), TagLabel::Tone::Warning, QStringLiteral("simulatedTag"))),
      m_untrained(new TagLabel(tr("Untrained weights"), TagLabel::Tone::Warning, QStringLiteral("untrainedTag"))), m_tabs(new QTabWidget)
{
    QFont large = m_title->font();
    large.setPointSizeF(large.pointSizeF() * 1.45);
    large.setWeight(QFont::DemiBold);
    m_title->setFont(large);
    auto* use = new TagLabel(tr("Research use only"), TagLabel::Tone::Plain, QStringLiteral("researchTag"));
    use->setToolTip(tr("For research use only. Not for diagnostic procedures."));
    m_tabs->setObjectName(QStringLiteral("evaluationTabs"));
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setExpanding(false);
    m_tabs->tabBar()->setDrawBase(false);
    m_pages = {new ClassificationPage, new FractionPage, new RetrievalPage, new AblationPage, new SubgroupPage, new NotesPage};
    const QString names[] = {tr("Classification"), tr("Structural heart disease"), tr("Retrieval"), tr("Ablation"), tr("Subgroups"), tr("To be kept in mind")};
    for (std::size_t i = 0; i < m_pages.size(); ++i)
        m_tabs->addTab(m_pages[i], names[i]);
    auto* top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(m_title, 1);
    for (TagLabel* tag : {m_simulated, m_untrained, use})
        top->addWidget(tag, 0, Qt::AlignTop);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addLayout(top);
    column->addWidget(m_facts);
    column->addSpacing(4);
    column->addWidget(m_tabs, 1);
}

void EvaluationResults::setResult(std::shared_ptr<const evaluation::Evaluation> result)
{
    const evaluation::Evaluation& e = *result;
    m_title->setText(e.title.empty() ? tr("Evaluation of %1").arg(QString::fromStdString(e.dataName)) : QString::fromStdString(e.title));
    QStringList models;
    for (const evaluation::BundleResult& b : e.bundles)
        models << nameOf(b);
    m_facts->setText(tr("%1 ECGs, %2 echo studies, %3 patients. %4").arg(e.ecgs).arg(e.studies).arg(e.patients).arg(models.join(QStringLiteral(", "))));
    const auto any = [&](auto member) { return std::any_of(e.bundles.begin(), e.bundles.end(), [&](const auto& b) { return b.*member; }); };
    m_simulated->setVisible(e.simulated || any(&evaluation::BundleResult::simulated));
    m_simulated->setToolTip(e.simulated ? tr("The data are of virtual patients, nobody's heart.") : tr("A model was trained on virtual patients."));
    const bool allUntrained = std::all_of(e.bundles.begin(), e.bundles.end(), [](const auto& b) { return b.untrained; });
    m_untrained->setVisible(any(&evaluation::BundleResult::untrained));
    m_untrained->setText(allUntrained ? tr("Untrained weights") : tr("With an untrained baseline"));
    m_untrained->setToolTip(tr("Numbers of a model that never saw data; marked with “untrained” in every table."));
    for (ResultPage* page : m_pages)
        page->setResult(result);
    const int notes = int(m_pages.size()) - 1;
    m_tabs->setTabText(notes, e.warnings.empty() ? tr("To be kept in mind") : tr("To be kept in mind (%1)").arg(e.warnings.size()));
}

} // namespace echo2ecg::ui
