// SPDX-License-Identifier: GPL-3.0-or-later
// Who tells whom in the case window: actions to panes, panes to the session, the session to panes.
#include "ui/retrieval/formatting.h"
#include "ui/shell/case_window_impl.h"
#include "ui/theme/theme.h"

#include <QCursor>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>

namespace echo2ecg::ui {

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
    on(actions.openDemo, [this] { window->openDemo(); });
    QObject::connect(ecg, &EcgPageView::demoRequested, window, [this] { window->openDemo(); });
    on(actions.loadBundle, [this] {
        if (const QString folder = QFileDialog::getExistingDirectory(window, tr("Folder of the model bundle")); !folder.isEmpty())
            session->loadBundle(toPath(folder));
    });
    on(actions.importWeights, [this] { showImporter(); });
    on(actions.writeReport, [this] {
        if (const QString file = QFileDialog::getSaveFileName(window, tr("Save the case report"), QStringLiteral("case.pdf"), tr("PDF (*.pdf)")); !file.isEmpty())
            session->writeReport(toPath(file), {ecg->options().recording, ecg->options().filter});
    });
    on(actions.exportEcg, [this] {
        const QString kinds = tr("DICOM 12-lead ECG (*.dcm);;WFDB (*.hea);;CSV (*.csv);;NumPy array (*.npy);;Page at true scale, PDF (*.pdf)");
        QString kind;
        QString file = QFileDialog::getSaveFileName(window, tr("Export the ECG (a PDF names the patient, the others don't)"), QStringLiteral("ecg.dcm"), kinds, &kind);
        if (file.isEmpty())
            return;
        // A name without an ending gets that of the kind that was chosen.
        if (QFileInfo(file).suffix().isEmpty())
            file += kind.section(u'*', 1).section(u')', 0, 0);
        session->exportEcg(toPath(file), {ecg->options().recording, ecg->options().filter});
    });
    on(actions.screenshot, [this] {
        if (const QString file = QFileDialog::getSaveFileName(window, tr("Save a picture of the window"), QStringLiteral("workstation.png"), tr("PNG (*.png)")); !file.isEmpty())
            window->grab().save(file);
    });
    on(actions.quit, [this] { window->close(); });
    on(actions.undo, [this] {
        // What was measured is nearer than what was imported.
        if (echo->canUndo())
            echo->undo();
        else
            takeBackImport();
    });
    QObject::connect(echo.get(), &EchoDesk::canUndoChanged, window, [this](bool can) { actions.undo->setEnabled(can || undo); });
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
    for (QAction* layout : actions.ecgLayouts)
        on(layout, [this, format = ecg::PageFormat(layout->data().toInt())] { ecg->setFormat(format); });
    on(actions.medianBeat, [this] { ecg->toggleMedianBeat(); });
    on(actions.callipers, [this] { ecg->toggleCallipers(); });
    on(actions.tangent, [this] { ecg->toggleTangent(); });
    on(actions.overlay, [this] { chooseOverlay(); });
    on(actions.notes, [this] { ecg->showSide(EcgPageView::Side::Notes); });
    on(actions.measurements, [this] { ecg->showSide(EcgPageView::Side::Measurements); });
    on(actions.model, [this] { ecg->showSide(EcgPageView::Side::Model); });
    on(actions.trueSize, [this] { ecg->showTrueSize(); });
    on(actions.calibrateScreen, [this] { ecg->calibrate(); });
    QObject::connect(ecg, &EcgPageView::overlayRequested, window, [this] { chooseOverlay(); });
    on(actions.darkTheme, [] { Theme::instance().apply(ThemeKind::Dark); });
    on(actions.lightTheme, [] { Theme::instance().apply(ThemeKind::Light); });
    on(actions.panel, [this] { toggleFullPane(); });
    on(actions.resetDocks, [this] { window->restoreState(defaultState); });
    on(actions.palette, [this] { palette->open(); });
    on(actions.allCommands, [this] { palette->open(); });
    on(actions.editKeys, [this] {
        if (!keyEditor)
            keyEditor = new ShortcutEditor(keys.get(), window);
        keyEditor->show();
        keyEditor->raise();
    });
    on(actions.about, [this] {
        QMessageBox::about(window, tr("About the Echo2ECG Workstation"),
                           tr("<b>Echo2ECG Workstation %1</b><p>12-lead ECG, echo cine and retrieval in one window.</p>"
                              "<p><b>For research use only. Not for diagnostic procedures.</b></p><p>Licence: GPL-3.0-or-later.</p>")
                               .arg(QStringLiteral(E2E_VERSION)));
    });
    research = new ResearchDesk(*session, options.device, window);
    on(actions.evaluate, [this] { research->showEvaluation(); });
    on(actions.train, [this] { research->showTraining(); });
    const auto showTheme = [this] {
        (Theme::instance().kind() == ThemeKind::Dark ? actions.darkTheme : actions.lightTheme)->setChecked(true);
    };
    QObject::connect(&Theme::instance(), &Theme::changed, window, showTheme);
    showTheme();
}

void CaseWindow::Impl::takeBackImport()
{
    notice->clear();
    const auto run = std::exchange(undo, {});
    actions.undo->setEnabled(echo->canUndo());
    if (run)
        run();
}

// The other ECGs of the same patient are the likeliest to be laid over this one; any file will do.
void CaseWindow::Impl::chooseOverlay()
{
    if (!session->record())
        return;
    QMenu menu;
    const library::EcgRow* open = nullptr;
    for (const library::EcgRow& row : ecgRows)
        if (row.id == session->openedEcg())
            open = &row;
    for (const library::EcgRow& row : ecgRows)
        if (open && row.patient == open->patient && row.id != open->id)
            QObject::connect(menu.addAction(QString::fromStdString(row.date + ' ' + row.time).simplified() + QStringLiteral(" · ") + QString::fromStdString(row.fileName)),
                             &QAction::triggered, window, [this, id = row.id] { session->readOverlay(id); });
    menu.addSeparator();
    QObject::connect(menu.addAction(tr("ECG file…")), &QAction::triggered, window, [this] {
        if (const QString file = QFileDialog::getOpenFileName(window, tr("ECG to lay over this one")); !file.isEmpty())
            session->readOverlay(toPath(file));
    });
    menu.exec(QCursor::pos());
}

BundleImportWindow& CaseWindow::Impl::showImporter()
{
    if (!importer) {
        const auto bundles = session->library().folder() / "bundles"; // beside the untrained one
        importer = new BundleImportWindow(session->jobs(), QString::fromStdString(bundles.string()), window);
        QObject::connect(importer, &BundleImportWindow::bundleChosen, window,
                         [this](const QString& folder) { session->loadBundle(toPath(folder)); });
        tellImporter();
    }
    importer->show();
    importer->raise();
    importer->activateWindow();
    return *importer;
}

void CaseWindow::Impl::tellImporter()
{
    if (!importer)
        return;
    const auto& record = session->record();
    importer->setCase(record ? std::make_shared<const ecg::EcgRecord>(*record) : nullptr, session->firstClip());
}

void CaseWindow::Impl::connectSession()
{
    CaseSession* s = session.get();
    QObject::connect(s, &CaseSession::libraryRead, library, &LibraryPanel::setContents);
    QObject::connect(s, &CaseSession::libraryRead, window, [this](const LibraryPanel::Contents& contents) {
        ecgRows = contents.ecgs;
        ecg->offerDemo(contents.patients.empty() && !options.demo);
    });
    QObject::connect(s, &CaseSession::overlayRead, window, [this](const ecg::EcgRecord& record, const QString& label) { ecg->setOverlay(record, label); });
    QObject::connect(library, &LibraryPanel::overlayRequested, window, [this](qint64 id) { session->readOverlay(library::Id(id)); });
    QObject::connect(s, &CaseSession::noticed, window, [this](const QString& text, NoticeBar::Tone tone, const QString& actionText, const std::function<void()>& action) {
        // What can be undone stays undoable when something else is said.
        if (action) {
            undo = action;
            undoText = actionText;
        }
        actions.undo->setEnabled(undo || echo->canUndo());
        notice->show(text, tone, undo ? undoText : QString(), [this] { takeBackImport(); });
    });
    QObject::connect(s, &CaseSession::engineChanged, window, [this] {
        prediction->setEngine(session->engine());
        similar->setUntrained(!session->engine()->trained);
        const bool simulated = session->engine()->trained && session->engine()->simulated;
        similar->setTrainedOnSimulated(simulated);
        ecg->setRecipe(session->engine()->ecgRecipe, QString::fromStdString(session->engine()->bundleName) + (simulated ? tr(" (SIMULATED patients)") : QString()));
        showStatus();
    });
    QObject::connect(s, &CaseSession::ecgOpened, window, [this](qint64 id, const std::vector<ecg::Finding>& findings) {
        ecg->setRecord(session->record(), findings);
        library->selectEcg(id);
        tellImporter();
    });
    QObject::connect(s, &CaseSession::explaining, ecg, &EcgPageView::setExplaining);
    QObject::connect(s, &CaseSession::explained, ecg, &EcgPageView::setSaliency);
    QObject::connect(s, &CaseSession::explainFailed, ecg, &EcgPageView::setExplainFailure);
    QObject::connect(ecg, &EcgPageView::explainRequested, s, &CaseSession::explain);
    QObject::connect(ecg, &EcgPageView::explainCancelled, s, [s] {
        s->cancelExplanation();
        emit s->explainFailed({});
    });
    QObject::connect(s, &CaseSession::ecgFailed, ecg, &EcgPageView::setError);
    QObject::connect(s, &CaseSession::caseClosed, window, [this] {
        ecg->setRecord(std::nullopt);
        tellImporter();
        cine->setCells({});
        hasCells = false;
        prediction->setEmpty(tr("The LVEF class that the nearest neighbours of this ECG vote for"), tr("Open an ECG to see it."));
        similar->setEmpty(tr("The echo studies whose hearts look most alike"), tr("Open an ECG to search."));
    });
    QObject::connect(s, &CaseSession::cellsChanged, window, [this](const std::vector<CineCell>& cells) {
        hasCells = !cells.empty();
        cine->setCells(cells);
        tellImporter();
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
        // The most similar study plays without being asked for, until the person chooses another.
        if (!retrieval.studies.empty() && (shown == 0 || (shownByItself && shown != retrieval.studies.front().study))) {
            similar->activate(0);
            shownByItself = true;
        }
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
        shownByItself = false;
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

} // namespace echo2ecg::ui
