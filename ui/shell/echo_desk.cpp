// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/echo_desk.h"

#include "casework/measured.h"
#include "ui/echo/measure/measure_panel.h"
#include "ui/echo/measure/paint_measurement.h"
#include "ui/export/deidentify_window.h"
#include "ui/export/export_window.h"
#include "ui/shell/case_session.h"
#include "ui/shell/model_desk.h"
#include "ui/shell/study_notes.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QPointer>
#include <QStandardPaths>

#include <algorithm>
#include <map>
#include <set>

namespace echo2ecg::ui {

namespace {

std::filesystem::path pathOf(const QString& text)
{
    return std::filesystem::path(text.toStdU16String());
}

QAction* made(QObject* owner, const char* name, const QString& text, const QKeySequence& key, const QString& hint)
{
    auto* action = new QAction(text, owner);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(key);
    action->setToolTip(hint);
    action->setStatusTip(hint);
    return action;
}

// The measurements of one clip by frame, with their values: data of its own, for a worker to draw.
struct DrawnClip
{
    std::multimap<int, std::pair<echo::Measurement, echo::Evaluation>> byFrame;

    void paint(QPainter& painter, int frame, const QTransform& toPicture) const
    {
        std::vector<QRectF> taken;
        const auto [from, to] = byFrame.equal_range(frame);
        for (auto it = from; it != to; ++it)
            paintMeasurement(painter, it->second.first, it->second.second, toPicture, painter.viewport(), measureLook(false), taken);
    }
};

} // namespace

struct EchoDesk::Impl
{
    StudyNotes notes;
    QPointer<MeasureDesk> measure;
    ModelDesk* model = nullptr;
    EchoActions* actions = nullptr;
    ClipExportWindow* exporter = nullptr; // made when first asked for
    DeidentifyWindow* reviewer = nullptr;
    std::set<qint64> studies;                                                  // whose notes are read or on their way
    std::map<qint64, std::vector<echo::CardiacPhase>> phases;                  // moved by a person, by clip
    explicit Impl(library::Library& library) : notes(library) {}
};

EchoDesk::EchoDesk(CaseSession& session, QObject* parent)
    : QObject(parent), m_impl(std::make_unique<Impl>(session.library())), m_session(session), m_grid(new CineGrid)
{
    auto& d = *m_impl;
    d.measure = new MeasureDesk(m_grid);
    d.actions = new EchoActions(m_grid, this);
    d.model = new ModelDesk(session, d.notes, m_grid, this);
    exportClip = made(this, "echo.export", tr("Export the c&lip…"), {"Ctrl+Alt+S"}, tr("Write the selected clip as MP4, animated GIF or PNG, with measurements or without"));
    exportPicture = made(this, "echo.picture", tr("Save the &frame as picture…"), {"Ctrl+Alt+P"}, tr("Write the frame of the selected cell as PNG, as it is shown"));
    deidentify = made(this, "echo.deidentify", tr("Export the study &de-identified…"), {"Ctrl+Alt+D"}, tr("Review every file of the study of the selected cell, then write it without identity"));
    connect(exportClip, &QAction::triggered, this, &EchoDesk::offerClip);
    connect(exportPicture, &QAction::triggered, this, &EchoDesk::savePicture);
    connect(deidentify, &QAction::triggered, this, &EchoDesk::review);
    connectGrid();
    connectMeasuring();
}

EchoDesk::~EchoDesk()
{
    delete m_impl->model; // before the notes that it writes
}

EchoModelPanel* EchoDesk::modelPanel()
{
    return m_impl->model->panel();
}

QWidget* EchoDesk::pane()
{
    return m_impl->measure;
}

QList<QAction*> EchoDesk::allActions() const
{
    return m_impl->actions->all + m_impl->measure->actions().all + QList<QAction*>{exportClip, exportPicture, deidentify};
}

void EchoDesk::fillCineMenu(QMenu* menu) const
{
    m_impl->actions->fillMenu(menu);
}

void EchoDesk::fillMeasureMenu(QMenu* menu) const
{
    m_impl->measure->actions().fillMenu(menu);
}

bool EchoDesk::canUndo() const
{
    return m_impl->measure && m_impl->measure->model().undoStack().canUndo();
}

void EchoDesk::undo()
{
    m_impl->measure->model().undoStack().undo();
}

bool EchoDesk::isIdle() const
{
    return m_impl->notes.isIdle() && m_impl->model->isIdle();
}

void EchoDesk::connectGrid()
{
    connect(m_grid, &CineGrid::cellsReplaced, this, &EchoDesk::readNotes);
    connect(m_grid, &CineGrid::clipDropped, this, &EchoDesk::placeDropped);
    connect(m_grid, &CineGrid::menuRequested, this, &EchoDesk::showMenu);
    connect(m_grid, &CineGrid::phasesMoved, this, [this](int cell, const std::vector<echo::CardiacPhase>& phases) {
        if (const qint64 clip = m_grid->cell(cell).clipId) {
            m_impl->phases[clip] = phases;
            m_impl->notes.setPhases(clip, phases);
        }
    });
}

void EchoDesk::connectMeasuring()
{
    StudyNotes* notes = &m_impl->notes;
    MeasureModel* model = &m_impl->measure->model();
    connect(notes, &StudyNotes::wasRead, this, [this, model](const StudyNotes::Contents& contents) {
        if (!m_impl->studies.contains(contents.study))
            return; // closed meanwhile
        model->setStudy(contents.study, contents.clips, contents.measurements);
        for (const auto& [clip, phases] : contents.phases)
            m_impl->phases[clip] = phases;
        for (int cell = 0; cell < m_grid->shownCells(); ++cell)
            if (const auto found = m_impl->phases.find(m_grid->cell(cell).clipId); found != m_impl->phases.end())
                m_grid->setPhases(cell, found->second);
    });
    connect(notes, &StudyNotes::failed, this, [this](const QString& sentence) { emit m_session.noticed(sentence, NoticeBar::Tone::Error, {}, {}); });
    connect(notes, &StudyNotes::phenotypesChanged, &m_session, &CaseSession::readPhenotypes);
    connect(&model->undoStack(), &QUndoStack::canUndoChanged, this, &EchoDesk::canUndoChanged);
    connect(model, &MeasureModel::saveWanted, notes, &StudyNotes::save);
    connect(model, &MeasureModel::removeWanted, notes, &StudyNotes::remove);
    connect(model, &MeasureModel::calibrationWanted, notes, &StudyNotes::setCalibration);
    connect(m_impl->measure, &MeasureDesk::clipWanted, this, [this](qint64 study, qint64 clip) { m_session.openStudy(study, clip); });
    connect(&m_impl->measure->panel(), &MeasurePanel::csvRequested, this, &EchoDesk::writeTable);
    connect(&m_impl->measure->panel(), &MeasurePanel::reportRequested, this, &EchoDesk::writeStructuredReport);
}

// Notes are read when a study comes on display and kept until it goes.
void EchoDesk::readNotes()
{
    auto& d = *m_impl;
    std::set<qint64> shown;
    for (int cell = 0; cell < m_grid->shownCells(); ++cell)
        if (const qint64 study = m_grid->cell(cell).study)
            shown.insert(study);
    for (const qint64 study : shown)
        if (!d.studies.contains(study))
            d.notes.read(study);
    if (d.studies != shown)
        d.measure->model().keepOnly({shown.begin(), shown.end()});
    d.studies = std::move(shown);
    for (int cell = 0; cell < m_grid->shownCells(); ++cell)
        if (const auto found = d.phases.find(m_grid->cell(cell).clipId); found != d.phases.end())
            m_grid->setPhases(cell, found->second);
}

void EchoDesk::placeDropped(int cell, qint64 study, qint64 clip)
{
    m_session.readCell(study, clip, [this, cell](const CineCell& dropped) {
        std::vector<CineCell> cells;
        for (int i = 0; i < m_grid->cellCount(); ++i)
            cells.push_back(m_grid->cell(i));
        if (cell >= 0 && cell < int(cells.size()))
            cells[std::size_t(cell)] = dropped;
        else
            cells.push_back(dropped);
        const int at = cell >= 0 ? cell : int(cells.size()) - 1;
        m_grid->setCells(std::move(cells));
        if (at < m_grid->shownCells())
            m_grid->selectCell(at);
    });
}

void EchoDesk::showMenu(int cell, const QPoint& at)
{
    m_grid->selectCell(cell);
    QMenu menu;
    m_impl->actions->fillCellMenu(&menu);
    QMenu* measuring = menu.addMenu(tr("&Measure"));
    fillMeasureMenu(measuring);
    menu.addSeparator();
    menu.addActions({exportPicture, exportClip, deidentify});
    menu.exec(at);
}

void EchoDesk::offerClip()
{
    const int cell = m_grid->selectedCell();
    if (cell < 0)
        return emit m_session.noticed(tr("Select a clip first"), NoticeBar::Tone::Warning, {}, {});
    auto& d = *m_impl;
    if (!d.exporter) {
        d.exporter = new ClipExportWindow(m_session.jobs(), m_grid->window());
        d.exporter->setWindowFlag(Qt::Window);
        connect(d.exporter, &ClipExportWindow::exported, this, [this](const QString& file) { emit m_session.noticed(tr("The clip is in %1").arg(file), NoticeBar::Tone::Plain, {}, {}); });
    }
    ClipOffer offer;
    offer.clip.clip = m_grid->cell(cell).clip;
    offer.clip.view = m_grid->cellView(cell);
    offer.frame = std::max(0, m_grid->currentFrame(cell));
    if (m_grid->outFrame(cell) >= m_grid->inFrame(cell) && (m_grid->inFrame(cell) > 0 || m_grid->outFrame(cell) + 1 < offer.clip.clip.frames))
        offer.inOut = {m_grid->inFrame(cell), m_grid->outFrame(cell)};
    const auto& beats = m_grid->beats(cell);
    if (beats.rWaveMs.size() >= 2)
        offer.beat = {offer.clip.clip.timing.frameAt(beats.rWaveMs[0]), std::max(0, offer.clip.clip.timing.frameAt(beats.rWaveMs[1]) - 1)};
    if (offer.beat && offer.beat->second <= offer.beat->first)
        offer.beat.reset();
    auto drawn = std::make_shared<DrawnClip>();
    const MeasureModel& model = d.measure->model();
    for (const MeasureModel::Item& item : model.items())
        if (item.clip == m_grid->cell(cell).clipId && item.clip != 0)
            drawn->byFrame.emplace(item.m.frame, std::pair{item.m, model.evaluation(item.key)});
    if (!drawn->byFrame.empty())
        offer.clip.overlay = [drawn](QPainter& painter, int frame, const QTransform& toPicture) { drawn->paint(painter, frame, toPicture); };
    offer.folder = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    d.exporter->offer(offer);
    d.exporter->show();
    d.exporter->raise();
}

void EchoDesk::savePicture()
{
    const int cell = m_grid->selectedCell();
    const QImage picture = cell >= 0 ? m_grid->pictureOf(cell, true) : QImage();
    if (picture.isNull())
        return emit m_session.noticed(tr("There is no frame to save yet"), NoticeBar::Tone::Warning, {}, {});
    const QString file = QFileDialog::getSaveFileName(m_grid, tr("Save the frame (it may show what is burned into the picture)"), QStringLiteral("frame.png"), tr("PNG (*.png)"));
    if (file.isEmpty())
        return;
    m_session.jobs().start(
        tr("Saving the frame"), JobRunner::Lane::Files, this,
        [picture, file](const base::JobContext&) {
            QImage marked = picture;
            marked.setText(QStringLiteral("Description"), QStringLiteral("Echo2ECG Workstation: research use only"));
            if (!marked.save(file, "PNG"))
                throw base::Error(base::ErrorCode::Io, "the picture can't be written", {pathOf(file), {}});
        },
        [this, file] { emit m_session.noticed(tr("The frame is in %1").arg(file), NoticeBar::Tone::Plain, {}, {}); });
}

void EchoDesk::review()
{
    const int cell = m_grid->selectedCell();
    const qint64 study = cell >= 0 ? m_grid->cell(cell).study : 0;
    if (!study)
        return emit m_session.noticed(tr("Open an echo study of the library first"), NoticeBar::Tone::Warning, {}, {});
    auto& d = *m_impl;
    if (!d.reviewer) {
        d.reviewer = new DeidentifyWindow(m_session.jobs(), m_grid->window());
        d.reviewer->setWindowFlag(Qt::Window);
        connect(d.reviewer, &DeidentifyWindow::exported, this, [this](const QString& folder, int files) {
            emit m_session.noticed(tr("%1 de-identified files are in %2").arg(files).arg(folder), NoticeBar::Tone::Plain, {}, {});
        });
    }
    m_session.jobs().start(
        tr("Collecting the study's files"), JobRunner::Lane::Files, this,
        [library = &m_session.library(), study](const base::JobContext&) {
            std::vector<std::filesystem::path> files;
            for (const library::ClipRow& row : library->clips(study))
                files.push_back(row.file);
            return files;
        },
        [this](const std::vector<std::filesystem::path>& files) {
            m_impl->reviewer->setFiles(files);
            m_impl->reviewer->show();
            m_impl->reviewer->raise();
        });
}

void EchoDesk::writeTable(qint64 study)
{
    QString file = QFileDialog::getSaveFileName(m_grid, tr("Save the measurements as a table"), QStringLiteral("measurements.csv"), tr("CSV (*.csv)"));
    if (file.isEmpty())
        return;
    if (QFileInfo(file).suffix().isEmpty())
        file += QStringLiteral(".csv");
    m_session.jobs().start(
        tr("Writing the measurements"), JobRunner::Lane::Files, this,
        [library = &m_session.library(), study, file](const base::JobContext&) {
            casework::writeMeasurementCsv(pathOf(file), casework::measuredStudy(*library, study), library->study(study).uid);
        },
        [this, file] { emit m_session.noticed(tr("The measurements are in %1").arg(file), NoticeBar::Tone::Plain, {}, {}); });
}

void EchoDesk::writeStructuredReport(qint64 study)
{
    QString file = QFileDialog::getSaveFileName(m_grid, tr("Save the measurements as DICOM SR (it names the patient)"), QStringLiteral("measurements.dcm"), tr("DICOM (*.dcm)"));
    if (file.isEmpty())
        return;
    if (QFileInfo(file).suffix().isEmpty())
        file += QStringLiteral(".dcm");
    m_session.jobs().start(
        tr("Writing the structured report"), JobRunner::Lane::Files, this,
        [library = &m_session.library(), study, file](const base::JobContext&) { casework::writeMeasurementReport(pathOf(file), *library, study); },
        [this, file] { emit m_session.noticed(tr("The structured report is in %1").arg(file), NoticeBar::Tone::Plain, {}, {}); });
}

} // namespace echo2ecg::ui
