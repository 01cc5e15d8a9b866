// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/case_window.h"

#include "ui/ecg/ecg_page_view.h"
#include "ui/jobs/job_bar.h"
#include "ui/retrieval/formatting.h"
#include "ui/retrieval/prediction_card.h"
#include "ui/retrieval/similar_hearts.h"
#include "ui/shell/case_actions.h"
#include "ui/shell/case_session.h"
#include "ui/shell/command_palette.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QSplitter>
#include <QStatusBar>
#include <QTimer>
#include <QVBoxLayout>

namespace echo2ecg::ui {

namespace {

std::filesystem::path toPath(const QString& text)
{
    return std::filesystem::path(text.toStdString());
}

} // namespace

struct CaseWindow::Impl
{
    CaseWindow* window;
    WindowOptions options;
    CaseActions actions;
    EcgPageView* ecg = nullptr;
    CineGrid* cine = nullptr;
    PredictionCard* prediction = nullptr;
    SimilarHearts* similar = nullptr;
    LibraryPanel* library = nullptr;
    NoticeBar* notice = nullptr;
    CommandPalette* palette = nullptr;
    QSplitter* centre = nullptr;
    QLabel* bundleLabel = nullptr;
    QLabel* deviceLabel = nullptr;
    QList<QDockWidget*> docks;
    QByteArray defaultState, stateBeforeFullPane;
    std::function<void()> undo;
    bool hasCells = false;
    casework::Retrieval ranked;
    std::unique_ptr<CaseSession> session;  // last: its jobs end before the panes go

    Impl(CaseWindow* w, const WindowOptions& o) : window(w), options(o), actions(w) {}

    QDockWidget* dock(const QString& title, const char* name, QWidget* content, Qt::DockWidgetArea area)
    {
        auto* made = new QDockWidget(title, window);
        made->setObjectName(QLatin1String(name));
        made->setWidget(content);
        window->addDockWidget(area, made);
        docks << made;
        return made;
    }

    void buildPanes();
    void buildStatusBar();
    void connectActions();
    void connectSession();
    void restorePlaces();
    void toggleFullPane();
    void open(const QStringList& files);
    void showStatus();
};

void CaseWindow::Impl::buildPanes()
{
    ecg = new EcgPageView;
    cine = new CineGrid;
    prediction = new PredictionCard;
    similar = new SimilarHearts;
    library = new LibraryPanel;
    notice = new NoticeBar;
    centre = new QSplitter(Qt::Vertical);
    centre->setObjectName(QStringLiteral("centre"));
    centre->addWidget(ecg);
    centre->addWidget(cine);
    centre->setChildrenCollapsible(false);
    centre->setSizes({520, 380});
    centre->setStretchFactor(0, 3);
    centre->setStretchFactor(1, 2);
    auto* middle = new QWidget;
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(centre, 1);
    column->addWidget(notice);
    window->setCentralWidget(middle);

    auto* left = dock(tr("Library"), "libraryDock", library, Qt::LeftDockWidgetArea);
    auto* right = dock(tr("Prediction"), "predictionDock", prediction, Qt::RightDockWidgetArea);
    auto* lower = dock(tr("Similar hearts"), "similarDock", similar, Qt::RightDockWidgetArea);
    window->resizeDocks({left, right}, {230, 320}, Qt::Horizontal);
    window->resizeDocks({right, lower}, {400, 440}, Qt::Vertical);
    window->setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks);
    defaultState = window->saveState();

    palette = new CommandPalette(window);
    palette->setActions(actions.all);
    QList<QAction*> toggles;
    for (QDockWidget* d : docks)
        toggles << d->toggleViewAction();
    actions.fillMenus(window, toggles);
    actions.undo->setEnabled(false);
    actions.threeByFour->setChecked(true);
}

void CaseWindow::Impl::buildStatusBar()
{
    QStatusBar* bar = window->statusBar();
    bar->setSizeGripEnabled(false);
    bar->addWidget(new JobBar(session->jobs()), 1);
    bundleLabel = new QLabel;
    deviceLabel = new QLabel;
    auto* use = new QLabel(tr("Research use only"));
    use->setToolTip(tr("For research use only. Not for diagnostic procedures."));
    for (QLabel* label : {bundleLabel, deviceLabel, use}) {
        label->setContentsMargins(8, 0, 8, 0);
        bar->addPermanentWidget(label);
    }
    showStatus();
}

void CaseWindow::Impl::showStatus()
{
    const auto& facts = session->engine();
    if (!facts) {
        bundleLabel->setText(tr("no model"));
        deviceLabel->setText(emDash);
        deviceLabel->setToolTip(tr("The device is known when the model is loaded"));
        return;
    }
    const QString state = !facts->trained ? tr("untrained weights") : facts->simulated ? tr("simulated") : tr("trained");
    bundleLabel->setText(QStringLiteral("%1 (%2)").arg(QString::fromStdString(facts->bundleName), state));
    bundleLabel->setToolTip(tr("Bundle %1, version %2, licence %3").arg(QString::fromStdString(facts->bundleId), QString::fromStdString(facts->bundleVersion), QString::fromStdString(facts->licence)));
    deviceLabel->setText(QString::fromStdString(facts->device));
    deviceLabel->setToolTip(tr("Where the encoders run"));
}

void CaseWindow::Impl::open(const QStringList& files)
{
    std::vector<std::filesystem::path> paths;
    for (const QString& file : files)
        paths.push_back(toPath(file));
    if (!paths.empty())
        session->importPaths(paths);
}

void CaseWindow::Impl::connectActions()
{
    const auto on = [this](QAction* action, auto slot) { QObject::connect(action, &QAction::triggered, window, slot); };
    const auto openFiles = [this] { open(QFileDialog::getOpenFileNames(window, tr("Open ECGs and echo clips"))); };
    on(actions.openFiles, openFiles);
    QObject::connect(ecg, &EcgPageView::openRequested, window, openFiles);
    const auto openFolder = [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(window, tr("Import a folder")); !folder.isEmpty())
            open({folder});
    };
    on(actions.openFolder, openFolder);
    QObject::connect(library, &LibraryPanel::importRequested, window, openFolder);
    on(actions.loadBundle, [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(window, tr("Folder of the model bundle")); !folder.isEmpty())
            session->loadBundle(toPath(folder));
    });
    on(actions.writeReport, [this] {
        if (const QString file = QFileDialog::getSaveFileName(window, tr("Save the case report"), QStringLiteral("case.pdf"), tr("PDF (*.pdf)")); !file.isEmpty())
            session->writeReport(toPath(file));
    });
    on(actions.screenshot, [this] {
        if (const QString file = QFileDialog::getSaveFileName(window, tr("Save a picture of the window"), QStringLiteral("workstation.png"), tr("PNG (*.png)")); !file.isEmpty())
            window->grab().save(file);
    });
    on(actions.quit, [this] { window->close(); });
    on(actions.undo, [this] {
        notice->clear();
        actions.undo->setEnabled(false);
        if (const auto run = std::exchange(undo, {}))
            run();
    });
    on(actions.analyse, [this] { session->analyse(); });
    on(actions.search, [this] { library->focusSearch(); });
    on(actions.focusEcg, [this] { ecg->setFocus(); });
    on(actions.focusEcho, [this] { cine->setFocus(); });
    on(actions.playPause, [this] { cine->togglePlay(); });
    on(actions.stepForward, [this] { cine->step(1); });
    on(actions.stepBack, [this] { cine->step(-1); });
    on(actions.faster, [this] { cine->faster(); });
    on(actions.slower, [this] { cine->slower(); });
    for (QAction* layout : actions.gridLayouts)
        on(layout, [this, grid = layout->data().toPoint()] {
            cine->setGridLayout(grid.y(), grid.x());
            session->setGrid(grid.y(), grid.x());
        });
    on(actions.threeByFour, [this] { ecg->setFormat(ecg::PageFormat::ThreeByFourPlusRhythm); });
    on(actions.twelveByOne, [this] { ecg->setFormat(ecg::PageFormat::TwelveByOne); });
    on(actions.darkTheme, [] { Theme::instance().apply(ThemeKind::Dark); });
    on(actions.lightTheme, [] { Theme::instance().apply(ThemeKind::Light); });
    on(actions.panel, [this] { toggleFullPane(); });
    on(actions.resetDocks, [this] { window->restoreState(defaultState); });
    on(actions.palette, [this] { palette->open(); });
    on(actions.allCommands, [this] { palette->open(); });
    on(actions.about, [this] {
        QMessageBox::about(window, tr("About the Echo2ECG Workstation"),
                           tr("<b>Echo2ECG Workstation %1</b><p>12-lead ECG, echo cine and retrieval in one window.</p>"
                              "<p><b>For research use only. Not for diagnostic procedures.</b></p><p>Licence: GPL-3.0-or-later.</p>")
                               .arg(QStringLiteral(E2E_VERSION)));
    });
    const auto showTheme = [this] {
        (Theme::instance().kind() == ThemeKind::Dark ? actions.darkTheme : actions.lightTheme)->setChecked(true);
    };
    QObject::connect(&Theme::instance(), &Theme::changed, window, showTheme);
    showTheme();
}

void CaseWindow::Impl::connectSession()
{
    CaseSession* s = session.get();
    QObject::connect(s, &CaseSession::libraryRead, library, &LibraryPanel::setContents);
    QObject::connect(s, &CaseSession::noticed, window, [this](const QString& text, NoticeBar::Tone tone, const QString& actionText, const std::function<void()>& action) {
        undo = action;
        actions.undo->setEnabled(bool(action));
        notice->show(text, tone, actionText, [this] { actions.undo->trigger(); });
    });
    QObject::connect(s, &CaseSession::engineChanged, window, [this] {
        prediction->setEngine(session->engine());
        similar->setUntrained(!session->engine()->trained);
        showStatus();
    });
    QObject::connect(s, &CaseSession::ecgOpened, window, [this](qint64 id, const std::vector<ecg::Finding>& findings) {
        ecg->setRecord(session->record(), findings);
        library->selectEcg(id);
    });
    QObject::connect(s, &CaseSession::ecgFailed, ecg, &EcgPageView::setError);
    QObject::connect(s, &CaseSession::caseClosed, window, [this] {
        ecg->setRecord(std::nullopt);
        cine->setCells({});
        hasCells = false;
        prediction->setEmpty(tr("The LVEF class that the nearest neighbours of this ECG vote for"), tr("Open an ECG to see it."));
        similar->setEmpty(tr("The echo studies whose hearts look most alike"), tr("Open an ECG to search."));
    });
    QObject::connect(s, &CaseSession::cellsChanged, window, [this](const std::vector<CineCell>& cells) {
        hasCells = !cells.empty();
        cine->setCells(cells);
        if (hasCells)
            cine->play();
    });
    QObject::connect(s, &CaseSession::analysing, window, [this](const QString& what) {
        if (session->record()) {
            prediction->setBusy(what);
            similar->setBusy(what);
        }
    });
    QObject::connect(s, &CaseSession::predicted, prediction, &PredictionCard::setPrediction);
    QObject::connect(s, &CaseSession::retrieved, window, [this](const casework::Retrieval& retrieval, bool moreComing) {
        ranked = retrieval;
        const qint64 shown = similar->selectedStudy();
        if (retrieval.studies.empty() && moreComing)
            similar->setBusy(tr("Embedding the echo studies…"));
        else
            similar->setRetrieval(retrieval);
        // The most similar study plays without being asked for, once.
        if (!retrieval.studies.empty() && shown == 0)
            similar->activate(0);
    });
    QObject::connect(s, &CaseSession::analysisFailed, window, [this](const QString& sentence) {
        prediction->setError(sentence);
        similar->setError(sentence);
    });
    QObject::connect(&s->jobs(), &JobRunner::failed, window, [this](int, const QString& title, const QString& sentence) {
        if (!session->engine() && title == tr("Loading the model")) {
            prediction->setError(sentence);
            similar->setError(sentence);
        }
    });

    QObject::connect(library, &LibraryPanel::ecgActivated, s, &CaseSession::openEcg);
    QObject::connect(library, &LibraryPanel::studyActivated, window, [this](qint64 study) { session->openStudy(study); });
    QObject::connect(library, &LibraryPanel::clipActivated, s, &CaseSession::openStudy);
    QObject::connect(library, &LibraryPanel::retryRequested, window, [this](const QString& file) { open({file}); });
    QObject::connect(library, &LibraryPanel::dismissRequested, s, &CaseSession::dismissQuarantine);
    QObject::connect(library, &LibraryPanel::removeRequested, s, &CaseSession::remove);
    QObject::connect(library, &LibraryPanel::thumbnailNeeded, window, [this](qint64 clip, qint64 study) {
        session->thumbnails().requestClip(session->library(), clip, study);
    });
    QObject::connect(&s->thumbnails(), &ThumbnailService::clipReady, library, &LibraryPanel::setThumbnail);
    QObject::connect(similar, &SimilarHearts::thumbnailNeeded, window, [this](qint64 study) {
        session->thumbnails().requestStudy(session->library(), study, session->engine() ? session->engine()->bundleId : std::string());
    });
    QObject::connect(&s->thumbnails(), &ThumbnailService::studyReady, similar, &SimilarHearts::setThumbnail);
    QObject::connect(similar, &SimilarHearts::studyActivated, window, [this](qint64 study) {
        for (const auto& r : ranked.studies)
            if (r.study == study)
                session->showRetrieved(study, tr("%1 · similarity %2 · EF %3").arg(r.rank).arg(similarity(r.similarity), percent(r.phenotypes.lvef)));
    });
    QObject::connect(prediction, &PredictionCard::neighbourActivated, s, &CaseSession::openEcg);
    const auto retry = [this] {
        if (session->engine())
            session->analyse();
        else
            session->loadBundle(options.bundle);
    };
    QObject::connect(prediction, &PredictionCard::retryRequested, window, retry);
    QObject::connect(similar, &SimilarHearts::retryRequested, window, retry);
}

void CaseWindow::Impl::restorePlaces()
{
    window->resize(1440, 900);
    if (!options.rememberPlaces)
        return;
    QSettings settings;
    Theme::instance().apply(settings.value(QStringLiteral("theme")) == QLatin1String("light") ? ThemeKind::Light : ThemeKind::Dark);
    window->restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
    window->restoreState(settings.value(QStringLiteral("docks")).toByteArray());
    centre->restoreState(settings.value(QStringLiteral("centre")).toByteArray());
    if (settings.value(QStringLiteral("ecgFormat")) == QLatin1String("12x1"))
        actions.twelveByOne->trigger();
}

// The pane that has the focus, alone on the whole screen; the same key brings everything back.
void CaseWindow::Impl::toggleFullPane()
{
    if (!stateBeforeFullPane.isEmpty()) {
        window->showNormal();
        window->menuBar()->show();
        ecg->show();
        cine->show();
        window->restoreState(std::exchange(stateBeforeFullPane, {}));
        return;
    }
    stateBeforeFullPane = window->saveState();
    const QWidget* focus = QApplication::focusWidget();
    QWidget* chosen = focus && (cine == focus || cine->isAncestorOf(focus)) ? static_cast<QWidget*>(cine) : ecg;
    for (QDockWidget* d : docks)
        d->hide();
    (chosen == cine ? static_cast<QWidget*>(ecg) : cine)->hide();
    window->showFullScreen();
}

CaseWindow::CaseWindow(const WindowOptions& options, QWidget* parent)
    : QMainWindow(parent), m_impl(std::make_unique<Impl>(this, options))
{
    auto& d = *m_impl;
    setWindowTitle(tr("Echo2ECG Workstation, research use only"));
    setObjectName(QStringLiteral("caseWindow"));
    setAcceptDrops(true);
    d.session = std::make_unique<CaseSession>(options);
    d.buildPanes();
    d.buildStatusBar();
    d.connectActions();
    d.connectSession();
    d.restorePlaces();
    d.session->refreshLibrary();
    d.session->loadBundle(options.bundle);
}

CaseWindow::~CaseWindow()
{
    m_impl->session.reset();
}

void CaseWindow::openPaths(const QStringList& paths)
{
    m_impl->open(paths);
}

void CaseWindow::reopenLast()
{
    m_impl->session->reopenLast();
}

void CaseWindow::openEcg(qint64 ecg)
{
    m_impl->session->openEcg(ecg);
}

void CaseWindow::openStudy(qint64 study)
{
    m_impl->session->openStudy(study);
}

bool CaseWindow::isSettled() const
{
    return m_impl->session->isIdle() && (!m_impl->hasCells || m_impl->cine->hasFirstFrames());
}

void CaseWindow::writeReport(const std::filesystem::path& pdf)
{
    m_impl->session->writeReport(pdf);
}

QString CaseWindow::notice() const
{
    return m_impl->notice->text();
}

void CaseWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void CaseWindow::dropEvent(QDropEvent* event)
{
    QStringList files;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    event->acceptProposedAction();
    m_impl->open(files);
}

void CaseWindow::closeEvent(QCloseEvent* event)
{
    if (m_impl->options.rememberPlaces) {
        if (!m_impl->stateBeforeFullPane.isEmpty())
            m_impl->toggleFullPane();
        QSettings settings;
        settings.setValue(QStringLiteral("theme"), Theme::instance().kind() == ThemeKind::Light ? QStringLiteral("light") : QStringLiteral("dark"));
        settings.setValue(QStringLiteral("geometry"), saveGeometry());
        settings.setValue(QStringLiteral("docks"), saveState());
        settings.setValue(QStringLiteral("centre"), m_impl->centre->saveState());
        settings.setValue(QStringLiteral("ecgFormat"), m_impl->ecg->format() == ecg::PageFormat::TwelveByOne ? QStringLiteral("12x1") : QStringLiteral("3x4"));
    }
    QMainWindow::closeEvent(event);
}

} // namespace echo2ecg::ui
