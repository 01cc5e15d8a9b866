// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/training_form.h"

#include "ui/jobs/typed_path.h"
#include "ui/theme/form_fields.h"
#include "ui/theme/panel_words.h"
#include "ui/theme/sentence.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QDoubleValidator>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace echo2ecg::ui {

namespace {

const training::AlignmentTraining usual{};
const training::RegressionTraining usualEncoder{};
// As the record of a run names them: kinds as TrainingRequest::Kind, poolings as training::Pooling.
constexpr std::array kinds{"alignment", "echo encoder", "ECG encoder"};
constexpr std::array poolings{"keep", "attention", "mean", "cls", "single"};

// "a, b" → a and b; a name may be empty, no text has none.
QStringList namesOf(const QString& text)
{
    QStringList names;
    if (!text.trimmed().isEmpty())
        for (const QString& name : text.split(QLatin1Char(',')))
            names << name.trimmed();
    return names;
}

QString usualTargets()
{
    QStringList names;
    for (const std::string& name : casework::usualTargets)
        names << QString::fromStdString(name);
    return names.join(QStringLiteral(", "));
}

QWidget* sideBySide(QWidget* first, QWidget* second)
{
    auto* row = new QWidget;
    auto* across = new QHBoxLayout(row);
    across->setContentsMargins(0, 0, 0, 0);
    across->addWidget(first, 1);
    across->addWidget(second, qobject_cast<QAbstractSpinBox*>(second) ? 1 : 0);
    return row;
}

} // namespace

TrainingForm::TrainingForm(QWidget* parent)
    : QWidget(parent), m_kind(new QComboBox), m_pooling(new QComboBox), m_table(new QLineEdit), m_bundle(new QLineEdit), m_out(new QLineEdit), m_rate(new QLineEdit), m_name(new QLineEdit),
      m_targets(new QLineEdit), m_embeddings(new QLineEdit), m_form(new QFormLayout)
{
    m_kind->setObjectName(QStringLiteral("kind"));
    m_kind->addItems({tr("Alignment of ECG and echo"), tr("Echo encoder"), tr("ECG encoder")}); // as TrainingRequest::Kind
    m_kind->setToolTip(tr("Alignment: ECG encoder, pooling of views and both alignment layers learn by contrast; the echo encoder stays as it is.\n"
                          "Echo encoder: learns volumes and ejection fraction from the clips; all else stays as it is.\n"
                          "ECG encoder: learns the same from the ECGs, for an alignment to begin with; its table needs no echo."));
    m_pooling->setObjectName(QStringLiteral("pooling"));
    m_pooling->addItems({tr("as the bundle has it"), tr("attention"), tr("mean"), tr("class token"), tr("single view")});
    m_pooling->setCurrentIndex(int(usual.pooling));
    m_pooling->setToolTip(tr("How the clips of a study become one vector"));
    m_epochs = wholeField("epochs", 1, 100000, usual.epochs, tr("Times that every pair is seen, from 1; the paper has 50 for the alignment"));
    m_batch = wholeField("batch", 2, 65536, usual.batch, tr("Items that are told from each other at once, 2 to 65,536"));
    m_accumulate = wholeField("accumulate", 1, 1024, usual.accumulate, tr("Batches whose mean gradient is one step, from 1"));
    nameField(m_rate, "rate", tr("Full learning rate, above 0, at most 1: warmed up in a straight line, then half a cosine down"));
    auto* validator = new QDoubleValidator(1e-12, 1, 12, m_rate);
    validator->setLocale(QLocale::c());
    m_rate->setValidator(validator);
    m_warmUp = realField("warmUp", 0, 1000, 0.5, 1, usual.warmUpEpochs, tr("Epochs until the full learning rate, from 0"));
    m_temperature = realField("temperature", 0.01, 10, 0.01, 3, usual.temperature, tr("Temperature of the contrastive loss, above 0; one that is learned stays between 0.01 and 1"));
    m_learned = checkField("learned", tr("learned"), usual.learnTemperature, tr("The temperature is learned, too, from the value beside"));
    m_lambda = realField("lambda", 0, 1, 0.05, 2, usual.lambda, tr("Weight of ECG → echo in the loss, 0 to 1; echo → ECG has the rest"));
    m_dropout = realField("viewDropout", 0, 0.99, 0.05, 2, usual.viewDropout, tr("Probability that a view isn't seen in a step, 0 to 0.99; one view always is"));
    m_augment = checkField("augment", tr("Augmentation"), true, tr("ECG: window at a random place, Fourier surrogates, jitter, rescaling and flips, as published.\nClips: shifted, brightness and contrast changed."));
    m_rescale = realField("rescale", 0, 10, 0.05, 2, usual.augment.rescaleSigma, tr("Spread of an ECG's random gain around 1, 0 to 10; 0: amplitudes as they are"));
    m_timeFlip = realField("timeFlip", 0, 1, 0.05, 2, usual.augment.timeFlip, tr("Probability that an ECG runs backwards, 0 to 1"));
    m_signFlip = realField("signFlip", 0, 1, 0.05, 2, usual.augment.signFlip, tr("Probability that an ECG is turned upside down, 0 to 1"));
    m_timeFlip->setPrefix(tr("time "));
    m_signFlip->setPrefix(tr("sign "));
    m_best = checkField("keepBest", tr("Keep the best epoch"), usual.keepBest, tr("The weights of the epoch with the least validation loss, not the last"));
    m_days = realField("mostDays", 0, 36500, 1, 1, training::PairOptions().mostDays, tr("Most days between ECG and echo, from 0; pairs further apart are left out"));
    m_days->setSuffix(tr(" days"));
    m_valShare = realField("valShare", 0, 80, 1, 0, 100 * training::PairOptions().valShare, tr("Share of the patients to validate with, 0 to 80 %, where the table has no splits; as many are kept for the test"));
    m_valShare->setSuffix(tr(" %"));
    m_seed = wholeField("trainingSeed", 0, 2147483647, std::int64_t(usual.seed), tr("Of the order, views, augmentation and new weights, from 0; the same seed trains the same bundle"));
    m_simulated = checkField("trainingSimulated", tr("Virtual patients"), false, tr("The data are simulated: the bundle will say so wherever it is used"));
    nameField(m_table, "table", {});
    nameField(m_bundle, "startBundle", tr("The bundle whose architecture and weights the training begins with"));
    nameField(m_out, "out", tr("Where checkpoints, curves and the new bundle go; an existing run's curves are shown"));
    nameField(m_name, "bundleName", tr("Name of the new bundle"), tr("made of the start bundle's"));
    nameField(m_targets, "targets", tr("Columns of the table that are learned, with commas between them; a row takes no part in what its cell leaves empty.\nWithout any: %1").arg(usualTargets()), usualTargets());
    nameField(m_embeddings, "embeddings", tr("Matrix of the clips' embeddings, .npy or .safetensors, where the table names rows of it (column row or echo_embed_idx).\nWithout it the table names files of embeddings, or folders of studies."),
              tr("in the table"));

    const QString tables = tr("Tables (*.csv *.tsv);;All files (*)");
    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(8);
    m_form->addRow(panelHeading(tr("What and from what")));
    m_form->addRow(tr("Train"), m_kind);
    m_form->addRow(tr("Table"), placeField(m_table, tables));
    m_form->addRow(tr("Learns"), m_targets);
    m_form->addRow(tr("Clip embeddings"), placeField(m_embeddings, tr("Embeddings (*.npy *.safetensors);;All files (*)")));
    m_form->addRow(tr("Start bundle"), placeField(m_bundle));
    m_form->addRow(tr("Run folder"), placeField(m_out));
    m_form->addRow(tr("Bundle name"), m_name);
    m_form->addRow(QString(), m_simulated);
    m_form->addRow(panelHeading(tr("Training")));
    m_form->addRow(tr("Epochs"), m_epochs);
    m_form->addRow(tr("Batch"), m_batch);
    m_form->addRow(tr("Accumulate"), m_accumulate);
    m_form->addRow(tr("Learning rate"), m_rate);
    m_form->addRow(tr("Warm-up"), m_warmUp);
    m_form->addRow(tr("Temperature"), sideBySide(m_temperature, m_learned));
    m_form->addRow(tr("λ"), m_lambda);
    m_form->addRow(tr("Pooling"), m_pooling);
    m_form->addRow(tr("View dropout"), m_dropout);
    m_form->addRow(QString(), m_augment);
    m_form->addRow(tr("Rescaling"), m_rescale);
    m_form->addRow(tr("Flips"), sideBySide(m_timeFlip, m_signFlip));
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
    for (const QLineEdit* edit : {m_table, m_bundle, m_out, m_rate, m_targets, m_embeddings})
        connect(edit, &QLineEdit::textChanged, this, &TrainingForm::changed);
    for (QWidget* number : {m_rescale, m_timeFlip, m_signFlip})
        connect(m_augment, &QCheckBox::toggled, number, &QWidget::setEnabled);
    connect(m_learned, &QCheckBox::toggled, this, [this](bool on) { m_temperature->setMaximum(on ? 1 : 10); });
    showKind();
}

// Each kind with its own usual numbers.
void TrainingForm::showKind()
{
    const TrainingRequest::Kind kind = TrainingRequest::Kind(m_kind->currentIndex());
    const bool alignment = kind == TrainingRequest::Kind::Alignment;
    m_epochs->setValue(int(alignment ? usual.epochs : usualEncoder.epochs));
    m_batch->setValue(int(alignment ? usual.batch : usualEncoder.batch));
    m_warmUp->setValue(alignment ? usual.warmUpEpochs : usualEncoder.warmUpEpochs);
    m_rate->setText(QString::number(alignment ? usual.rates.base : usualEncoder.rate));
    m_best->setChecked(alignment ? usual.keepBest : usualEncoder.keepBest);
    m_table->setToolTip(kind == TrainingRequest::Kind::EcgEncoder
                            ? tr("CSV of ECGs: ECG, patient, split, and the columns that are learned; what it says of echoes isn't looked at and may be missing.\nFor example pairs.csv of a simulation")
                            : tr("CSV of pairs: ECG, echo study, patient, split; for example pairs.csv of a simulation"));
    const auto showOnly = [this](bool shown, std::initializer_list<QWidget*> fields) {
        for (QWidget* field : fields) {
            field->setVisible(shown);
            m_form->labelForField(field)->setVisible(shown);
        }
    };
    showOnly(alignment, {m_embeddings->parentWidget(), m_accumulate, m_temperature->parentWidget(), m_lambda, m_pooling, m_dropout});
    showOnly(!alignment, {m_targets});
    showOnly(kind != TrainingRequest::Kind::EchoEncoder, {m_rescale, m_timeFlip->parentWidget()});
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
    r.kind = TrainingRequest::Kind(m_kind->currentIndex());
    training::PairOptions pairs;
    pairs.mostDays = m_days->value();
    pairs.valShare = pairs.testShare = m_valShare->value() / 100;
    if (2 * pairs.valShare >= 1)
        pairs.testShare = (1 - pairs.valShare) / 2;
    pairs.seed = std::uint64_t(m_seed->value());
    r.each([&](auto& run) {
        run.data.table = typedPath(m_table->text().trimmed());
        run.data.pairs = pairs;
        run.bundle = typedPath(m_bundle->text().trimmed());
        run.out = typedPath(m_out->text().trimmed());
        run.training.epochs = m_epochs->value();
        run.training.batch = m_batch->value();
        run.training.warmUpEpochs = m_warmUp->value();
        run.training.keepBest = m_best->isChecked();
        run.training.seed = pairs.seed;
        run.training.simulated = m_simulated->isChecked();
        run.training.name = m_name->text().trimmed().toStdString();
    });
    r.alignment.data.embeddings = typedPath(m_embeddings->text().trimmed());

    training::AlignmentTraining& a = r.alignment.training;
    a.accumulate = m_accumulate->value();
    a.rates.base = m_rate->text().toDouble();
    a.temperature = m_temperature->value();
    a.learnTemperature = m_learned->isChecked();
    a.lambda = m_lambda->value();
    a.pooling = training::Pooling(m_pooling->currentIndex());
    a.viewDropout = m_dropout->value();
    if (m_augment->isChecked()) {
        a.augment.rescaleSigma = m_rescale->value();
        a.augment.timeFlip = m_timeFlip->value();
        a.augment.signFlip = m_signFlip->value();
    } else {
        a.augment = training::AugmentOptions::none();
        r.echo.training.mostShift = r.echo.training.gain = 0;
    }
    r.ecg.training.augment = a.augment;
    r.echo.training.rate = r.ecg.training.rate = a.rates.base;
    for (const QString& name : namesOf(m_targets->text()))
        r.echo.training.targets.push_back(name.toStdString());
    r.ecg.training.targets = r.echo.training.targets;
    return r;
}

// What it learns of and from, beyond the table.
QString TrainingForm::whyNotLearn() const
{
    if (m_kind->currentIndex() == int(TrainingRequest::Kind::Alignment)) {
        const QFileInfo embeddings(QDir::fromNativeSeparators(m_embeddings->text().trimmed()));
        if (m_embeddings->text().trimmed().isEmpty())
            return {};
        if (!embeddings.isFile())
            return tr("The file of the clips' embeddings isn't there.");
        return embeddings.suffix() == QLatin1String("npy") || embeddings.suffix() == QLatin1String("safetensors") ? QString() : tr("The clips' embeddings are a file .npy or .safetensors.");
    }
    QStringList names = namesOf(m_targets->text());
    if (names.contains(QString()))
        return tr("Learns: a name is missing before or after a comma.");
    if (names.removeDuplicates() > 0)
        return tr("Learns: a column stands there twice.");
    return {};
}

QString TrainingForm::whyNotStart() const
{
    if (!QFileInfo(QDir::fromNativeSeparators(m_table->text().trimmed())).isFile())
        return m_table->text().trimmed().isEmpty() ? tr("Choose the table to learn from.") : tr("The table isn't there.");
    if (const QString why = whyNotLearn(); !why.isEmpty())
        return why;
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
    if (const auto kind = std::find(kinds.begin(), kinds.end(), record.kind); kind != kinds.end())
        m_kind->setCurrentIndex(int(kind - kinds.begin()));
    const std::pair<const char*, QSpinBox*> counts[] = {{"epochs", m_epochs}, {"batch", m_batch}, {"accumulate", m_accumulate}, {"seed", m_seed}};
    for (const auto& [key, box] : counts)
        if (const QString text = value(key); !text.isEmpty())
            box->setValue(text.toInt());
    // An ECG's augmentation has its window at random places, a clip's moves it; without either it is off, and its numbers say nothing.
    if (const QString crop = value("augment.crop"), shift = value("most_shift"); !crop.isEmpty() || !shift.isEmpty())
        m_augment->setChecked(crop == QLatin1String("true") || shift.toDouble() > 0 || value("gain").toDouble() > 0);
    const std::pair<const char*, QCheckBox*> flags[] = {{"learn_temperature", m_learned}, {"keep_best", m_best}};
    for (const auto& [key, box] : flags)
        if (const QString text = value(key); !text.isEmpty())
            box->setChecked(text == QLatin1String("true"));
    std::vector<std::pair<const char*, QDoubleSpinBox*>> numbers{{"warm_up_epochs", m_warmUp}, {"temperature", m_temperature}, {"lambda", m_lambda}, {"view_dropout", m_dropout}};
    if (m_augment->isChecked())
        numbers.insert(numbers.end(), {{"augment.rescale_sigma", m_rescale}, {"augment.time_flip", m_timeFlip}, {"augment.sign_flip", m_signFlip}});
    for (const auto& [key, box] : numbers)
        if (const QString text = value(key); !text.isEmpty())
            box->setValue(text.toDouble());
    for (const char* key : {"rates.base", "rate"})
        if (const QString rate = value(key); !rate.isEmpty())
            m_rate->setText(rate);
    if (record.kind != kinds.front())
        m_targets->setText(value("targets"));
    for (std::size_t p = 0; p < poolings.size(); ++p)
        if (value("pooling") == QLatin1String(poolings[p]))
            m_pooling->setCurrentIndex(int(p));
}

} // namespace echo2ecg::ui
