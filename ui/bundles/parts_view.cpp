// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/parts_view.h"

#include "ui/bundles/bundle_words.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

// In the order in which a signal meets them.
const char* const kParts[] = {"ecg_encoder",
                              "token_aggregator",
                              "echo_encoder",
                              "echo_projection_for_agg",
                              "echo_view_aggregator",
                              "ecg_alignment_global_token",
                              "echo_alignment_global_token"};
constexpr int kMissingShown = 3;

} // namespace

PartsView::PartsView(QWidget* parent)
    : QFrame(parent), m_parts(new QVBoxLayout), m_verdict(wordsLabel()), m_missing(wordsLabel({}, "muted")),
      m_notes(wordsLabel({}, "muted"))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(wordsLabel(tr("PARTS OF THE MODEL"), "heading"));
    m_parts->setSpacing(7);
    column->addLayout(m_parts);
    column->addSpacing(8);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    m_missing->setObjectName(QStringLiteral("missingTensors"));
    m_notes->setObjectName(QStringLiteral("modelNotes"));
    for (QLabel* label : {m_verdict, m_missing, m_notes})
        column->addWidget(label);
    column->addStretch(1);
    for (const char* part : kParts)
        addPart(partTitle(part), {}, {});
}

void PartsView::addPart(const QString& title, const QString& state, const QString& file)
{
    auto* row = new QWidget;
    row->setObjectName(QStringLiteral("modelPart"));
    auto* across = new QHBoxLayout(row);
    across->setContentsMargins(0, 0, 0, 0);
    auto* mark = new QLabel(state == QLatin1String("filled")    ? QStringLiteral("●")
                            : state == QLatin1String("missing") ? QStringLiteral("!")
                                                                : QStringLiteral("○"));
    mark->setFixedWidth(14);
    mark->setAlignment(Qt::AlignCenter);
    mark->setProperty("role", state == QLatin1String("missing")  ? "error"
                              : state == QLatin1String("filled") ? ""
                                                                 : "muted");
    auto* name = new QLabel(title);
    auto* words = new QLabel(state == QLatin1String("filled")    ? tr("filled")
                             : state == QLatin1String("missing") ? tr("missing")
                             : state == QLatin1String("absent")  ? tr("does without")
                                                                 : QStringLiteral("—"));
    words->setObjectName(QStringLiteral("partState"));
    words->setProperty("role", state == QLatin1String("missing")  ? "error"
                               : state == QLatin1String("filled") ? ""
                                                                  : "muted");
    row->setToolTip(!file.isEmpty() ? tr("From %1").arg(file)
                    : state == QLatin1String("missing")
                        ? tr("The model can't work without it, and no file has all of it")
                    : state == QLatin1String("absent") ? tr("No file has it; the model works without")
                                                       : tr("Add a file to see"));
    across->addWidget(mark);
    across->addWidget(name, 1);
    across->addWidget(words);
    m_parts->addWidget(row);
}

void PartsView::setImport(const BundleImport& import)
{
    const base::Json& report = import.report();
    if (report != m_shown || m_parts->count() == 0) {
        m_shown = report;
        while (QLayoutItem* item = m_parts->takeAt(0)) {
            delete item->widget();
            delete item;
        }
        for (const char* part : kParts) {
            QString state, file;
            if (!report.isNull())
                for (const base::Json& entry : report.at("parts").items())
                    if (entry.at("name").toString() == part) {
                        state = QString::fromStdString(entry.at("state").toString());
                        file = QFileInfo(QString::fromStdString(entry.at("file").toString())).fileName();
                    }
            addPart(partTitle(part), state, file);
        }
        QStringList missing, notes;
        if (!report.isNull()) {
            missing = texts(report.at("missing"));
            for (const base::Json& note : report.at("notes").items())
                notes << sentence(note.toString());
        }
        const auto rest = missing.size() - kMissingShown;
        m_missing->setText(tr("Missing tensors: %1").arg(missing.mid(0, kMissingShown).join(QStringLiteral(", "))) +
                           (rest > 0 ? tr(" and %1 more").arg(rest) : QString()));
        m_missing->setToolTip(missing.mid(0, 60).join(QLatin1Char('\n')));
        m_missing->setVisible(!missing.isEmpty());
        m_notes->setText(notes.join(QLatin1Char('\n')));
        m_notes->setVisible(!notes.isEmpty());
    }
    const bool looking = import.inspection().isRunning();
    if (!import.problem().isEmpty()) {
        m_verdict->setText(import.problem());
        ui::setRole(m_verdict, "error");
    } else if (report.isNull()) {
        m_verdict->setText(import.files().empty() ? QString()
                           : looking              ? tr("The files are being looked at…")
                                                  : tr("None of these files can be used."));
        ui::setRole(m_verdict, "muted");
    } else if (!import.isComplete()) {
        m_verdict->setText(tr("No bundle can be made yet: the parts marked with ! are in none of the files. Add the "
                              "file that has them. Nothing is "
                              "filled with random numbers."));
        ui::setRole(m_verdict, "error");
    } else if (!report.at("can_retrieve").toBool()) {
        m_verdict->setText(tr("This bundle will classify ECGs, but not retrieve echo studies: both alignment layers "
                              "are needed for that."));
        ui::setRole(m_verdict, "warning");
    } else {
        m_verdict->setText(tr("Everything is there: this bundle will classify ECGs and retrieve echo studies."));
        ui::setRole(m_verdict, "");
    }
    m_verdict->setVisible(!m_verdict->text().isEmpty());
}

} // namespace echo2ecg::ui
