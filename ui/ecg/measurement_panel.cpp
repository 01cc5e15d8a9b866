// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ecg/measurement_panel.h"

#include "ui/theme/theme.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

namespace {

constexpr int panelWidth = 292;
using Q = ecg::Quantity;

// Quantities that belong together stand together.
const std::vector<std::vector<Q>> groups{
    {Q::HeartRate, Q::RrMean, Q::RrSdnn, Q::RrRmssd},
    {Q::PDuration, Q::Pr, Q::Qrs, Q::Qt, Q::QtcBazett, Q::QtcFridericia, Q::QtcFramingham, Q::QtcHodges},
    {Q::PAxis, Q::QrsAxis, Q::TAxis},
    {Q::SokolowLyon, Q::Cornell}};

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), qsizetype(utf8.size()));
}

QString shown(const ecg::Measured& m)
{
    if (!m.value)
        return QStringLiteral("—");
    const bool fine = m.quantity == Q::SokolowLyon || m.quantity == Q::Cornell;
    return QString::number(*m.value, 'f', fine ? 2 : 0);
}

const ecg::Measured* statedIn(const std::vector<ecg::Measured>& list, Q quantity)
{
    const auto found = std::ranges::find(list, quantity, &ecg::Measured::quantity);
    return found == list.end() ? nullptr : &*found;
}

} // namespace

MeasurementPanel::MeasurementPanel(QWidget* parent)
    : SidePanel(QStringLiteral("ecgMeasurements"), panelWidth, parent),
      m_beat(new QPushButton(tr("Median beat"), this)), m_reset(new QPushButton(tr("As found"), this)),
      m_copy(new QPushButton(tr("Copy"), this))
{
    m_beat->setToolTip(tr("Show the median beat, where the borders of the waves can be moved"));
    m_reset->setToolTip(tr("Put the borders of the waves back to where they were found"));
    m_reset->setObjectName(QStringLiteral("ecgBordersReset"));
    m_copy->setToolTip(tr("Copy the table as text"));
    connect(m_beat, &QPushButton::clicked, this, &MeasurementPanel::beatRequested);
    connect(m_reset, &QPushButton::clicked, this, &MeasurementPanel::resetRequested);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(asText()); });
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 4, 12, 10);
    buttons->setSpacing(6);
    for (QPushButton* button : {m_beat, m_reset, m_copy})
        buttons->addWidget(button);
    addBelow(buttons);
}

void MeasurementPanel::setContent(std::vector<ecg::Measured> stated, std::shared_ptr<const ecg::Measurements> ours)
{
    m_stated = std::move(stated);
    m_ours = std::move(ours);
    changed();
}

QLabel* MeasurementPanel::cell(QGridLayout* grid, int row, int column, const QString& words, const char* role)
{
    auto* label = new QLabel(words);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", QString::fromLatin1(role));
    label->setAlignment((column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (column == 1 || column == 2)
        label->setFont(Theme::numberFont(label->font()));
    grid->addWidget(label, row, column);
    return label;
}

void MeasurementPanel::build(QVBoxLayout& column)
{
    addHeading(column, tr("Measurements"));

    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(3);
    grid->setColumnStretch(0, 1);
    grid->setColumnMinimumWidth(3, 30);
    cell(grid, 0, 1, tr("file"), "faint")->setToolTip(tr("Stated by the file"));
    cell(grid, 0, 2, tr("ours"), "faint")->setToolTip(tr("Automatic, unverified"));
    int row = 1;
    for (const auto& group : groups) {
        grid->setRowMinimumHeight(row++, 5);
        for (const Q quantity : group) {
            cell(grid, row, 0, text(ecg::label(quantity)), "muted");
            const ecg::Measured* stated = statedIn(m_stated, quantity);
            cell(grid, row, 1, stated ? shown(*stated) : QString(), "number")
                ->setToolTip(stated ? tr("Stated by the file") : QString());
            if (m_ours && !m_ours->values.empty()) {
                const ecg::Measured& ours = (*m_ours)[quantity];
                cell(grid, row, 2, shown(ours), ours.value ? "number" : "faint")
                    ->setToolTip(ours.value ? m_ours->borderMoved ? tr("Automatic, with borders moved by hand")
                                                                  : tr("Automatic, unverified")
                                            : tr("Not measurable: %1").arg(QString::fromStdString(ours.whyNot)));
            } else {
                cell(grid, row, 2, m_ours ? QStringLiteral("—") : QStringLiteral("…"), "faint");
            }
            cell(grid, row, 3, text(ecg::unit(quantity)), "faint")->setAlignment(Qt::AlignLeft);
            ++row;
        }
    }
    column.addLayout(grid);
    const auto say = [&](const QString& words, const char* role) {
        auto* label = new QLabel(words);
        label->setWordWrap(true);
        label->setProperty("role", QString::fromLatin1(role));
        column.addWidget(label);
    };
    if (m_ours && !m_ours->whyNot.empty())
        say(QString::fromStdString(m_ours->whyNot), "warning");
    else if (m_ours && m_ours->beat) {
        const auto used = std::ranges::count(m_ours->inMedian, true);
        say(tr("Median of %1 of %2 beats.").arg(used).arg(m_ours->rPeaks.size()), "muted");
    }
    if (m_ours && m_ours->borderMoved)
        say(tr("Borders of waves were moved by hand."), "warning");
    say(tr("Ours: automatic, unverified."), "faint");
    m_beat->setEnabled(m_ours && m_ours->beat);
    m_reset->setEnabled(m_ours && m_ours->borderMoved);
}

QString MeasurementPanel::asText() const
{
    QString lines = tr("quantity\tfile\tours (automatic, unverified)\tunit\n");
    for (const auto& group : groups)
        for (const Q quantity : group) {
            const ecg::Measured* stated = statedIn(m_stated, quantity);
            const bool known = m_ours && !m_ours->values.empty();
            lines += QStringLiteral("%1\t%2\t%3\t%4\n")
                         .arg(text(ecg::label(quantity)), stated ? shown(*stated) : QString(),
                              known ? shown((*m_ours)[quantity]) : QString(), text(ecg::unit(quantity)));
        }
    return lines;
}

} // namespace echo2ecg::ui
