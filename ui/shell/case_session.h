// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "casework/case_engine.h"
#include "casework/demo_library.h"
#include "casework/import.h"
#include "report/ecg_print.h"
#include "ui/echo/cine_grid.h"
#include "ui/jobs/job_runner.h"
#include "ui/library/library_panel.h"
#include "ui/shell/case_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/thumbnail_service.h"

#include <QElapsedTimer>
#include <QObject>

#include <mutex>
#include <variant>

namespace echo2ecg::ui {

// The case behind the window: library, engine, the open ECG, its own study and the retrieved one. It starts jobs and says what came of them; it paints nothing.
// GUI thread only; what it reads or computes runs in jobs. A result that comes after another case was opened is dropped.
class CaseSession : public QObject
{
    Q_OBJECT
public:
    // Creates the library when it isn't there. Throws base::Error when it can't be opened.
    explicit CaseSession(const WindowOptions& options, QObject* parent = nullptr);
    ~CaseSession() override;

    JobRunner& jobs() { return m_jobs; }
    ThumbnailService& thumbnails() { return m_thumbnails; }
    library::Library& library() { return *m_library; }
    const std::optional<inference::EngineFacts>& engine() const { return m_facts; }
    const std::optional<ecg::EcgRecord>& record() const { return m_record; }
    // The clip that stands first in the echo pane, the own study's before a retrieved one.
    std::optional<echo::EchoClip> firstClip() const;
    bool isIdle() const { return m_jobs.isIdle() && m_thumbnails.isIdle(); }

    // Loads the bundle: the one named, else the one the library remembers, else the demo bundle, else an untrained small one that is made inside the library.
    void loadBundle(const std::filesystem::path& bundle);
    void importPaths(const std::vector<std::filesystem::path>& paths);
    void openEcg(library::Id ecg);
    library::Id openedEcg() const { return m_ecg; }
    // Another ECG to lay over the open one, of the library or a file; it becomes no case.
    void readOverlay(const std::variant<library::Id, std::filesystem::path>& which);
    // A study of the library in the echo pane alone; with `clip` first.
    void openStudy(library::Id study, library::Id clip = 0);
    // One clip for a cell of the echo pane.
    void readCell(library::Id study, library::Id clip, std::function<void(const CineCell&)> done);
    // The phenotypes of a study have changed: they are shown wherever it is ranked.
    void readPhenotypes(library::Id study);
    // A ranked study beside the own one.
    void showRetrieved(library::Id study, const QString& title);
    void setGrid(int rows, int columns);
    void reopenLast();
    // Fills the library with virtual patients, or goes on with it; the telling one is opened as soon as it is in, where no other case is open.
    void fillDemo(int patients);
    bool canBeDemo() const; // new or empty, or virtual patients already
    void analyse();          // predict and retrieve again
    void clipsSwitched();    // a person switched clips of a study on or off: it is embedded again, and the cells show its new weights
    void embedMissing();     // ECGs and studies without an embedding of the bundle in use; what is ranked is ranked again when something came
    void explain(inference::SaliencyMethod method); // of the open ECG
    void cancelExplanation();
    void refreshLibrary();
    void remove(library::Id ecg, library::Id study);
    void dismissQuarantine(library::Id id);
    // The open ECG as recorded, by the ending of `file`: .dcm, .hea, .csv, .npy; as a page of it: .pdf.
    void exportEcg(const std::filesystem::path& file, const report::EcgPrint& print = {});
    void writeReport(const std::filesystem::path& pdf, const report::EcgPrint& print = {});

signals:
    void libraryRead(const LibraryPanel::Contents& contents);
    void engineChanged();
    void engineFailed(const QString& sentence);
    void ecgOpened(qint64 ecg, const std::vector<ecg::Finding>& findings);
    void overlayRead(const ecg::EcgRecord& record, const QString& label);
    void ecgFailed(const QString& sentence);
    void caseClosed();
    void cellsChanged(const std::vector<CineCell>& cells);
    void analysing(const QString& what);
    void predicted(const casework::Prediction& prediction);
    void retrieved(const casework::Retrieval& retrieval, bool moreComing);
    void explaining(const QString& progress);
    void explained(const inference::EcgSaliency& saliency);
    void explainFailed(const QString& sentence); // empty: cancelled
    void studiesEmbedded(); // their views have weights now
    void analysisFailed(const QString& sentence);
    void noticed(const QString& text, NoticeBar::Tone tone, const QString& actionText, const std::function<void()>& action);

private:
    // Kept alive by the jobs that use it.
    struct Loaded
    {
        std::unique_ptr<inference::Engine> engine;
        std::unique_ptr<casework::CaseEngine> cases;
    };
    void runAnalysis(bool again);
    void demoGrew(const casework::DemoProgress& progress);
    void followDemo();
    void followExplanation();
    void updateCells();
    void reloadWeights();
    std::string bundleId() const { return m_facts ? m_facts->bundleId : std::string(); }
    void say(const QString& text, NoticeBar::Tone tone = NoticeBar::Tone::Plain, const QString& actionText = {}, std::function<void()> action = {});

    const inference::DeviceOptions m_device;
    std::unique_ptr<library::Library> m_library;
    std::shared_ptr<Loaded> m_loaded;
    std::optional<inference::EngineFacts> m_facts;
    library::Id m_ecg = 0, m_ownStudy = 0, m_shownStudy = 0;
    QString m_shownTitle; // of the retrieved study, whose clips may still be on their way
    std::optional<ecg::EcgRecord> m_record;
    std::optional<casework::Prediction> m_prediction;
    std::optional<casework::Retrieval> m_retrieval;
    std::vector<CineCell> m_ownCells, m_otherCells;
    bool m_weightsChange = false; // of clips on display, when what is missing is embedded
    bool m_tellFailures = false;  // after an import; at every start it would only nag
    bool m_alone = false;  // m_otherCells is a study opened by itself
    int m_rows = 2, m_columns = 2;
    int m_explanation = 0; // the job
    int m_demo = 0;        // the job
    int m_demoRanked = 0;  // so many virtual patients were embedded when the open case was last ranked
    // The engine in use, for the thread that fills a demo library.
    struct EngineSlot
    {
        std::mutex mutex;
        std::shared_ptr<casework::CaseEngine> cases;
    };
    const std::shared_ptr<EngineSlot> m_engineSlot = std::make_shared<EngineSlot>();
    QElapsedTimer m_sinceRefresh;
    // Last: their destructors wait for work that uses what stands above.
    ThumbnailService m_thumbnails;
    JobRunner m_jobs;
};

} // namespace echo2ecg::ui
