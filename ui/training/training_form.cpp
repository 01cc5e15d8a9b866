// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_form.h"

#include "ui/jobs/typed_path.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/sentence.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QDoubleValidator>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace echo2ecg::ui {

namespace {

const training::AlignmentTraining usual{};
const training::EchoTraining usualEcho{};
// As AlignmentTraining names them in the record of a run.
constexpr std::array poolings{"keep", "attention", "mean", "cls", "single"};

QSpinBox* whole(const char* name, int low, int high, std::int64_t value, const QString& hint)
{
    auto* box = new QSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setRange(low, high);
    box->setValue(int(value));
    box->setToolTip(hint);
    return box;
}

QDoubleSpinBox* real(const char* name, double low, double high, double step, int digits, double value, const QString& hint)
{
    auto* box = new QDoubleSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setDecimals(digits);
    box->setRange(low, high);
    box->setSingleStep(step);
    box->setValue(value);
    box->setToolTip(hint);
    return box;
}

QCheckBox* check(const char* name, const QString& text, bool on, const QString& hint)
{
    auto* box = new QCheckBox(text);
    box->setObjectName(QLatin1String(name));
    box->setChecked(on);
    box->setToolTip(hint);
    return box;
}

} // namespace

QWidget* TrainingForm::pathRow(QLineEdit* edit, const char* name, const QString& hint, bool folder)
{
    edit->setObjectName(QLatin1String(name));
    edit->setToolTip(hint);
    auto* browse = new QToolButton;
    browse->setText(QStringLiteral("…"));
    browse->setToolTip(folder ? tr("Choose a folder") : tr("Choose a file"));
    auto* row = new QWidget;
    auto* across = new QHBoxLayout(row);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(2);
    across->addWidget(edit, 1);
    across->addWidget(browse);
    connect(browse, &QToolButton::clicked, this, [this, edit, folder] {
        const QString chosen = folder ? QFileDialog::getExistingDirectory(this, {}, edit->text())
                                      : QFileDialog::getOpenFileName(this, {}, edit->text(), tr("Tables (*.csv *.tsv);;All files (*)"));
        if (!chosen.isEmpty())
            edit->setText(QDir::toNativeSeparators(chosen));
    });
    connect(edit, &QLineEdit::textChanged, this, &TrainingForm::changed);
    return row;
}

TrainingForm::TrainingForm(QWidget* parent)
    : QWidget(parent), m_kind(new QComboBox), m_pooling(new QComboBox), m_table(new QLineEdit), m_bundle(new QLineEdit), m_out(new QLineEdit), m_rate(new QLineEdit), m_name(new QLineEdit),
      m_form(new QFormLayout)
{
    m_kind->setObjectName(QStringLiteral("kind"));
    m_kind->addItem(tr("Alignment of ECG and echo"));
    m_kind->addItem(tr("Echo encoder"));
    m_kind->setToolTip(tr("Alignment: ECG encoder, pooling of views and both alignment layers learn by contrast; the echo encoder stays as it is.\n"
                          "Echo encoder: learns volumes and ejection fraction from the clips; all else stays as it is."));
    m_pooling->setObjectName(QStringLiteral("pooling"));
    m_pooling->addItems({tr("as the bundle has it"), tr("attention"), tr("mean"), tr("class token"), tr("single view")});
    m_pooling->setCurrentIndex(int(usual.pooling));
    m_pooling->setToolTip(tr("How the clips of a study become one vector"));
    m_epochs = whole("epochs", 1, 100000, usual.epochs, tr("Times that every pair is seen, from 1; the paper has 50 for the alignment"));
    m_batch = whole("batch", 2, 65536, usual.batch, tr("Items that are told from each other at once, 2 to 65,536"));
    m_accumulate = whole("accumulate", 1, 1024, usual.accumulate, tr("Batches whose mean gradient is one step, from 1"));
    m_rate->setObjectName(QStringLiteral("rate"));
    m_rate->setToolTip(tr("Full learning rate, above 0, at most 1: warmed up in a straight line, then half a cosine down"));
    auto* validator = new QDoubleValidator(1e-12, 1, 12, m_rate);
    validator->setLocale(QLocale::c());
    m_rate->setValidator(validator);
    m_warmUp = real("warmUp", 0, 1000, 0.5, 1, usual.warmUpEpochs, tr("Epochs until the full learning rate, from 0"));
    m_temperature = real("temperature", 0.01, 10, 0.01, 3, usual.temperature, tr("Temperature of the contrastive loss, above 0; one that is learned stays between 0.01 and 1"));
    m_learned = check("learned", tr("learned"), usual.learnTemperature, tr("The temperature is learned, too, from the value beside"));
    m_lambda = real("lambda", 0, 1, 0.05, 2, usual.lambda, tr("Weight of ECG → echo in the loss, 0 to 1; echo → ECG has the rest"));
    m_dropout = real("viewDropout", 0, 0.99, 0.05, 2, usual.viewDropout, tr("Probability that a view isn't seen in a step, 0 to 0.99; one view always is"));
    m_augment = check("augment", tr("Augmentation"), true, tr("ECG: window at a random place, Fourier surrogates, jitter, rescaling and flips, as published.\nClips: shifted, brightness and contrast changed."));
    m_best = check("keepBest", tr("Keep the best epoch"), usual.keepBest, tr("The weights of the epoch with the least validation loss, not the last"));
    m_days = real("mostDays", 0, 36500, 1, 1, training::PairOptions().mostDays, tr("Most days between ECG and echo, from 0; pairs further apart are left out"));
    m_days->setSuffix(tr(" days"));
    m_valShare = real("valShare", 0, 80, 1, 0, 100 * training::PairOptions().valShare, tr("Share of the patients to validate with, 0 to 80 %, where the table has no splits; as many are kept for the test"));
    m_valShare->setSuffix(tr(" %"));
    m_seed = whole("trainingSeed", 0, 2147483647, std::int64_t(usual.seed), tr("Of the order, views, augmentation and new weights, from 0; the same seed trains the same bundle"));
    m_simulated = check("trainingSimulated", tr("Virtual patients"), false, tr("The data are simulated: the bundle will say so wherever it is used"));
    m_name->setObjectName(QStringLiteral("bundleName"));
    m_name->setPlaceholderText(tr("made of the start bundle's"));
    m_name->setToolTip(tr("Name of the new bundle"));

    auto* temperature = new QWidget;
    auto* across = new QHBoxLayout(temperature);
    across->setContentsMargins(0, 0, 0, 0);
    across->addWidget(m_temperature, 1);
    across->addWidget(m_learned);

    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(8);
    m_form->addRow(panelHeading(tr("What and from what")));
    m_form->addRow(tr("Train"), m_kind);
    m_form->addRow(tr("Table"), pathRow(m_table, "table", tr("CSV of pairs: ECG, echo study, patient, split; for example pairs.csv of a simulation"), false));
    m_form->addRow(tr("Start bundle"), pathRow(m_bundle, "startBundle", tr("The bundle whose architecture and weights the training begins with"), true));
    m_form->addRow(tr("Run folder"), pathRow(m_out, "out", tr("Where checkpoints, curves and the new bundle go; an existing run's curves are shown"), true));
    m_form->addRow(tr("Bundle name"), m_name);
    m_form->addRow(QString(), m_simulated);
    m_form->addRow(panelHeading(tr("Training")));
    m_form->addRow(tr("Epochs"), m_epochs);
    m_form->addRow(tr("Batch"), m_batch);
    m_form->addRow(tr("Accumulate"), m_accumulate);
    m_form->addRow(tr("Learning rate"), m_rate);
    m_form->addRow(tr("Warm-up"), m_warmUp);
    m_form->addRow(tr("Temperature"), temperature);
    m_form->addRow(tr("λ"), m_lambda);
    m_form->addRow(tr("Pooling"), m_pooling);
    m_form->addRow(tr("View dropout"), m_dropout);
    m_form->addRow(QString(), m_augment);
    m_form->addRow(QString(), m_best);
    m_form->addRow(panelHeading(tr("Pairs")));
    m_form->addRow(tr("At most apart"), m_days);
    m_form->addRow(tr("Validation"), m_valShare);
    m_form->addRow(tr("Seed"), m_seed);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(m_form);
    column->addStretch(1);

    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] { showKind(); });
    connect(m_rate, &QLineEdit::textChanged, this, &TrainingForm::changed);
    connect(m_learned, &QCheckBox::toggled, this, [this](bool on) { m_temperature->setMaximum(on ? 1 : 10); });
    showKind();
}

// Each kind with its own usual numbers.
void TrainingForm::showKind()
{
    const bool alignment = m_kind->currentIndex() == 0;
    m_epochs->setValue(int(alignment ? usual.epochs : usualEcho.epochs));
    m_batch->setValue(int(alignment ? usual.batch : usualEcho.batch));
    m_warmUp->setValue(alignment ? usual.warmUpEpochs : usualEcho.warmUpEpochs);
    m_rate->setText(QString::number(alignment ? usual.rates.base : usualEcho.rate));
    m_best->setChecked(alignment ? usual.keepBest : usualEcho.keepBest);
    for (QWidget* only : {static_cast<QWidget*>(m_accumulate), m_temperature->parentWidget(), static_cast<QWidget*>(m_lambda), static_cast<QWidget*>(m_pooling), static_cast<QWidget*>(m_dropout)}) {
        only->setVisible(alignment);
        m_form->labelForField(only)->setVisible(alignment);
    }
    emit changed();
}

QString TrainingForm::outFolder() const
{
    return QDir::fromNativeSeparators(m_out->text().trimmed());
}

void TrainingForm::setOutFolder(const QString& folder)
{
    m_out->setText(QDir::toNativeSeparators(folder));
}

void TrainingForm::setStartBundle(const QString& folder)
{
    if (m_bundle->text().trimmed().isEmpty())
        m_bundle->setText(QDir::toNativeSeparators(folder));
}

TrainingRequest TrainingForm::request() const
{
    TrainingRequest r;
    r.kind = m_kind->currentIndex() == 0 ? TrainingRequest::Kind::Alignment : TrainingRequest::Kind::EchoEncoder;
    casework::TrainingData learned;
    learned.table = typedPath(m_table->text().trimmed());
    learned.pairs.mostDays = m_days->value();
    learned.pairs.valShare = learned.pairs.testShare = m_valShare->value() / 100;
    if (2 * learned.pairs.valShare >= 1)
        learned.pairs.testShare = (1 - learned.pairs.valShare) / 2;
    learned.pairs.seed = std::uint64_t(m_seed->value());
    r.alignment.data = r.echo.data = learned;
    r.alignment.bundle = r.echo.bundle = typedPath(m_bundle->text().trimmed());
    r.alignment.out = r.echo.out = typedPath(m_out->text().trimmed());

    training::AlignmentTraining& a = r.alignment.training;
    a.epochs = m_epochs->value();
    a.batch = m_batch->value();
    a.accumulate = m_accumulate->value();
    a.warmUpEpochs = m_warmUp->value();
    a.rates.base = m_rate->text().toDouble();
    a.temperature = m_temperature->value();
    a.learnTemperature = m_learned->isChecked();
    a.lambda = m_lambda->value();
    a.pooling = training::Pooling(m_pooling->currentIndex());
    a.viewDropout = m_dropout->value();
    if (!m_augment->isChecked())
        a.augment = training::AugmentOptions::none();

    training::EchoTraining& e = r.echo.training;
    e.epochs = a.epochs;
    e.batch = a.batch;
    e.warmUpEpochs = a.warmUpEpochs;
    e.rate = a.rates.base;
    if (!m_augment->isChecked())
        e.mostShift = e.gain = 0;
    a.keepBest = e.keepBest = m_best->isChecked();
    a.seed = e.seed = std::uint64_t(m_seed->value());
    a.simulated = e.simulated = m_simulated->isChecked();
    a.name = e.name = m_name->text().trimmed().toStdString();
    return r;
}

QString TrainingForm::whyNotStart() const
{
    if (!QFileInfo(QDir::fromNativeSeparators(m_table->text().trimmed())).isFile())
        return m_table->text().trimmed().isEmpty() ? tr("Choose the table of pairs to learn from.") : tr("The table of pairs isn't there.");
    if (!QFileInfo(QDir::fromNativeSeparators(m_bundle->text().trimmed()) + QStringLiteral("/bundle.json")).isFile())
        return m_bundle->text().trimmed().isEmpty() ? tr("Choose the bundle to start from.") : tr("The start bundle isn't there.");
    if (m_out->text().trimmed().isEmpty())
        return tr("Choose a folder for the run.");
    if (!(m_rate->text().toDouble() > 0 && m_rate->text().toDouble() <= 1))
        return tr("The learning rate is above 0 and at most 1.");
    try {
        if (const TrainingRequest asked = request(); asked.kind == TrainingRequest::Kind::Alignment)
            asked.alignment.training.check();
    } catch (const base::Error& error) {
        return sentence(error.sentence());
    }
    return {};
}

void TrainingForm::take(const training::RunRecordView& record)
{
    const auto value = [&](const char* key) {
        for (const auto& [name, text] : record.settings)
            if (name == key)
                return QString::fromStdString(text);
        return QString();
    };
    m_kind->setCurrentIndex(record.kind == "alignment" ? 0 : 1);
    const std::pair<const char*, QSpinBox*> counts[] = {{"epochs", m_epochs}, {"batch", m_batch}, {"accumulate", m_accumulate}, {"seed", m_seed}};
    for (const auto& [key, box] : counts)
        if (const QString text = value(key); !text.isEmpty())
            box->setValue(text.toInt());
    const std::pair<const char*, QCheckBox*> flags[] = {{"learn_temperature", m_learned}, {"keep_best", m_best}};
    for (const auto& [key, box] : flags)
        if (const QString text = value(key); !text.isEmpty())
            box->setChecked(text == QLatin1String("true"));
    const std::pair<const char*, QDoubleSpinBox*> numbers[] = {{"warm_up_epochs", m_warmUp}, {"temperature", m_temperature}, {"lambda", m_lambda}, {"view_dropout", m_dropout}};
    for (const auto& [key, box] : numbers)
        if (const QString text = value(key); !text.isEmpty())
            box->setValue(text.toDouble());
    if (const QString rate = value(record.kind == "alignment" ? "rates.base" : "rate"); !rate.isEmpty())
        m_rate->setText(rate);
    for (std::size_t p = 0; p < poolings.size(); ++p)
        if (value("pooling") == QLatin1String(poolings[p]))
            m_pooling->setCurrentIndex(int(p));
    if (const QString crop = value("augment.crop"); !crop.isEmpty())
        m_augment->setChecked(crop == QLatin1String("true"));
}

} // namespace echo2ecg::ui
