// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/training/record_panel.h"

#include "ui/theme/panel_words.h"

#include <QFormLayout>

namespace echo2ecg::ui {

namespace {

QString str(const std::string& text)
{
    return QString::fromStdString(text);
}

QString bySplit(const training::RunRecordView::Counts& n)
{
    return RecordPanel::tr("%1 training, %2 validation, %3 test").arg(n.train).arg(n.val).arg(n.test);
}

} // namespace

RecordPanel::RecordPanel(QWidget* parent) : QWidget(parent), m_form(new QFormLayout(this))
{
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setHorizontalSpacing(16);
    m_form->setVerticalSpacing(4);
    setRecord({});
}

void RecordPanel::row(const QString& name, const QString& value, const char* objectName, const QString& hint)
{
    if (value.isEmpty())
        return;
    QLabel* words = panelWords("", objectName, this);
    words->setText(value);
    words->setToolTip(hint);
    words->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* label = new QLabel(name, this);
    label->setProperty("role", QStringLiteral("muted"));
    label->setAlignment(Qt::AlignTop);
    m_form->addRow(label, words);
}

void RecordPanel::setRecord(const std::optional<training::RunRecordView>& record)
{
    while (m_form->rowCount() > 0)
        m_form->removeRow(0);
    if (!record) {
        row(tr("Record"), tr("None yet: run.json is written when a run begins."), "noRecord");
        return;
    }
    const training::RunRecordView& r = *record;
    row(tr("State"), r.finished ? tr("finished") : tr("not finished"), "recordState");
    row(tr("Kind"), r.kind == "alignment" ? tr("alignment of ECG and echo") : str(r.kind), "recordKind");
    row(tr("Bundle"), r.bundleId.empty() ? QString() : QStringLiteral("%1 (%2)").arg(str(r.bundleName), str(r.bundleId)), "recordBundle");
    row(tr("Start"), r.startId.empty() ? QString() : QStringLiteral("%1 (%2)").arg(str(r.startName), str(r.startId)), "recordStart");
    row(tr("Seed"), r.seed ? QString::number(*r.seed) : QString(), "recordSeed");
    row(tr("Pairs"), r.pairs ? bySplit(*r.pairs) : QString(), "recordPairs");
    row(tr("Clips"), r.clips ? bySplit(*r.clips) : QString(), "recordClips");
    row(tr("ECGs"), r.ecgs ? bySplit(*r.ecgs) : QString(), "recordEcgs");
    row(tr("Patients"), r.patients ? bySplit(*r.patients) : QString(), "recordPatients", tr("No patient is in two splits"));
    QStringList left;
    if (r.tooFarApart > 0)
        left << tr("%1 too far apart").arg(r.tooFarApart);
    if (r.withoutDates > 0)
        left << tr("%1 without dates").arg(r.withoutDates);
    if (r.unreadable > 0)
        left << tr("%1 that can't be read").arg(r.unreadable);
    row(tr("Left out"), left.join(QStringLiteral(", ")), "recordLeftOut");
    if (r.splitsWereGiven)
        row(tr("Splits"), *r.splitsWereGiven ? tr("of the table") : tr("drawn by patient from the seed"), "recordSplits");
    row(tr("Data"), r.dataHash.empty() ? QString() : tr("SHA-256 %1").arg(str(r.dataHash)), "recordData", tr("Of all that was learned from: the same hash is the same data"));
    row(tr("Program"), str(r.program) + (r.libtorch.empty() ? QString() : tr(", LibTorch %1").arg(str(r.libtorch))), "recordProgram");
    row(tr("Device"), str(r.device) + (r.precision.empty() ? QString() : QStringLiteral(", ") + str(r.precision)), "recordDevice");
    if (r.batchesPerSecond > 0)
        row(tr("Speed"), tr("%1 batches a second").arg(r.batchesPerSecond, 0, 'g', 3), "recordSpeed");
    QStringList settings;
    for (const auto& [name, value] : r.settings)
        settings << QStringLiteral("%1 %2").arg(str(name).replace(QLatin1Char('_'), QLatin1Char(' ')).replace(QLatin1Char('.'), QStringLiteral(": ")), str(value));
    row(tr("Settings"), settings.join(QStringLiteral(" · ")), "recordSettings");
}

} // namespace echo2ecg::ui
