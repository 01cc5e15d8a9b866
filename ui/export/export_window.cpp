// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/export_window.h"

#include "ui/bundles/bundle_words.h"
#include "ui/jobs/one_job.h"
#include "ui/jobs/job_runner.h"
#include "ui/jobs/typed_path.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardPaths>
#include <QToolButton>

#include <array>
#include <cmath>

namespace echo2ecg::ui {

namespace {

constexpr std::array speeds{0.1, 0.25, 0.5, 1.0, 2.0, 4.0};

const char* endingOf(ExportFormat format)
{
    return format == ExportFormat::Png ? ".png" : format == ExportFormat::Mp4 ? ".mp4" : ".gif";
}

// A name that tells nothing about the clip and doesn't stand in the way of another file.
QString freeName(const QString& folder, const char* ending)
{
    for (int number = 1;; ++number) {
        const QString file = QStringLiteral("%1/echo-clip%2%3").arg(folder, number == 1 ? QString() : QStringLiteral("-%1").arg(number), QLatin1String(ending));
        if (!QFileInfo::exists(file))
            return file;
    }
}

} // namespace

struct ClipExportWindow::Impl
{
    ClipOffer offered;
    OneJob job;
    QButtonGroup formats, ranges;
    QCheckBox* overlays = new QCheckBox(ClipExportWindow::tr("With what is drawn over it"));
    QComboBox* speed = new QComboBox;
    QLineEdit* file = new QLineEdit;
    QToolButton* browse = new QToolButton;
    QLabel* length = new QLabel;
    QLabel* status = new QLabel;
    QPushButton* go = new QPushButton(ClipExportWindow::tr("Export"));
    QPushButton* cancel = new QPushButton(ClipExportWindow::tr("Cancel"));
    bool nameIsOurs = true;

    explicit Impl(JobRunner& jobs) : job(jobs) {}

    ExportFormat format() const { return ExportFormat(std::max(0, formats.checkedId())); }

    std::pair<int, int> range() const
    {
        const int last = std::max(0, offered.clip.clip.frames - 1);
        if (format() == ExportFormat::Png)
            return {offered.frame, offered.frame};
        if (ranges.checkedId() == 1 && offered.inOut)
            return *offered.inOut;
        if (ranges.checkedId() == 2 && offered.beat)
            return *offered.beat;
        return {0, last};
    }

    double secondsOf(std::pair<int, int> range) const
    {
        const echo::CineTiming& timing = offered.clip.clip.timing;
        if (timing.startMs.empty())
            return 0;
        const auto startOf = [&](int frame) { return std::size_t(frame) < timing.startMs.size() ? timing.startMs[std::size_t(frame)] : timing.durationMs; };
        return (startOf(range.second + 1) - startOf(range.first)) / 1000 / speed->currentData().toDouble();
    }

    void suggestName()
    {
        if (nameIsOurs && !offered.folder.isEmpty())
            file->setText(QDir::toNativeSeparators(freeName(offered.folder, endingOf(format()))));
    }

    void refresh()
    {
        const bool picture = format() == ExportFormat::Png;
        for (QAbstractButton* button : ranges.buttons()) {
            const int id = ranges.id(button);
            const bool there = id == 0 || (id == 1 ? offered.inOut.has_value() : offered.beat.has_value());
            button->setEnabled(!picture && there);
        }
        speed->setEnabled(!picture);
        overlays->setEnabled(bool(offered.clip.overlay));
        const auto [first, last] = range();
        length->setText(picture ? tr("frame %1 of %2").arg(first + 1).arg(std::max(1, offered.clip.clip.frames))
                                : tr("frames %1 to %2 · %3 s").arg(first + 1).arg(last + 1).arg(secondsOf({first, last}), 0, 'f', 1));
        go->setEnabled(!job.isRunning() && !file->text().trimmed().isEmpty() && offered.clip.clip.frames > 0);
        cancel->setVisible(job.isRunning());
        if (job.isRunning())
            say(job.progress(), "muted");
    }

    void say(const QString& words, const char* role)
    {
        setRole(status, role);
        status->setText(words);
        status->setToolTip(words);
    }
};

ClipExportWindow::ClipExportWindow(JobRunner& jobs, QWidget* parent) : QWidget(parent, Qt::Window), m_impl(std::make_unique<Impl>(jobs))
{
    Impl& d = *m_impl;
    setObjectName(QStringLiteral("clipExport"));
    setWindowTitle(tr("Export clip"));
    const auto chips = [](QButtonGroup& group, const QStringList& words, const QStringList& tips, const QString& name) {
        auto* row = new QWidget;
        auto* across = new QHBoxLayout(row);
        across->setContentsMargins(0, 0, 0, 0);
        across->setSpacing(4);
        for (int i = 0; i < words.size(); ++i) {
            auto* button = new QToolButton;
            button->setText(words[i]);
            button->setToolTip(tips[i]);
            button->setCheckable(true);
            button->setProperty("role", "chip");
            button->setObjectName(name + QString::number(i));
            group.addButton(button, i);
            across->addWidget(button);
        }
        across->addStretch(1);
        group.button(0)->setChecked(true);
        return row;
    };
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(10);
    form->addRow(tr("Format"), chips(d.formats, {tr("Picture (PNG)"), tr("Film (MP4)"), tr("Animation (GIF)")},
                                     {tr("The frame on display"), tr("A film at the true rate of the clip"), tr("For slides; at most 50 frames a second")},
                                     QStringLiteral("format")));
    form->addRow(tr("Frames"), chips(d.ranges, {tr("Whole clip"), tr("In to out"), tr("One beat")},
                                     {tr("All frames"), tr("Between the in and the out point"), tr("From one R wave to the next")},
                                     QStringLiteral("range")));
    for (const double factor : speeds)
        d.speed->addItem(tr("%1×%2").arg(factor).arg(factor == 1 ? tr("  as recorded") : QString()), factor);
    d.speed->setCurrentIndex(3);
    d.speed->setObjectName(QStringLiteral("speed"));
    form->addRow(tr("Speed"), d.speed);
    d.length->setProperty("role", "muted");
    form->addRow(QString(), d.length);
    d.overlays->setObjectName(QStringLiteral("overlays"));
    d.overlays->setToolTip(tr("Measurements and marks; adds the line “research use only”"));
    form->addRow(QString(), d.overlays);
    d.file->setObjectName(QStringLiteral("file"));
    d.browse->setText(QStringLiteral("…"));
    d.browse->setToolTip(tr("Choose where to write"));
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(d.file, 1);
    fileRow->addWidget(d.browse);
    form->addRow(tr("File"), fileRow);

    auto* note = wordsLabel(tr("Text that is burned into the picture is exported with it."), "faint");
    d.status->setObjectName(QStringLiteral("exportStatus"));
    d.status->setProperty("role", "muted");
    d.status->setTextFormat(Qt::PlainText);
    d.status->setMinimumWidth(1);
    d.go->setObjectName(QStringLiteral("export"));
    d.go->setDefault(true);
    d.go->setToolTip(tr("Write the file (Enter)"));
    setRole(d.go, "primary");
    d.cancel->setObjectName(QStringLiteral("cancelExport"));
    auto* bottom = new QHBoxLayout;
    bottom->addWidget(d.status, 1);
    bottom->addWidget(d.cancel);
    bottom->addWidget(d.go);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 16, 20, 14);
    column->setSpacing(12);
    column->addLayout(form);
    column->addWidget(note);
    column->addStretch(1);
    column->addLayout(bottom);
    resize(520, sizeHint().height());

    const auto refresh = [this] { m_impl->refresh(); };
    connect(&d.formats, &QButtonGroup::idToggled, this, [this](int, bool on) {
        if (!on)
            return;
        m_impl->suggestName();
        m_impl->refresh();
    });
    connect(&d.ranges, &QButtonGroup::idToggled, this, refresh);
    connect(d.speed, &QComboBox::currentIndexChanged, this, refresh);
    connect(d.file, &QLineEdit::textChanged, this, refresh);
    connect(d.file, &QLineEdit::textEdited, this, [this] { m_impl->nameIsOurs = false; });
    connect(&d.job, &OneJob::changed, this, refresh);
    connect(&d.job, &OneJob::failed, this, [this](const QString& why) { m_impl->say(why, "error"); });
    connect(&d.job, &OneJob::cancelled, this, [this] { m_impl->say(tr("Cancelled; nothing was written."), "muted"); });
    connect(d.cancel, &QPushButton::clicked, this, [this] { m_impl->job.cancel(); });
    connect(d.browse, &QToolButton::clicked, this, [this] {
        const QString ending = QLatin1String(endingOf(m_impl->format()));
        const QString chosen = QFileDialog::getSaveFileName(this, tr("Export clip"), m_impl->file->text(), QStringLiteral("*%1").arg(ending));
        if (chosen.isEmpty())
            return;
        m_impl->nameIsOurs = false;
        m_impl->file->setText(QDir::toNativeSeparators(chosen.endsWith(ending, Qt::CaseInsensitive) ? chosen : chosen + ending));
    });
    connect(d.go, &QPushButton::clicked, this, [this] {
        const ClipExport request = this->request();
        m_impl->job.start(
            tr("Exporting a clip"), JobRunner::Lane::Files, [request](const base::JobContext& job) { return exportClip(request, job); },
            [this, request](ExportedClip& done) {
                const QString file = QString::fromStdU16String(request.out.u16string());
                m_impl->nameIsOurs = true;
                m_impl->say(tr("Written: %1, %2 × %3").arg(QFileInfo(file).fileName()).arg(done.columns).arg(done.rows), "muted");
                emit exported(file);
            });
    });
    d.refresh();
}

ClipExportWindow::~ClipExportWindow() = default;

void ClipExportWindow::offer(const ClipOffer& offer)
{
    Impl& d = *m_impl;
    d.offered = offer;
    if (d.offered.folder.isEmpty())
        d.offered.folder = QStandardPaths::writableLocation(QStandardPaths::PicturesLocation);
    d.overlays->setChecked(bool(offer.clip.overlay) && (d.overlays->isChecked() || !d.overlays->isEnabled()));
    const int range = d.ranges.checkedId();
    if ((range == 1 && !offer.inOut) || (range == 2 && !offer.beat))
        d.ranges.button(0)->setChecked(true);
    if (offer.clip.clip.kind == echo::ClipKind::Still)
        d.formats.button(int(ExportFormat::Png))->setChecked(true);
    if (!d.job.isRunning())
        d.say({}, "muted");
    d.nameIsOurs = true;
    d.suggestName();
    d.refresh();
}

ClipExport ClipExportWindow::request() const
{
    const Impl& d = *m_impl;
    ClipExport request = d.offered.clip;
    request.format = d.format();
    std::tie(request.first, request.last) = d.range();
    request.speed = d.speed->currentData().toDouble();
    if (!d.overlays->isChecked())
        request.overlay = {};
    request.out = typedPath(d.file->text().trimmed());
    return request;
}

void ClipExportWindow::setFormat(ExportFormat format)
{
    m_impl->formats.button(int(format))->setChecked(true);
}

bool ClipExportWindow::isRunning() const
{
    return m_impl->job.isRunning();
}

void ClipExportWindow::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        close(); // a running export goes on
    else if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_impl->go->isEnabled())
        m_impl->go->click();
    else
        QWidget::keyPressEvent(event);
}

} // namespace echo2ecg::ui
