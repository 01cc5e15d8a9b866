// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/evaluation/evaluation_form.h"

#include "ui/jobs/typed_path.h"
#include "ui/theme/form_fields.h"
#include "ui/theme/panel_words.h"

#include <QCheckBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

namespace echo2ecg::ui {

EvaluationForm::EvaluationForm(QWidget* parent) : QWidget(parent), m_bundles(new QListWidget), m_remove(new QToolButton), m_pairs(new QLineEdit), m_title(new QLineEdit)
{
    const EvaluationRequest usual;
    m_bundles->setObjectName(QStringLiteral("bundles"));
    m_bundles->setToolTip(tr("Model bundles that stand side by side on the same patients"));
    m_bundles->setMaximumHeight(96);
    m_bundles->setTextElideMode(Qt::ElideMiddle);
    auto* add = new QToolButton;
    add->setObjectName(QStringLiteral("addBundle"));
    add->setText(tr("Add bundle…"));
    add->setToolTip(tr("Choose the folder of another model bundle"));
    m_remove->setObjectName(QStringLiteral("removeBundle"));
    m_remove->setText(tr("Remove"));
    m_remove->setToolTip(tr("Take the selected bundle off the list; its folder stays"));
    auto* bundleRow = new QHBoxLayout;
    bundleRow->addWidget(add);
    bundleRow->addWidget(m_remove);
    bundleRow->addStretch(1);

    m_pairs->setObjectName(QStringLiteral("pairs"));
    m_pairs->setPlaceholderText(tr("links of the library"));
    m_pairs->setClearButtonEnabled(true);
    m_pairs->setToolTip(tr("CSV of ECG, study and split, for example pairs.csv of a simulation.\nWithout it the library's own links are taken and the patients are drawn."));
    auto* browse = new QToolButton;
    browse->setObjectName(QStringLiteral("choosePairs"));
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(tr("Choose the table of pairs"));
    auto* pairsRow = new QHBoxLayout;
    pairsRow->setSpacing(2);
    pairsRow->addWidget(m_pairs, 1);
    pairsRow->addWidget(browse);
    m_title->setObjectName(QStringLiteral("title"));
    m_title->setPlaceholderText(tr("made of the data's name"));
    m_title->setToolTip(tr("Title of the page and the report"));

    m_baseline = checkField("baseline", tr("Untrained baseline"), false, tr("Random weights in the bundle's architecture, beside it: what the data give away without any training.\nEmbeds everything once more."));
    m_ablation = checkField("ablation", tr("Ablation of the pooling"), false, tr("A single view, the mean of aligned views and the bundle's own pooling side by side"));
    m_resamples = wholeField("resamples", 0, 1000000, usual.resamples, tr("Bootstrap resamples for the 95 % intervals, 0 to 1,000,000; 0: no intervals.\n1,000 is usual, 10,000 steadies the borders."));
    m_resamples->setGroupSeparatorShown(true);
    m_resamples->setSingleStep(500);
    m_k = wholeField("k", 1, 1000, usual.k, tr("Nearest neighbours that vote for a class, 1 to 1,000; the paper has 5"));
    m_seed = wholeField("seed", 0, 2147483647, std::int64_t(usual.seed), tr("Of resamples, training fractions, drawn patients and random weights, from 0.\nThe same seed gives the same numbers."));
    m_testShare = realField("testShare", 1, 99, 1, 0, 100 * usual.testShare, tr("Share of the patients that are tested, 1 to 99 %, where no table has splits"));
    m_testShare->setSuffix(tr(" %"));

    auto* form = new QFormLayout;
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    form->addRow(tr("Pairs"), pairsRow);
    form->addRow(tr("Tested"), m_testShare);
    form->addRow(tr("Resamples"), m_resamples);
    form->addRow(tr("Neighbours k"), m_k);
    form->addRow(tr("Seed"), m_seed);
    form->addRow(tr("Title"), m_title);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(panelHeading(tr("Models")));
    column->addWidget(m_bundles);
    column->addLayout(bundleRow);
    column->addSpacing(8);
    column->addWidget(panelHeading(tr("Data and measures")));
    column->addLayout(form);
    column->addSpacing(4);
    column->addWidget(m_baseline);
    column->addWidget(m_ablation);
    column->addStretch(1);

    const auto refresh = [this] {
        m_remove->setEnabled(m_bundles->currentRow() >= 0);
        m_testShare->setEnabled(m_pairs->text().trimmed().isEmpty());
        emit changed();
    };
    connect(add, &QToolButton::clicked, this, [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of the model bundle")); !folder.isEmpty())
            addBundle(folder);
    });
    connect(m_remove, &QToolButton::clicked, this, [this, refresh] {
        delete m_bundles->takeItem(m_bundles->currentRow());
        refresh();
    });
    connect(browse, &QToolButton::clicked, this, [this] {
        if (const QString file = QFileDialog::getOpenFileName(this, tr("Table of pairs"), m_pairs->text(), tr("Tables (*.csv *.tsv);;All files (*)")); !file.isEmpty())
            m_pairs->setText(QDir::toNativeSeparators(file));
    });
    connect(m_bundles, &QListWidget::currentRowChanged, this, refresh);
    connect(m_pairs, &QLineEdit::textChanged, this, refresh);
    refresh();
}

void EvaluationForm::addBundle(const QString& folder, const QString& name)
{
    const QString path = QDir::cleanPath(folder);
    for (int i = 0; i < m_bundles->count(); ++i)
        if (m_bundles->item(i)->data(Qt::UserRole).toString() == path)
            return;
    auto* item = new QListWidgetItem(name.isEmpty() ? QFileInfo(path).fileName() : name, m_bundles);
    item->setData(Qt::UserRole, path);
    item->setToolTip(QDir::toNativeSeparators(path));
    emit changed();
}

EvaluationRequest EvaluationForm::request() const
{
    EvaluationRequest r;
    for (int i = 0; i < m_bundles->count(); ++i)
        r.bundles.push_back(typedPath(m_bundles->item(i)->data(Qt::UserRole).toString().trimmed()));
    r.pairs = typedPath(m_pairs->text().trimmed());
    r.ablation = m_ablation->isChecked();
    r.untrainedBaseline = m_baseline->isChecked();
    r.resamples = m_resamples->value();
    r.k = m_k->value();
    r.seed = m_seed->value();
    r.testShare = m_testShare->value() / 100;
    r.title = m_title->text().trimmed().toStdString();
    return r;
}

QString EvaluationForm::whyNotRun() const
{
    if (m_bundles->count() == 0)
        return tr("Add a model bundle to evaluate.");
    if (const QString pairs = m_pairs->text().trimmed(); !pairs.isEmpty() && !QFileInfo(QDir::fromNativeSeparators(pairs)).isFile())
        return tr("The table of pairs isn't there.");
    return {};
}

} // namespace echo2ecg::ui
