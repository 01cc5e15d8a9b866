// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/case_window_impl.h"

#include "ui/jobs/job_bar.h"
#include "ui/echo/model_view/echo_model_panel.h"
#include "ui/retrieval/formatting.h"
#include "ui/theme/theme.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QMenuBar>
#include <QMimeData>
#include <QSettings>
#include <QStatusBar>
#include <QVBoxLayout>

namespace echo2ecg::ui {

QDockWidget* CaseWindow::Impl::dock(const QString& title, const char* name, QWidget* content, Qt::DockWidgetArea area)
{
    auto* made = new QDockWidget(title, window);
    made->setObjectName(QLatin1String(name));
    made->setWidget(content);
    window->addDockWidget(area, made);
    docks << made;
    return made;
}

void CaseWindow::Impl::buildPanes()
{
    ecg = new EcgPageView;
    echo = std::make_unique<EchoDesk>(*session);
    cine = &echo->grid();
    echoPane = echo->pane();
    prediction = new PredictionCard;
    similar = new SimilarHearts;
    library = new LibraryPanel;
    notice = new NoticeBar;
    centre = new QSplitter(Qt::Vertical);
    centre->setObjectName(QStringLiteral("centre"));
    centre->addWidget(ecg);
    centre->addWidget(echoPane);
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
    auto* model = dock(tr("What the model sees"), "modelDock", echo->modelPanel(), Qt::RightDockWidgetArea);
    model->toggleViewAction()->setObjectName(QStringLiteral("view.model"));
    model->toggleViewAction()->setShortcut(QKeySequence(QStringLiteral("Ctrl+Alt+M")));
    const QString hint = tr("The clips of the echo study that the encoder is given, the others with the reason, and every step of the preparation");
    model->toggleViewAction()->setToolTip(hint);
    model->toggleViewAction()->setStatusTip(hint);
    window->setTabPosition(Qt::RightDockWidgetArea, QTabWidget::North);
    window->tabifyDockWidget(lower, model);
    lower->raise();
    model->hide(); // wide, and not for every day
    QObject::connect(model->toggleViewAction(), &QAction::triggered, model, [model](bool shown) {
        if (shown)
            model->raise();
    });
    actions.all << model->toggleViewAction();
    window->resizeDocks({left, right}, {230, 350}, Qt::Horizontal);
    window->resizeDocks({right, lower}, {400, 440}, Qt::Vertical);
    window->setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowNestedDocks | QMainWindow::AllowTabbedDocks);
    defaultState = window->saveState();

    palette = new CommandPalette(window);
    window->addActions({echo->exportClip, echo->exportPicture, echo->deidentify});
    actions.all << echo->allActions();
    keys = std::make_unique<ShortcutStore>(actions.all, keySettings);
    palette->setActions(actions.all);
    QList<QAction*> toggles;
    for (QDockWidget* d : docks)
        toggles << d->toggleViewAction();
    actions.fillMenus(window, toggles, *echo);
    actions.undo->setEnabled(false);
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
    QStringList weights;
    for (const QString& file : files) {
        if (BundleImportWindow::looksLikeWeights(file))
            weights << file;
        else
            paths.push_back(toPath(file));
    }
    if (!weights.isEmpty())
        showImporter().addFiles(weights);
    if (!paths.empty())
        session->importPaths(paths);
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
    ecg->setOptions(restored(settings));
}

// The pane that has the focus, alone on the whole screen; the same key brings everything back.
void CaseWindow::Impl::toggleFullPane()
{
    if (!stateBeforeFullPane.isEmpty()) {
        window->showNormal();
        window->menuBar()->show();
        ecg->show();
        echoPane->show();
        window->restoreState(std::exchange(stateBeforeFullPane, {}));
        return;
    }
    stateBeforeFullPane = window->saveState();
    const QWidget* focus = QApplication::focusWidget();
    QWidget* chosen = focus && (echoPane == focus || echoPane->isAncestorOf(focus)) ? echoPane : static_cast<QWidget*>(ecg);
    for (QDockWidget* d : docks)
        d->hide();
    (chosen == echoPane ? static_cast<QWidget*>(ecg) : echoPane)->hide();
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
    m_impl->echo.reset(); // its notes are written into the session's library
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

void CaseWindow::openDemo()
{
    auto& d = *m_impl;
    if (d.session->canBeDemo() && (d.options.demo || !d.session->library().patients().empty()))
        return d.session->fillDemo(d.options.demoPatients);
    if (d.options.demo) // it turned out to hold cases of its own
        return reopenLast();
    // Virtual patients get a library of their own, where they don't become neighbours of real ones.
    WindowOptions beside = d.options;
    beside.library = d.session->library().folder().parent_path() / "demo-library";
    beside.bundle.clear();
    beside.demo = true;
    const bool nothingHere = d.session->canBeDemo() && d.session->jobs().isIdle();
    try {
        auto* window = new CaseWindow(beside);
        window->setAttribute(Qt::WA_DeleteOnClose);
        window->resize(size());
        window->show();
        window->openDemo();
    } catch (const base::Error& error) {
        return d.notice->show(QString::fromStdString(error.what()), NoticeBar::Tone::Error);
    }
    if (nothingHere)
        close();
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
    return m_impl->session->isIdle() && m_impl->echo->isIdle() && m_impl->ecg->isSettled() && (!m_impl->hasCells || m_impl->cine->hasFirstFrames());
}

void CaseWindow::writeReport(const std::filesystem::path& pdf)
{
    m_impl->session->writeReport(pdf, {m_impl->ecg->options().recording, m_impl->ecg->options().filter});
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
        save(settings, m_impl->ecg->options());
    }
    QMainWindow::closeEvent(event);
}

} // namespace echo2ecg::ui
