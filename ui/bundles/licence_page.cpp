// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/licence_page.h"

#include "ui/bundles/bundle_words.h"

#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollArea>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

const QRegularExpression endOfSentence(QStringLiteral("\\.$")); // some reasons are sentences, some aren't

} // namespace

LicencePage::LicencePage(BundleImport& import, QWidget* parent)
    : QWidget(parent), m_import(import), m_name(new QLineEdit), m_licence(new QLineEdit), m_folder(new QLineEdit),
      m_trained(new QCheckBox(tr("These weights were trained"))), m_hints(new QVBoxLayout), m_fields(buildFields()),
      m_result(buildResult())
{
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 6, 0);
    column->setSpacing(12);
    column->addWidget(m_fields);
    column->addWidget(m_result);
    column->addStretch(1);
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(content);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(area);
    connect(m_name, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_import.name = text;
        if (!m_ownFolder)
            m_folder->setText(text.trimmed().isEmpty() ? QString() : m_import.suggestedFolder());
        emit m_import.importChanged();
    });
    connect(m_licence, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_import.licence = text;
        emit m_import.importChanged();
    });
    connect(m_folder, &QLineEdit::textEdited, this, [this] { m_ownFolder = true; });
    connect(m_folder, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_import.folder = text;
        emit m_import.importChanged();
    });
    connect(m_trained, &QCheckBox::toggled, this, [this](bool trained) { m_import.trained = trained; });
    connect(&m_import, &BundleImport::importChanged, this, &LicencePage::refresh);
    connect(&m_import, &BundleImport::filesChanged, this, &LicencePage::refreshHints);
    refresh();
    refreshHints();
}

QWidget* LicencePage::buildFields()
{
    auto* fields = new QWidget;
    auto* form = new QFormLayout(fields);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(10);
    form->setHorizontalSpacing(16);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_name->setObjectName(QStringLiteral("bundleName"));
    m_name->setPlaceholderText(tr("for example: Echo2ECG, published weights"));
    m_name->setToolTip(tr("Shown in the status bar and in every report"));
    form->addRow(tr("Name"), m_name);
    m_licence->setObjectName(QStringLiteral("bundleLicence"));
    m_licence->setPlaceholderText(tr("must be filled in"));
    m_licence->setToolTip(tr("Kept in the bundle, its card and its exports"));
    form->addRow(tr("Licence of the weights"), m_licence);
    auto* about = new QWidget;
    auto* column = new QVBoxLayout(about);
    column->setContentsMargins(0, 0, 0, 6);
    column->setSpacing(4);
    column->addWidget(wordsLabel(tr("Weights have licences of their own, apart from the code and from this program. "
                                    "Take it from where you got the files; it decides what you and "
                                    "others may do with the bundle. What is known of published weights:"),
                                 "muted"));
    column->addLayout(m_hints);
    form->addRow(QString(), about);
    m_trained->setChecked(true);
    m_trained->setObjectName(QStringLiteral("bundleTrained"));
    m_trained->setToolTip(tr("Without it, every number made with this bundle is marked \"untrained weights\""));
    form->addRow(QString(), m_trained);
    m_folder->setObjectName(QStringLiteral("bundleFolder"));
    m_folder->setToolTip(tr("The new folder of the bundle; it must not hold one already"));
    auto* choose = new QPushButton(tr("Choose…"));
    choose->setToolTip(tr("Choose where the bundle's folder is made"));
    connect(choose, &QPushButton::clicked, this, &LicencePage::chooseFolder);
    auto* place = new QWidget;
    auto* across = new QHBoxLayout(place);
    across->setContentsMargins(0, 0, 0, 0);
    across->addWidget(m_folder, 1);
    across->addWidget(choose);
    form->addRow(tr("Folder"), place);
    m_summary = wordsLabel({}, "muted");
    m_summary->setObjectName(QStringLiteral("importSummary"));
    form->addRow(QString(), m_summary);
    return fields;
}

QWidget* LicencePage::buildResult()
{
    auto* result = new QWidget;
    m_outcome = wordsLabel();
    m_outcome->setObjectName(QStringLiteral("importOutcome"));
    m_place = wordsLabel({}, "muted");
    m_checks = new ResultView;
    m_use = new QPushButton(tr("Use this bundle now"));
    m_use->setObjectName(QStringLiteral("useBundle"));
    m_use->setProperty("role", "primary");
    m_use->setToolTip(tr("Load it in the case window: predictions and similar hearts are made with it from now on"));
    m_over = new QPushButton(tr("Import another"));
    m_over->setObjectName(QStringLiteral("startOver"));
    m_over->setToolTip(tr("Begin again with other files; the bundle stays"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_use);
    buttons->addWidget(m_over);
    buttons->addStretch(1);
    auto* column = new QVBoxLayout(result);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_outcome);
    column->addWidget(m_place);
    column->addWidget(m_checks);
    column->addLayout(buttons);
    connect(m_use, &QPushButton::clicked, this, [this] { emit useRequested(m_import.folder.trimmed()); });
    connect(m_over, &QPushButton::clicked, this, [this] {
        m_ownFolder = false;
        m_import.startOver();
        m_name->clear();
        m_licence->clear();
        m_folder->clear();
        m_trained->setChecked(true);
    });
    return result;
}

void LicencePage::chooseFolder()
{
    const QString parent = QFileDialog::getExistingDirectory(this, tr("Where the bundle's folder is made"));
    if (parent.isEmpty())
        return;
    m_ownFolder = true;
    m_folder->setText(QDir(parent).filePath(QFileInfo(m_import.suggestedFolder()).fileName()));
}

void LicencePage::refreshHints()
{
    QStringList contents;
    for (const WeightsFile& file : m_import.files())
        if (file.state == WeightsFile::State::Used)
            contents << QString::fromStdString(file.facts.at("content").toString());
    if (contents != m_hintContents) {
        m_hintContents = contents;
        while (QLayoutItem* item = m_hints->takeAt(0)) {
            delete item->widget();
            delete item;
        }
        for (const LicenceHint& hint : licenceHints(contents)) {
            auto* row = new QWidget;
            auto* across = new QHBoxLayout(row);
            across->setContentsMargins(0, 0, 0, 0);
            auto* text = new QLabel(QStringLiteral("%1: %2").arg(hint.source, hint.licence));
            text->setProperty("role", hint.likely ? "" : "muted");
            auto* take = new QPushButton(tr("Put in"));
            take->setObjectName(QStringLiteral("licenceHint"));
            take->setToolTip(tr("Add to the licence: %1").arg(hint.text));
            connect(take, &QPushButton::clicked, this, [this, added = hint.text] {
                const QString now = m_licence->text().trimmed();
                if (!now.contains(added))
                    m_licence->setText(now.isEmpty() ? added : now + QStringLiteral("; ") + added);
            });
            across->addWidget(text);
            across->addWidget(take);
            if (hint.likely) {
                auto* why = new QLabel(tr("one of your files looks like it"));
                why->setProperty("role", "muted");
                across->addWidget(why);
            }
            across->addStretch(1);
            m_hints->addWidget(row);
        }
    }
    refresh();
}

void LicencePage::refresh()
{
    using Stage = BundleImport::Stage;
    const Stage stage = m_import.stage();
    const bool imported = stage == Stage::Imported;
    m_fields->setVisible(!imported);
    m_fields->setEnabled(stage != Stage::Importing);
    m_result->setVisible(stage != Stage::Collecting && stage != Stage::Importing);
    m_place->setVisible(imported);
    m_use->setVisible(imported);
    m_over->setVisible(imported);
    m_use->setEnabled(imported && m_import.verification().at("ok").toBool());
    m_checks->setVerification(imported ? m_import.verification() : base::Json());
    const qsizetype used = m_hintContents.size();
    QString summary = used == 1 ? tr("One file goes into the bundle.") : tr("%1 files go into the bundle.").arg(used);
    if (const int refused = m_import.refusedCount())
        summary += refused == 1 ? tr(" One that can't be used is left out.")
                                : tr(" %1 that can't be used are left out.").arg(refused);
    if (m_import.isComplete() && !m_import.report().at("can_retrieve").toBool())
        summary += tr(" It will classify ECGs, but not retrieve echo studies.");
    m_summary->setText(summary);
    if (imported) {
        m_outcome->setText(tr("The bundle \"%1\" is made.").arg(m_import.name.trimmed()));
        m_place->setText(tr("%1\nIdentity %2").arg(m_import.folder.trimmed(), m_import.bundleId()));
        ui::setRole(m_outcome, "");
    } else if (stage == Stage::Failed) {
        m_outcome->setText(tr("No bundle was made. %1. Change what is wrong and import again.")
                               .arg(QString(m_import.failure()).remove(endOfSentence)));
        ui::setRole(m_outcome, "error");
    } else if (stage == Stage::Cancelled) {
        m_outcome->setText(tr("Cancelled: no bundle was made, and nothing was left in the folder."));
        ui::setRole(m_outcome, "muted");
    }
}

} // namespace echo2ecg::ui
