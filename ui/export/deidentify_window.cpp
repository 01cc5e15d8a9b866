// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/deidentify_window.h"

#include "ui/bundles/bundle_words.h"
#include "ui/jobs/one_job.h"
#include "ui/export/deidentify_window_parts.h"
#include "ui/export/reviewed_file.h"
#include "ui/jobs/job_runner.h"
#include "ui/jobs/typed_path.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QKeyEvent>
#include <QShortcut>
#include <QStandardPaths>
#include <QPainter>
#include <QThreadPool>

#include <algorithm>
#include <atomic>

namespace echo2ecg::ui {

struct DeidentifyWindow::Impl
{
    DeidentifyWindow* window;
    DeidentifyParts ui;
    OneJob job;
    QThreadPool pool; // reads one after another
    std::vector<FileUnderReview> files;
    int shown = -1, toRead = 0;
    int round = 0;      // of setFiles(); what an earlier one still brings is dropped
    std::atomic<int> frameAsked{0}; // of the slider; likewise
    QString parentFolder;
    bool folderIsOurs = true;
    std::atomic<bool> stopping{false};

    Impl(DeidentifyWindow* owner, JobRunner& jobs) : window(owner), job(jobs) { pool.setMaxThreadCount(1); }

    bool has(int index) const { return index >= 0 && index < int(files.size()); }
    FileUnderReview* current() { return has(shown) ? &files[std::size_t(shown)] : nullptr; }
    static bool canBeTicked(const FileUnderReview& file) { return file.isRead && file.problem.isEmpty() && (!file.isImage || !file.boxes.empty()); }

    void read(int index)
    {
        ++toRead;
        pool.start([this, index, round = round, file = files[std::size_t(index)].file, shift = ui.shift->value()] {
            if (stopping)
                return;
            FileUnderReview read = readForReview(file, shift);
            QMetaObject::invokeMethod(
                window, [this, index, round, read = std::move(read)] { arrived(index, round, read); }, Qt::QueuedConnection);
        });
    }

    void arrived(int index, int ofRound, const FileUnderReview& read)
    {
        if (ofRound != round)
            return;
        --toRead;
        FileUnderReview& file = files[std::size_t(index)];
        const bool isFirst = !file.isRead;
        const bool wasReplaced = !isFirst; // only the header's changes are new
        if (wasReplaced)
            file.preview = read.preview;
        else
            file = read;
        describe(index);
        if (shown == index)
            show(index);
        else if (shown < 0)
            ui.list->setCurrentRow(index);
        if (toRead == 0)
            emit window->filesRead();
        refresh();
    }

    void describe(int index)
    {
        const FileUnderReview& file = files[std::size_t(index)];
        QListWidgetItem* item = ui.list->item(index);
        int number = 0;
        for (int i = 0; i <= index; ++i)
            number += files[std::size_t(i)].kind == file.kind;
        const QString state = !file.isRead              ? tr("reading …")
                              : !file.problem.isEmpty() ? tr("can't be exported")
                              : file.looked             ? tr("✓ looked at")
                                                        : tr("not looked at");
        item->setText(tr("%1 %2\n%3").arg(file.kind.isEmpty() ? tr("File") : file.kind).arg(number).arg(state));
        item->setToolTip(file.problem.isEmpty() ? file.facts : file.problem);
        if (item->icon().isNull()) {
            QPixmap icon(84, 63);
            icon.fill(Qt::black);
            if (!file.picture.isNull()) {
                const QImage small = file.picture.scaled(icon.size(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
                QPainter(&icon).drawImage((icon.width() - small.width()) / 2, (icon.height() - small.height()) / 2, small);
            } else {
                QPainter painter(&icon);
                painter.setPen(Qt::lightGray);
                painter.drawText(icon.rect(), Qt::AlignCenter, file.isRead ? file.kind : QStringLiteral("…"));
            }
            if (file.isRead)
                item->setIcon(QIcon(icon));
        }
    }

    void show(int index)
    {
        shown = has(index) ? index : -1;
        const FileUnderReview* file = current();
        const bool image = file && file->isImage && file->problem.isEmpty();
        ui.editor->setPicture(image ? file->picture : QImage(), file ? file->pixelAspect : 1);
        ui.editor->setWords(!file                     ? tr("No files")
                            : !file->isRead           ? tr("Reading …")
                            : !file->problem.isEmpty() ? file->problem
                                                      : tr("An ECG has no pixels. Its signals stay; notes of free text and the header's identity go."));
        ui.editor->setBoxes(image ? file->boxes : std::vector<dicom::PixelBox>());
        const QSignalBlocker quiet(ui.frame);
        ui.frame->setRange(0, image ? std::max(0, file->frames - 1) : 0);
        ui.frame->setValue(image ? file->frame : 0);
        ui.changes->setRowCount(0);
        if (file && file->isRead && file->problem.isEmpty()) {
            ui.changes->setRowCount(int(file->preview.changes.size()));
            int row = 0;
            for (const auto& change : file->preview.changes) {
                const QString cells[] = {QString::fromStdString(change.tag), QString::fromStdString(change.name), QString::fromStdString(change.action)};
                for (int c = 0; c < 3; ++c) {
                    auto* cell = new QTableWidgetItem(cells[c]);
                    cell->setToolTip(cells[c]);
                    ui.changes->setItem(row, c, cell);
                }
                // A long path of nested elements ends where it matters.
                if (const auto last = cells[0].lastIndexOf(QStringLiteral("> ")); last >= 0)
                    ui.changes->item(row, 0)->setText(QStringLiteral("› ") + cells[0].mid(last + 2));
                ++row;
            }
        }
        refresh();
    }

    QString hintOf(const FileUnderReview& file) const
    {
        if (!file.isImage || !file.problem.isEmpty())
            return {};
        if (file.boxes.empty())
            return file.allowed.empty() ? tr("The file declares no ultrasound region. Draw a box around what is to be kept, or keep the whole picture once you have "
                                             "looked that nothing burned in names anybody.")
                                        : tr("Nothing is kept. Draw a box, or take the ultrasound regions.");
        return tr("Everything outside the boxes becomes black in all frames. Look for text inside them, too.");
    }

    void refresh()
    {
        const FileUnderReview* file = current();
        const bool image = file && file->isRead && file->isImage && file->problem.isEmpty();
        const bool running = job.isRunning();
        for (QWidget* widget : std::initializer_list<QWidget*>{ui.add, ui.whole, ui.masked, ui.editor})
            widget->setEnabled(image && !running);
        ui.regions->setEnabled(image && !running && !file->allowed.empty());
        ui.remove->setEnabled(image && !running && ui.editor->chosen() >= 0);
        ui.frame->setVisible(image && file->frames > 1);
        ui.frameWords->setVisible(image && file->frames > 1);
        if (image)
            ui.frameWords->setText(tr("frame %1 of %2").arg(ui.frame->value() + 1).arg(file->frames));
        ui.hint->setText(file ? hintOf(*file) : QString());
        setRole(ui.hint, image && file->boxes.empty() ? "warning" : "muted");
        {
            const QSignalBlocker quiet(ui.looked);
            ui.looked->setEnabled(file && canBeTicked(*file) && !running);
            ui.looked->setChecked(file && file->looked);
        }
        QStringList notes;
        if (file && file->isRead && file->problem.isEmpty())
            for (const base::Warning& warning : file->preview.warnings)
                notes << QString::fromStdString(warning.sentence);
        ui.notes->setText(notes.join(QLatin1Char('\n')));
        ui.notes->setVisible(!notes.isEmpty());
        for (QWidget* widget : std::initializer_list<QWidget*>{ui.id, ui.shift, ui.anotherShift, ui.folder, ui.browse, ui.media})
            widget->setEnabled(!running);
        const QString why = window->whyNotExport();
        ui.go->setEnabled(why.isEmpty() && !running);
        ui.go->setToolTip(why.isEmpty() ? tr("Write the de-identified files") : why);
        ui.cancel->setVisible(running);
        if (running)
            say(job.progress(), "muted");
        else if (!why.isEmpty() || outcome.isEmpty())
            say(why, "muted");
        else
            say(outcome, outcomeRole);
    }

    void say(const QString& words, const char* role)
    {
        setRole(ui.status, role);
        ui.status->setText(words);
        ui.status->setToolTip(words);
    }

    void suggestFolder()
    {
        if (!folderIsOurs)
            return;
        const QString name = QStringLiteral("de-identified");
        QString folder = parentFolder + QLatin1Char('/') + name;
        for (int number = 2; QFileInfo::exists(folder); ++number)
            folder = parentFolder + QLatin1Char('/') + name + QStringLiteral("-%1").arg(number);
        ui.folder->setText(QDir::toNativeSeparators(folder));
    }

    void boxesChanged(const std::vector<dicom::PixelBox>& boxes)
    {
        FileUnderReview* file = current();
        if (!file)
            return;
        file->boxes = boxes;
        if (boxes.empty())
            file->looked = false;
        describe(shown);
        refresh();
    }

    void askForFrame(int frame)
    {
        FileUnderReview* file = current();
        if (!file || !file->isImage)
            return;
        file->frame = frame;
        ui.frameWords->setText(tr("frame %1 of %2").arg(frame + 1).arg(file->frames));
        const int ticket = ++frameAsked;
        pool.start(
            [this, ticket, frame, index = shown, round = round, path = file->file] {
                if (stopping || ticket != frameAsked)
                    return;
                QImage picture = frameForReview(path, frame);
                QMetaObject::invokeMethod(
                    window,
                    [this, ticket, index, round, picture] {
                        if (ticket != frameAsked || round != this->round || index != shown || picture.isNull())
                            return;
                        files[std::size_t(index)].picture = picture;
                        ui.editor->setPicture(picture, files[std::size_t(index)].pixelAspect);
                    },
                    Qt::QueuedConnection);
            },
            1);
    }

    QString outcome;
    const char* outcomeRole = "muted";
};

DeidentifyWindow::DeidentifyWindow(JobRunner& jobs, QWidget* parent) : QWidget(parent, Qt::Window), m_impl(std::make_unique<Impl>(this, jobs))
{
    Impl& d = *m_impl;
    setObjectName(QStringLiteral("deidentifyWindow"));
    setWindowTitle(tr("Export de-identified"));
    resize(1280, 800);
    d.ui.layOut(this);
    d.ui.shift->setValue(casework::randomShiftDays());
    setFolder(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    const auto refresh = [this] { m_impl->refresh(); };
    connect(d.ui.list, &QListWidget::currentRowChanged, this, [this](int row) { m_impl->show(row); });
    connect(d.ui.editor, &BoxEditor::boxesChanged, this, [this] { m_impl->boxesChanged(m_impl->ui.editor->boxes()); });
    connect(d.ui.editor, &BoxEditor::chosenChanged, this, refresh);
    connect(d.ui.add, &QToolButton::clicked, d.ui.editor, &BoxEditor::addBox);
    connect(d.ui.remove, &QToolButton::clicked, d.ui.editor, &BoxEditor::removeChosen);
    connect(d.ui.masked, &QToolButton::toggled, d.ui.editor, &BoxEditor::setMasked);
    const auto take = [this](const std::vector<dicom::PixelBox>& boxes) {
        m_impl->ui.editor->setBoxes(boxes);
        m_impl->boxesChanged(boxes);
    };
    connect(d.ui.regions, &QToolButton::clicked, this, [this, take] {
        if (const FileUnderReview* file = m_impl->current())
            take(file->allowed);
    });
    connect(d.ui.whole, &QToolButton::clicked, this, [this, take] {
        if (const FileUnderReview* file = m_impl->current(); file && !file->picture.isNull())
            take({dicom::PixelBox{0, 0, file->picture.width(), file->picture.height()}});
    });
    connect(d.ui.frame, &QSlider::valueChanged, this, [this](int frame) { m_impl->askForFrame(frame); });
    connect(d.ui.looked, &QCheckBox::toggled, this, [this](bool on) {
        if (FileUnderReview* file = m_impl->current(); file && Impl::canBeTicked(*file)) {
            file->looked = on;
            m_impl->describe(m_impl->shown);
            m_impl->refresh();
        }
    });
    connect(d.ui.id, &QLineEdit::textChanged, this, refresh);
    connect(d.ui.folder, &QLineEdit::textChanged, this, refresh);
    connect(d.ui.folder, &QLineEdit::textEdited, this, [this] { m_impl->folderIsOurs = false; });
    connect(d.ui.anotherShift, &QToolButton::clicked, this, [this] { m_impl->ui.shift->setValue(casework::randomShiftDays()); });
    connect(d.ui.shift, &QSpinBox::valueChanged, this, [this, was = d.ui.shift->value()](int days) mutable {
        // What changes in a header is another thing with and without dates.
        if ((days == 0) != (was == 0))
            for (int i = 0; i < int(m_impl->files.size()); ++i)
                if (m_impl->files[std::size_t(i)].isRead)
                    m_impl->read(i);
        was = days;
        m_impl->refresh();
    });
    connect(d.ui.browse, &QToolButton::clicked, this, [this] {
        const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder for the new files"), m_impl->parentFolder);
        if (chosen.isEmpty())
            return;
        m_impl->folderIsOurs = false;
        m_impl->ui.folder->setText(QDir::toNativeSeparators(chosen));
    });
    connect(&d.job, &OneJob::changed, this, refresh);
    connect(&d.job, &OneJob::failed, this, [this](const QString& why) {
        m_impl->outcome = why;
        m_impl->outcomeRole = "error";
    });
    connect(&d.job, &OneJob::cancelled, this, [this] {
        m_impl->outcome = tr("Cancelled; what was written is removed again.");
        m_impl->outcomeRole = "muted";
        m_impl->refresh();
    });
    connect(d.ui.cancel, &QPushButton::clicked, this, [this] { m_impl->job.cancel(); });
    connect(d.ui.go, &QPushButton::clicked, this, [this] {
        const casework::DeidentifyRequest request = this->request();
        m_impl->outcome.clear();
        m_impl->job.start(
            tr("Exporting de-identified files"), JobRunner::Lane::Files,
            [request](const base::JobContext& job) { return casework::deidentifyFiles(request, job); },
            [this, request](casework::Deidentified& done) {
                m_impl->outcome = done.failures.empty() ? tr("Written: %n file(s)", nullptr, done.files)
                                                        : tr("Written: %1 of %2 files. %3").arg(done.files).arg(request.files.size()).arg(QString::fromStdString(done.failures[0].sentence));
                m_impl->outcomeRole = done.failures.empty() ? "muted" : "warning";
                m_impl->folderIsOurs = true;
                emit exported(QString::fromStdU16String(request.folder.u16string()), done.files);
            });
    });
    auto* mask = new QShortcut(QKeySequence(Qt::Key_M), d.ui.editor);
    connect(mask, &QShortcut::activated, d.ui.masked, &QToolButton::toggle);
    for (QWidget* place : std::initializer_list<QWidget*>{d.ui.editor, d.ui.list}) {
        auto* tick = new QShortcut(QKeySequence(Qt::Key_Space), place, nullptr, nullptr, Qt::WidgetShortcut);
        connect(tick, &QShortcut::activated, d.ui.looked, [this] {
            if (m_impl->ui.looked->isEnabled())
                m_impl->ui.looked->toggle();
        });
    }
    d.show(-1);
}

DeidentifyWindow::~DeidentifyWindow()
{
    m_impl->stopping = true;
    m_impl->pool.clear();
    m_impl->pool.waitForDone();
}

void DeidentifyWindow::setFiles(const std::vector<std::filesystem::path>& files)
{
    Impl& d = *m_impl;
    ++d.round;
    d.pool.clear();
    d.files.clear();
    d.toRead = 0;
    d.shown = -1;
    d.outcome.clear();
    {
        const QSignalBlocker quiet(d.ui.list);
        d.ui.list->clear();
        for (const std::filesystem::path& file : files) {
            FileUnderReview one;
            one.file = file;
            d.files.push_back(std::move(one));
            d.ui.list->addItem(QString());
        }
    }
    for (int i = 0; i < int(files.size()); ++i) {
        d.describe(i);
        d.read(i);
    }
    d.ui.list->setCurrentRow(files.empty() ? -1 : 0);
    d.show(files.empty() ? -1 : 0);
}

void DeidentifyWindow::setFolder(const QString& folder)
{
    m_impl->parentFolder = folder;
    m_impl->folderIsOurs = true;
    m_impl->suggestFolder();
    m_impl->refresh();
}

const std::vector<FileUnderReview>& DeidentifyWindow::files() const
{
    return m_impl->files;
}

bool DeidentifyWindow::isReading() const
{
    return m_impl->toRead > 0;
}

void DeidentifyWindow::showFile(int index)
{
    m_impl->ui.list->setCurrentRow(index);
}

int DeidentifyWindow::shownFile() const
{
    return m_impl->shown;
}

QString DeidentifyWindow::whyNotExport() const
{
    const Impl& d = *m_impl;
    const auto unread = std::count_if(d.files.begin(), d.files.end(), [](const FileUnderReview& file) { return !file.isRead; });
    if (unread > 0)
        return tr("Reading; %n file(s) left", nullptr, int(unread));
    const auto writable = std::count_if(d.files.begin(), d.files.end(), [](const FileUnderReview& file) { return file.problem.isEmpty(); });
    if (writable == 0)
        return d.files.empty() ? tr("There is nothing to export.") : tr("None of the files can be exported.");
    const auto unseen = std::count_if(d.files.begin(), d.files.end(), [](const FileUnderReview& file) { return file.problem.isEmpty() && !file.looked; });
    if (unseen > 0)
        return tr("%1 of %2 files are not looked at yet").arg(unseen).arg(writable);
    try {
        dicom::DeidentifyPlan plan;
        plan.patientId = d.ui.id->text().trimmed().toStdString();
        dicom::requireUsableId(plan);
    } catch (const base::Error&) {
        return d.ui.id->text().trimmed().isEmpty() ? tr("The new patient ID is missing.") : tr("The new patient ID has signs that DICOM doesn't allow: use ASCII, not \\ ^ =");
    }
    return d.ui.folder->text().trimmed().isEmpty() ? tr("The folder is missing.") : QString();
}

casework::DeidentifyRequest DeidentifyWindow::request() const
{
    const Impl& d = *m_impl;
    casework::DeidentifyRequest request;
    for (const FileUnderReview& file : d.files)
        if (file.problem.isEmpty() && file.looked)
            request.files.push_back({file.file, file.boxes});
    request.patientId = d.ui.id->text().trimmed().toStdString();
    request.shiftDays = d.ui.shift->value();
    request.folder = typedPath(d.ui.folder->text().trimmed());
    request.media = d.ui.media->isChecked();
    return request;
}

void DeidentifyWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close(); // hides: the review isn't lost, and a running export goes on
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
