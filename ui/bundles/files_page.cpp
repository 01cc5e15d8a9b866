// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bundles/files_page.h"

#include "ui/bundles/bundle_words.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace echo2ecg::ui {

FilesPage::FilesPage(BundleImport& import, QWidget* parent)
    : QWidget(parent), m_import(import), m_list(new QWidget), m_rows(new QVBoxLayout(m_list)),
      m_empty(wordsLabel({}, "muted")), m_scroll(new QScrollArea), m_again(new QPushButton(tr("Look again"))),
      m_parts(new PartsView)
{
    auto* add = new QPushButton(tr("Add files…"));
    add->setObjectName(QStringLiteral("addWeights"));
    add->setToolTip(
        tr("PyTorch checkpoints (.ckpt, .pth, .pt) and safetensors; several at once. Dropping them here works too."));
    m_again->setObjectName(QStringLiteral("lookAgain"));
    m_again->setToolTip(tr("Look at all files once more"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(add);
    buttons->addWidget(m_again);
    buttons->addStretch(1);
    m_rows->setContentsMargins(0, 0, 6, 0);
    m_rows->setSpacing(8);
    m_rows->addStretch(1);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidget(m_list);
    m_empty->setObjectName(QStringLiteral("noWeights"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setContentsMargins(60, 0, 60, 60);
    m_empty->setText(tr("Drop the files of weights here, or add them with the button.\n\nComponent files of a training "
                        "run (ecg_multimodal.ckpt and the others), a whole last.ckpt, "
                        "an OTiS checkpoint, EchoPrime's encoder, safetensors. What a file is, is told by what it "
                        "holds, not by its name. Nothing inside it is run."));
    auto* left = new QVBoxLayout;
    left->setSpacing(12);
    left->addLayout(buttons);
    left->addWidget(m_empty, 1);
    left->addWidget(m_scroll, 1);
    auto* aside = new QScrollArea;
    aside->setWidgetResizable(true);
    aside->setFrameShape(QFrame::NoFrame);
    aside->setWidget(m_parts);
    aside->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* across = new QHBoxLayout(this);
    across->setContentsMargins(0, 0, 0, 0);
    across->setSpacing(24);
    across->addLayout(left, 5);
    across->addWidget(aside, 3);
    connect(add, &QPushButton::clicked, this, &FilesPage::chooseFiles);
    connect(m_again, &QPushButton::clicked, &m_import, &BundleImport::inspect);
    connect(&m_import, &BundleImport::filesChanged, this, &FilesPage::refresh);
    refresh();
}

void FilesPage::chooseFiles()
{
    const QStringList files = QFileDialog::getOpenFileNames(
        this, tr("Files of weights"), {}, tr("Weights (*.ckpt *.pth *.pt *.bin *.safetensors);;All files (*)"));
    if (!files.isEmpty())
        m_import.addFiles(files);
}

void FilesPage::refresh()
{
    const std::vector<WeightsFile>& files = m_import.files();
    const bool looking = m_import.inspection().isRunning();
    auto rows = m_list->findChildren<FileRow*>(Qt::FindDirectChildrenOnly);
    for (FileRow* row : rows)
        if (std::none_of(files.begin(), files.end(), [&](const WeightsFile& f) { return f.path == row->path(); })) {
            row->hide();
            row->setParent(nullptr);
            row->deleteLater(); // it may be the one whose button was pressed
        }
    rows = m_list->findChildren<FileRow*>(Qt::FindDirectChildrenOnly);
    for (const WeightsFile& file : files) {
        const auto found =
            std::find_if(rows.begin(), rows.end(), [&](const FileRow* row) { return row->path() == file.path; });
        FileRow* row = found != rows.end() ? *found : nullptr;
        if (!row) {
            row = new FileRow(file.path);
            m_rows->insertWidget(m_rows->count() - 1, row);
            connect(row, &FileRow::roleChosen, this,
                    [this, path = file.path](const QString& role) { m_import.setRole(path, role); });
            connect(row, &FileRow::removeRequested, this, [this, path = file.path] { m_import.removeFile(path); });
        }
        row->setFile(file, looking);
    }
    m_empty->setVisible(files.empty());
    m_scroll->setVisible(!files.empty());
    m_again->setVisible(!files.empty());
    m_again->setEnabled(!looking);
    m_parts->setImport(m_import);
}

} // namespace echo2ecg::ui
