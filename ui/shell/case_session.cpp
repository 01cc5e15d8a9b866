// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/case_session.h"

#include "ecg/ecg_reader.h"
#include "ui/shell/cell_choice.h"

#include <QDateTime>

#include <algorithm>
#include <set>
#include <utility>

namespace echo2ecg::ui {

namespace {

constexpr int cellsPerSide = 9;   // of what a 3×3 grid can show

const char* const lastEcgKey = "shell/last-ecg";

std::vector<CineCell> cellsOfOwnStudy(library::Library& library, library::Id study, const std::string& bundle)
{
    auto cells = chooseCells(library, study, bundle, cellsPerSide);
    for (auto& cell : cells) {
        cell.own = true;
        cell.title = CaseSession::tr("own study");
    }
    return cells;
}

} // namespace

CaseSession::CaseSession(const WindowOptions& options, QObject* parent) : QObject(parent), m_device(options.device)
{
    if (!library::Library::isLibrary(options.library))
        library::Library::create(options.library);
    m_library = library::Library::open(options.library);
    connect(&m_jobs, &JobRunner::changed, this, [this] {
        followExplanation();
        followDemo();
    });
    connect(&m_jobs, &JobRunner::failed, this, [this](int, const QString& title, const QString& text) {
        say(QStringLiteral("%1: %2").arg(title, text), NoticeBar::Tone::Error);
        if (title == tr("Importing"))
            refreshLibrary();  // what went in before stays and is shown
    });
}

CaseSession::~CaseSession()
{
    m_jobs.cancelAll();
}

void CaseSession::say(const QString& text, NoticeBar::Tone tone, const QString& actionText, std::function<void()> action)
{
    emit noticed(text, tone, actionText, action);
}

void CaseSession::refreshLibrary()
{
    m_jobs.start(
        tr("Reading the library"), JobRunner::Lane::Files, this,
        [library = m_library.get()](const base::JobContext&) { return LibraryPanel::readLibrary(*library); },
        [this](LibraryPanel::Contents& contents) { emit libraryRead(contents); });
}

void CaseSession::importPaths(const std::vector<std::filesystem::path>& paths)
{
    struct Imported
    {
        casework::ImportSummary summary;
        std::vector<library::Id> addedEcgs, addedStudies;
    };
    m_jobs.start(
        tr("Importing"), JobRunner::Lane::Files, this,
        [library = m_library.get(), paths](const base::JobContext& job) {
            std::set<library::Id> ecgsBefore, studiesBefore;
            for (const auto& e : library->ecgs())
                ecgsBefore.insert(e.id);
            for (const auto& s : library->studies())
                studiesBefore.insert(s.id);
            Imported imported;
            imported.summary = casework::import(*library, paths, job);
            for (const auto id : imported.summary.ecgs)
                if (!ecgsBefore.count(id))
                    imported.addedEcgs.push_back(id);
            for (const auto id : imported.summary.studies)
                if (!studiesBefore.count(id))
                    imported.addedStudies.push_back(id);
            return imported;
        },
        [this](Imported& imported) {
            const auto& summary = imported.summary;
            m_tellFailures = true;
            refreshLibrary();
            std::function<void()> undo;
            if (!imported.addedEcgs.empty() || !imported.addedStudies.empty())
                undo = [this, ecgs = imported.addedEcgs, studies = imported.addedStudies] {
                    m_jobs.start(
                        tr("Undoing the import"), JobRunner::Lane::Files, this,
                        [library = m_library.get(), ecgs, studies](const base::JobContext&) {
                            for (const auto id : ecgs)
                                library->removeEcg(id);
                            for (const auto id : studies)
                                library->removeStudy(id);
                        },
                        [this, ecgs, studies] {
                            if (std::count(ecgs.begin(), ecgs.end(), m_ecg) || std::count(studies.begin(), studies.end(), m_ownStudy) ||
                                std::count(studies.begin(), studies.end(), m_shownStudy)) {
                                m_ecg = m_ownStudy = m_shownStudy = 0;
                                m_record.reset();
                                m_ownCells.clear();
                                m_otherCells.clear();
                                emit caseClosed();
                            }
                            refreshLibrary();
                        });
                };
            const bool nothing = summary.ecgs.empty() && summary.studies.empty();
            say(QString::fromStdString(summary.sentence),
                nothing ? NoticeBar::Tone::Error : summary.unreadable.empty() ? NoticeBar::Tone::Plain : NoticeBar::Tone::Warning,
                undo ? tr("Undo import") : QString(), undo);
            if (!summary.ecgs.empty())
                openEcg(summary.ecgs.front());
            else if (!summary.studies.empty())
                openStudy(summary.studies.front());
            else if (!summary.unreadable.empty() && !m_ecg)
                emit ecgFailed(QString::fromStdString(summary.unreadable.front().reason));
            if (summary.ecgs.empty())
                embedMissing();
        });
}

void CaseSession::openEcg(library::Id ecg)
{
    struct Opened
    {
        ecg::EcgRecord record;
        std::vector<ecg::Finding> findings;
        library::Id study = 0;
        std::vector<CineCell> cells;
    };
    cancelExplanation();
    m_ecg = ecg;
    m_shownStudy = 0;
    m_prediction.reset();
    m_retrieval.reset();
    m_jobs.start(
        tr("Opening the ECG"), JobRunner::Lane::Files, this,
        [library = m_library.get(), ecg, bundle = bundleId(), recipe = m_facts ? m_facts->ecgRecipe : ecg::EcgRecipe{}](const base::JobContext&) {
            Opened opened;
            opened.record = library->loadEcg(ecg);
            opened.findings = ecg::checkQuality(opened.record, recipe);
            if (const auto row = library->ecg(ecg); row.linkedStudy) {
                opened.study = *row.linkedStudy;
                opened.cells = cellsOfOwnStudy(*library, opened.study, bundle);
            }
            library->setSetting(lastEcgKey, std::to_string(ecg));
            return opened;
        },
        [this, ecg](Opened& opened) {
            if (ecg != m_ecg)
                return;
            m_record = opened.record;
            m_ownStudy = opened.study;
            m_ownCells = std::move(opened.cells);
            m_otherCells.clear();
            m_alone = false;
            emit ecgOpened(ecg, opened.findings);
            updateCells();
            analyse();
        });
}

void CaseSession::readOverlay(const std::variant<library::Id, std::filesystem::path>& which)
{
    if (!m_record)
        return say(tr("Open an ECG first; another one can then be laid over it"), NoticeBar::Tone::Warning);
    m_jobs.start(
        tr("Reading the ECG to lay over"), JobRunner::Lane::Files, this,
        [library = m_library.get(), which](const base::JobContext&) {
            if (const auto* file = std::get_if<std::filesystem::path>(&which))
                return ecg::readEcg(*file);
            return library->loadEcg(std::get<library::Id>(which));
        },
        [this, ecg = m_ecg](const ecg::EcgRecord& record) {
            if (ecg != m_ecg)
                return;
            const QString when = QString::fromStdString(record.date + ' ' + record.time).simplified();
            emit overlayRead(record, when.isEmpty() ? QString::fromStdString(record.file.filename().string()) : when);
        });
}

void CaseSession::openStudy(library::Id study, library::Id clip)
{
    m_shownStudy = study;
    m_jobs.start(
        tr("Opening the echo study"), JobRunner::Lane::Files, this,
        [library = m_library.get(), study, clip, bundle = bundleId()](const base::JobContext&) {
            return chooseCells(*library, study, bundle, cellsPerSide, clip);
        },
        [this, study](std::vector<CineCell>& cells) {
            if (study != m_shownStudy)
                return;
            for (auto& cell : cells)
                cell.own = study == m_ownStudy;
            m_otherCells = std::move(cells);
            m_alone = true;
            updateCells();
        });
}

void CaseSession::readCell(library::Id study, library::Id clip, std::function<void(const CineCell&)> done)
{
    m_jobs.start(
        tr("Opening the clip"), JobRunner::Lane::Files, this,
        [library = m_library.get(), study, clip, bundle = bundleId()](const base::JobContext&) { return chooseCells(*library, study, bundle, 1, clip); },
        [this, study, done](std::vector<CineCell>& cells) {
            if (cells.empty())
                return say(tr("This clip can't be read"), NoticeBar::Tone::Error);
            cells.front().own = study == m_ownStudy;
            if (cells.front().own)
                cells.front().title = tr("own study");
            done(cells.front());
        });
}

void CaseSession::readPhenotypes(library::Id study)
{
    if (!m_retrieval || std::none_of(m_retrieval->studies.begin(), m_retrieval->studies.end(), [study](const auto& ranked) { return ranked.study == study; }))
        return;
    m_jobs.start(
        tr("Reading phenotypes"), JobRunner::Lane::Files, this,
        [library = m_library.get(), study](const base::JobContext&) { return library->phenotypes(study); },
        [this, study](const retrieval::Phenotypes& phenotypes) {
            if (!m_retrieval)
                return;
            for (auto& ranked : m_retrieval->studies)
                if (ranked.study == study)
                    ranked.phenotypes = phenotypes;
            emit retrieved(*m_retrieval, false);
        });
}

void CaseSession::showRetrieved(library::Id study, const QString& title)
{
    m_shownStudy = study;
    m_shownTitle = title;
    m_jobs.start(
        tr("Opening the similar study"), JobRunner::Lane::Files, this,
        [library = m_library.get(), study, title, bundle = bundleId()](const base::JobContext&) {
            auto cells = chooseCells(*library, study, bundle, cellsPerSide);
            for (auto& cell : cells)
                cell.title = title;
            return cells;
        },
        [this, study](std::vector<CineCell>& cells) {
            if (study != m_shownStudy)
                return;
            m_otherCells = std::move(cells);
            m_alone = false;
            updateCells();
        });
}

std::optional<echo::EchoClip> CaseSession::firstClip() const
{
    for (const auto* cells : {&m_ownCells, &m_otherCells})
        for (const CineCell& cell : *cells)
            if (cell.clip.kind == echo::ClipKind::Cine)
                return cell.clip;
    return std::nullopt;
}

void CaseSession::updateCells()
{
    emit cellsChanged(besideEachOther(m_alone ? std::vector<CineCell>{} : m_ownCells, m_otherCells, m_rows, m_columns));
}

// Views get their weights when their study is embedded, which may be after its clips were opened.
void CaseSession::reloadWeights()
{
    const auto missing = [](const std::vector<CineCell>& cells) {
        return std::any_of(cells.begin(), cells.end(), [](const CineCell& c) { return !c.viewWeight && c.clip.kind == echo::ClipKind::Cine; });
    };
    if (!std::exchange(m_weightsChange, false) && !missing(m_ownCells) && !missing(m_otherCells))
        return;
    if (m_ownStudy && m_ecg)
        m_jobs.start(
            tr("Reading view weights"), JobRunner::Lane::Files, this,
            [library = m_library.get(), study = m_ownStudy, bundle = bundleId()](const base::JobContext&) {
                return cellsOfOwnStudy(*library, study, bundle);
            },
            [this, study = m_ownStudy](std::vector<CineCell>& cells) {
                if (study != m_ownStudy)
                    return;
                m_ownCells = std::move(cells);
                updateCells();
            });
    if (m_alone && m_shownStudy)
        openStudy(m_shownStudy);
    else if (m_shownStudy && !m_otherCells.empty())
        showRetrieved(m_shownStudy, m_shownTitle);
}

void CaseSession::setGrid(int rows, int columns)
{
    m_rows = rows;
    m_columns = columns;
    updateCells();
}

void CaseSession::reopenLast()
{
    const auto last = m_library->setting(lastEcgKey);
    if (last.empty())
        return;
    const auto rows = m_library->ecgs();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return std::to_string(row.id) == last; });
    if (found != rows.end())
        openEcg(found->id);
}

void CaseSession::remove(library::Id ecg, library::Id study)
{
    m_jobs.start(
        tr("Removing"), JobRunner::Lane::Files, this,
        [library = m_library.get(), ecg, study](const base::JobContext&) {
            if (ecg)
                library->removeEcg(ecg);
            if (study)
                library->removeStudy(study);
        },
        [this, ecg, study] {
            if ((ecg && ecg == m_ecg) || (study && (study == m_ownStudy || study == m_shownStudy))) {
                m_ecg = ecg == m_ecg ? 0 : m_ecg;
                m_ownCells.clear();
                m_otherCells.clear();
                if (!m_ecg) {
                    m_record.reset();
                    emit caseClosed();
                } else {
                    openEcg(m_ecg);
                }
            }
            refreshLibrary();
        });
}

void CaseSession::dismissQuarantine(library::Id id)
{
    m_library->clearQuarantine(id);
    refreshLibrary();
}

} // namespace echo2ecg::ui
